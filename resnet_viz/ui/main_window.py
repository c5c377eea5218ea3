"""The window: bars, menus and keys around the workspaces, and what it remembers between starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QMimeData, QSettings, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from resnet_viz.engine.messages import ModelChoice
from resnet_viz.models.bundled import default_model
from resnet_viz.models.specs import spec as named_spec
from resnet_viz.ui import actions
from resnet_viz.ui.about import AboutDialog
from resnet_viz.ui.actions import Command
from resnet_viz.ui.engine_bar import EngineBar
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.engine_notices import EngineNotices
from resnet_viz.ui.explore import ExploreWorkspace
from resnet_viz.ui.help.window_help import WindowHelp
from resnet_viz.ui.intake import Intake
from resnet_viz.ui.lecture_commands import lecture_commands
from resnet_viz.ui.looks import Looks
from resnet_viz.ui.notify import NoticeStrip, Notifier
from resnet_viz.ui.overlays import DropOverlay, KeysOverlay
from resnet_viz.ui.pictures import Picture, accepts
from resnet_viz.ui.session import Session
from resnet_viz.ui.theme import Choice, Theme
from resnet_viz.ui.top_bar import TopBar
from resnet_viz.ui.train_commands import train_commands
from resnet_viz.ui.window_figures import WindowFigures
from resnet_viz.ui.window_files import WindowFiles
from resnet_viz.ui.window_films import WindowFilms
from resnet_viz.ui.window_lecture import WindowLecture
from resnet_viz.ui.window_training import WindowTraining
from resnet_viz.ui.workspace import Workspace
from resnet_viz.ui.workspace_commands import NEXT_CHANNEL, PREVIOUS_CHANNEL, workspace_commands
from resnet_viz.ui.workspaces import Workspaces

if TYPE_CHECKING:
    from resnet_viz.ui.window_report import WindowReport


class MainWindow(QMainWindow):
    """ResNet Visualizer.

    Args:
        settings: where window state, theme and recent files are kept.
        client: the engine's client; a fake in tests.
        image: a picture to start with; None for the last sample.
    """

    def __init__(self, settings: QSettings, client: EngineClient, image: str | None = None) -> None:
        super().__init__()
        self._settings = settings
        self._client = client
        self.looks = Looks(self, settings)
        self.notifier = Notifier(self)
        start = default_model()
        choice = ModelChoice(named_spec(start.name), start.weights)
        choice = replace(choice, training_mode=choice.usual_mode)
        self.session = Session(client, choice, self)
        self.intake = Intake(self)
        self.files = WindowFiles(self, settings, self.intake)
        self._report: WindowReport | None = None

        self._build()
        self._commands = self._list_commands()
        self.actions_by_name = actions.install(self, self._commands)
        self._keys.set_keys(actions.key_sheet(self._commands))
        self.files.add_menus(actions.menu_named(self, "&File"))
        self.looks.add_menu(actions.menu_named(self, "&View"))
        self.lecture.add_menu(actions.menu_named(self, "&Lecture"))
        self._connect()
        self._restore()
        self.training.offer_resuming()
        self._update_title()
        self.setAcceptDrops(True)

        self.intake.open_sample()
        if image is not None:
            self.open_paths([Path(image)])
        # After the first paint, so that the window is there before anything else.
        QTimer.singleShot(0, self._start_engine)

    # --- building --------------------------------------------------------------------------

    def _build(self) -> None:
        self.workspaces = Workspaces(
            {
                "Explore": self._make_explore,
                "Gradients": self._make_gradients,
                "Train": self._make_train,
                "Lecture": self._make_lecture,
            },
            self._settings,
        )
        self.figures = WindowFigures(
            self, self.workspaces, self.looks, self.notifier, self._settings
        )
        self.films = WindowFilms(self, self.workspaces, self.looks, self.notifier, self._settings)
        self.training = WindowTraining(self.workspaces, self.notifier, self._settings)
        self.lecture = WindowLecture(self.workspaces, self.notifier)
        self.top_bar = TopBar(self.session, self.workspaces.titles)
        self.strip = NoticeStrip(self.notifier)
        self.engine_notices = EngineNotices(self._client, self.notifier, self.strip, self)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        inner = QVBoxLayout()
        inner.setContentsMargins(10, 10, 10, 10)
        inner.setSpacing(8)
        inner.addWidget(self.strip)
        inner.addWidget(self.workspaces, 1)
        column.addLayout(inner, 1)
        self.setCentralWidget(central)
        self.engine_bar = EngineBar(self._client)
        self.setStatusBar(self.engine_bar)
        self._keys = KeysOverlay(central)
        self.help = WindowHelp(
            central, self._settings, lambda: self.theme, self._show_explore, self.top_bar
        )
        self._drop = DropOverlay(central)
        self.setMinimumSize(900, 560)

    def _list_commands(self) -> list[Command]:
        undo, files = self.workspaces.undo, self.files
        file, edit, network, _train, _lecture, view, help_ = actions.MENUS
        return [
            Command(file, "&Open picture…", files.ask_picture, ("Ctrl+O",)),
            Command(file, "Open &checkpoint…", files.ask_checkpoint, ("Ctrl+Shift+O",)),
            Command(file, "&Export a figure…", self.figures.ask, ("Ctrl+E",), True),
            Command(file, "Copy the fig&ure", self.figures.copy, ("Ctrl+Shift+C",)),
            Command(file, "Export a fi&lm…", self.films.ask),
            Command(file, "Re&port…", self._ask_report, ("Ctrl+Shift+E",)),
            Command(file, "&Quit", self.close, ("Ctrl+Q",), True),
            Command(edit, "&Undo", undo.undo, ("Ctrl+Z",)),
            Command(edit, "&Redo", undo.redo, ("Ctrl+Shift+Z", "Ctrl+Y")),
            Command(edit, "&Paste", self.paste, ("Ctrl+V",), True),
            Command(network, "&Choose network…", self._choose_network, ("Ctrl+M",)),
            *workspace_commands(self.workspaces),
            *train_commands(self.workspaces),
            *lecture_commands(self.lecture),
            Command(network, "&Restart the engine", self._client.restart, (), True),
            Command(view, "&Full screen", self._flip_full_screen, ("F11",), True),
            Command(help_, "&Keys", self.show_keys, ("?",)),
            *self.help.commands(),
            Command(help_, "&Messages so far…", self._show_messages, ()),
            Command(help_, "&About and versions…", self._show_about, (), True),
        ]

    def _connect(self) -> None:
        s, client, bar = self.session, self._client, self.top_bar
        bar.network_clicked.connect(self._choose_network)
        bar.workspace_chosen.connect(self.workspaces.show_titled)
        bar.export_clicked.connect(self.figures.ask)
        bar.device_chosen.connect(lambda name: s.choose(replace(s.choice, device=name)))
        bar.theme_chosen.connect(self.looks.choose)
        self.looks.changed.connect(self.workspaces.set_theme)
        self.looks.changed.connect(lambda _theme: bar.show_theme(self.looks.choice))
        bar.picker.open_file.connect(self.files.ask_checkpoint)
        self.files.checkpoint.connect(self._open_checkpoint)
        self.intake.picture.connect(self._on_picture)
        self.intake.checkpoint.connect(self._open_checkpoint)
        self.intake.problem.connect(self.engine_notices.tell_problem)
        self.intake.note.connect(self.notifier.info)

        s.failed.connect(self.engine_notices.tell_failed)
        s.choice_changed.connect(lambda choice: self.workspaces.set_device(choice.device))
        self.workspaces.switched.connect(self._on_switched)
        self.workspaces.facts_changed.connect(self._show_facts)
        for name, changed in (
            ("Undo", self.workspaces.undo.canUndoChanged),
            ("Redo", self.workspaces.undo.canRedoChanged),
        ):
            self.actions_by_name[name].setEnabled(False)
            changed.connect(self.actions_by_name[name].setEnabled)

        client.engine_ready.connect(lambda ready: bar.set_devices(ready.devices))
        client.model_ready.connect(s.on_model_ready)
        client.explored.connect(s.on_explored)
        client.failed.connect(s.on_failed)

    def _start_engine(self) -> None:
        self._client.start()
        self.session.choose(self.session.choice)

    # --- workspaces ------------------------------------------------------------------------

    def _make_explore(self) -> Workspace:
        self.explore = ExploreWorkspace(self.session, self.top_bar.show_picker)
        side = self.explore.side
        side.file_picked.connect(lambda path: self.intake.open_picture(Path(path)))
        self.intake.gallery.connect(side.strip.set_pictures)
        lanes = actions.menu_named(self, "&View").addMenu("&Lanes")
        lanes.addActions(list(self.explore.overview.lane_actions.values()))
        return self.explore

    def _show_explore(self) -> ExploreWorkspace:
        self.workspaces.show_titled(ExploreWorkspace.title)
        return self.explore

    def _make_gradients(self) -> Workspace:
        # Imported when it is first shown: until then it costs the start nothing.
        from resnet_viz.ui.gradients.workspace import laboratory

        return laboratory(self._client, self.notifier, self.engine_notices.torch_version)

    def _make_train(self) -> Workspace:
        from resnet_viz.ui.train.workspace import training_workspace

        return training_workspace(self._client, self.notifier, self.engine_notices.devices)

    def _make_lecture(self) -> Workspace:
        from resnet_viz.ui.lecture.workspace import lecture_workspace

        return lecture_workspace(self._client, self.notifier, self._settings)

    @property
    def workspace(self) -> Workspace:
        """The workspace on screen."""
        return self.workspaces.current

    def _on_switched(self, workspace: Workspace) -> None:
        self.top_bar.show_workspace(workspace.title)
        for text in (NEXT_CHANNEL, PREVIOUS_CHANNEL):
            self.actions_by_name[actions.plain(text)].setEnabled(workspace.has_channels)

    def _show_facts(self) -> None:
        """Say around the workspace which network it shows, and how that was measured."""
        self.top_bar.show_headline(self.workspace.headline)
        self.engine_bar.show_measured(self.workspace.status)

    def _ask_report(self) -> None:
        # Imported when it is first wanted: until then it costs the start nothing.
        from resnet_viz.ui.window_report import WindowReport

        if self._report is None:
            self._report = WindowReport(
                self, self._client, self.session, self._settings, self.notifier
            )
        self._report.ask()

    def _choose_network(self) -> None:
        self.workspace.choose_network(self.top_bar.model)

    # --- files, drops, clipboard -----------------------------------------------------------

    def open_paths(self, paths: list[Path]) -> None:
        """Open pictures, a folder of them, a checkpoint, or something to train."""
        if not (self.lecture.take(paths) or self.training.take(paths)):
            self.intake.open_paths(paths)

    def paste(self) -> None:
        """Use what is on the clipboard: settings of the workspace, or a picture."""
        self._take(QGuiApplication.clipboard().mimeData(), "pasted picture")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if accepts(event.mimeData()):
            event.acceptProposedAction()
            self._drop.show()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop.hide()
        event.acceptProposedAction()
        self._take(event.mimeData(), "dropped picture")

    def _take(self, mime: QMimeData, name: str) -> None:
        takers = (self.workspace.take, self.lecture.take_mime, self.training.take_mime)
        if not any(take(mime) for take in takers):
            self.intake.take(mime, name)

    def _on_picture(self, picture: Picture) -> None:
        if self.session.picture is not None:
            self.engine_notices.withdraw_others()  # it was about another picture
        self.workspaces.show_picture(picture)
        self._update_title()
        self.files.opened(picture)

    def _open_checkpoint(self, path: Path) -> None:
        self.workspaces.show_titled(ExploreWorkspace.title)
        self.session.choose(
            replace(self.session.choice, weights="file", path=str(path), training_mode=False)
        )

    def _update_title(self) -> None:
        picture = self.session.picture
        self.setWindowTitle(
            f"{picture.name} – ResNet Visualizer" if picture else "ResNet Visualizer"
        )

    # --- looks and help --------------------------------------------------------------------

    @property
    def theme(self) -> Theme:
        """Colours and sizes in force."""
        return self.looks.theme

    def set_theme(self, choice: Choice) -> None:
        """Change the theme and remember it."""
        self.looks.choose(choice)

    def _flip_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def show_keys(self) -> None:
        """Lay the sheet of keys over the window."""
        self._keys.show()

    def _show_messages(self) -> None:
        AboutDialog.messages(self.notifier.history, self).open()

    def _show_about(self) -> None:
        AboutDialog.versions(self.engine_notices.engine, self).open()

    def keyPressEvent(self, event: QEvent) -> None:
        key = event.key()  # type: ignore[attr-defined]
        if key == Qt.Key.Key_Escape and self.strip.notice is not None:
            self.strip.dismiss()
        elif key == Qt.Key.Key_Escape and self.isFullScreen():
            self.showNormal()
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]

    # --- state between starts --------------------------------------------------------------

    def _restore(self) -> None:
        geometry = self._settings.value("geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            room = self.screen().availableGeometry()
            self.resize(min(1440, room.width()), min(900, room.height()))
        self.looks.apply()
        self.workspaces.show_last(ExploreWorkspace.title)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.workspaces.may_close():
            event.ignore()
            return
        self._settings.setValue("geometry", self.saveGeometry())
        self.workspaces.save()
        self._settings.sync()
        self.hide()  # the engine may take a moment to end
        self.workspaces.close_down()
        self.intake.close()
        self.explore.side.strip.wait()
        if self._report is not None:
            self._report.wait()
        self._client.close()
        super().closeEvent(event)

"""The window: lays out the Explore workspace and connects its parts to the session."""

from __future__ import annotations

import traceback
from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.engine.messages import EngineReady, Failed, ModelChoice, ModelReady
from resnet_viz.engine.recovery import Recovery
from resnet_viz.errors import UserError
from resnet_viz.images import sample_images
from resnet_viz.models.bundled import default_model
from resnet_viz.models.specs import spec as named_spec
from resnet_viz.ui import actions, exporting
from resnet_viz.ui.about import AboutDialog
from resnet_viz.ui.actions import Command
from resnet_viz.ui.engine_bar import EngineBar
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.explore import ExploreWorkspace
from resnet_viz.ui.intake import Intake, RecentFiles
from resnet_viz.ui.notify import Level, Notice, NoticeStrip, Notifier
from resnet_viz.ui.overlays import DropOverlay, KeysOverlay
from resnet_viz.ui.pictures import (
    CHECKPOINT_SUFFIXES,
    IMAGE_SUFFIXES,
    Picture,
    accepts,
)
from resnet_viz.ui.session import Session
from resnet_viz.ui.style import palette, resolve, style_sheet
from resnet_viz.ui.theme import LIGHT, Choice, Theme
from resnet_viz.ui.top_bar import TopBar

_IMAGE_FILTER = "Pictures (" + " ".join(f"*{s}" for s in IMAGE_SUFFIXES) + ");;All files (*)"
_CHECKPOINT_FILTER = (
    "Checkpoints (" + " ".join(f"*{s}" for s in CHECKPOINT_SUFFIXES) + ");;All files (*)"
)


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
        self.theme: Theme = LIGHT
        self._theme_choice: Choice = "system"
        self._engine: EngineReady | None = None
        self.notifier = Notifier(self)
        start = default_model()
        choice = ModelChoice(named_spec(start.name), start.weights)
        choice = replace(choice, training_mode=choice.usual_mode)
        self.session = Session(client, choice, self)
        self.intake = Intake(self)
        self._recent = RecentFiles(settings)

        self._build()
        self._commands = self._list_commands()
        self.actions_by_name = actions.install(self, self._commands)
        self._keys.set_keys(actions.key_sheet(self._commands))
        self._add_submenus()
        self._connect()
        self._restore()
        self._update_title()
        self.setAcceptDrops(True)

        self.intake.open_sample()
        if image is not None:
            self.open_paths([Path(image)])
        # After the first paint, so that the window is there before anything else.
        QTimer.singleShot(0, self._start_engine)

    # --- building --------------------------------------------------------------------------

    def _build(self) -> None:
        self.top_bar = TopBar(self.session)
        self.strip = NoticeStrip(self.notifier)
        self.workspace = ExploreWorkspace(self.session)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        inner = QVBoxLayout()
        inner.setContentsMargins(10, 10, 10, 10)
        inner.setSpacing(8)
        inner.addWidget(self.strip)
        inner.addWidget(self.workspace, 1)
        column.addLayout(inner, 1)
        self.setCentralWidget(central)
        self.engine_bar = EngineBar(self._client)
        self.setStatusBar(self.engine_bar)
        self._keys = KeysOverlay(central)
        self._drop = DropOverlay(central)
        self.setMinimumSize(900, 560)

    def _list_commands(self) -> list[Command]:
        undo = self.session.undo
        file, edit, network, view, help_ = actions.MENUS
        return [
            Command(file, "&Open picture…", self._ask_picture, ("Ctrl+O",)),
            Command(file, "Open &checkpoint…", self._ask_checkpoint, ("Ctrl+Shift+O",)),
            Command(file, "&Export picture of the window…", self._ask_export, ("Ctrl+E",), True),
            Command(file, "Copy pict&ure of the window", self.copy_picture, ("Ctrl+Shift+C",)),
            Command(file, "&Quit", self.close, ("Ctrl+Q",), True),
            Command(edit, "&Undo", undo.undo, ("Ctrl+Z",)),
            Command(edit, "&Redo", undo.redo, ("Ctrl+Shift+Z", "Ctrl+Y")),
            Command(edit, "&Paste picture", self.paste, ("Ctrl+V",), True),
            Command(network, "&Choose network…", self.top_bar.show_picker, ("Ctrl+M",)),
            *self.workspace.commands(),
            Command(network, "&Restart the engine", self._client.restart, (), True),
            Command(view, "&Full screen", self._flip_full_screen, ("F11",), True),
            Command(help_, "&Keys", self.show_keys, ("?",)),
            Command(help_, "&Messages so far…", self._show_messages, ()),
            Command(help_, "&About and versions…", self._show_about, (), True),
        ]

    def _connect(self) -> None:
        s, client, bar = self.session, self._client, self.top_bar
        bar.export_clicked.connect(self._ask_export)
        bar.device_chosen.connect(lambda name: s.choose(replace(s.choice, device=name)))
        bar.theme_chosen.connect(self.set_theme)
        bar.picker.open_file.connect(self._ask_checkpoint)
        picked = self.workspace.side.file_picked
        picked.connect(lambda path: self.intake.open_picture(Path(path)))
        self.intake.picture.connect(self._on_picture)
        self.intake.checkpoint.connect(self._open_checkpoint)
        self.intake.gallery.connect(self.workspace.side.strip.set_pictures)
        self.intake.problem.connect(self._on_problem)
        self.intake.note.connect(self.notifier.info)

        s.measured.connect(self._on_measured)
        s.failed.connect(self._on_failed)
        for name, changed in (
            ("Undo", s.undo.canUndoChanged),
            ("Redo", s.undo.canRedoChanged),
        ):
            self.actions_by_name[name].setEnabled(False)
            changed.connect(self.actions_by_name[name].setEnabled)

        client.engine_ready.connect(self._on_engine_ready)
        client.engine_died.connect(self._on_engine_died)
        client.model_ready.connect(self._on_model_ready)
        client.explored.connect(s.on_explored)
        client.failed.connect(s.on_failed)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(lambda _scheme: self._apply_theme())

    def _start_engine(self) -> None:
        self._client.start()
        self.session.choose(self.session.choice)

    # --- files, drops, clipboard -----------------------------------------------------------

    def open_paths(self, paths: list[Path]) -> None:
        """Open pictures, a folder of them, or a checkpoint."""
        self.intake.open_paths(paths)

    def paste(self) -> None:
        """Show the picture on the clipboard."""
        self.intake.take(QGuiApplication.clipboard().mimeData(), "pasted picture")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if accepts(event.mimeData()):
            event.acceptProposedAction()
            self._drop.show()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drop.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop.hide()
        event.acceptProposedAction()
        self.intake.take(event.mimeData(), "dropped picture")

    def _on_picture(self, picture: Picture) -> None:
        if self.strip.notice is not None and not self.strip.notice.about_engine:
            self.notifier.withdraw()  # it was about another picture
        self.session.show_picture(picture)
        self._update_title()
        if picture.path and picture.path not in {str(s.path) for s in sample_images()}:
            self._recent.add(picture.path)
            self._fill_recent_menu()

    def _on_problem(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self.notifier.error(error.message, error.hint)
        else:
            details = "".join(traceback.format_exception(error))
            self.notifier.error("An error of the program: the picture was not read.", "", details)

    def _ask_picture(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self, "Open pictures", self._folder("pictures"), _IMAGE_FILTER
        )
        if names:
            self._settings.setValue("folder/pictures", str(Path(names[0]).parent))
            self.open_paths([Path(n) for n in names])

    def _ask_checkpoint(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "Open a checkpoint", self._folder("checkpoints"), _CHECKPOINT_FILTER
        )
        if name:
            self._settings.setValue("folder/checkpoints", str(Path(name).parent))
            self._open_checkpoint(Path(name))

    def _open_checkpoint(self, path: Path) -> None:
        self.session.choose(
            replace(self.session.choice, weights="file", path=str(path), training_mode=False)
        )

    def _folder(self, what: str) -> str:
        return str(self._settings.value(f"folder/{what}", ""))

    def _add_submenus(self) -> None:
        files, view = actions.menu_named(self, "&File"), actions.menu_named(self, "&View")
        self._recent_menu = files.addMenu("&Recent pictures")
        samples = files.addMenu("&Sample pictures")
        for sample in sample_images():
            entry = samples.addAction(sample.title)
            entry.triggered.connect(lambda _=False, p=sample.path: self.intake.open_picture(p))
        view.addMenu("&Lanes").addActions(list(self.workspace.overview.lane_actions.values()))
        themes = view.addMenu("&Theme")
        for name in get_args(Choice):
            entry = themes.addAction(name.capitalize())
            entry.triggered.connect(lambda _=False, n=name: self.set_theme(n))
        self._fill_recent_menu()

    def _fill_recent_menu(self) -> None:
        self._recent_menu.clear()
        for path in self._recent.paths():
            entry = self._recent_menu.addAction(Path(path).name)
            entry.setToolTip(path)
            entry.triggered.connect(lambda _=False, p=path: self.open_paths([Path(p)]))
        self._recent_menu.setEnabled(not self._recent_menu.isEmpty())

    # --- network and engine ----------------------------------------------------------------

    def _on_engine_ready(self, ready: EngineReady) -> None:
        self._engine = ready
        self.top_bar.set_devices(ready.devices)
        for note in ready.notes:
            self.notifier.history.append(Notice(Level.INFO, note))

    def _on_engine_died(self, sentences: str) -> None:
        kept = "Your picture, the network and the cuts are kept."
        offered = self._client.recovery is Recovery.OFFERED
        self.notifier.post(
            Notice(
                Level.ERROR,
                sentences,
                kept,
                action="Restart the engine" if offered else "",
                on_action=self._client.restart if offered else None,
                about_engine=True,
            )
        )

    def _on_model_ready(self, ready: ModelReady) -> None:
        notice = self.strip.notice
        if notice is not None and notice.about_engine:
            self.notifier.withdraw()  # it is back
        self.session.on_model_ready(ready)

    def _on_failed(self, failed: Failed) -> None:
        self.notifier.error(failed.message, failed.hint, failed.details)

    def _on_measured(self) -> None:
        if self.session.snapshot is not None:
            self.engine_bar.show_measured(self.session.snapshot)

    def _update_title(self) -> None:
        picture = self.session.picture
        self.setWindowTitle(
            f"{picture.name} – ResNet Visualizer" if picture else "ResNet Visualizer"
        )

    # --- export ----------------------------------------------------------------------------

    def _ask_export(self) -> None:
        folder = Path(self._folder("export"))
        picture = self.session.picture
        stem = Path(picture.name).stem if picture else "network"
        name, _ = QFileDialog.getSaveFileName(
            self,
            "Export a picture of the window",
            str(folder / f"{stem} {self.session.spec.title()}.png"),
            "PNG (*.png)",
        )
        if name:
            self._settings.setValue("folder/export", str(Path(name).parent))
            self.export_picture(Path(name))

    def export_picture(self, path: Path) -> None:
        """Write a picture of the workspace."""
        try:
            written = exporting.write_png(self.workspace, self.theme.window, path)
        except UserError as error:
            self.notifier.error(error.message, error.hint)
        else:
            self.notifier.info(f"Written to {written}.")

    def copy_picture(self) -> None:
        """Put a picture of the workspace on the clipboard."""
        exporting.copy(self.workspace, self.theme.window)
        self.notifier.info("A picture of the window is on the clipboard.")

    # --- looks -----------------------------------------------------------------------------

    def set_theme(self, choice: Choice) -> None:
        """Change the theme and remember it."""
        self._settings.setValue("theme", choice)
        self._theme_choice = choice
        self._apply_theme()

    def _apply_theme(self) -> None:
        self.theme = resolve(self._theme_choice)
        self.top_bar.show_theme(self._theme_choice)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(palette(self.theme))
        self.setStyleSheet(style_sheet(self.theme))
        self.workspace.set_theme(self.theme)

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
        AboutDialog.versions(self._engine, self).open()

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
        self.workspace.restore(self._settings)
        chosen = self._settings.value("theme", "system")
        self._theme_choice = cast(Choice, chosen if chosen in get_args(Choice) else "system")
        self._apply_theme()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        self.workspace.save(self._settings)
        self._settings.sync()
        self.hide()  # the engine may take a moment to end
        self.intake.close()
        self.workspace.side.strip.wait()
        self._client.close()
        super().closeEvent(event)

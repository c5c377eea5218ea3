"""The window: lays out the Explore workspace and connects its parts to the session."""

from __future__ import annotations

import traceback
from dataclasses import replace
from pathlib import Path
from typing import cast, get_args

from PySide6.QtCore import QByteArray, QEvent, QPoint, QSettings, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QPainter,
)
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.engine.messages import EngineReady, Failed, ModelChoice, ModelReady
from resnet_viz.errors import UserError
from resnet_viz.images import sample_images
from resnet_viz.models.bundled import default_model
from resnet_viz.models.specs import spec as named_spec
from resnet_viz.ui import actions
from resnet_viz.ui.about import AboutDialog
from resnet_viz.ui.actions import Command
from resnet_viz.ui.block_view.view import BlockView
from resnet_viz.ui.engine_bar import EngineBar
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.intake import Intake, RecentFiles
from resnet_viz.ui.model_picker import ModelPicker
from resnet_viz.ui.notify import Level, Notice, NoticeStrip, Notifier
from resnet_viz.ui.overlays import DropOverlay, KeysOverlay
from resnet_viz.ui.overview.lanes import LANE_NAMES
from resnet_viz.ui.overview.widget import OverviewWidget
from resnet_viz.ui.pictures import (
    CHECKPOINT_SUFFIXES,
    IMAGE_SUFFIXES,
    Picture,
    accepts,
)
from resnet_viz.ui.session import Session
from resnet_viz.ui.side_panel import SidePanel
from resnet_viz.ui.style import palette, resolve, style_sheet
from resnet_viz.ui.theme import LIGHT, Choice, Theme

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
        self._show_choice(choice)
        self._on_network()

        self.intake.open_sample()
        if image is not None:
            self.open_paths([Path(image)])
        # After the first paint, so that the window is there before anything else.
        QTimer.singleShot(0, self._start_engine)

    # --- building --------------------------------------------------------------------------

    def _build(self) -> None:
        self.model_button = QPushButton()
        self.model_button.setObjectName("model")
        self.model_button.setAccessibleName("Network")
        self.picker = ModelPicker(self)
        self.device = QComboBox()
        self.device.setAccessibleName("Device")
        self.device.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.device.addItem("CPU", "auto")
        self.device.setEnabled(False)
        self.theme_box = QComboBox()
        self.theme_box.setAccessibleName("Theme")
        for name in get_args(Choice):
            self.theme_box.addItem(f"{name} theme" if name != "system" else "system theme", name)
        self.export_button = QPushButton("Export  Ctrl+E")

        bar = QFrame()
        bar.setObjectName("topBar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(12, 6, 12, 6)
        row.addWidget(self.model_button)
        row.addWidget(self.device)
        row.addStretch()
        row.addWidget(self.theme_box)
        row.addWidget(self.export_button)

        self.strip = NoticeStrip(self.notifier)
        self.side = SidePanel(self.session)
        self.overview = OverviewWidget()
        self.block_view = BlockView()
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.overview)  # paints its own card
        self.splitter.addWidget(_card(self.block_view))
        self.splitter.setStretchFactor(0, 55)
        self.splitter.setStretchFactor(1, 45)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(10)
        self.workspace = QWidget()
        middle = QHBoxLayout(self.workspace)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(10)
        middle.addWidget(self.side)
        middle.addWidget(self.splitter, 1)

        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
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
        s = self.session
        n, v = "&Network", "&View"
        return [
            Command("&File", "&Open picture…", self._ask_picture, ("Ctrl+O",)),
            Command("&File", "Open &checkpoint…", self._ask_checkpoint, ("Ctrl+Shift+O",)),
            Command("&File", "&Export picture of the window…", self._ask_export, ("Ctrl+E",), True),
            Command("&File", "Copy pict&ure of the window", self.copy_picture, ("Ctrl+Shift+C",)),
            Command("&File", "&Quit", self.close, ("Ctrl+Q",), True),
            Command("&Edit", "&Undo", s.undo.undo, ("Ctrl+Z",)),
            Command("&Edit", "&Redo", s.undo.redo, ("Ctrl+Shift+Z", "Ctrl+Y")),
            Command("&Edit", "&Paste picture", self.paste, ("Ctrl+V",), True),
            Command(n, "&Choose network…", self._show_picker, ("Ctrl+M",)),
            Command(n, "&Next block", lambda: s.select_neighbour(1), ("Right",), True),
            Command(n, "&Previous block", lambda: s.select_neighbour(-1), ("Left",)),
            Command(n, "Next c&hannel", self.block_view.next_channel, ("Down",)),
            Command(n, "Previous ch&annel", self.block_view.previous_channel, ("Up",)),
            Command(n, "Cut or restore the &skip", lambda: s.flip_skip(s.selected), ("S",), True),
            Command(n, "Drop or restore the &branch", lambda: s.flip_branch(s.selected), ("D",)),
            Command(n, "Cut or restore a&ll skips", s.flip_all, ("A",)),
            Command(n, "Skips of the selected s&tage", self._flip_selected_stage, ("Shift+S",)),
            Command(n, "&Restart the engine", self._client.restart, (), True),
            Command(v, "&Whole network", self.overview.canvas.fit, ("Ctrl+0",)),
            Command(v, "&Full screen", self._flip_full_screen, ("F11",), True),
            Command("&Help", "&Keys", self.show_keys, ("?",)),
            Command("&Help", "&Messages so far…", self._show_messages, ()),
            Command("&Help", "&About and versions…", self._show_about, (), True),
        ]

    def _connect(self) -> None:
        s, o, client = self.session, self.overview, self._client
        self.model_button.clicked.connect(self._show_picker)
        self.export_button.clicked.connect(self._ask_export)
        self.device.activated.connect(self._on_device)
        self.theme_box.activated.connect(self._on_theme)
        self.picker.chosen.connect(s.choose)
        self.picker.open_file.connect(self._ask_checkpoint)
        self.side.file_picked.connect(lambda path: self.intake.open_picture(Path(path)))
        self.intake.picture.connect(self._on_picture)
        self.intake.checkpoint.connect(self._open_checkpoint)
        self.intake.gallery.connect(self.side.strip.set_pictures)
        self.intake.problem.connect(self._on_problem)
        self.intake.note.connect(self.notifier.info)

        o.skip_clicked.connect(s.flip_skip)
        o.branch_clicked.connect(s.flip_branch)
        o.block_selected.connect(s.select)
        o.stage_skips_clicked.connect(s.flip_stage)
        o.lanes_changed.connect(lambda names: self._settings.setValue("lanes", sorted(names)))
        s.network_changed.connect(self._on_network)
        s.toggles_changed.connect(self._on_toggles)
        s.selected_changed.connect(self._on_selected)
        s.measured.connect(self._on_measured)
        s.maps_changed.connect(self._show_block)
        s.stale_changed.connect(o.set_stale)
        s.choice_changed.connect(self._show_choice)
        s.failed.connect(self._on_failed)
        s.undo.canUndoChanged.connect(self.actions_by_name["Undo"].setEnabled)
        s.undo.canRedoChanged.connect(self.actions_by_name["Redo"].setEnabled)
        self.actions_by_name["Undo"].setEnabled(False)
        self.actions_by_name["Redo"].setEnabled(False)

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
        if self.strip.notice is not None and self.strip.notice.on_action is None:
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
        view.addMenu("&Lanes").addActions(list(self.overview.lane_actions.values()))
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

    def _show_picker(self) -> None:
        self.picker.show_choice(self.session.choice)
        self.picker.pop_up(self.model_button)

    def _on_device(self) -> None:
        self.session.choose(replace(self.session.choice, device=self.device.currentData()))

    def _on_engine_ready(self, ready: EngineReady) -> None:
        self._engine = ready
        self.device.clear()
        for device in ready.devices:
            self.device.addItem(device.label, device.name)
        self.device.setEnabled(len(ready.devices) > 1)
        self._show_choice(self.session.choice)
        for note in ready.notes:
            self.notifier.history.append(Notice(Level.INFO, note))

    _engine: EngineReady | None = None

    def _on_engine_died(self, sentence: str) -> None:
        self.notifier.post(
            Notice(
                Level.ERROR,
                sentence,
                "Your picture, the network and the cuts are kept.",
                action="Restart the engine",
                on_action=self._client.restart,
            )
        )

    def _on_model_ready(self, ready: ModelReady) -> None:
        notice = self.strip.notice
        if notice is not None and notice.on_action is not None:
            self.notifier.withdraw()  # the engine is back
        self.session.on_model_ready(ready)

    def _on_failed(self, failed: Failed) -> None:
        self.notifier.error(failed.message, failed.hint, failed.details)

    def _show_choice(self, choice: ModelChoice) -> None:
        network = self.session.network
        label = network.weights_label if network else "loading…"
        self.model_button.setText(f"{self.session.spec.title()} · {label}   ▾")
        index = self.device.findData(choice.device)
        if index >= 0:
            self.device.setCurrentIndex(index)

    # --- showing the session ---------------------------------------------------------------

    def _on_network(self) -> None:
        s = self.session
        self.overview.set_network(s.spec)
        self.overview.set_gates({b.name: s.toggles.gate(b.name) for b in s.spec.blocks()})
        self.overview.set_snapshot(None)
        self.overview.set_ghost(None)
        self.overview.set_selected(s.selected)
        self._show_choice(s.choice)
        self._show_block()

    def _on_toggles(self) -> None:
        s = self.session
        self.overview.set_gates({b.name: s.toggles.gate(b.name) for b in s.spec.blocks()})

    def _on_selected(self, name: str) -> None:
        self.overview.set_selected(name)
        self._show_block()

    def _on_measured(self) -> None:
        s = self.session
        self.overview.set_ghost(s.ghost)
        self.overview.set_snapshot(s.snapshot)
        if s.snapshot is not None:
            self.engine_bar.show_measured(s.snapshot)

    def _show_block(self) -> None:
        s = self.session
        block = next(b for b in s.spec.blocks() if b.name == s.selected)
        self.block_view.set_block(block, s.spec.order, s.spec.activation, s.stats, s.maps)

    def _flip_selected_stage(self) -> None:
        block = next(b for b in self.session.spec.blocks() if b.name == self.session.selected)
        self.session.flip_stage(block.stage)

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
        """Write the workspace at twice the screen's resolution."""
        if path.suffix.lower() != ".png":
            path = path.with_name(path.name + ".png")
        if self._workspace_image().save(str(path)):
            self.notifier.info(f"Written to {path}.")
        else:
            self.notifier.error(
                f"Cannot write `{path}`.", "Choose a folder that exists and that you may write to."
            )

    def copy_picture(self) -> None:
        """Put a picture of the workspace on the clipboard."""
        QGuiApplication.clipboard().setImage(self._workspace_image())
        self.notifier.info("A picture of the window is on the clipboard.")

    def _workspace_image(self) -> QImage:
        image = QImage(self.workspace.size() * 2, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(2)
        image.fill(self.theme.window)
        with QPainter(image) as painter:
            self.workspace.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        return image

    # --- looks -----------------------------------------------------------------------------

    def set_theme(self, choice: Choice) -> None:
        """Change the theme and remember it."""
        self._settings.setValue("theme", choice)
        self.theme_box.setCurrentIndex(self.theme_box.findData(choice))
        self._apply_theme()

    def _on_theme(self) -> None:
        self.set_theme(cast(Choice, self.theme_box.currentData()))

    def _apply_theme(self) -> None:
        choice = cast(Choice, self.theme_box.currentData() or "system")
        self.theme = resolve(choice)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.setPalette(palette(self.theme))
        self.setStyleSheet(style_sheet(self.theme))
        for part in (self.side, self.overview, self.block_view):
            part.set_theme(self.theme)

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
        split = self._settings.value("split")
        if isinstance(split, QByteArray):
            self.splitter.restoreState(split)
        lanes = self._settings.value("lanes")
        if isinstance(lanes, list) and set(lanes) <= set(LANE_NAMES):
            self.overview.set_lanes(set(lanes))
        chosen = self._settings.value("theme", "system")
        if chosen not in get_args(Choice):
            chosen = "system"
        self.theme_box.setCurrentIndex(self.theme_box.findData(chosen))
        self._apply_theme()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("split", self.splitter.saveState())
        self._settings.sync()
        self.intake.close()
        self.side.strip.wait()
        self._client.close()
        super().closeEvent(event)


def _card(widget: QWidget) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(1, 1, 1, 1)
    layout.addWidget(widget)
    return card

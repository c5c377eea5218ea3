"""The window's file dialogs, the folders they begin in, and the menu of recent pictures."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from resnet_viz.images import sample_images
from resnet_viz.ui.intake import Intake, RecentFiles
from resnet_viz.ui.pictures import CHECKPOINT_SUFFIXES, IMAGE_SUFFIXES, Picture

_IMAGE_FILTER = "Pictures (" + " ".join(f"*{s}" for s in IMAGE_SUFFIXES) + ");;All files (*)"
_CHECKPOINT_FILTER = (
    "Checkpoints (" + " ".join(f"*{s}" for s in CHECKPOINT_SUFFIXES) + ");;All files (*)"
)


class WindowFiles(QObject):
    """Asks for files; what is chosen goes to the intake or out as a signal.

    Args:
        window: the dialogs' parent.
        settings: where folders and recent pictures are kept.
        intake: opens pictures.

    Signals:
        checkpoint: path of a checkpoint to load.
    """

    checkpoint = Signal(object)

    def __init__(self, window: QWidget, settings: QSettings, intake: Intake) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._intake = intake
        self._recent = RecentFiles(settings)
        self.recent_menu = QMenu("&Recent pictures", window)

    def ask_picture(self) -> None:
        """Choose pictures to open."""
        names, _ = QFileDialog.getOpenFileNames(
            self._window, "Open pictures", self._folder("pictures"), _IMAGE_FILTER
        )
        if names:
            self._remember("pictures", names[0])
            self._intake.open_paths([Path(n) for n in names])

    def ask_checkpoint(self) -> None:
        """Choose a checkpoint to load."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open a checkpoint", self._folder("checkpoints"), _CHECKPOINT_FILTER
        )
        if name:
            self._remember("checkpoints", name)
            self.checkpoint.emit(Path(name))

    def add_menus(self, menu: QMenu) -> None:
        """Put recent and sample pictures into a menu."""
        menu.addMenu(self.recent_menu)
        samples = menu.addMenu("&Sample pictures")
        for sample in sample_images():
            entry = samples.addAction(sample.title)
            entry.triggered.connect(lambda _=False, p=sample.path: self._intake.open_picture(p))
        self._fill_recent()

    def opened(self, picture: Picture) -> None:
        """Put a picture among the recent ones, if it is a file of the user's."""
        if picture.path and picture.path not in {str(s.path) for s in sample_images()}:
            self._recent.add(picture.path)
            self._fill_recent()

    def _fill_recent(self) -> None:
        menu = self.recent_menu
        menu.clear()
        for path in self._recent.paths():
            entry = menu.addAction(Path(path).name)
            entry.setToolTip(path)
            entry.triggered.connect(lambda _=False, p=path: self._intake.open_paths([Path(p)]))
        menu.setEnabled(not menu.isEmpty())

    def _folder(self, what: str) -> str:
        return str(self._settings.value(f"folder/{what}", ""))

    def _remember(self, what: str, file: str) -> None:
        self._settings.setValue(f"folder/{what}", str(Path(file).parent))

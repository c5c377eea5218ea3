"""Packing a lecture from its workspace: which file, with which figures, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from resnet_viz.lecture.made import versions_here
from resnet_viz.ui.lecture.bundle_check import numbers_at_start
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.packing import Packed, Packer
from resnet_viz.ui.lecture.preview import Preview
from resnet_viz.ui.notify import Notifier


class PackingUp(QObject):
    """Makes bundles of the lecture that is edited.

    Args:
        document: what is packed.
        preview: measures its figures.
        notifier: says what came of it.
        window: parent of the dialogs.

    Attributes:
        packer: writes the file.

    Signals:
        packed: path of a bundle.
        failed: a `UserError` or a bug's exception.
    """

    packed = Signal(object)
    failed = Signal(object)

    def __init__(
        self, document: LectureDocument, preview: Preview, notifier: Notifier, window: QWidget
    ) -> None:
        super().__init__(window)
        self._document, self._preview, self._notifier = document, preview, notifier
        self._window = window
        self._device = ""
        self.packer = Packer(window)
        self.packer.done.connect(self._on_packed)
        self.packer.failed.connect(self.failed)

    def set_device(self, device: str) -> None:
        """What the figures are computed on."""
        self._device = device

    def ask(self) -> None:
        """Choose a file and pack the lecture with its pictures into it."""
        usual = self._document.place.folder / f"{self._document.lecture.title}.rvl"
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Pack the lecture into one file", str(usual), "Bundles (*.rvl)"
        )
        if name:
            self.start(Path(name).with_suffix(".rvl"))

    def start(self, path: Path) -> None:
        """Pack the lecture with its pictures and the figures measured so far."""
        self._preview.show_step(0)
        self.packer.start(
            Packed(
                self._document.lecture,
                self._document.place.folder,
                path,
                numbers_at_start(self._preview.pool),
                versions_here(),
                self._device,
            )
        )

    def wait(self) -> None:
        """Let what was begun end; called before the window closes."""
        self.packer.wait()

    def _on_packed(self, path: Path, left_out: Sequence[str]) -> None:
        self.packed.emit(path)
        if left_out:
            self._notifier.warning(f"{path.name} is packed, but not whole.", " ".join(left_out))
        else:
            self._notifier.info(f"{path.name} is packed; it opens on any machine.")

"""Packing a lecture into a bundle beside the window, with its progress and a way to stop it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal
from PySide6.QtWidgets import QProgressDialog, QWidget

from resnet_viz.errors import OperationCancelled
from resnet_viz.lecture.bundle import pack
from resnet_viz.lecture.made import Numbers
from resnet_viz.lecture.scenes import Lecture


@dataclass(frozen=True)
class Packed:
    """What goes into a bundle; the arguments of `bundle.pack`."""

    lecture: Lecture
    folder: Path
    path: Path
    numbers: Numbers
    versions: Mapping[str, str]
    device: str


class Packer(QObject):
    """Packs one lecture after the other on a thread of its own.

    Args:
        window: parent of the progress.

    Signals:
        done: the path, and sentences on what is not in the bundle.
        failed: a `UserError` or a bug's exception.
    """

    done = Signal(object, object)
    failed = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._dialog: QProgressDialog | None = None

    def start(self, packed: Packed) -> None:
        """Begin; `done` or `failed` follows, or nothing if the user stops it."""
        dialog = QProgressDialog("Packing the lecture…", "Cancel", 0, 0, self._window)
        dialog.setWindowTitle("ResNet Visualizer")
        dialog.setWindowModality(Qt.WindowModality.WindowModal)
        dialog.setMinimumDuration(500)
        job = _Job(packed)
        job.signals.progress.connect(self._on_progress)
        job.signals.ended.connect(self._on_ended)
        dialog.canceled.connect(job.cancel)
        self._dialog = dialog
        self._pool.start(job)

    def wait(self) -> None:
        """Let what was begun end; called before the window closes."""
        self._pool.waitForDone(10_000)

    def _on_progress(self, done: int, total: int) -> None:
        if self._dialog is not None and not self._dialog.wasCanceled():
            self._dialog.setMaximum(max(1, total // 1024))  # bytes of large bundles are no int
            self._dialog.setValue(done // 1024)

    def _on_ended(self, path: Path, result: object) -> None:
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.deleteLater()
            self._dialog = None
        if isinstance(result, tuple):
            self.done.emit(path, result)
        elif not isinstance(result, OperationCancelled):
            self.failed.emit(result)


class _Signals(QObject):
    progress = Signal(object, object)
    ended = Signal(object, object)


class _Job(QRunnable):
    def __init__(self, packed: Packed) -> None:
        super().__init__()
        self.signals = _Signals()
        self._packed = packed
        self._cancelled = False

    def cancel(self) -> None:
        self._cancelled = True

    def run(self) -> None:
        p = self._packed
        try:
            result: object = pack(
                p.lecture,
                p.folder,
                p.path,
                p.numbers,
                p.versions,
                device=p.device,
                progress=lambda done, total: self.signals.progress.emit(done, total),
                cancelled=lambda: self._cancelled,
            )
        except Exception as error:  # crosses to the window's thread, which reports it
            result = error
        self.signals.ended.emit(p.path, result)

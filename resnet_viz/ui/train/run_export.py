"""Exports a run beside the window's thread, with progress, until it is done or given up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.numerals import counted
from resnet_viz.runs.export import export_csv, export_tensorboard
from resnet_viz.runs.reader import RunReader
from resnet_viz.ui.train.reading import Reading

EXPORTS: dict[str, Callable[..., tuple[Path, ...]]] = {
    "CSV": export_csv,
    "TensorBoard": export_tensorboard,
}
"""By what people call the format."""


class RunExport(QObject):
    """One export at a time.

    Signals:
        progressed(int, int): done and total, in units of the export's own.
        ended(str): what was written, or that it was given up.
        failed(object): the `UserError` that it ended with.
    """

    progressed = Signal(int, int)
    ended = Signal(str)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.busy = False
        self._given_up = Event()
        self._reading = Reading(self)
        self._reading.done.connect(self._on_done)

    def start(self, run: Path, form: str, folder: Path) -> None:
        """Write a run as `form`, a key of `EXPORTS`, into a folder."""
        self._given_up.clear()
        self.busy = True
        self._reading.start(folder, lambda: self._write(run, form, folder))

    def cancel(self) -> None:
        """Give it up; what was written so far is whole files."""
        self._given_up.set()

    def _write(self, run: Path, form: str, folder: Path) -> int:
        """On a thread of its own; a signal crosses to the window's."""
        files = EXPORTS[form](
            RunReader(run),
            folder,
            progress=self.progressed.emit,
            cancelled=self._given_up.is_set,
        )
        return len(files)

    def _on_done(self, folder: object, result: object) -> None:
        self.busy = False
        if isinstance(result, int):
            self.ended.emit(f"Wrote {counted(result, 'file')} into {folder}.")
        elif isinstance(result, OperationCancelled):
            self.ended.emit("The export was given up.")
        elif isinstance(result, UserError):
            self.ended.emit("")
            self.failed.emit(result)
        elif isinstance(result, Exception):
            raise result  # a bug, for the window's report of those

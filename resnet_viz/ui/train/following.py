"""The run on screen, kept up with while it grows, and those it is compared with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, QTimer, Signal

from resnet_viz.runs.reader import RunReader
from resnet_viz.ui.train.reading import Reading

_BUSY_MS = 250
"""Between looks at a run that is known to grow."""
_QUIET_MS = 1500
"""Between looks at a run that is over, in case somebody resumes it elsewhere."""
_LARGEST_SHARE = 0.05
"""Of the window's time that looking may take: a slow file system is looked at less often."""
_ALIVE_S = 30.0
"""A run without news for so long is taken to be over; checkpoints come more often."""
MAX_COMPARED = 6


class Following(QObject):
    """Opens run folders beside the window's thread and polls them on it.

    Attributes:
        reader: the run on screen; None before the first one is open.
        compared: runs beside it.
        grown_s: monotonic time of the last look that found something new.

    Signals:
        opened: another run is on screen.
        grew: something was added to a run on screen, or taken away by resuming it.
        compared_changed: other runs are compared.
        failed: the exception that opening a run ended with.
    """

    opened = Signal()
    grew = Signal()
    compared_changed = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reader: RunReader | None = None
        self.compared: list[RunReader] = []
        self.grown_s = 0.0
        self._wanted: Path | None = None
        self._wanted_compared: tuple[Path, ...] = ()
        self._reading = Reading(self)
        self._reading.done.connect(self._on_read)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.poll)

    @property
    def grows(self) -> bool:
        """Whether the run on screen had something new lately."""
        return self.grown_s > 0 and time.monotonic() - self.grown_s < _ALIVE_S

    def open(self, path: Path) -> None:
        """Put a run on screen, once it is read; the one before stays until then."""
        if path == self._wanted and self.reader is not None:
            return
        self._wanted = path
        self._reading.start(path, lambda: _opened(path))

    def compare(self, paths: Sequence[Path]) -> None:
        """Put up to six runs beside it, once they are read."""
        wanted = tuple(paths)[:MAX_COMPARED]
        self._wanted_compared = wanted
        known = {reader.path: reader for reader in self.compared}
        self._reading.start(wanted, lambda: [known.get(p) or _opened(p) for p in wanted])

    def close(self) -> None:
        """Take the run off the screen."""
        self._wanted = None
        self.reader = None
        self._timer.stop()
        self.opened.emit()

    def wait(self) -> None:
        """Let reading end; called before the window closes."""
        self._timer.stop()
        self._reading.wait()

    def poll(self) -> None:
        """Look for what was added."""
        began_s = time.monotonic()
        readers = [r for r in (self.reader, *self.compared) if r is not None]
        grown = [reader for reader in readers if reader.poll()]
        self._look_again(time.monotonic() - began_s)
        if grown:
            self.grown_s = began_s
            self.grew.emit()

    def _look_again(self, took_s: float) -> None:
        growing = self.reader is not None and self.reader.state in ("running", "paused")
        usual_ms = _BUSY_MS if growing else _QUIET_MS
        self._timer.start(max(usual_ms, int(1000 * took_s / _LARGEST_SHARE)))

    def _on_read(self, key: object, result: object) -> None:
        if key not in (self._wanted, self._wanted_compared):
            return  # something else was opened meanwhile
        if isinstance(result, Exception):
            if key == self._wanted:
                self._wanted = self.reader.path if self.reader is not None else None
            self.failed.emit(result)
        elif isinstance(result, RunReader):
            self.reader = result
            self.grown_s = 0.0
            self._look_again(0.0)
            self.opened.emit()
        else:
            self.compared = cast("list[RunReader]", result)
            self._look_again(0.0)
            self.compared_changed.emit()


def _opened(path: Path) -> RunReader:
    """A run with all that it holds by now."""
    reader = RunReader(path)
    reader.poll()
    return reader

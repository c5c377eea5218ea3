"""The run on screen, kept up with while it grows, and those it is compared with."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
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
_SLOW_S = 0.03
"""A look that took longer than this is prepared beside the window's thread from then on."""
_SOON_MS = 20
"""Where a look left something unread."""
_FETCHED = "fetched"
MAX_COMPARED = 6


class Following(QObject):
    """Opens run folders beside the window's thread and polls them on it.

    Attributes:
        reader: the run on screen; None before the first one is open.
        compared: runs beside it.

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
        self._wanted: Path | None = None
        self._wanted_compared: tuple[Path, ...] = ()
        self._slow = False
        self._sizes: dict[Path, int] = {}
        self._reading = Reading(self)
        self._reading.done.connect(self._on_read)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_time)

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
        grown = [reader.poll() for reader in self._readers()]
        took_s = time.monotonic() - began_s
        behind = any(reader.behind for reader in self._readers())
        self._slow = took_s > _SLOW_S and not behind
        self._look_again(took_s, soon=behind)
        if any(grown):
            self.grew.emit()

    def _readers(self) -> list[RunReader]:
        return [r for r in (self.reader, *self.compared) if r is not None]

    def _look_again(self, took_s: float = 0.0, *, soon: bool = False) -> None:
        growing = self.reader is not None and self.reader.state in ("running", "paused")
        usual_ms = _SOON_MS if soon else _BUSY_MS if growing else _QUIET_MS
        self._timer.start(max(usual_ms, int(1000 * took_s / _LARGEST_SHARE)))

    def _on_time(self) -> None:
        """Look; where the file system is slow, let it fetch what is new beforehand."""
        if not self._slow:
            self.poll()
            return
        paths = [reader.path for reader in self._readers()]
        self._reading.start(_FETCHED, lambda: self._sizes.update(fetched(paths, self._sizes)))

    def _on_read(self, key: object, result: object) -> None:
        if key == _FETCHED:
            self.poll()
            return
        if key not in (self._wanted, self._wanted_compared):
            return  # something else was opened meanwhile
        if isinstance(result, Exception):
            if key == self._wanted:
                self._wanted = self.reader.path if self.reader is not None else None
            self.failed.emit(result)
        elif isinstance(result, RunReader):
            self.reader = result
            self._look_again()
            self.opened.emit()
        else:
            self.compared = cast("list[RunReader]", result)
            self._look_again()
            self.compared_changed.emit()


def _opened(path: Path) -> RunReader:
    """A run with all that it holds by now."""
    reader = RunReader(path)
    reader.read_all()
    return reader


def fetched(paths: Sequence[Path], sizes: Mapping[Path, int]) -> dict[Path, int]:
    """Read what was added to run folders, so that the system has it at hand for the reader.

    Args:
        paths: of the runs.
        sizes: of their files at the last time, bytes.

    Returns:
        Their sizes now; files that cannot be read are left out.
    """
    now: dict[Path, int] = {}
    for path in paths:
        with contextlib.suppress(OSError):  # a drive that went away: the reader waits for it
            for file in (*path.glob("*.jsonl"), *path.glob("*.bin"), *path.glob("*.json")):
                now[file] = _fetch(file, sizes.get(file, 0))
    return now


def _fetch(file: Path, since: int) -> int:
    with file.open("rb") as stream:
        stream.seek(since)
        while stream.read(1 << 20):
            pass
        return stream.tell()

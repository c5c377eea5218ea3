"""Reading of files beside the window's thread: a mounted file system may take its time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

Work = Callable[[], object]


class Reading(QObject):
    """Does one thing after the other on a thread of its own.

    Signals:
        done: the key of what was started, and the work's result or the exception it ended with.
    """

    done = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)  # waits for its thread when it is destroyed
        self._pool.setMaxThreadCount(1)
        self._results = _Results(self)
        self._results.ended.connect(self.done)

    def start(self, key: object, work: Work) -> None:
        """Begin, or wait for what was begun before."""
        self._pool.start(_Job(key, work, self._results))

    def wait(self) -> None:
        """Let what was begun end, and forget the rest; called before the window closes."""
        self._pool.clear()
        self._pool.waitForDone(5000)


class _Results(QObject):
    ended = Signal(object, object)


class _Job(QRunnable):
    def __init__(self, key: object, work: Work, results: _Results) -> None:
        super().__init__()
        self._key = key
        self._work = work
        self._results = results

    def run(self) -> None:
        try:
            result: object = self._work()
        except Exception as error:  # crosses to the window's thread, which reports it
            result = error
        self._results.ended.emit(self._key, result)

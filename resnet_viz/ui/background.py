"""Work that would keep the window waiting, done beside it: drawing figures takes seconds."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from resnet_viz.errors import UserError

Work = Callable[[], str]
"""Something to do, and a sentence about what was done."""


class Background(QObject):
    """Does one thing after the other on a thread of its own.

    Signals:
        done(str): the work's sentence.
        failed(object): a `UserError`.
    """

    done = Signal(str)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._results = _Results(self)
        self._results.ended.connect(self._on_ended)

    def start(self, work: Work) -> None:
        """Begin, or wait for what was begun before."""
        self._pool.start(_Job(work, self._results))

    def wait(self) -> None:
        """Let what was begun end; called before the window closes."""
        self._pool.waitForDone(10_000)

    def _on_ended(self, result: object) -> None:
        if isinstance(result, str):
            self.done.emit(result)
        elif isinstance(result, UserError):
            self.failed.emit(result)
        elif isinstance(result, Exception):
            raise result  # a bug, for the window's report of those


class _Results(QObject):
    ended = Signal(object)


class _Job(QRunnable):
    def __init__(self, work: Work, results: _Results) -> None:
        super().__init__()
        self._work = work
        self._results = results

    def run(self) -> None:
        try:
            result: object = self._work()
        except Exception as error:  # crosses to the window's thread
            result = error
        self._results.ended.emit(result)

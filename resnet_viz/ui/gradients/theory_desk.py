"""Computes theories beside the window's thread: deep networks take seconds of numpy."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.ui.gradients.quantities import Quantity
from resnet_viz.ui.gradients.theory import theory_series

_REST_MS = 80
"""Theories of measurements that are replaced sooner are not computed: a slider is moving."""


class TheoryDesk(QObject):
    """Answers the newest question only.

    Signals:
        ready(object): tuple of `Series`, of the newest question.
    """

    ready = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._question: tuple[PairMeasured, Quantity] | None = None
        self._number = 0
        self._pool = QThreadPool(self)  # waits for its thread when it is destroyed
        self._pool.setMaxThreadCount(1)
        self._answers = _Answers()
        self._answers.done.connect(self._on_done)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._start)

    def ask(self, measured: PairMeasured, quantity: Quantity) -> None:
        """Compute what papers expect of a measurement, once no newer one has come for a while."""
        self.forget()
        self._question = measured, quantity
        self._rest.start()

    def forget(self) -> None:
        """The question before is no longer asked."""
        self._number += 1
        self._question = None
        self._rest.stop()
        self._pool.clear()

    def wait(self) -> None:
        """Let the running computation end; its answer is not told."""
        self.forget()
        self._pool.waitForDone(5000)

    def _start(self) -> None:
        if self._question is not None:
            self._pool.start(_Work(self._number, *self._question, self._answers))

    def _on_done(self, number: int, series: object) -> None:
        if number == self._number:
            self.ready.emit(series)


class _Answers(QObject):
    done = Signal(int, object)


class _Work(QRunnable):
    def __init__(
        self, number: int, measured: PairMeasured, quantity: Quantity, answers: _Answers
    ) -> None:
        super().__init__()
        self._number = number
        self._measured = measured
        self._quantity = quantity
        self._answers = answers

    def run(self) -> None:
        self._answers.done.emit(self._number, theory_series(self._measured, self._quantity))

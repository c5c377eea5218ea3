"""The engine as the window sees it: started, listened to, started again where it died."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal, Slot

from resnet_viz.engine.entry import SAVING_S
from resnet_viz.engine.lanes import Background, Job
from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    DataSeen,
    EngineReady,
    Explored,
    Failed,
    Foreground,
    Found,
    ModelReady,
    PairMeasured,
    Progress,
    RateFound,
    Reply,
    Starting,
    Steer,
    Trained,
    TrainingStatus,
)
from resnet_viz.engine.process import PATIENCE_S, EngineProcess, Exit
from resnet_viz.engine.questions import Answer, Questions
from resnet_viz.engine.recovery import Recovery, RestartPolicy, obituary
from resnet_viz.engine.task_names import describe, doing
from resnet_viz.ui.engine_state import Busy, EngineState


class EngineLink(QObject):
    """Starts an engine, asks it, and starts another one where it died.

    A new engine is told what the old one knew: the last network and the last measurement are
    asked for again under their old ids, and a training is resumed. An experiment of a workspace
    ends with its engine. All methods and signals belong to the thread of the window.

    Signals:
        engine_starting: process id of an engine that begins to import torch.
        engine_ready: `EngineReady`.
        engine_died: what happened and what comes next, in sentences.
        progress: `Progress` of a question that is still asked.
        model_ready: `ModelReady`.
        explored: `Explored`.
        pair_measured: `PairMeasured`.
        found: `Found`, again and again; the last one's finding is complete.
        data_seen: `DataSeen`.
        training_status: `TrainingStatus`, again and again.
        trained: `Trained`: the training is over, or stopped with a checkpoint.
        training_resumed: `TrainingStatus`, the first of a training whose engine had died.
        order_refused: `Failed`: a training could not obey, and goes on.
        rate_found: `RateFound`, again and again; the last one is complete.
        failed: `Failed`.
        cancelled: `Cancelled`: the engine has let go of a request.
        state_changed: the new `EngineState`.
        busy_changed: the new `Busy`, or None.
    """

    engine_starting = Signal(int)
    engine_ready = Signal(object)
    engine_died = Signal(str)
    progress = Signal(object)
    model_ready = Signal(object)
    explored = Signal(object)
    pair_measured = Signal(object)
    found = Signal(object)
    data_seen = Signal(object)
    training_status = Signal(object)
    trained = Signal(object)
    training_resumed = Signal(object)
    order_refused = Signal(object)
    rate_found = Signal(object)
    failed = Signal(object)
    cancelled = Signal(object)
    state_changed = Signal(object)
    busy_changed = Signal(object)

    # From the threads of an engine, by its number, to the thread of the window.
    _arrived = Signal(int, object)
    _ended = Signal(int, object)

    def __init__(self, parent: QObject | None = None, policy: RestartPolicy | None = None) -> None:
        super().__init__(parent)
        self.recovery: Recovery | None = None
        self._policy = policy or RestartPolicy()
        self._ids = itertools.count(1)
        self._asked_s: dict[int, float] = {}
        self._reported: dict[int, Progress] = {}
        self._questions = Questions()
        self._state = EngineState.STOPPED
        self._busy: Busy | None = None
        self._number = 0
        self._process: EngineProcess | None = None
        self._aborted: list[EngineProcess] = []
        self._ready = False
        self._start_failure: Failed | None = None
        self._in_front: dict[object, frozenset[str]] = {}  # lanes on screen, by their owner
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    # --- what the window asks --------------------------------------------------------------

    @property
    def state(self) -> EngineState:
        """What the engine is doing."""
        return self._state

    @property
    def busy(self) -> Busy | None:
        """The question that the engine works on, or will once it has started."""
        return self._busy

    @property
    def pid(self) -> int | None:
        """Process id of the engine, if there is one."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start an engine; does nothing if one is running."""
        if self._process is not None or self._state is EngineState.CLOSED:
            return
        self._number += 1
        number = self._number
        self._ready = False
        self._start_failure = None
        self._process = EngineProcess(
            lambda reply: self._arrived.emit(number, reply),
            lambda end: self._ended.emit(number, end),
        )
        self._process.start()
        if self._in_front:
            self._process.send(Foreground(self._questions.foreground))
        for job in self._questions.to_repeat():
            self._send(job)
        for order in self._questions.standing_orders():
            self._process.send(order)
        self._refresh()

    def restart(self) -> None:
        """Start a new engine, killing the present one if there is one."""
        if self._process is not None:
            self._process.abort()
            self._aborted = [p for p in (*self._aborted, self._process) if p.alive]
            self._process = None
            self._tell(self._questions.engine_gone())
        self.start()

    def cancel(self, request_id: int) -> None:
        """Stop working on a request; `cancelled` follows once the engine has let go of it.

        A training stops with a checkpoint, and `trained` follows instead, unless it had not
        begun.
        """
        if self._process is None:
            self._end_without_engine(request_id)
        elif self._questions.withdraw(request_id):
            self._process.send(Cancel(request_id))

    def set_foreground(self, owner: object, lanes: frozenset[str]) -> None:
        """Tell which lanes of lectures are on screen: the others give way to them.

        Args:
            owner: of these lanes; what others have on screen stays so.
            lanes: none at the end.
        """
        others = {who: theirs for who, theirs in self._in_front.items() if who is not owner}
        self._in_front = {**others, owner: lanes} if lanes else others
        foreground: frozenset[str] = frozenset().union(*self._in_front.values())
        if foreground == self._questions.foreground:
            return
        self._questions.foreground = foreground
        if self._process is not None:
            self._process.send(Foreground(foreground))

    def close(self) -> None:
        """End the engine. Takes milliseconds as a rule and a few seconds at the worst.

        A training is saved first, which may take as long as a step of it does.
        """
        process, self._process = self._process, None
        self._set_state(EngineState.CLOSED)
        patience_s = SAVING_S if self._questions.training is not None else PATIENCE_S
        for one in (process, *self._aborted):
            if one is not None:
                one.close(patience_s)
        self._aborted.clear()

    # --- inside ----------------------------------------------------------------------------

    def _next_id(self) -> int:
        return next(self._ids)

    def _ask(self, job: Job) -> int:
        if self._state is not EngineState.CLOSED:
            self._questions.ask(job)
            self._asked_s[job.request_id] = time.monotonic()
            if self._process is not None:
                self._process.send(job)
            self._refresh()
            if isinstance(job, Background):
                self._on_progress(Progress(job.request_id, doing(job)))
        return job.request_id

    def _order(self, order: Steer) -> int:
        if self._questions.order(order):
            if self._process is not None:
                self._process.send(order)
            elif order.order == "stop":
                self._end_without_engine(order.training)
        return order.request_id

    def _end_without_engine(self, request_id: int) -> None:
        answer = self._questions.end_without_engine(request_id)
        if answer is not None:
            self._refresh()
            self._tell((answer,))

    def _send(self, job: Job) -> None:
        self._questions.ask(job)
        if self._process is not None:
            self._process.send(job)

    @Slot(int, object)
    def _on_arrived(self, number: int, reply: Reply) -> None:
        if number != self._number or self._process is None:
            return  # from an engine that was given up
        match reply:
            case Starting(pid):
                self.engine_starting.emit(pid)
            case EngineReady():
                self._ready = True
                self._refresh()
                self.engine_ready.emit(reply)
            case Failed(request_id=0):
                self._start_failure = reply
            case Progress():
                self._on_progress(reply)
            case _:
                self._on_answer(reply)

    def _on_progress(self, progress: Progress) -> None:
        if not self._questions.waits_for(progress.request_id):
            return
        self._reported[progress.request_id] = progress
        if self._busy is not None and self._busy.request_id == progress.request_id:
            self._busy = replace(self._busy, progress=progress)
            self.busy_changed.emit(self._busy)
        self.progress.emit(progress)

    def _on_answer(self, answer: Answer) -> None:
        if self._questions.is_order(answer.request_id):
            self.order_refused.emit(answer)
            return
        resumed = self._questions.is_orphan(answer.request_id)
        withdrawn = self._questions.was_withdrawn(answer.request_id)
        wanted = self._questions.take(answer)
        over = not self._questions.waits_for(answer.request_id)
        if over:
            self._asked_s.pop(answer.request_id, None)
            self._reported.pop(answer.request_id, None)
        self._refresh()
        if (
            over
            and (withdrawn or isinstance(answer, Cancelled))
            and not isinstance(answer, Trained)
        ):
            self.cancelled.emit(Cancelled(answer.request_id))
        if not wanted:
            return
        if not over and (progress := self._progress_of(answer)) is not None:
            self._on_progress(progress)
        self._tell((answer,))
        if resumed and isinstance(answer, TrainingStatus):
            self.training_resumed.emit(answer)

    def _tell(self, answers: Iterable[Answer]) -> None:
        """Emit the signal of each answer; nobody waits for a `Superseded`."""
        signals = {
            ModelReady: self.model_ready,
            Explored: self.explored,
            PairMeasured: self.pair_measured,
            Found: self.found,
            DataSeen: self.data_seen,
            TrainingStatus: self.training_status,
            Trained: self.trained,
            RateFound: self.rate_found,
            Failed: self.failed,
            Cancelled: self.cancelled,
        }
        for answer in answers:
            if (signal := signals.get(type(answer))) is not None:
                signal.emit(answer)

    @Slot(int, object)
    def _on_ended(self, number: int, end: Exit) -> None:
        if number != self._number or self._process is None:
            return
        self._process = None
        endings = self._questions.engine_died()
        failure = self._start_failure
        self.recovery = self._policy.died(time.monotonic(), hopeless=failure is not None)
        self._set_state(EngineState.CRASHED)
        self._refresh()
        sentences = obituary(end, self.recovery)
        if failure is not None:
            sentences = f"{failure.message} {failure.hint}"
        if (training := self._questions.training) is not None:
            sentences = f"{sentences} {training.outlook()}".rstrip()
        self.engine_died.emit(sentences)
        self._tell(endings)
        if self.recovery is Recovery.AUTOMATIC and self._process is None:
            self.start()

    def _refresh(self) -> None:
        """Bring `busy` and the state in line with the questions."""
        job = self._questions.current
        if (job.request_id if job else None) != (self._busy.request_id if self._busy else None):
            self._busy = self._describe(job) if job else None
            self.busy_changed.emit(self._busy)
        if self._process is None:
            return
        if not self._ready:
            self._set_state(EngineState.STARTING)
        else:
            self._set_state(EngineState.BUSY if job else EngineState.READY)

    def _describe(self, job: Job) -> Busy:
        since_s = self._asked_s.setdefault(job.request_id, time.monotonic())
        return Busy(job.request_id, doing(job), since_s, self._reported.get(job.request_id))

    def _set_state(self, state: EngineState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)

    def _progress_of(self, answer: Answer) -> Progress | None:
        """A part of an answer as a report: how many of its steps are done."""
        request_id = answer.request_id
        match answer:
            case Found(finding=finding):
                what = describe(finding.experiment, finding.settings)
                return Progress(request_id, what, finding.done, finding.total, "steps")
            case RateFound():
                what = self._questions.doing(request_id)
                return Progress(request_id, what, len(answer.rates), answer.total, "steps")
            case _:
                return None

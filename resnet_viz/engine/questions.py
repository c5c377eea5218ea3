"""What the window wants to know, from asking to answer, across the death of an engine."""

from __future__ import annotations

from collections import Counter

from resnet_viz.engine.lanes import Background, Job, Lane, lane, stage_of
from resnet_viz.engine.messages import (
    Cancelled,
    DataSeen,
    Explore,
    Explored,
    Failed,
    FindRate,
    Found,
    LoadModel,
    ModelReady,
    PairMeasured,
    RateFound,
    RunExperiment,
    Steer,
    Superseded,
    Train,
    Trained,
    TrainingStatus,
)
from resnet_viz.engine.subjects import same_subject
from resnet_viz.engine.task_names import doing
from resnet_viz.engine.trainings import Training

Result = ModelReady | Explored | PairMeasured | Found | DataSeen | Trained | RateFound
Answer = Result | TrainingStatus | Failed | Superseded | Cancelled
Ending = Failed | Trained | Cancelled

# A request that so many engines died on is not given to another one.
_FATAL_DEATHS = 2
# What ends with its engine: what it found is kept, and it may be what killed the engine.
_ENDING = (RunExperiment, FindRate)
_CURRENT_NETWORK: tuple[Lane, Lane] = ((LoadModel, "", ""), (Explore, "", ""))


class Questions:
    """The requests that wait for an answer, and those a new engine has to be given.

    What live views of a lecture ask is given to a new engine if it has no answer yet, their
    experiments too: nobody is there to run them again.

    Attributes:
        foreground: the lanes of live views that are on screen; the others give way.
    """

    def __init__(self) -> None:
        self.foreground: frozenset[str] = frozenset()
        self._open: dict[int, Job] = {}
        self._newest: dict[Lane, Job] = {}
        self._answered: dict[Lane, Job] = {}
        self._trainings: dict[int, Training] = {}
        self._orders: dict[int, int] = {}
        self._deaths: Counter[int] = Counter()
        self._withdrawn: set[int] = set()
        self._words: dict[int, str] = {}  # reading a recipe again for each report takes time

    @property
    def current(self) -> Job | None:
        """What the engine works on: the oldest request without an answer, trainings last."""
        return min(self._open.values(), key=self._turn, default=None)

    def _turn(self, job: Job) -> tuple[bool, bool, bool, int]:
        unseen = stage_of(job) not in ("", *self.foreground)
        return isinstance(job, Train), isinstance(job, Background), unseen, job.request_id

    def ask(self, job: Job) -> None:
        """A request is sent."""
        self._open[job.request_id] = job
        self._newest[lane(job)] = job
        if isinstance(job, Train):
            self._trainings.setdefault(job.request_id, Training(job))

    def order(self, order: Steer) -> bool:
        """An order is given to a training; False if that is over."""
        training = self._trainings.get(order.training)
        if training is not None:
            training.ordered(order)
            self._orders[order.request_id] = order.training
        return training is not None

    def is_order(self, request_id: int) -> bool:
        """Whether an id is that of an order to a training that is not over."""
        return request_id in self._orders

    def withdraw(self, request_id: int) -> bool:
        """The window no longer wants an answer; False if it has one already."""
        job = self._open.get(request_id)
        if job is None:
            return False
        self._forget(job)
        self._withdrawn.add(request_id)
        return True

    def was_withdrawn(self, request_id: int) -> bool:
        """Whether the window withdrew a request that has no answer yet."""
        return request_id in self._withdrawn

    def waits_for(self, request_id: int) -> bool:
        """Whether a request still has no answer."""
        return request_id in self._open

    def take(self, answer: Answer) -> bool:
        """An answer has come; False if it is to a question that is no longer asked.

        A measurement is wanted while its subject is still that of the newest request, even if
        the gates have moved on: this is what moves the curves while a slider is dragged. Of
        what runs in the background all findings are wanted, and the complete one is the answer.
        How a training ended matters whoever ended it: there is a run folder to show.
        """
        job = self._open.get(answer.request_id)
        if job is None:
            return False
        newest = self._newest.get(lane(job))
        if isinstance(answer, TrainingStatus):
            self._saw(answer)
        if _is_partial(answer):
            return newest is job
        del self._open[answer.request_id]
        self._withdrawn.discard(answer.request_id)
        self._words.pop(answer.request_id, None)
        self._end_training(answer.request_id)
        if isinstance(answer, Result):
            wanted = newest is job or same_subject(job, newest)
            if not stage_of(job) and wanted:
                self._answered[lane(job)] = job
            elif newest is job:
                self._forget(job)  # the live view has the numbers
            return wanted or isinstance(answer, Trained)
        self._forget(job)
        return isinstance(answer, Failed) and (newest is job or isinstance(job, Train))

    def _saw(self, status: TrainingStatus) -> None:
        """A training tells where it is; if it gets on, it is not what kills engines."""
        training = self._trainings[status.request_id]
        before = training.status
        training.status, training.orphaned = status, False
        if before is not None and status.saved_step > before.saved_step:
            del self._deaths[status.request_id]

    def _end_training(self, request_id: int) -> None:
        if self._trainings.pop(request_id, None) is not None:
            self._orders = {o: t for o, t in self._orders.items() if t != request_id}

    def is_orphan(self, request_id: int) -> bool:
        """Whether a training lost its engine and has not been heard of since."""
        training = self._trainings.get(request_id)
        return training is not None and training.orphaned

    def doing(self, request_id: int) -> str:
        """What the engine does about a request that has no answer yet."""
        if request_id not in self._words:
            self._words[request_id] = doing(self._open[request_id])
        return self._words[request_id]

    def end_without_engine(self, request_id: int) -> Trained | Cancelled | None:
        """Give a request up while there is no engine to do so; None if it was over already."""
        training, job = self._trainings.get(request_id), self._open.pop(request_id, None)
        if training is not None:
            self._forget(training.job)
            self._end_training(request_id)
            return training.stopped_without_engine()
        if job is None:
            return None
        self._forget(job)
        return Cancelled(request_id)

    def engine_gone(self) -> tuple[Ending, ...]:
        """The engine was given up: forget what it was asked; what has ended with it.

        A workspace's experiment ends with its engine. It may have taken minutes, and it may be
        what killed the engine: whether to run it again is for the user to say. A lecture's is
        asked again until that is likely. A training is resumed, unless the window had wanted it
        to stop.
        """
        ended = [job for job in self._open.values() if self._ends_with_engine(job)]
        stopped = [t for t in self._trainings.values() if not self._goes_on(t)]
        for training in self._trainings.values():
            training.orphaned = True
        self._open.clear()
        self._withdrawn.clear()
        for job in ended:
            self._forget(job)
        for training in stopped:
            self._forget(training.job)
            self._end_training(training.job.request_id)
        return (
            *(_ended_with_engine(job) for job in ended),
            *(training.stopped_without_engine() for training in stopped),
        )

    def engine_died(self) -> tuple[Ending, ...]:
        """The same after a death, which a request that keeps killing engines does not survive."""
        culprit = self._suspect()
        self._deaths.update(i for i, j in self._open.items() if _is_lectures_experiment(j))
        alone = not any(isinstance(job, _ENDING) for job in self._open.values())
        failures = self.engine_gone()
        # Beside an experiment nobody knows which of the two it was.
        if culprit is None or not alone:
            return failures
        self._deaths[culprit.request_id] += 1
        if self._deaths[culprit.request_id] < _FATAL_DEATHS:
            return failures
        self._forget(culprit)
        self._end_training(culprit.request_id)
        return (*failures, _fatal(culprit))

    def _suspect(self) -> Job | None:
        """What the engine worked on; a training that is paused only waits."""
        job = self.current
        training = self._trainings.get(job.request_id) if job is not None else None
        return None if training is not None and training.paused else job

    def to_repeat(self) -> tuple[Job, ...]:
        """What brings a new engine to where the old one was, in order.

        The newest network and measurement, answered or not, where the newest failed the last
        that did not; what else has no answer; and the training, where it was. A measurement of
        a network that another has replaced since is left out.
        """
        load, explore = (
            self._newest.get(where) or self._answered.get(where) for where in _CURRENT_NETWORK
        )
        if load is not None and explore is not None and explore.request_id < load.request_id:
            replaced = load is self._answered.get((LoadModel, "", ""))
            explore = None if replaced else explore
        # The window has the numbers of the others, and an engine needs them not to go on.
        others = [
            job
            for where, job in self._newest.items()
            if where not in _CURRENT_NETWORK
            and job is not self._answered.get(where)
            and not isinstance(job, Train)
        ]
        trainings = [training.again() for training in self._trainings.values()]
        jobs = (job for job in (load, explore, *others, *trainings) if job is not None)
        return tuple(sorted(jobs, key=lambda job: job.request_id))

    @property
    def training(self) -> Training | None:
        """The newest training that is not over."""
        newest = self._newest.get((Train, "", ""))
        return None if newest is None else self._trainings.get(newest.request_id)

    def standing_orders(self) -> tuple[Steer, ...]:
        """What to order of a new engine once it has been asked again."""
        return tuple(o for training in self._trainings.values() for o in training.orders)

    def _forget(self, job: Job) -> None:
        newest = self._newest.get(lane(job))
        if newest is not None and newest.request_id == job.request_id:
            del self._newest[lane(job)]

    def _ends_with_engine(self, job: Job) -> bool:
        if _is_lectures_experiment(job) and self._deaths[job.request_id] < _FATAL_DEATHS:
            return False
        return isinstance(job, _ENDING) and self._newest.get(lane(job)) is job

    def _goes_on(self, training: Training) -> bool:
        return self.training is training and not training.stopping


def _is_partial(answer: Answer) -> bool:
    """Whether more is to come."""
    match answer:
        case Found(finding=finding):
            return not finding.complete
        case RateFound(complete=complete):
            return not complete
        case _:
            return isinstance(answer, TrainingStatus)


def _is_lectures_experiment(job: Job) -> bool:
    return isinstance(job, RunExperiment) and bool(job.lane)


def _fatal(job: Job) -> Failed:
    did = doing(job)
    kept = " What was trained so far is in its folder and can be resumed."
    return Failed(
        job.request_id,
        f"The engine died {_FATAL_DEATHS} times while {did[0].lower()}{did[1:]}.",
        f"Choose a smaller network, or another device.{kept if isinstance(job, Train) else ''}",
    )


def _ended_with_engine(job: Job) -> Failed:
    did = doing(job)
    return Failed(
        job.request_id,
        f"{did} ended with its engine.",
        "What it had found is kept. Run it again to go on, with a smaller network or fewer "
        "images if it ends the engine once more.",
    )

"""What the window wants to know, from asking to answer, across the death of an engine."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from resnet_viz.engine.messages import (
    Cancelled,
    Explore,
    Explored,
    Failed,
    Found,
    LoadModel,
    MeasurePair,
    ModelReady,
    PairMeasured,
    RunExperiment,
    Superseded,
)
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.settings import LabSettings

Job = LoadModel | Explore | MeasurePair | RunExperiment
Answer = ModelReady | Explored | PairMeasured | Found | Failed | Superseded | Cancelled

# A request that so many engines died on is not given to another one.
_FATAL_DEATHS = 2


class Questions:
    """The requests that wait for an answer, and those a new engine has to be given."""

    def __init__(self) -> None:
        self._open: dict[int, Job] = {}
        self._newest: dict[type[Job], Job] = {}
        self._answered: dict[type[Job], Job] = {}
        self._deaths: Counter[int] = Counter()
        self._withdrawn: set[int] = set()

    @property
    def current(self) -> Job | None:
        """What the engine works on: the oldest request without an answer, experiments last."""
        return min(self._open.values(), key=_turn, default=None)

    def ask(self, job: Job) -> None:
        """A request is sent."""
        self._open[job.request_id] = job
        self._newest[type(job)] = job

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
        the gates have moved on: this is what moves the curves while a slider is dragged. Of an
        experiment all findings are wanted, and the complete one is the answer.
        """
        job = self._open.get(answer.request_id)
        if job is None:
            return False
        newest = self._newest.get(type(job))
        if isinstance(answer, Found) and not answer.finding.complete:
            return newest is job
        del self._open[answer.request_id]
        self._withdrawn.discard(answer.request_id)
        if isinstance(answer, ModelReady | Explored | PairMeasured | Found):
            wanted = newest is job or _same_subject(job, newest)
            if wanted:
                self._answered[type(job)] = job
            return wanted
        self._forget(job)
        return isinstance(answer, Failed) and newest is job

    def engine_gone(self) -> tuple[Failed, ...]:
        """The engine was given up: forget what it was asked; the failures to tell of.

        An experiment ends with its engine. It may have taken minutes, and it may be what
        killed the engine: whether to run it again is for the user to say.
        """
        ended = [job for job in self._open.values() if self._is_wanted_experiment(job)]
        self._open.clear()
        self._withdrawn.clear()
        for job in ended:
            self._forget(job)
        return tuple(_ended_with_engine(job) for job in ended)

    def engine_died(self) -> tuple[Failed, ...]:
        """The same after a death, which a request that keeps killing engines does not survive."""
        culprit = self.current
        alone = not any(isinstance(job, RunExperiment) for job in self._open.values())
        failures = self.engine_gone()
        # Beside an experiment nobody knows which of the two it was.
        if culprit is None or not alone:
            return failures
        self._deaths[culprit.request_id] += 1
        if self._deaths[culprit.request_id] < _FATAL_DEATHS:
            return failures
        self._forget(culprit)
        return (*failures, _fatal(culprit))

    def to_repeat(self) -> tuple[Job, ...]:
        """What brings a new engine to where the old one was, in order.

        The newest network and measurement, answered or not, where the newest failed the last
        that did not; and a pair without an answer. A measurement of a network that another
        has replaced since is left out.
        """
        load, explore = (
            self._newest.get(kind) or self._answered.get(kind) for kind in (LoadModel, Explore)
        )
        if load is not None and explore is not None and explore.request_id < load.request_id:
            replaced = load is self._answered.get(LoadModel)
            explore = None if replaced else explore
        pair = self._newest.get(MeasurePair)
        if pair is self._answered.get(MeasurePair):
            pair = None  # the window has its numbers, and an engine needs no pair to go on
        jobs = (job for job in (load, explore, pair) if job is not None)
        return tuple(sorted(jobs, key=lambda job: job.request_id))

    def _forget(self, job: Job) -> None:
        if self._newest.get(type(job)) is job:
            del self._newest[type(job)]

    def _is_wanted_experiment(self, job: Job) -> bool:
        return isinstance(job, RunExperiment) and self._newest.get(RunExperiment) is job


def title(job: Job) -> str:
    """What a request is about: `ResNet-50`, `ResNet-56 and plain-56`."""
    if isinstance(job, LoadModel | Explore):
        return job.choice.title()
    residual = job.settings.spec("residual").title()
    plain = job.settings.spec("plain").title()
    return residual if isinstance(job, RunExperiment) else f"{residual} and {plain}"


def doing(job: Job) -> str:
    """What the engine does about a request: "Loading ResNet-50", "Lesion study of ResNet-56"."""
    if isinstance(job, RunExperiment):
        return describe(job.experiment, job.settings)
    verb = "Loading" if isinstance(job, LoadModel) else "Measuring"
    return f"{verb} {title(job)}"


def describe(experiment: Experiment, settings: LabSettings) -> str:
    """An experiment by its title and its network: "Lesion study of ResNet-56"."""
    return f"{experiment.title} of {settings.spec('residual').title()}"


def _turn(job: Job) -> tuple[bool, int]:
    return isinstance(job, RunExperiment), job.request_id


def _fatal(job: Job) -> Failed:
    did = doing(job)
    return Failed(
        job.request_id,
        f"The engine died {_FATAL_DEATHS} times while {did[0].lower()}{did[1:]}.",
        "Choose a smaller network, or another device.",
    )


def _ended_with_engine(job: Job) -> Failed:
    did = doing(job)
    return Failed(
        job.request_id,
        f"{did} ended with its engine.",
        "What it had found is kept. Run it again to go on, with a smaller network or fewer "
        "images if it ends the engine once more.",
    )


def _same_subject(job: Job, newest: Job | None) -> bool:
    """Whether a measurement still shows what the newest request asks about."""
    if isinstance(job, Explore) and isinstance(newest, Explore):
        return job.choice == newest.choice and _same_picture(job.image, newest.image)
    if isinstance(job, MeasurePair) and isinstance(newest, MeasurePair):
        same = _apart_from_sliders(job) == _apart_from_sliders(newest)
        return same and _same_picture(job.picture, newest.picture)
    return False


def _apart_from_sliders(job: MeasurePair) -> object:
    """The settings without those that are dragged, or clicked one after the other."""
    none: frozenset[str] = frozenset()
    return replace(
        job.settings,
        alpha=1.0,
        gain=1.0,
        init_std=1.0,
        cut=none,
        dropped=none,
        plain_restored=none,
        plain_dropped=none,
    )


def _same_picture(a: NDArray[np.uint8] | None, b: NDArray[np.uint8] | None) -> bool:
    if a is None or b is None:
        return a is b
    return a is b or np.array_equal(a, b)

"""What the window wants to know, from asking to answer, across the death of an engine."""

from __future__ import annotations

from collections import Counter

import numpy as np

from resnet_viz.engine.messages import (
    Cancelled,
    Explore,
    Explored,
    Failed,
    LoadModel,
    ModelReady,
    Superseded,
)

Job = LoadModel | Explore
Answer = ModelReady | Explored | Failed | Superseded | Cancelled

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
        """What the engine works on: the oldest request without an answer."""
        return self._open[min(self._open)] if self._open else None

    def ask(self, job: Job) -> None:
        """A request is sent."""
        self._open[job.request_id] = job
        self._newest[type(job)] = job

    def withdraw(self, request_id: int) -> bool:
        """The window no longer wants an answer; False if it has one already."""
        job = self._open.get(request_id)
        if job is None:
            return False
        if self._newest.get(type(job)) is job:
            del self._newest[type(job)]
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

        A measurement is wanted while its network and picture are still those of the newest
        request, even if the gates have moved on: this is what moves the curves while a slider
        is dragged.
        """
        job = self._open.pop(answer.request_id, None)
        if job is None:
            return False
        self._withdrawn.discard(answer.request_id)
        newest = self._newest.get(type(job))
        if isinstance(answer, ModelReady | Explored):
            wanted = newest is job or _same_subject(job, newest)
            if wanted:
                self._answered[type(job)] = job
            return wanted
        if newest is job:
            del self._newest[type(job)]
        return isinstance(answer, Failed) and newest is job

    def engine_died(self) -> Failed | None:
        """Forget what the engine was asked; the failure of a request that keeps killing it."""
        culprit = self.current
        self._open.clear()
        self._withdrawn.clear()
        if culprit is None:
            return None
        self._deaths[culprit.request_id] += 1
        if self._deaths[culprit.request_id] < _FATAL_DEATHS:
            return None
        if self._newest.get(type(culprit)) is culprit:
            del self._newest[type(culprit)]
        doing = "loading" if isinstance(culprit, LoadModel) else "measuring"
        return Failed(
            culprit.request_id,
            f"The engine died {_FATAL_DEATHS} times while {doing} {culprit.choice.title()}.",
            "Choose a smaller network, or another device.",
        )

    def to_repeat(self) -> tuple[Job, ...]:
        """What brings a new engine to where the old one was, in order.

        The newest requests, answered or not; where the newest failed, the last that did not.
        A measurement of a network that another has replaced since is left out.
        """
        load, explore = (
            self._newest.get(kind) or self._answered.get(kind) for kind in (LoadModel, Explore)
        )
        if load is None or explore is None:
            return tuple(filter(None, (load, explore)))
        if load.request_id < explore.request_id:
            return load, explore
        replaced = load is self._answered.get(LoadModel)
        return (load,) if replaced else (explore, load)


def _same_subject(job: Job, newest: Job | None) -> bool:
    if not isinstance(job, Explore) or not isinstance(newest, Explore):
        return False
    same_image = job.image is newest.image or np.array_equal(job.image, newest.image)
    return same_image and job.choice == newest.choice

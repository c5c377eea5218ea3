"""What the window has asked for: the newest wins, and running work learns when to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    Explore,
    LoadModel,
    MeasurePair,
    Quit,
    Reply,
    Request,
    RunExperiment,
    Superseded,
)
from resnet_viz.errors import OperationCancelled

Job = LoadModel | Explore | MeasurePair | RunExperiment

# What a slider asks for, again and again while it is dragged.
_DRAGGED = (Explore, MeasurePair)


@dataclass
class _Desk:
    """Where one request is worked on.

    Attributes:
        job: the request; None while there is none.
        verdict: why it is no longer wanted; None while it is.
    """

    job: Job | None = None
    verdict: Cancelled | Superseded | None = None

    def clear(self) -> None:
        self.job = self.verdict = None


class Inbox:
    """Requests on their way from the listening thread (`put`) to the worker (`take`).

    At most one request of each type waits: a newer one takes its place, and a running one is
    told to stop. A second measurement in a row is not stopped by newer ones, so that a slider
    which asks faster than the network answers still moves something on the screen.

    An experiment is worked on at a desk of its own: `take` hands it out again and again, a
    slice at a time, whenever nothing else waits.

    Args:
        reply: sends a reply to the window; called from either thread.
    """

    def __init__(self, reply: Callable[[Reply], None]) -> None:
        self._reply = reply
        self._changed = threading.Condition()
        self._waiting: dict[type[Job], Job] = {}
        self._desk = _Desk()
        self._background = _Desk()
        # Of these types, the request before this one was stopped for a newer one.
        self._gave_way: set[type[Job]] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the window wants no more answers."""
        return self._closed

    # --- the listening thread --------------------------------------------------------------

    def put(self, request: Request) -> None:
        """Take in what the window sent."""
        match request:
            case Quit():
                self.close()
            case Cancel(request_id):
                self._cancel(request_id)
            case _:
                self._add(request)

    def close(self) -> None:
        """The window wants no more answers: `take` returns None, running work stops."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _add(self, job: Job) -> None:
        with self._changed:
            dropped = self._waiting.pop(type(job), None)
            self._waiting[type(job)] = job
            for desk in (self._desk, self._background):
                if type(desk.job) is type(job) and not self._must_finish(desk.job):
                    desk.verdict = desk.verdict or Superseded(desk.job.request_id)
            self._changed.notify_all()
        if dropped is not None:
            self._reply(Superseded(dropped.request_id))

    def _must_finish(self, job: Job) -> bool:
        return isinstance(job, _DRAGGED) and type(job) in self._gave_way

    def _cancel(self, request_id: int) -> None:
        """Strike a waiting request off, stop a running one; anything else is over already."""
        with self._changed:
            for desk in (self._desk, self._background):
                if desk.job is not None and desk.job.request_id == request_id:
                    desk.verdict = Cancelled(request_id)
                    return
            waiting = [j for j in self._waiting.values() if j.request_id == request_id]
            for job in waiting:
                del self._waiting[type(job)]
        if waiting:
            self._reply(Cancelled(request_id))

    # --- the worker ------------------------------------------------------------------------

    def take(self) -> Job | None:
        """What to do next; None to leave.

        The oldest waiting request, which becomes the running one; if none waits but an
        experiment, the experiment for another slice.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._waiting or self._background.job is not None or self._closed
            )
            if self._closed:
                return None
            others = [j for j in self._waiting.values() if not isinstance(j, RunExperiment)]
            if others:
                self._desk.job = min(others, key=lambda job: job.request_id)
                self._desk.verdict = None
                return self._waiting.pop(type(self._desk.job))
            if self._background.job is None:
                self._background.job = self._waiting.pop(RunExperiment)
            return self._background.job

    def stopped(self) -> bool:
        """Whether the running request is no longer wanted; cheap enough for every block."""
        return self._closed or self._desk.verdict is not None

    def experiment_stopped(self) -> bool:
        """The same of the experiment."""
        return self._closed or self._background.verdict is not None

    def check(self) -> None:
        """Raise OperationCancelled if the running request is no longer wanted."""
        if self.stopped():
            raise OperationCancelled

    def finish(self, answer: Reply | None) -> None:
        """Answer the running request, which ends it.

        Args:
            answer: its reply; None if it was stopped and the window should learn why.
        """
        self._finish(self._desk, answer)

    def finish_experiment(self, answer: Reply | None) -> None:
        """The same for the experiment."""
        self._finish(self._background, answer)

    def _finish(self, desk: _Desk, answer: Reply | None) -> None:
        with self._changed:
            job, verdict = desk.job, desk.verdict
            assert job is not None, "no request is running"
            desk.clear()
            if answer is None and isinstance(verdict, Superseded):
                self._gave_way.add(type(job))
            else:
                self._gave_way.discard(type(job))
        if answer is None:
            answer = verdict or Cancelled(job.request_id)
        if not self._closed:
            self._reply(answer)

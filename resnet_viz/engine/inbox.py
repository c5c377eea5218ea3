"""What the window has asked for: the newest wins, and a running job learns when to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    Explore,
    LoadModel,
    Quit,
    Reply,
    Request,
    Superseded,
)
from resnet_viz.errors import OperationCancelled

Job = LoadModel | Explore


class Inbox:
    """Requests on their way from the listening thread (`put`) to the worker (`take`).

    At most one request of each type waits: a newer one takes its place, and a running one is
    told to stop. A second exploration in a row is not stopped by newer ones, so that a slider
    which asks faster than the network answers still moves something on the screen.

    Args:
        reply: sends a reply to the window; called from either thread.
    """

    def __init__(self, reply: Callable[[Reply], None]) -> None:
        self._reply = reply
        self._changed = threading.Condition()
        self._waiting: dict[type[Job], Job] = {}
        self._running: Job | None = None
        self._verdict: Cancelled | Superseded | None = None
        self._gave_way = False  # the exploration before this one was stopped for a newer one
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
            case LoadModel() | Explore():
                self._add(request)

    def close(self) -> None:
        """The window wants no more answers: `take` returns None, a running job stops."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _add(self, job: Job) -> None:
        with self._changed:
            dropped = self._waiting.pop(type(job), None)
            self._waiting[type(job)] = job
            if type(self._running) is type(job) and not self._must_finish():
                self._verdict = self._verdict or Superseded(self._running.request_id)
            self._changed.notify_all()
        if dropped is not None:
            self._reply(Superseded(dropped.request_id))

    def _must_finish(self) -> bool:
        return isinstance(self._running, Explore) and self._gave_way

    def _cancel(self, request_id: int) -> None:
        """Strike a waiting request off, stop a running one; anything else is over already."""
        with self._changed:
            if self._running is not None and self._running.request_id == request_id:
                self._verdict = Cancelled(request_id)
                return
            waiting = [j for j in self._waiting.values() if j.request_id == request_id]
            for job in waiting:
                del self._waiting[type(job)]
        if waiting:
            self._reply(Cancelled(request_id))

    # --- the worker ------------------------------------------------------------------------

    def take(self) -> Job | None:
        """The oldest waiting request, which becomes the running one; None to leave."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            job = min(self._waiting.values(), key=lambda job: job.request_id)
            self._running = self._waiting.pop(type(job))
            self._verdict = None
            return job

    def stopped(self) -> bool:
        """Whether the running request is no longer wanted; cheap enough for every block."""
        return self._closed or self._verdict is not None

    def check(self) -> None:
        """Raise OperationCancelled if the running request is no longer wanted."""
        if self.stopped():
            raise OperationCancelled

    def finish(self, answer: Reply | None) -> None:
        """Answer the running request, which ends it.

        Args:
            answer: its reply; None if it was stopped and the window should learn why.
        """
        with self._changed:
            job, verdict = self._running, self._verdict
            assert job is not None, "no request is running"
            self._running = self._verdict = None
            if isinstance(job, Explore):
                self._gave_way = answer is None and isinstance(verdict, Superseded)
        if answer is None:
            answer = verdict or Cancelled(job.request_id)
        if not self._closed:
            self._reply(answer)

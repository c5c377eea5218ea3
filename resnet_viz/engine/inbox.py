"""What the window has asked for: the newest wins, and running work learns when to stop."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from resnet_viz.engine.lanes import Background, Job, Lane, Prompt, lane
from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    Explore,
    Foreground,
    MeasurePair,
    Quit,
    Reply,
    Request,
    Steer,
    Superseded,
    Train,
)
from resnet_viz.errors import OperationCancelled

# What a slider asks for, again and again while it is dragged.
_DRAGGED = (Explore, MeasurePair)


@dataclass
class _Desk:
    """Where one request is worked on.

    Attributes:
        job: the request; None while there is none.
        verdict: why it is no longer wanted; None while it is.
        asleep: nothing can be done about it until something happens.
        nudged: something has happened since it was handed out last.
    """

    job: Job | None = None
    verdict: Cancelled | Superseded | None = None
    asleep: bool = False
    nudged: bool = False

    def begin(self, job: Job) -> None:
        """Lay a request on the desk."""
        self.job, self.verdict, self.asleep, self.nudged = job, None, False, False

    def clear(self) -> None:
        """The request is answered."""
        self.job = self.verdict = None

    def judge(self, verdict: Cancelled | Superseded) -> None:
        """The request is no longer wanted."""
        self.verdict = verdict
        self.nudge()

    def nudge(self) -> None:
        """Something has happened that the request may have waited for."""
        self.nudged = True
        self.asleep = False


class Inbox:
    """Requests on their way from the listening thread (`put`) to the worker (`take`).

    At most one request of each lane waits: a newer one takes its place, and a running one is
    told to stop. A second measurement in a row is not stopped by newer ones, so that a slider
    which asks faster than the network answers still moves something on the screen.

    Requests of the background are worked on at desks of their own, one for each type: `take`
    hands them out again and again, in turn, a slice at a time, whenever nothing else waits.
    One that waits for something itself (a paused training, a download) sleeps until then.

    Args:
        reply: sends a reply to the window; called from either thread.
    """

    def __init__(self, reply: Callable[[Reply], None]) -> None:
        self._reply = reply
        self._changed = threading.Condition()
        self._waiting: dict[Lane, Job] = {}
        self._desk = _Desk()
        # By type of request, the one whose turn it is first.
        self._background: dict[type[Job], _Desk] = {}
        self._orders: deque[Steer] = deque()
        # Of these lanes, the request before this one was stopped for a newer one.
        self._gave_way: set[Lane] = set()
        self._foreground: frozenset[str] = frozenset()
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the window wants no more answers."""
        return self._closed

    @property
    def training(self) -> bool:
        """Whether a training is under way, whose state is to be saved before leaving."""
        desk = self._background.get(Train)
        return desk is not None and desk.job is not None

    # --- the listening thread --------------------------------------------------------------

    def put(self, request: Request) -> None:
        """Take in what the window sent."""
        match request:
            case Quit():
                self.close()
            case Cancel(request_id):
                self._cancel(request_id)
            case Steer():
                self._order(request)
            case Foreground(lanes):
                self._foreground = lanes
            case _:
                self._add(request)

    def close(self) -> None:
        """The window wants no more answers: `take` returns None, running work stops."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _add(self, job: Job) -> None:
        with self._changed:
            dropped = self._waiting.pop(lane(job), None)
            self._waiting[lane(job)] = job
            for desk in self._desks():
                rival = desk.job
                if rival is not None and lane(rival) == lane(job) and not self._must_finish(rival):
                    desk.judge(desk.verdict or Superseded(rival.request_id))
            self._changed.notify_all()
        if dropped is not None:
            self._reply(Superseded(dropped.request_id))

    def _desks(self) -> tuple[_Desk, ...]:
        return self._desk, *self._background.values()

    def _must_finish(self, job: Job) -> bool:
        return isinstance(job, _DRAGGED) and lane(job) in self._gave_way

    def _order(self, order: Steer) -> None:
        """Keep an order for its training; one for a training that is over is ignored."""
        with self._changed:
            desk = self._background.get(Train)
            running = desk is not None and _is(desk.job, order.training)
            waiting = _is(self._waiting.get((Train, "", "")), order.training)
            if running or waiting:
                self._orders.append(order)
            if running and desk is not None:
                desk.nudge()
            self._changed.notify_all()

    def _cancel(self, request_id: int) -> None:
        """Strike a waiting request off, stop a running one; anything else is over already."""
        with self._changed:
            for desk in self._desks():
                if _is(desk.job, request_id):
                    desk.judge(Cancelled(request_id))
                    self._changed.notify_all()
                    return
            waiting = [j for j in self._waiting.values() if j.request_id == request_id]
            for job in waiting:
                del self._waiting[lane(job)]
        if waiting:
            self._reply(Cancelled(request_id))

    # --- the worker ------------------------------------------------------------------------

    def take(self) -> Job | None:
        """What to do next; None to leave.

        The oldest prompt request that waits, which becomes the running one; if none waits, the
        next request of the background that is awake, for another slice.
        """
        with self._changed:
            while not self._closed:
                if (job := self._prompt() or self._slice()) is not None:
                    return job
                self._changed.wait()
            return None

    def _prompt(self) -> Prompt | None:
        waiting = [job for job in self._waiting.values() if isinstance(job, Prompt)]
        if not waiting:
            return None
        job = min(waiting, key=lambda job: job.request_id)
        del self._waiting[lane(job)]
        self._desk.begin(job)
        return job

    def _slice(self) -> Background | None:
        for job in list(self._waiting.values()):  # of the background, all of them
            desk = self._background.setdefault(type(job), _Desk())
            if desk.job is None:
                del self._waiting[lane(job)]
                desk.begin(job)
        for kind, desk in self._background.items():
            if isinstance(desk.job, Background) and not desk.asleep:
                self._background[kind] = self._background.pop(kind)  # the others come first now
                desk.nudged = False
                return desk.job
        return None

    def rest(self, job: Background) -> None:
        """Do not hand out a request of the background until something happens to it.

        That is an order, its end, or a call of `wake`. If one of them came since it was handed
        out, it is handed out again.
        """
        with self._changed:
            desk = self._desk_of(job)
            desk.asleep = not desk.nudged

    def wake(self, job: Background) -> None:
        """Hand out a resting request again; may be called from any thread, also too late."""
        with self._changed:
            desk = self._background.get(type(job))
            if desk is not None and desk.job is job:
                desk.nudge()
                self._changed.notify_all()

    def orders(self, job: Train) -> tuple[Steer, ...]:
        """What a training was told since this was asked last, in order."""
        with self._changed:
            mine = tuple(order for order in self._orders if order.training == job.request_id)
            if mine:
                others = (o for o in self._orders if o.training != job.request_id)
                self._orders = deque(others)
            return mine

    def stopped(self) -> bool:
        """Whether the running request is no longer wanted; cheap enough for every block."""
        return self._closed or self._desk.verdict is not None

    def unwanted(self, job: Background) -> bool:
        """The same of a request of the background; may be asked from any thread."""
        desk = self._background.get(type(job))
        return self._closed or desk is None or desk.job is not job or desk.verdict is not None

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

    def finish_background(self, job: Background, answer: Reply | None) -> None:
        """The same for a request of the background."""
        if isinstance(job, Train):
            self.orders(job)  # nobody is left to obey them
        self._finish(self._desk_of(job), answer)

    def _desk_of(self, job: Background) -> _Desk:
        desk = self._background[type(job)]
        assert desk.job is job, "this request is not being worked on"
        return desk

    def _finish(self, desk: _Desk, answer: Reply | None) -> None:
        with self._changed:
            job, verdict = desk.job, desk.verdict
            assert job is not None, "no request is running"
            desk.clear()
            if answer is None and isinstance(verdict, Superseded):
                self._gave_way.add(lane(job))
            else:
                self._gave_way.discard(lane(job))
        if answer is None:
            answer = verdict or Cancelled(job.request_id)
        if not self._closed:
            self._reply(answer)


def _is(job: Job | None, request_id: int) -> bool:
    return job is not None and job.request_id == request_id

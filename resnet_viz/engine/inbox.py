"""What the window has asked for: the newest wins, and running work learns when to stop."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from resnet_viz.engine.desk import Desk
from resnet_viz.engine.lanes import Background, Job, Lane, Prompt, lane, stage_of
from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    Explore,
    Foreground,
    MeasurePair,
    Quit,
    Reply,
    Request,
    RunExperiment,
    Steer,
    Superseded,
    Train,
)
from resnet_viz.errors import OperationCancelled

_TRAINING: Lane = (Train, "", "")
# What a slider asks for, again and again while it is dragged.
_DRAGGED = (Explore, MeasurePair)


class Inbox:
    """Requests on their way from the listening thread (`put`) to the worker (`take`).

    At most one request of each lane waits: a newer one takes its place, and a running one is
    told to stop. A second measurement in a row is not stopped by newer ones, so that a slider
    which asks faster than the network answers still moves something on the screen.

    Requests of the background are worked on at desks of their own, one for each lane: `take`
    hands them out again and again, in turn, a slice at a time, whenever nothing else waits.
    One that waits for something itself (a paused training, a download) sleeps until then.

    What live views of a lecture ask that are not on screen gives way: a prompt request waits
    again as soon as one of the others comes, an experiment rests while one of the others is
    computed. With trainings, which may take hours, it takes turns.

    Args:
        reply: sends a reply to the window; called from either thread.
    """

    def __init__(self, reply: Callable[[Reply], None]) -> None:
        self._reply = reply
        self._changed = threading.Condition()
        self._waiting: dict[Lane, Job] = {}
        self._desk = Desk()
        # The one whose turn it is first.
        self._background: dict[Lane, Desk] = {}
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
        return _TRAINING in self._background

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
                self._bring_forward(lanes)
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
            self._make_way()
            self._changed.notify_all()
        if dropped is not None:
            self._reply(Superseded(dropped.request_id))

    def _bring_forward(self, lanes: frozenset[str]) -> None:
        with self._changed:
            self._foreground = lanes
            self._make_way()
            self._changed.notify_all()

    def _make_way(self) -> None:
        """Stop what nobody sees if somebody waits for something else."""
        running = self._desk.job
        if running is not None and self._unseen(running):
            waiting = (job for job in self._waiting.values() if isinstance(job, Prompt))
            self._desk.postponed = any(not self._unseen(job) for job in waiting)

    def _unseen(self, job: Job) -> bool:
        """Whether a request is for a live view of a lecture that is not on screen."""
        return stage_of(job) not in ("", *self._foreground)

    def _desks(self) -> tuple[Desk, ...]:
        return self._desk, *self._background.values()

    def _must_finish(self, job: Job) -> bool:
        return isinstance(job, _DRAGGED) and lane(job) in self._gave_way

    def _order(self, order: Steer) -> None:
        """Keep an order for its training; one for a training that is over is ignored."""
        with self._changed:
            desk = self._background.get(_TRAINING)
            running = desk is not None and _is(desk.job, order.training)
            waiting = _is(self._waiting.get(_TRAINING), order.training)
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

        The oldest prompt request that waits, which becomes the running one, first of those that
        somebody sees; if none waits, the next request of the background that is awake, for
        another slice.
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
        job = min(waiting, key=lambda job: (self._unseen(job), job.request_id))
        del self._waiting[lane(job)]
        self._desk.begin(job)
        return job

    def _slice(self) -> Background | None:
        for where, job in list(self._waiting.items()):  # of the background, all of them
            if where not in self._background:
                del self._waiting[where]
                self._background[where] = Desk()
                self._background[where].begin(job)
        awake = {w: d for w, d in self._background.items() if not d.asleep}
        in_view = any(self._is_experiment_in_view(desk.job) for desk in awake.values())
        for where, desk in awake.items():
            if in_view and self._rests(desk):
                continue
            self._background[where] = self._background.pop(where)  # the others come first now
            desk.nudged = False
            assert isinstance(desk.job, Background)
            return desk.job
        return None

    def _is_experiment_in_view(self, job: Job | None) -> bool:
        return isinstance(job, RunExperiment) and not self._unseen(job)

    def _rests(self, desk: Desk) -> bool:
        """Whether it gives way to an experiment in view; one that is to end is told so."""
        job = desk.job
        return isinstance(job, RunExperiment) and self._unseen(job) and desk.verdict is None

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
            desk = self._background.get(lane(job))
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
        return self._closed or self._desk.verdict is not None or self._desk.postponed

    def unwanted(self, job: Background) -> bool:
        """The same of a request of the background; may be asked from any thread."""
        desk = self._background.get(lane(job))
        return self._closed or desk is None or desk.job is not job or desk.verdict is not None

    def check(self) -> None:
        """Raise OperationCancelled if the running request is no longer wanted."""
        if self.stopped():
            raise OperationCancelled

    def finish(self, answer: Reply | None) -> None:
        """Answer the running request, which ends it.

        Args:
            answer: its reply; None if it was stopped and the window should learn why, unless it
                only gave way.
        """
        if answer is None and self._waits_again():
            return
        self._finish(self._desk, answer)

    def _waits_again(self) -> bool:
        """Put the running request back if it was stopped for another one that somebody sees."""
        with self._changed:
            job = self._desk.job
            if not self._desk.postponed or self._desk.verdict is not None or job is None:
                return False
            if lane(job) in self._waiting:  # a newer one, which was not to stop this one
                self._desk.judge(Superseded(job.request_id))
                return False
            self._waiting[lane(job)] = job
            self._desk.clear()
            return True

    def finish_background(self, job: Background, answer: Reply | None) -> None:
        """The same for a request of the background."""
        if isinstance(job, Train):
            self.orders(job)  # nobody is left to obey them
        desk = self._desk_of(job)
        with self._changed:
            del self._background[lane(job)]
        self._finish(desk, answer)

    def _desk_of(self, job: Background) -> Desk:
        desk = self._background[lane(job)]
        assert desk.job is job, "this request is not being worked on"
        return desk

    def _finish(self, desk: Desk, answer: Reply | None) -> None:
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

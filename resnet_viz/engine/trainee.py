"""The training that an engine does in the background: a slice at a time, steered in between."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import NamedTuple

import torch

from resnet_viz.engine.errand import ReadingRoom
from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.messages import (
    Cancelled,
    Failed,
    Progress,
    Reply,
    Steer,
    Train,
    Trained,
    TrainingStatus,
)
from resnet_viz.engine.meter import Meter
from resnet_viz.engine.task_names import doing
from resnet_viz.errors import UserError
from resnet_viz.models.network import ResNet
from resnet_viz.train.background import Stage
from resnet_viz.train.config import NetworkKey
from resnet_viz.train.recipe import parse_config
from resnet_viz.train.session import TrainingSession
from resnet_viz.train.standing import Standing

# Eight times a second: each time the run folder is flushed, and a GPU waited for.
_STATUS_PAUSE_S = 0.125


class Live(NamedTuple):
    """A network that is being trained, as it is between two slices.

    Attributes:
        step: steps done.
        net: not to be changed, and not to be used after the next slice.
    """

    step: int
    net: ResNet


@dataclass
class _Running:
    """A training between two slices.

    Attributes:
        job: the request.
        session: does it.
        preparing: to be gone on with until it ends; None once it has.
        meter: takes the progress of its preparation.
        what: it does, for people.
        paused: nothing is done, but for a single step.
        until: the step to go on to although it is paused; None if none was asked for.
        stopping: it is to end with a checkpoint.
        orders: that have come and are not obeyed yet.
        next_s: when the window should hear of it again, on the clock of `time.monotonic`.
    """

    job: Train
    session: TrainingSession
    preparing: Generator[Stage, None, None] | None
    meter: Meter
    what: str
    paused: bool = False
    until: int | None = None
    stopping: bool = False
    orders: deque[Steer] = field(default_factory=deque)
    next_s: float = 0.0

    @property
    def stepping(self) -> bool:
        """Whether a single step, or what follows from it, is under way."""
        if self.until is None:
            return False
        course = self.session.course
        return course.trainer.step_index < self.until or course.measuring

    @property
    def idle(self) -> bool:
        """Whether it waits for an order."""
        return self.paused and not self.stepping


class Trainee:
    """Answers `Train` and obeys `Steer`.

    Args:
        inbox: says whether a training is still wanted, and what it is told.
        send: sends a reply to the window.
        room: lets one request read data sets at a time.
    """

    def __init__(self, inbox: Inbox, send: Callable[[Reply], None], room: ReadingRoom) -> None:
        self._inbox = inbox
        self._send = send
        self._room = room
        self._running: _Running | None = None

    def live(self, folder: Path, key: NetworkKey) -> Live | None:
        """A network of the training in `folder`; None if this engine does not train there."""
        running = self._running
        if running is None or running.preparing is not None or running.session.folder != folder:
            return None
        trainer = running.session.trainer
        learner = trainer.learners.get(key)
        return None if learner is None else Live(trainer.step_index, learner.net)

    def advance(self, job: Train) -> Trained | Cancelled | None:
        """Do the next slice of a training, or put it to sleep; its answer at the end.

        Raises:
            UserError: if it cannot begin or go on; the run folder's last checkpoint stays.
        """
        try:
            answer = self._advance(job)
        except BaseException:
            self._forget()
            raise
        if answer is not None:
            self._forget()
        return answer

    def close(self) -> None:
        """Nobody is left to answer to: end a training with a checkpoint.

        Raises:
            UserError: if it cannot be written; the one before stays.
        """
        if self._running is not None:
            try:
                self._stop(self._running)
            finally:
                self._forget()

    def _forget(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.session.close()
            if torch.cuda.is_available():
                del running
                torch.cuda.empty_cache()  # for the next network, and for other programs

    def _advance(self, job: Train) -> Trained | Cancelled | None:
        if self._running is None:
            if self._inbox.unwanted(job):
                return Cancelled(job.request_id)
            self._running = self._begin(job)
        running = self._running
        running.orders.extend(self._inbox.orders(job))
        self._obey(running)
        if running.stopping or self._inbox.unwanted(job):
            return self._stop(running)
        if running.preparing is not None:
            self._prepare(running, running.preparing)
            return None
        if running.idle:
            self._tell(running)
            self._inbox.rest(job)
            return None
        return self._slice(running)

    def _begin(self, job: Train) -> _Running:
        config = None if job.resume else parse_config(job.recipe)
        session = TrainingSession(config, job.folder, resume=job.resume)
        meter = Meter(self._send, job.request_id)
        return _Running(job, session, session.prepare(), meter, doing(job), job.paused)

    def _prepare(self, running: _Running, preparing: Generator[Stage, None, None]) -> None:
        """Wait a moment for pictures and weights."""
        if not self._room.enter(running.job):
            return
        stage = next(preparing, None)
        if stage is not None:
            running.meter(*stage)
            return
        running.preparing = None
        self._room.leave(running.job)
        self._tell(running)

    def _slice(self, running: _Running) -> Trained | None:
        session = running.session
        session.advance()
        if session.finished:
            job = running.job
            return Trained(job.request_id, job.folder, "finished", session.message, session.weights)
        if time.monotonic() >= running.next_s:
            self._tell(running)
        return None

    def _stop(self, running: _Running) -> Trained | Cancelled:
        """End it here, so that it can be continued exactly here."""
        job = running.job
        if running.preparing is not None:
            running.preparing.close()
            return Cancelled(job.request_id)
        running.session.stop()
        return Trained(job.request_id, job.folder, "stopped", running.session.message)

    # --- orders ------------------------------------------------------------------------------

    def _obey(self, running: _Running) -> None:
        """Obey what was ordered: one after the other, but for `stop`, which waits for nothing.

        What needs the networks waits until they are there, and all waits for the end of a
        single step.
        """
        running.stopping = any(order.order == "stop" for order in running.orders)
        postponed: deque[Steer] = deque()
        while running.orders and not running.stopping and not running.stepping:
            order = running.orders.popleft()
            if running.preparing is not None and order.order not in ("pause", "continue"):
                postponed.append(order)
                continue
            try:
                self._obey_one(running, order)
            except UserError as error:
                self._send(Failed(order.request_id, error.message, error.hint))
        running.orders.extendleft(reversed(postponed))

    def _obey_one(self, running: _Running, order: Steer) -> None:
        session = running.session
        match order.order:
            case "pause":
                self._pause(running, True)
            case "continue":
                self._pause(running, False)
            case "step":
                self._pause(running, True)
                running.until = session.trainer.step_index + 1
            case "rate":
                session.set_lr_factor(order.lr_factor)
            case "gates":
                session.set_gates(order.network, order.gates)

    def _pause(self, running: _Running, paused: bool) -> None:
        if paused == running.paused:
            return
        running.paused = paused
        running.next_s = 0.0  # the window hears of it at once
        if running.preparing is None:
            running.session.note_pause(paused)

    # --- what the window hears ---------------------------------------------------------------

    def _tell(self, running: _Running) -> None:
        """Say where it is, once all that is known can be read in its folder."""
        session, job = running.session, running.job
        session.flush()
        at = session.status()
        status = TrainingStatus(
            job.request_id,
            job.folder,
            "paused" if running.idle else "running",
            **{each.name: getattr(at, each.name) for each in fields(Standing)},
        )
        self._send(status)
        self._send(_progress(running, status, at.stage))
        running.next_s = time.monotonic() + _STATUS_PAUSE_S


def _progress(running: _Running, status: TrainingStatus, stage: Stage) -> Progress:
    request_id = running.job.request_id
    if status.state == "paused":
        return Progress(
            request_id, f"{running.what} (paused)", status.step, status.n_steps, "steps"
        )
    if stage.unit == "steps" or not stage.total:
        return Progress(request_id, running.what, status.step, status.n_steps, "steps")
    return Progress(request_id, *stage)

"""Requests for tests, and an engine process that a test asks and waits for."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resnet_viz.engine.lanes import Job
from resnet_viz.engine.messages import (
    Cancelled,
    DataSeen,
    EngineReady,
    Explore,
    Explored,
    Failed,
    Found,
    LoadModel,
    MeasurePair,
    ModelChoice,
    ModelReady,
    PairMeasured,
    RateFound,
    Reply,
    Request,
    RunExperiment,
    Superseded,
    Trained,
)
from resnet_viz.engine.process import EngineProcess, Exit
from resnet_viz.lab.experiments import Experiment, Pair
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec

# Generous: other programs may hold the processor while torch is imported.
PATIENCE_S = 120.0

TINY = ModelChoice(spec("resnet8"), device="cpu")
OTHER = ModelChoice(spec("resnet14"), device="cpu")
# 150 blocks: with a large picture seconds of work, interruptible 300 times.
DEEP = ModelChoice(spec("resnet302"), device="cpu")

# Two networks of 3 blocks on 2 images of noise: milliseconds.
SETTINGS = LabSettings(network="resnet8", batch="noise", batch_size=2, device="cpu")
# Two of 150 blocks on 32 images: the better part of a minute.
SLOW_SETTINGS = LabSettings(network="resnet302", batch="noise", batch_size=32, device="cpu")

_ANSWERS = (
    ModelReady
    | Explored
    | PairMeasured
    | Found
    | DataSeen
    | Trained
    | RateFound
    | Failed
    | Superseded
    | Cancelled
)


def picture(side: int = 32, seed: int = 0) -> NDArray[np.uint8]:
    """A noise picture, (side, side, 3)."""
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


def explore(
    request_id: int,
    choice: ModelChoice = TINY,
    *,
    image: NDArray[np.uint8] | None = None,
    gates: Mapping[str, Gate] | None = None,
    target: int | None = None,
    keep: tuple[str, ...] = (),
) -> Explore:
    """An exploration; all but the id may be left out."""
    image = picture() if image is None else image
    return Explore(request_id, choice, image, gates or {}, target, keep)


def load(request_id: int, choice: ModelChoice = TINY) -> LoadModel:
    """A request for a network."""
    return LoadModel(request_id, choice)


def pair(
    request_id: int, settings: LabSettings = SETTINGS, keep: tuple[str, ...] = ()
) -> MeasurePair:
    """A pair; all but the id may be left out."""
    return MeasurePair(request_id, settings, None, keep)


def experiment(
    request_id: int, asked: Experiment | None = None, settings: LabSettings = SETTINGS
) -> RunExperiment:
    """An experiment; without one asked, the shortest there is."""
    return RunExperiment(request_id, settings, asked or Pair(), None)


def an_answer(request_id: int) -> Reply:
    """An answer like any other."""
    return Failed(request_id, "an answer like any other")


class Collected:
    """The replies of an engine, waited for."""

    def __init__(self) -> None:
        self.replies: queue.Queue[Reply] = queue.Queue()
        self.seen: list[Reply] = []

    def send(self, *requests: Request) -> None:
        """Ask the engine."""
        raise NotImplementedError

    def wait_for(self, kind: type, request_id: int | None = None) -> Reply:
        """The next reply of a kind; the others before it go to `seen`."""
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            reply = self.replies.get(timeout=max(deadline_s - time.monotonic(), 0.01))
            self.seen.append(reply)
            if isinstance(reply, kind) and request_id in (None, getattr(reply, "request_id", None)):
                return reply

    def ready(self) -> EngineReady:
        reply = self.wait_for(EngineReady)
        assert isinstance(reply, EngineReady)
        return reply

    def answer(self, request: Job) -> Reply:
        """Send a request and wait for its one answer."""
        self.send(request)
        return self.wait_for(_ANSWERS, request.request_id)

    def answers(self, *request_ids: int) -> dict[int, Reply]:
        """Wait until each request has its answer."""
        found: dict[int, Reply] = {}
        while len(found) < len(request_ids):
            reply = self.wait_for(_ANSWERS)
            if isinstance(reply, Found) and not reply.finding.complete:
                continue
            if isinstance(reply, RateFound) and not reply.complete:
                continue
            request_id = reply.request_id  # type: ignore[union-attr]
            assert request_id not in found, f"two answers to {request_id}"
            if request_id in request_ids:
                found[request_id] = reply
        return found


class Asking(Collected):
    """A running engine whose replies are collected."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: queue.Queue[Exit] = queue.Queue()
        self.process = EngineProcess(self.replies.put, self.ended.put)
        self.process.start()

    def send(self, *requests: Request) -> None:
        for request in requests:
            self.process.send(request)


def is_running(pid: int) -> bool:
    """Whether a process exists and is not merely waiting to be collected."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return stat.parent.parent.exists() is False  # no /proc here: the signal told enough


def gone_within(pid: int, seconds: float) -> bool:
    """Wait for a process to end."""
    deadline_s = time.monotonic() + seconds
    while time.monotonic() < deadline_s:
        if not is_running(pid):
            return True
        time.sleep(0.02)
    return False

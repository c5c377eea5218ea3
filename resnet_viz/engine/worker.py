"""The engine's loop: one request after the other, and slices of longer work in between."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import torch

from resnet_viz.engine.data_desk import DataDesk
from resnet_viz.engine.errand import ReadingRoom
from resnet_viz.engine.explorer import Explorer
from resnet_viz.engine.failures import failure
from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.laboratory import Laboratory
from resnet_viz.engine.lanes import Background, Prompt
from resnet_viz.engine.messages import (
    EngineReady,
    Explore,
    FindRate,
    LoadModel,
    LookAtData,
    MeasurePair,
    Reply,
    RunExperiment,
    Train,
)
from resnet_viz.engine.rate_desk import RateDesk
from resnet_viz.engine.trainee import Trainee
from resnet_viz.errors import OperationCancelled
from resnet_viz.models.devices import list_devices
from resnet_viz.torchvision_compat import ensure_torchvision


class Worker:
    """Answers requests until the inbox closes.

    Args:
        inbox: where they come from.
        send: sends a reply to the window.
    """

    def __init__(self, inbox: Inbox, send: Callable[[Reply], None]) -> None:
        self._inbox = inbox
        self._send = send
        self._room = ReadingRoom(inbox)
        self._trainee = Trainee(inbox, send, self._room)
        self._data_desk = DataDesk(inbox, send, self._room)
        self._rate_desk = RateDesk(inbox, send, self._room)
        self._explorer = Explorer(inbox, send, self._trainee.live)
        self._laboratory = Laboratory(inbox, send)

    def run(self) -> None:
        """Say that the engine is ready, then answer; in the end a training is saved."""
        self._send(_ready())
        while (job := self._inbox.take()) is not None:
            if isinstance(job, Prompt):
                self._inbox.finish(self._answer(job))
            else:
                self._advance(job)
        self._trainee.close()

    def _advance(self, job: Background) -> None:
        """One slice of a request of the background, and its answer if that was the last one."""
        try:
            answer = self._slice(job)
        except OperationCancelled:
            self._end(job, None)
        except Exception as error:  # the engine outlives every failure of a request
            self._end(job, failure(job, error))
        else:
            if answer is not None:
                self._end(job, answer)

    def _end(self, job: Background, answer: Reply | None) -> None:
        self._room.leave(job)
        self._inbox.finish_background(job, answer)

    def _slice(self, job: Background) -> Reply | None:
        """Work on a request for a while; its answer if that was the last time."""
        match job:
            case RunExperiment():
                return self._laboratory.advance(job)
            case LookAtData():
                return self._data_desk.advance(job)
            case Train():
                return self._trainee.advance(job)
            case FindRate():
                return self._rate_desk.advance(job)

    def _answer(self, job: Prompt) -> Reply | None:
        """The reply to a request; None if the request was withdrawn meanwhile."""
        try:
            match job:
                case LoadModel():
                    return self._explorer.load(job)
                case Explore():
                    return self._explorer.explore(job)
                case MeasurePair():
                    return self._laboratory.measure(job)
        except OperationCancelled:
            return None
        except Exception as error:  # the engine outlives every failure of a request
            return failure(job, error)


def _ready() -> EngineReady:
    # torch's version is a class of torch's own: unpickling it would import torch in the window.
    versions = {"python": platform.python_version(), "torch": str(torch.__version__)}
    try:
        versions["torchvision"] = version("torchvision")
    except PackageNotFoundError:
        versions["torchvision"] = "missing"
    note = ensure_torchvision()
    return EngineReady(versions, list_devices(), (note,) if note else ())

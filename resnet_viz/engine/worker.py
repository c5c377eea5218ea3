"""The engine's loop: one request after the other, and slices of an experiment in between."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import torch

from resnet_viz.engine.explorer import Explorer
from resnet_viz.engine.failures import failure
from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.laboratory import Laboratory
from resnet_viz.engine.lanes import Background, Prompt
from resnet_viz.engine.messages import (
    EngineReady,
    Explore,
    LoadModel,
    MeasurePair,
    Reply,
    RunExperiment,
)
from resnet_viz.engine.task_names import doing
from resnet_viz.errors import OperationCancelled, UserError
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
        self._explorer = Explorer(inbox, send)
        self._laboratory = Laboratory(inbox, send)

    def run(self) -> None:
        """Say that the engine is ready, then answer."""
        self._send(_ready())
        while (job := self._inbox.take()) is not None:
            if isinstance(job, Prompt):
                self._inbox.finish(self._answer(job))
            else:
                self._advance(job)

    def _advance(self, job: Background) -> None:
        """One slice of a request of the background, and its answer if that was the last one."""
        try:
            answer = self._slice(job)
        except OperationCancelled:
            self._inbox.finish_background(job, None)
        except Exception as error:  # the engine outlives every failure of a request
            self._inbox.finish_background(job, failure(job, error))
        else:
            if answer is not None:
                self._inbox.finish_background(job, answer)

    def _slice(self, job: Background) -> Reply | None:
        """Work on a request for a while; its answer if that was the last time."""
        match job:
            case RunExperiment():
                return self._laboratory.advance(job)
            case _:
                raise UserError(f"This engine cannot do that: {doing(job)}.")

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

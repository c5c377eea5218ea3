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
from resnet_viz.engine.messages import (
    EngineReady,
    Explore,
    LoadModel,
    MeasurePair,
    Reply,
    RunExperiment,
)
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
        self._explorer = Explorer(inbox, send)
        self._laboratory = Laboratory(inbox, send)

    def run(self) -> None:
        """Say that the engine is ready, then answer."""
        self._send(_ready())
        while (job := self._inbox.take()) is not None:
            if isinstance(job, RunExperiment):
                self._advance(job)
            else:
                self._inbox.finish(self._answer(job))

    def _advance(self, job: RunExperiment) -> None:
        """One slice of an experiment, and its answer if that was the last one."""
        try:
            answer: Reply | None = self._laboratory.advance(job)
        except OperationCancelled:
            self._inbox.finish_experiment(None)
        except Exception as error:  # the engine outlives every failure of a request
            self._inbox.finish_experiment(failure(job, error))
        else:
            if answer is not None:
                self._inbox.finish_experiment(answer)

    def _answer(self, job: LoadModel | Explore | MeasurePair) -> Reply | None:
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

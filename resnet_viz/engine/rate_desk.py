"""The search for a learning rate, one step at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from resnet_viz.data.dataset import LoadedData
from resnet_viz.data.datasets import load
from resnet_viz.engine.errand import Errand, ReadingRoom
from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.messages import FindRate, RateFound, Reply
from resnet_viz.engine.meter import Meter
from resnet_viz.errors import OperationCancelled
from resnet_viz.models.devices import resolve_device
from resnet_viz.models.download import Cancelled, Progress
from resnet_viz.models.weights import LoadedNetwork
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.rate_finder import RangeTest, Sweep, rate_search
from resnet_viz.train.recipe import parse_config
from resnet_viz.train.start import begin, fetch
from resnet_viz.train.surroundings import threads

_FOUND_PAUSE_S = 0.1

_Fetched = tuple[LoadedData, list[LoadedNetwork | None]]


@dataclass
class _Running:
    """A search between two steps.

    Attributes:
        job: the request.
        config: its recipe.
        reading: pictures and weights on their way.
        test: the search, once they are there.
        next_s: when the window should hear of it again, on the clock of `time.monotonic`.
    """

    job: FindRate
    config: TrainConfig
    reading: Errand[_Fetched] | None = None
    test: RangeTest | None = None
    next_s: float = 0.0


class RateDesk:
    """Answers `FindRate`.

    Args:
        inbox: says whether requests are still wanted.
        send: sends a reply to the window.
        room: lets one request read data sets at a time.
    """

    def __init__(self, inbox: Inbox, send: Callable[[Reply], None], room: ReadingRoom) -> None:
        self._inbox = inbox
        self._send = send
        self._room = room
        self._running: _Running | None = None

    def advance(self, job: FindRate) -> RateFound | None:
        """Go on with a search; the last answer, or None before it.

        Raises:
            UserError: if the pictures or weights cannot be had, or memory runs out.
            OperationCancelled: if the search is no longer wanted.
        """
        try:
            found = self._advance(job)
        except BaseException:
            self._running = None
            raise
        if found is not None:
            self._running = None
        return found

    def _advance(self, job: FindRate) -> RateFound | None:
        if self._running is None:
            self._running = _Running(job, parse_config(job.recipe))
        running = self._running
        if running.test is None:
            running.test = self._prepare(running)
            return None
        if self._inbox.unwanted(job):
            raise OperationCancelled
        with threads(running.config.run.threads):
            sweep = running.test.advance()
        found = _found(job, sweep)
        if sweep.complete:
            return found
        if time.monotonic() >= running.next_s:
            running.next_s = time.monotonic() + _FOUND_PAUSE_S
            self._send(found)
        return None

    def _prepare(self, running: _Running) -> RangeTest | None:
        """The search, once pictures and weights are there; one is read after the other."""
        config = running.config
        if running.reading is None:
            if self._inbox.unwanted(running.job):
                raise OperationCancelled
            if not self._room.enter(running.job):
                return None

            def read(progress: Progress, cancelled: Cancelled) -> _Fetched:
                return load(config, progress, cancelled), fetch(config, progress, cancelled)

            meter = Meter(self._send, running.job.request_id)
            running.reading = Errand(running.job, read, self._inbox, meter)
        if (fetched := running.reading.result()) is None:
            return None
        self._room.leave(running.job)
        loaded, weights = fetched
        device: torch.device = resolve_device(config.run.device)
        begun = begin(config, loaded.dataset.classes, weights)
        return rate_search(config, loaded.dataset, device, begun)


def _found(job: FindRate, sweep: Sweep) -> RateFound:
    return RateFound(
        job.request_id,
        sweep.rates,
        sweep.losses,
        sweep.suggestion,
        sweep.total,
        sweep.complete,
        sweep.sentence,
    )

"""What a recipe's pictures are, for a look before the training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from resnet_viz.data.dataset import LoadedData, Split, sample
from resnet_viz.data.datasets import load
from resnet_viz.engine.errand import Errand, ReadingRoom
from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.messages import DataSeen, LookAtData, Reply
from resnet_viz.engine.meter import Meter
from resnet_viz.errors import OperationCancelled
from resnet_viz.train.recipe import parse_config

# A page of pictures; more of few classes, fewer of many.
_N_SAMPLES = 60
_MOST_OF_A_CLASS = 12


class DataDesk:
    """Answers `LookAtData`.

    Args:
        inbox: says whether requests are still wanted.
        send: sends a reply to the window.
        room: lets one request read data sets at a time.
    """

    def __init__(self, inbox: Inbox, send: Callable[[Reply], None], room: ReadingRoom) -> None:
        self._inbox = inbox
        self._send = send
        self._room = room
        self._running: Errand[LoadedData] | None = None

    def advance(self, job: LookAtData) -> DataSeen | None:
        """Go on with a look at the pictures; the answer, or None while they are being read.

        Raises:
            UserError: if they cannot be had.
            OperationCancelled: if nobody wants to see them any more.
        """
        try:
            loaded = self._loaded(job)
        except BaseException:
            self._running = None
            raise
        if loaded is None:
            return None
        self._running = None  # the pictures go; only the samples are shown
        return data_seen(job, loaded)

    def _loaded(self, job: LookAtData) -> LoadedData | None:
        """The pictures, once they are there."""
        if self._running is None:
            if self._inbox.unwanted(job):
                raise OperationCancelled
            config = parse_config(job.recipe)
            if not self._room.enter(job):
                return None
            meter = Meter(self._send, job.request_id)
            errand = Errand(job, lambda p, c: load(config, p, c), self._inbox, meter)
            self._running = errand
        return self._running.result()


def data_seen(job: LookAtData, loaded: LoadedData) -> DataSeen:
    """Pictures that were loaded, as what a window shows of them."""
    data = loaded.dataset
    per_class = min(max(_N_SAMPLES // len(data.classes), 1), _MOST_OF_A_CLASS)
    samples, labels = sample(data, per_class)
    return DataSeen(
        request_id=job.request_id,
        recipe=job.recipe,
        classes=data.classes,
        n_train=_by_class(data.train, len(data.classes)),
        n_held_out=_by_class(data.test, len(data.classes)),
        samples=samples,
        labels=labels.astype(np.int64),
        broken=loaded.broken,
        note=loaded.note,
    )


def _by_class(split: Split, n_classes: int) -> tuple[int, ...]:
    counts: NDArray[np.int64] = np.bincount(split.labels, minlength=n_classes)
    return tuple(counts.tolist())

"""Which measurements show the same thing, so that an older one is worth showing on the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from resnet_viz.engine.lanes import Job
from resnet_viz.engine.messages import Explore, MeasurePair


def same_subject(job: Job, newest: Job | None) -> bool:
    """Whether a measurement still shows what the newest request asks about."""
    if isinstance(job, Explore) and isinstance(newest, Explore):
        return job.choice == newest.choice and _same_picture(job.image, newest.image)
    if isinstance(job, MeasurePair) and isinstance(newest, MeasurePair):
        same = _apart_from_sliders(job) == _apart_from_sliders(newest)
        return same and _same_picture(job.picture, newest.picture)
    return False


def _apart_from_sliders(job: MeasurePair) -> object:
    """The settings without those that are dragged, or clicked one after the other."""
    none: frozenset[str] = frozenset()
    return replace(
        job.settings,
        alpha=1.0,
        gain=1.0,
        init_std=1.0,
        cut=none,
        dropped=none,
        plain_restored=none,
        plain_dropped=none,
    )


def _same_picture(a: NDArray[np.uint8] | None, b: NDArray[np.uint8] | None) -> bool:
    if a is None or b is None:
        return a is b
    return a is b or np.array_equal(a, b)

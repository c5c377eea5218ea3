"""The learning rate over a run, as a share of its peak.

Imports neither torch nor Qt: the window draws it too.
"""

from __future__ import annotations

import math

from resnet_viz.train.config import ScheduleConfig

# Where one-cycle starts and ends as shares of the peak; torch's `OneCycleLR` has the same.
_FIRST = 1 / 25
_LAST = _FIRST / 1e4


def lr_share(config: ScheduleConfig, step: int, n_steps: int, steps_per_epoch: int) -> float:
    """Learning rate of a step as a share of its peak.

    Args:
        config: the schedule.
        step: 0-based.
        n_steps: of the whole run.
        steps_per_epoch: for milestones.

    Returns:
        In [0, 1].
    """
    for epochs, peak in reversed(config.restarts):
        length = int(epochs) * steps_per_epoch
        n_steps -= length
        if step >= n_steps:
            return peak * (1 - (step - n_steps) / length)
    top = config.warm_up * n_steps - 1  # the step at which the peak is reached
    if config.name == "one-cycle":
        if step <= top:
            return _between(_FIRST, 1.0, step / top) if top > 0 else 1.0
        start = max(top, 0.0)
        return _between(1.0, _LAST, (step - start) / max(n_steps - 1 - start, 1))
    if step < top:
        return (step + 1) / (top + 1)
    if config.name == "cosine":
        done = (step - max(top, 0.0)) / max(n_steps - max(top, 0.0), 1)
        return 0.5 * (1 + math.cos(math.pi * done))
    if config.name == "step":
        passed = sum(step >= epoch * steps_per_epoch for epoch in config.milestones)
        return float(config.gamma**passed)
    return 1.0


def _between(first: float, last: float, share: float) -> float:
    return first + (last - first) * share

"""Whether a network learns its training pictures by heart: told from what was measured. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resnet_viz.numerals import figure
from resnet_viz.runs.series import EvaluationSeries, StepSeries

N_WORSE = 3
"""So many measurements in a row must be worse than the best one: single ones go up and down."""
_RISE = 1.02
_FALL = 1.1
_TRAIN_STEPS = 200  # at most so many steps before a measurement make the training loss there


@dataclass(frozen=True)
class Overfitting:
    """Held-out loss rises while training loss falls.

    Attributes:
        step: of the lowest held-out loss; the gap has opened since.
        held_out: that loss, and the mean of the last measurements.
        train: mean training loss at these two times.
    """

    step: int
    held_out: tuple[float, float]
    train: tuple[float, float]

    def words(self) -> str:
        """A sentence with the numbers."""
        return (
            f"Overfitting since step {self.step:,}: held-out loss rose from"
            f" {figure(self.held_out[0])} to {figure(self.held_out[1])} while training loss fell"
            f" from {figure(self.train[0])} to {figure(self.train[1])}."
        )


def overfitting(steps: StepSeries, evaluations: EvaluationSeries) -> Overfitting | None:
    """Since when one network overfits, as far as its measurements tell.

    It does if each of the last three held-out losses is at least 2 % above the lowest one before
    them, and the training loss was then at least a tenth above what it is now.
    """
    losses = evaluations.loss
    if len(losses) <= N_WORSE or not np.isfinite(losses).any():
        return None
    best = int(np.nanargmin(losses))
    last = losses[-N_WORSE:]
    if best >= len(losses) - N_WORSE or not (last >= _RISE * losses[best]).all():
        return None
    then, now = (_train_loss(steps, int(evaluations.step[i])) for i in (best, -1))
    if not now * _FALL <= then:  # a network that still guesses wanders without learning
        return None
    held_out = float(losses[best]), float(last.mean())
    return Overfitting(int(evaluations.step[best]), held_out, (then, now))


def _train_loss(steps: StepSeries, until: int) -> float:
    """Mean loss of the steps before a measurement; NaN if there are none."""
    stop = int(np.searchsorted(steps.step, until, "right"))
    recent = steps.loss[max(0, stop - _TRAIN_STEPS) : stop]
    recent = recent[np.isfinite(recent)]
    return float(recent.mean()) if recent.size else float("nan")

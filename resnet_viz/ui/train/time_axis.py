"""The time axis that all charts of a run share: steps to pixels, and its ticks. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from resnet_viz.ui.train.pyramid import Values

Unit = Literal["step", "epoch"]
Tick = tuple[float, str]
"""A step, and what is written there."""

_GAP_PX, _PITCH_PX = 18.0, 64.0


@dataclass(frozen=True)
class TimeAxis:
    """Steps as pixels of one chart.

    Attributes:
        left, right: ends of the plot, pixels.
        start, stop: steps that stand there.
    """

    left: float
    right: float
    start: float
    stop: float

    @property
    def px(self) -> float:
        """Pixels of one step."""
        return (self.right - self.left) / (self.stop - self.start)

    def x(self, step: float) -> float:
        """Pixel of a step."""
        return self.left + (step - self.start) * self.px

    def xs(self, steps: Values) -> Values:
        """Pixels of steps, (n,)."""
        return np.asarray(self.left + (steps - self.start) * self.px)

    def step(self, x: float) -> float:
        """Step at a pixel."""
        return self.start + (x - self.left) / self.px


def ticks(
    axis: TimeAxis, unit: Unit, steps_per_epoch: int, measure: Callable[[str], float]
) -> list[Tick]:
    """Round numbers of steps or epochs, as many as have room.

    Args:
        axis: what is in view.
        unit: of the numbers.
        steps_per_epoch: 0 if unknown; then steps are counted.
        measure: the width of a text, pixels.
    """
    per = steps_per_epoch if unit == "epoch" and steps_per_epoch else 1
    low, high = axis.start / per, axis.stop / per
    widest = max(measure(number(low)), measure(number(high))) + _GAP_PX
    widest = max(widest, _PITCH_PX)
    pitch = _round_up(widest / (axis.px * per), whole=per == 1)
    first, last = math.ceil(low / pitch - 1e-9), math.floor(high / pitch + 1e-9)
    return [(k * pitch * per, number(k * pitch)) for k in range(first, last + 1)]


def _round_up(value: float, *, whole: bool) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    decade = 10.0 ** math.floor(math.log10(value))
    step = next(m * decade for m in (1, 2, 5, 10) if m * decade >= value * (1 - 1e-9))
    return max(1.0, step) if whole else step


def number(value: float) -> str:
    """A step or an epoch: `1,200`, `0.5`."""
    return f"{round(value, 6):,.10g}"


def place_words(step: float, steps_per_epoch: int) -> str:
    """A place in time: `step 1,234, epoch 3.16`."""
    words = f"step {step:,.0f}"
    return f"{words}, epoch {step / steps_per_epoch:.2f}" if steps_per_epoch else words


def round_end(last: float, planned: int) -> float:
    """Where the axis of a growing run ends: a round number that rarely changes.

    Args:
        last: newest step.
        planned: steps of the whole run, 0 if unknown; the axis does not pass it.
    """
    wanted = max(10.0, 1.08 * last)
    decade = 10.0 ** math.floor(math.log10(wanted))
    end = next(m * decade for m in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if m * decade >= wanted)
    return float(min(end, max(planned, last))) if planned else end

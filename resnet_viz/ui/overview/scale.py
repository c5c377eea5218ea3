"""Axes: the log one with its decades and a place for 0 and infinity, and ends of linear ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from resnet_viz.numerals import figure, power_of_ten

Values = NDArray[np.float64]


class Mark(IntEnum):
    """How a value stands on a log axis."""

    POINT = 0
    """Within the decades shown."""
    ZERO = 1
    """Exactly 0: no logarithm; drawn on the floor."""
    INFINITE = 2
    """Overflowed; drawn on the ceiling."""
    NOT_A_NUMBER = 3
    """Undefined; drawn on the ceiling with another sign."""
    BELOW = 4
    """Finite, under a pinned scale."""
    ABOVE = 5
    """Finite, over a pinned scale."""


SMALLEST = {"float32": "10⁻⁴⁵", "float64": "10⁻³²³"}
"""Below which power of ten a type knows only 0."""


@dataclass(frozen=True)
class LogScale:
    """Decades 10^low to 10^high, with a floor for zeros and a ceiling for non-finite values.

    Attributes:
        low: exponent at the bottom.
        high: exponent at the top, greater than `low`.
        floor: whether a row for zeros lies below.
        ceiling: whether a row for infinite and undefined values lies above.
    """

    low: int
    high: int
    floor: bool = False
    ceiling: bool = False

    def marks(self, values: Values) -> NDArray[np.int8]:
        """The `Mark` of each value."""
        marks = np.zeros(values.shape, np.int8)
        with np.errstate(divide="ignore", invalid="ignore"):
            exponents = np.log10(values)
        marks[exponents < self.low - 1e-9] = Mark.BELOW
        marks[exponents > self.high + 1e-9] = Mark.ABOVE
        # A norm is never negative; one that is would be a fault and is not to look like a 0.
        marks[np.isnan(values) | (values < 0)] = Mark.NOT_A_NUMBER
        marks[values == 0] = Mark.ZERO
        marks[np.isposinf(values)] = Mark.INFINITE
        return marks

    def fractions(self, values: Values) -> Values:
        """Height of each value on the axis, 0 at `low` to 1 at `high`, clipped to that.

        Zeros and non-finite values get 0 and 1; their `marks` say that they are none.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            exponents = np.log10(values)
        exponents[np.isnan(exponents)] = np.inf
        return np.asarray(np.clip((exponents - self.low) / (self.high - self.low), 0.0, 1.0))

    def ticks(self, height: float, spacing: float) -> list[tuple[int, str]]:
        """Exponents and labels of the ticks.

        Args:
            height: of the axis, pixels.
            spacing: least distance between two labels, pixels.
        """
        decades = self.high - self.low
        room = max(1, int(height / spacing))
        step = next((s for s in _steps() if decades / s <= room), decades)
        first = math.ceil(self.low / step) * step
        return [(e, power_of_ten(e)) for e in range(first, self.high + 1, step)]

    def text(self) -> str:
        """The scale in words, to be printed beside the chart."""
        return f"log scale {power_of_ten(self.low)} to {power_of_ten(self.high)}"


def _steps() -> list[int]:
    return [1, 2, 3, 5, 10, 15, 20, 25, 50, 100, 200]


def scale_for(*series: Values | None) -> LogScale:
    """The smallest scale of whole decades, at least two, that holds all positive finite values."""
    values = np.concatenate([s for s in series if s is not None] or [np.empty(0)])
    regular = values[np.isfinite(values) & (values > 0)]
    low, high = -1, 1
    if regular.size:
        exponents = np.log10(regular)
        least, most = float(exponents.min()), float(exponents.max())
        low, high = math.floor(least + 1e-9), math.ceil(most - 1e-9)
        while high - low < 2:
            if least - low < high - most:
                low -= 1
            else:
                high += 1
    return LogScale(
        low,
        high,
        floor=bool((values == 0).any()),
        ceiling=bool((~np.isfinite(values) | (values < 0)).any()),
    )


def zero_text(dtype: str) -> str:
    """What a measured norm of 0 says in the given precision: `every entry below 10⁻⁴⁵`."""
    return f"every entry below {SMALLEST.get(dtype, SMALLEST['float32'])}"


def nice_ceiling(value: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not less; 1 for 0.

    Of numbers that are written with an exponent only the power itself, for short ticks.
    """
    if value <= 0 or not math.isfinite(value):
        return 1.0
    exponent = math.floor(math.log10(value))
    factors = (1, 2, 5, 10) if -3 <= exponent < 4 else (1, 10)
    fitting = next(f for f in factors if f * 10.0**exponent >= value * (1 - 1e-9))
    return fitting * 10.0**exponent


def tick_text(value: float) -> str:
    """A linear tick: 0.5, 20, −1, 10³⁸."""
    if value and not 1e-3 <= abs(value) < 1e4:
        return ("−" if value < 0 else "") + power_of_ten(round(math.log10(abs(value))))
    text = figure(value)
    return text.rstrip("0").rstrip(".") if "." in text and "×" not in text else text

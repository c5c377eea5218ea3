"""Where numbers lie in the chart: decades, the underflow floor, rows for 0 and infinity. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resnet_viz.ui.gradients.pair_state import Series
from resnet_viz.ui.gradients.quantities import Values
from resnet_viz.ui.overview.scale import LogScale, Mark, scale_for

THEORY_REACH = 8
"""A theory widens an automatic scale by at most so many decades beyond what is measured."""


def automatic_scale(series: Sequence[Series]) -> LogScale:
    """The smallest scale that holds all that is measured, down to the floor for underflows."""
    measured = [s for s in series if s.kind != "theory"]
    scale = scale_for(*(_placed(s) for s in measured))
    low, high = scale.low, scale.high
    for s in series:
        if s.kind == "theory" and (regular := _regular(s.values)).size:
            exponents = np.log10(regular)
            low = max(min(low, math.floor(exponents.min())), scale.low - THEORY_REACH)
            high = min(max(high, math.ceil(exponents.max())), scale.high + THEORY_REACH)
    return _with_rows(replace(scale, low=min(low, scale.low), high=high), measured)


def pinned_scale(pinned: LogScale, series: Sequence[Series]) -> LogScale:
    """The decades of a pinned scale, with the rows that today's numbers need."""
    return _with_rows(pinned, [s for s in series if s.kind != "theory"])


def _placed(series: Series) -> Values:
    """The values as they are to be placed: underflows at the floor."""
    return np.where(series.underflow, series.smallest, series.values)


def _regular(values: Values) -> Values:
    return values[np.isfinite(values) & (values > 0)]


def _with_rows(scale: LogScale, series: Sequence[Series]) -> LogScale:
    """Add a row under the decades for zeros that have no place on them, one over them for inf."""
    floor = any(
        bool(((s.values == 0) & ~(s.underflow & reaches(scale, s.smallest))).any()) for s in series
    )
    ceiling = any(bool((~np.isfinite(s.values) | (s.values < 0)).any()) for s in series)
    return replace(scale, floor=floor, ceiling=ceiling)


def reaches(scale: LogScale, smallest: float) -> bool:
    """Whether a precision's smallest number lies on the scale."""
    return scale.low <= math.log10(smallest) <= scale.high


@dataclass(frozen=True)
class Plot:
    """The chart's area in pixels.

    Attributes:
        left, right: ends of the blocks' axis.
        top, bottom: of the whole plot, rows for zeros and infinities included.
        scale: of the y axis.
        row: height of a line of text.
        floored: whether the underflow line's label needs room below the decades.
    """

    left: float
    right: float
    top: float
    bottom: float
    scale: LogScale
    row: float
    floored: bool = False

    @property
    def high_y(self) -> float:
        """Where the decades end above."""
        return self.top + (1.3 * self.row if self.scale.ceiling else 0.45 * self.row)

    @property
    def low_y(self) -> float:
        """Where the decades end below."""
        rows = 0.45 + 1.15 * self.scale.floor + 1.15 * self.floored
        return max(self.bottom - rows * self.row, self.high_y + 1.0)

    @property
    def zero_y(self) -> float:
        """The row of exact zeros."""
        return self.bottom - 0.5 * self.row

    @property
    def ceiling_y(self) -> float:
        """The row of infinities and of what is no number."""
        return self.top + 0.4 * self.row

    def exponent_y(self, exponent: float) -> float:
        """Pixel of a power of ten."""
        share = (exponent - self.scale.low) / (self.scale.high - self.scale.low)
        return self.low_y - share * (self.low_y - self.high_y)

    def positions(self, series: Series) -> tuple[Values, NDArray[np.int8]]:
        """Pixel heights and `Mark`s of a series, each (N,)."""
        scale = self.scale
        marks = scale.marks(series.values)
        y = self.low_y - scale.fractions(series.values) * (self.low_y - self.high_y)
        zero = marks == Mark.ZERO
        y[zero] = self.zero_y
        if reaches(scale, series.smallest):
            y[zero & series.underflow] = self.exponent_y(math.log10(series.smallest))
        y[(marks == Mark.INFINITE) | (marks == Mark.NOT_A_NUMBER)] = self.ceiling_y
        return y, marks

    def unclipped(self, values: Values) -> Values:
        """Pixel heights of positive values, also beyond the scale; NaN elsewhere, (N,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            exponents = np.log10(np.where(values > 0, values, np.nan))
        share = (exponents - self.scale.low) / (self.scale.high - self.scale.low)
        y = self.low_y - share * (self.low_y - self.high_y)
        # Painting far outside costs time and shows nothing.
        reach = self.bottom - self.top
        return np.asarray(np.clip(y, self.top - reach, self.bottom + reach))

"""One curve over time as charts read it: kept thinned and summed while it grows. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnet_viz.ui.train.pyramid import MinMaxPyramid, Values
from resnet_viz.ui.train.smoothing import Indices, RunningSums, windows
from resnet_viz.ui.train.time_axis import TimeAxis

_EMPTY = np.empty(0)
_SMOOTH_PITCH = 2.0  # pixels from one point of a smoothed line to the next


@dataclass(frozen=True, eq=False)
class Trace:
    """What of a curve can be seen: lowest and highest of every pixel.

    Attributes:
        x: pixels, ascending, (m,).
        low, high: values, (m,); the same array where every point has a pixel of its own.
    """

    x: Values
    low: Values
    high: Values


class Curve:
    """Values at ascending places in time.

    Attributes:
        x: steps, (n,), whole numbers or not.
        y: values, (n,); NaN where nothing was measured.
    """

    def __init__(self) -> None:
        self.x: NDArray[Any] = _EMPTY
        self.y: NDArray[Any] = _EMPTY
        self._end = (0.0, 0.0)  # kept apart: the arrays may be views of memory that changes
        self._pyramid = MinMaxPyramid()
        self._sums = RunningSums()

    def __len__(self) -> int:
        return self.x.size

    def follow(self, x: NDArray[Any], y: NDArray[Any]) -> bool:
        """Show these values; those that were there before are not looked at again.

        A run that was resumed from an earlier step ends earlier, or ends otherwise: then all
        values are read anew.

        Args:
            x: ascending steps, (n,); kept without a copy.
            y: values, (n,); likewise.

        Returns:
            Whether anything changed.
        """
        first = self.x.size
        if x.size < first or (first and not self._ends_alike(x, y, first)):
            first = 0
        changed = first < x.size or x.size < self.x.size
        self.x, self.y = x, y
        if changed:
            self._end = (float(x[-1]), float(y[-1])) if x.size else (0.0, 0.0)
            self._pyramid.update(y, first)
            self._sums.update(y, first)
        return changed

    def _ends_alike(self, x: NDArray[Any], y: NDArray[Any], n: int) -> bool:
        """Whether what was there before is there still."""
        step, value = self._end
        alike = y[n - 1] == value or (y[n - 1] != y[n - 1] and value != value)
        return bool(x[n - 1] == step and alike)

    def trace(self, axis: TimeAxis, pitch: float = 1.0) -> Trace:
        """What can be seen of it, one point left and right of the plot included.

        Args:
            axis: what is in view.
            pitch: pixels that share a lowest and a highest value.
        """
        start, stop = self._seen(axis)
        # At least one group for every pixel, whatever level it is that has so many.
        most = max(4, 4 * round((axis.right - axis.left) / pitch))
        first, size, low, high = self._pyramid.thinned(self.y, start, stop, most)
        if size == 1:
            if low.size <= most / 8:  # every other pixel has none: a line, as `low is high` says
                return Trace(axis.xs(self.x[start:stop]), low, low)
            return _by_pixel(Trace(axis.xs(self.x[start:stop]), low, high), pitch)
        ends = np.minimum(np.arange(low.size) * size + first + size // 2, self.x.size - 1)
        return _by_pixel(Trace(axis.xs(self.x[ends]), low, high), pitch)

    def smoothed(self, axis: TimeAxis, width: int) -> tuple[Values, Values]:
        """The running mean over `width` values, or over a pixel's values if those are more.

        Returns:
            Pixels and means, (m,) each, one point left and right of the plot included.
        """
        start, stop = self._seen(axis)
        if start == stop:
            return _EMPTY, _EMPTY
        n_points = max(2, round((axis.right - axis.left) / _SMOOTH_PITCH))
        if stop - start > n_points:
            centres = np.linspace(start, stop - 1, n_points).round().astype(np.int64)
        else:
            centres = np.arange(start, stop)
        width = max(width, (stop - start) // n_points)
        return axis.xs(self.x[centres]), self._means(centres, width)

    def mean_at(self, index: int, width: int) -> float:
        """The running mean at one value."""
        return float(self._means(np.array([index]), width)[0])

    def index_at(self, step: float) -> int | None:
        """The last value that was there at a step; None before the first."""
        index = int(np.searchsorted(self.x, self._whole(math.floor, step), "right")) - 1
        return index if index >= 0 else None

    def _means(self, centres: Indices, width: int) -> Values:
        return self._sums.means(*windows(centres, width, self.x.size))

    def _seen(self, axis: TimeAxis) -> tuple[int, int]:
        """The values in view and one more at each end, so that lines leave the plot."""
        ends = [self._whole(math.ceil, end) for end in (axis.start, axis.stop)]
        start, stop = np.searchsorted(self.x, ends).tolist()
        return max(0, start - 1), min(self.x.size, stop + 1)

    def _whole(self, rounding: Callable[[float], int], step: float) -> float:
        """A step to search for: among whole numbers a fraction would make numpy copy them all."""
        return rounding(step) if self.x.dtype.kind == "i" else step


def _by_pixel(trace: Trace, pitch: float) -> Trace:
    """Groups that share a pixel, or several, made one."""
    columns = np.floor(trace.x / pitch)
    firsts = np.flatnonzero(np.diff(columns, prepend=-np.inf))
    if firsts.size == trace.x.size:
        return trace
    return Trace(
        trace.x[firsts],
        np.fmin.reduceat(trace.low, firsts),
        np.fmax.reduceat(trace.high, firsts),
    )

"""Long curves thinned for the screen: lowest and highest value of ever larger groups. No Qt.

A million points drawn one by one cost far more than a frame, and most of them share a pixel.
What can be seen of them is the lowest and the highest of every pixel, and those are kept for
groups of 4, 16, 64 ... points. Points that are added change the last group of every level only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

FACTOR = 4
"""Groups of a level that make one of the next."""


class Growing:
    """Rows that are added at the end and taken away there, in memory that doubles.

    Args:
        dtype: of the numbers.
        shape: of a row; empty for single numbers.
    """

    def __init__(self, dtype: Any, shape: tuple[int, ...] = ()) -> None:
        self._buffer = np.empty((0, *shape), dtype)
        self._n = 0

    def __len__(self) -> int:
        return self._n

    @property
    def values(self) -> NDArray[Any]:
        """What is there, (n, *shape); a view, valid until the next `write`."""
        return self._buffer[: self._n]

    def write(self, at: int, rows: NDArray[Any]) -> None:
        """Put rows at a place that exists or is the next; what lay behind them is gone."""
        end = at + len(rows)
        if end > len(self._buffer):
            room = max(64, end, 2 * len(self._buffer))
            grown = np.empty((room, *self._buffer.shape[1:]), self._buffer.dtype)
            grown[:at] = self._buffer[:at]
            self._buffer = grown
        self._buffer[at:end] = rows
        self._n = end


class MinMaxPyramid:
    """Lowest and highest of groups of 4, 16, 64 ... values.

    NaN is left out; a group of nothing else is NaN.
    """

    def __init__(self) -> None:
        self._levels: list[tuple[Growing, Growing]] = []
        self._n = 0

    def update(self, y: Values, first: int) -> None:
        """Take in what was added.

        Args:
            y: all values, (n,); they are read here and not kept.
            first: index of the first that is new or another than before.
        """
        self._n = y.size
        lows: Values = y
        highs: Values = y
        level = 0
        while lows.size > FACTOR:
            first //= FACTOR
            if level == len(self._levels):
                self._levels.append((Growing(np.float64), Growing(np.float64)))
                first = 0
            kept = self._levels[level]
            first = min(first, len(kept[0]))
            kept[0].write(first, _grouped(lows[first * FACTOR :], np.fmin))
            kept[1].write(first, _grouped(highs[first * FACTOR :], np.fmax))
            lows, highs = kept[0].values, kept[1].values
            level += 1
        del self._levels[level:]

    def thinned(
        self, y: Values, start: int, stop: int, most: int
    ) -> tuple[int, int, Values, Values]:
        """A stretch as groups, the finest ones that are not too many.

        Args:
            y: all values, (n,), those of the last `update`.
            start: the stretch's first value; it is widened to whole groups.
            stop: the one after its last.
            most: groups that may come back, at least 2; fewer than `most / 4` only where
                there are not more values.

        Returns:
            Index of the first value, values per group, and their lowest and highest, (m,) each.
        """
        size, level = 1, -1
        while (stop - start) / size > most and level + 1 < len(self._levels):
            size *= FACTOR
            level += 1
        first, last = start // size, -(-stop // size)
        if level < 0:
            return start, 1, y[start:stop], y[start:stop]
        lows, highs = self._levels[level]
        return first * size, size, lows.values[first:last], highs.values[first:last]


def _grouped(values: Values, ufunc: np.ufunc) -> Values:
    """Groups of `FACTOR` values as one each; the last one may be of fewer."""
    whole = values.size // FACTOR * FACTOR
    grouped = ufunc.reduce(values[:whole].reshape(-1, FACTOR), axis=1)
    if whole == values.size:
        return np.asarray(grouped)
    return np.append(grouped, ufunc.reduce(values[whole:]))

"""Running means of any width from sums that are kept, so that a slider costs nothing. No Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from resnet_viz.ui.train.pyramid import Growing, Values

Indices = NDArray[np.int64]

WIDTHS = (1, 3, 5, 11, 21, 51, 101, 201, 501, 1001, 2001, 5001, 10001)
"""Steps that a smoothed line takes the mean of, where a user chooses."""
_SUITED_SHARE = 1 / 40  # of the run's steps


def suited_width(n_steps: int) -> int:
    """Which of `WIDTHS` suits a run's length."""
    return max(width for width in WIDTHS if width <= max(1.0, n_steps * _SUITED_SHARE))


class RunningSums:
    """Sums of all values up to each one; the mean of any stretch is a difference of two.

    Values that are not finite count neither in the sum nor in the number of values. Sums are
    float64: over a million values near 1 a mean is exact to about 1e-9.
    """

    def __init__(self) -> None:
        self._sums = Growing(np.float64)
        self._counts = Growing(np.int64)
        for column in (self._sums, self._counts):
            column.write(0, np.zeros(1))

    def update(self, y: Values, first: int) -> None:
        """Take in what was added.

        Args:
            y: all values, (n,); they are read here and not kept.
            first: index of the first that is new or another than before.
        """
        new = y[first:]
        finite = np.isfinite(new)
        sums = np.cumsum(np.where(finite, new, 0.0), dtype=np.float64)
        counts = np.cumsum(finite)
        self._sums.write(first + 1, sums + self._sums.values[first])
        self._counts.write(first + 1, counts + self._counts.values[first])

    def means(self, start: Indices, stop: Indices) -> Values:
        """Means of the stretches [start, stop), (m,); NaN where nothing finite lies in one."""
        sums, counts = self._sums.values, self._counts.values
        n = counts[stop] - counts[start]
        total = sums[stop] - sums[start]
        return np.asarray(np.divide(total, n, out=np.full(n.shape, np.nan), where=n > 0))


def windows(centres: Indices, width: int, n: int) -> tuple[Indices, Indices]:
    """Stretches of `width` values around centres, cut off where there are no more values.

    At the ends half of a window is left. Cutting it alike on both sides would lag less, but the
    newest mean would be the newest value, and that is the number people read.

    Args:
        centres: indices, (m,).
        width: of a whole window, in values.
        n: number of values there are.

    Returns:
        First index and the one after the last, (m,) each; every centre is in its window.
    """
    half = width // 2
    return np.maximum(centres - half, 0), np.minimum(centres + half + 1, n)

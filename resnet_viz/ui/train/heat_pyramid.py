"""Figures of all blocks over time, thinned for the screen as they grow. No Qt.

What was measured stays where it is and is not copied; only groups of 2, 4, 8 ... measurements are
kept here, as codes: together half the size of what they stand for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnet_viz.ui.train.codes import BAD, MISSING, ZERO, Codes, merged
from resnet_viz.ui.train.pyramid import Growing, Values

BIN_SHIFT = 6
"""A bin of the histogram holds 2**6 codes: a twelfth of a decade."""

Fetch = Callable[[Any], Codes]
"""Codes of some measurements, by a slice or by indices (m,): (m, n_blocks)."""


@dataclass(frozen=True, eq=False)
class Columns:
    """What a row of pixels shows.

    Attributes:
        codes: of the measurements or their groups, (m, n_blocks).
        at: which of them stands at each pixel, (w,); -1 before the first and after the last.
        size: measurements in a group: 1, or at least as many as share a pixel, so that none is
            left out.
    """

    codes: Codes
    at: NDArray[np.int64]
    size: int


class HeatPyramid:
    """Groups of measurements of one network's blocks.

    Args:
        n_blocks: blocks of a measurement.

    Attributes:
        steps: of the measurements that are taken in, ascending, (n,).
        histogram: how often regular codes occur, in bins of 64, (1024,).
        n_zero: measured zeros that have no place on the axis.
        n_bad: figures that are not finite.
    """

    def __init__(self, n_blocks: int) -> None:
        self.n_blocks = n_blocks
        self.steps: NDArray[np.int64] = np.empty(0, np.int64)
        self.histogram = np.zeros(1 << (16 - BIN_SHIFT), np.int64)
        self.n_zero = 0
        self.n_bad = 0
        self._levels: list[Growing] = []

    def __len__(self) -> int:
        return self.steps.size

    def extend(self, steps: NDArray[np.int64], fetch: Fetch) -> None:
        """Take in measurements that were added.

        Args:
            steps: of all measurements up to the last one to be taken in, (n,).
            fetch: reads their codes.
        """
        first = len(self)
        self.steps = steps
        new = fetch(slice(first, steps.size))
        self._count(new)
        if first % 2:  # the last group was not full
            new = np.concatenate([fetch(slice(first - 1, first)), new])
        self._write(0, first // 2, _paired(new))

    def _count(self, codes: Codes) -> None:
        bins = np.bincount((codes >> BIN_SHIFT).ravel(), minlength=self.histogram.size)
        if bins[0] or bins[-1]:
            zero, bad = int((codes == ZERO).sum()), int((codes == BAD).sum())
            bins[0] -= zero + int((codes == MISSING).sum())
            bins[-1] -= bad
            self.n_zero += zero
            self.n_bad += bad
        self.histogram += bins

    def _write(self, level: int, at: int, rows: Codes) -> None:
        """Put groups into a level, and what they change into those above."""
        if level == len(self._levels):
            self._levels.append(Growing(np.uint16, (self.n_blocks,)))
        kept = self._levels[level]
        kept.write(at, rows)
        if len(kept) > 1:
            self._write(level + 1, at // 2, _paired(kept.values[at // 2 * 2 :]))

    def rows(self, groups: NDArray[np.int64], size: int, fetch: Fetch) -> Codes:
        """Codes of groups.

        Args:
            groups: which, counted from the first measurement, (m,).
            size: measurements in a group, a power of two.
            fetch: reads single measurements.

        Returns:
            (m, n_blocks).
        """
        if size == 1:
            return fetch(groups)
        return np.asarray(self._levels[size.bit_length() - 2].values[groups])

    def seen(self, moments: Values, fetch: Fetch) -> Columns:
        """What stands at moments: the last measurement before each, or its group.

        Args:
            moments: ascending steps, those of the pixels, (w,).
            fetch: reads single measurements.
        """
        at = np.full(moments.size, -1)
        nothing = np.empty((0, self.n_blocks), np.uint16)
        if not len(self):
            return Columns(nothing, at, 1)
        index = np.searchsorted(self.steps, moments, "right") - 1
        there = np.flatnonzero((index >= 0) & (moments < self.steps[-1] + self.pitch))
        if not there.size:
            return Columns(nothing, at, 1)
        index = index[there]
        per_pixel = (index[-1] - index[0]) / there.size
        size = 1 << (math.ceil(per_pixel) - 1).bit_length() if per_pixel > 1 else 1
        groups, at[there] = np.unique(index // size, return_inverse=True)
        return Columns(self.rows(groups, size, fetch), at, size)

    @property
    def pitch(self) -> float:
        """Steps that the last measurement stands for: as many as is usual lately."""
        lately = np.diff(self.steps[-64:])
        return float(np.median(lately)) if lately.size else 1.0


def _paired(rows: Codes) -> Codes:
    """Rows (n, B) in pairs; the last one may be alone."""
    if len(rows) % 2:
        rows = np.concatenate([rows, np.full((1, rows.shape[1]), MISSING, np.uint16)])
    return merged(rows.reshape(-1, 2, rows.shape[1]), 1)

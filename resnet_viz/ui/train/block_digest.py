"""What is made of measured blocks a little at a time, followed while the run grows. No Qt."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnet_viz.runs.layout import Quantity
from resnet_viz.runs.series import BlockSeries
from resnet_viz.ui.train.curve import Curve
from resnet_viz.ui.train.heat_quantities import Floats, HeatQuantity
from resnet_viz.ui.train.pyramid import Growing

_FIGURES_AT_ONCE = 150_000  # a few milliseconds


class BlockDigest:
    """Takes in figures of one quantity of one network's blocks.

    Args:
        quantity: which.
        recorded: rows of the recorded figures.
        blocks: names in forward order.

    Attributes:
        n_taken: measurements taken in so far.
    """

    def __init__(
        self, quantity: HeatQuantity, recorded: Sequence[Quantity], blocks: Sequence[str]
    ) -> None:
        self.quantity = quantity
        self.blocks = tuple(blocks)
        self.n_taken = 0
        self._rows = [recorded.index(need) for need in quantity.needs]
        self._series: BlockSeries | None = None
        self._ends = (0, 0)  # first and last step taken in

    def take(self, steps: NDArray[np.int64], first: int) -> None:
        """Take in the measurements from `first` on; `steps` are those of all, (n,)."""
        raise NotImplementedError

    def forget(self) -> None:
        """Begin anew."""
        raise NotImplementedError

    def follow(self, series: BlockSeries) -> None:
        """Follow these figures; `catch_up` takes in what is new of them."""
        before, self._series = self._series, series
        n = self.n_taken
        thinned = before is not None and before.stride != series.stride
        if n and (thinned or len(series) < n or self._ends != _ends(series.steps[:n])):
            self.n_taken = 0  # the run was resumed from earlier
            self.forget()

    def catch_up(self, seconds: float) -> bool:
        """Take in what is new, for so long; whether there is more."""
        series, until = self._series, time.monotonic() + seconds
        if series is None or not self.blocks:
            return False
        chunk = max(1, _FIGURES_AT_ONCE // len(self.blocks))
        while self.n_taken < len(series):
            end = min(self.n_taken + chunk, len(series))
            steps = series.steps[:end]
            self.take(steps, self.n_taken)
            self.n_taken, self._ends = end, _ends(steps)
            if time.monotonic() > until:
                break
        return self.n_taken < len(series)

    def figures(self, index: Any) -> Floats:
        """Figures of some measurements, by a slice or by indices (m,): (m, n_blocks)."""
        assert self._series is not None
        values = self._series.values
        return self.quantity.made(*(values[index, row] for row in self._rows))


class BlockTrend(BlockDigest):
    """The median of all blocks, over time.

    Attributes:
        curve: the medians.
    """

    def __init__(
        self, quantity: HeatQuantity, recorded: Sequence[Quantity], blocks: Sequence[str]
    ) -> None:
        super().__init__(quantity, recorded, blocks)
        self.curve = Curve()
        self._medians = Growing(np.float32)

    def take(self, steps: NDArray[np.int64], first: int) -> None:
        """Take in the measurements from `first` on."""
        figures = self.figures(slice(first, steps.size))
        self._medians.write(first, np.median(figures, axis=1))
        self.curve.follow(steps, self._medians.values)

    def forget(self) -> None:
        """Begin anew."""
        self._medians.write(0, np.empty(0, np.float32))
        self.curve = Curve()


def _ends(steps: NDArray[np.int64]) -> tuple[int, int]:
    return int(steps[0]), int(steps[-1])

"""One quantity of one network's blocks over time, followed while the run grows. No Qt."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnet_viz.runs.layout import Quantity
from resnet_viz.runs.series import BlockSeries
from resnet_viz.ui.train.codes import Codes
from resnet_viz.ui.train.heat_pyramid import HeatPyramid
from resnet_viz.ui.train.heat_quantities import Floats, HeatQuantity

_FIGURES_AT_ONCE = 150_000  # a few milliseconds


class HeatField:
    """Figures by block and step.

    Args:
        quantity: what is shown.
        recorded: rows of the recorded figures.
        blocks: names in forward order.

    Attributes:
        pyramid: what is taken in so far.
    """

    def __init__(
        self, quantity: HeatQuantity, recorded: Sequence[Quantity], blocks: Sequence[str]
    ) -> None:
        self.quantity = quantity
        self.blocks = tuple(blocks)
        self.pyramid = HeatPyramid(len(blocks))
        self._rows = [recorded.index(need) for need in quantity.needs]
        self._series: BlockSeries | None = None
        self._ends = (0, 0)  # first and last step taken in

    def follow(self, series: BlockSeries) -> None:
        """Show these figures; `catch_up` takes in what is new of them."""
        before, self._series = self._series, series
        n = len(self.pyramid)
        thinned = before is not None and before.stride != series.stride
        if n and (thinned or len(series) < n or self._ends != _ends(series.steps[:n])):
            self.pyramid = HeatPyramid(len(self.blocks))  # the run was resumed from earlier

    def catch_up(self, seconds: float) -> bool:
        """Take in what is new, for so long; whether there is more."""
        series, until = self._series, time.monotonic() + seconds
        if series is None or not self.blocks:
            return False
        chunk = max(1, _FIGURES_AT_ONCE // len(self.blocks))
        while (n := len(self.pyramid)) < len(series):
            end = min(n + chunk, len(series))
            self.pyramid.extend(series.steps[:end], self.fetch)
            self._ends = _ends(series.steps[:end])
            if time.monotonic() > until:
                break
        return len(self.pyramid) < len(series)

    def fetch(self, index: Any) -> Codes:
        """Codes of some measurements, (m, n_blocks)."""
        return self.quantity.encode(self.figures(index))

    def figures(self, index: Any) -> Floats:
        """Figures of some measurements, (m, n_blocks)."""
        assert self._series is not None
        values = self._series.values
        return self.quantity.made(*(values[index, row] for row in self._rows))

    def index_at(self, step: float) -> int | None:
        """The last measurement until a step; None before the first."""
        index = int(np.searchsorted(self.pyramid.steps, int(step), "right")) - 1
        return index if index >= 0 else None

    def figure_at(self, step: float, block: int) -> tuple[int, float] | None:
        """A block's last figure until a step, and the step it was measured in."""
        index = self.index_at(step)
        if index is None:
            return None
        measured = int(self.pyramid.steps[index])
        return measured, float(self.figures(slice(index, index + 1))[0, block])

    @property
    def last(self) -> int:
        """The last measured step; 0 if there is none."""
        return int(self.pyramid.steps[-1]) if len(self.pyramid) else 0


def _ends(steps: NDArray[np.int64]) -> tuple[int, int]:
    return int(steps[0]), int(steps[-1])

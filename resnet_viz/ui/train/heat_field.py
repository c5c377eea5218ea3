"""One quantity of one network's blocks over time, as colours' codes. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnet_viz.runs.layout import Quantity
from resnet_viz.ui.train.block_digest import BlockDigest
from resnet_viz.ui.train.codes import Codes
from resnet_viz.ui.train.heat_pyramid import HeatPyramid
from resnet_viz.ui.train.heat_quantities import HeatQuantity


class HeatField(BlockDigest):
    """Figures by block and step.

    Attributes:
        pyramid: what is taken in so far.
    """

    def __init__(
        self, quantity: HeatQuantity, recorded: Sequence[Quantity], blocks: Sequence[str]
    ) -> None:
        super().__init__(quantity, recorded, blocks)
        self.pyramid = HeatPyramid(len(blocks))

    def take(self, steps: NDArray[np.int64], first: int) -> None:
        """Take in the measurements from `first` on."""
        assert first == len(self.pyramid)
        self.pyramid.extend(steps, self.fetch)

    def forget(self) -> None:
        """Begin anew."""
        self.pyramid = HeatPyramid(len(self.blocks))

    def fetch(self, index: Any) -> Codes:
        """Codes of some measurements, (m, n_blocks)."""
        return self.quantity.encode(self.figures(index))

    def figure_at(self, step: float, block: int) -> tuple[int, float] | None:
        """A block's last figure until a step, and the step it was measured in.

        Returns:
            None before the first measurement.
        """
        index = int(np.searchsorted(self.pyramid.steps, int(step), "right")) - 1
        if index < 0:
            return None
        measured = int(self.pyramid.steps[index])
        return measured, float(self.figures(slice(index, index + 1))[0, block])

    @property
    def last(self) -> int:
        """The last measured step; 0 if there is none."""
        return int(self.pyramid.steps[-1]) if len(self.pyramid) else 0

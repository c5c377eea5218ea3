"""What the shared chart can show of every block, and where a zero in it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.overview.figures import Figures

Values = NDArray[np.float64]
QuantityName = Literal["grad_in", "grad_params", "mean_square"]
QUANTITY_NAMES: tuple[QuantityName, ...] = get_args(QuantityName)

SMALLEST: dict[str, float] = {"float32": 1.4e-45, "float64": 4.9e-324}
"""The smallest positive number of a type, IEEE 754 with subnormals; below it there is only 0."""


@dataclass(frozen=True)
class Quantity:
    """A figure that every block has.

    Attributes:
        name: for code.
        symbol: as papers write it.
        title: for the menu and the chart's title.
        measure: what is measured of which tensor, for the caption.
        read: the figure of one block.
        gradient: whether it flows back from the loss.
    """

    name: QuantityName
    symbol: str
    title: str
    measure: str
    read: Callable[[BlockStats], float]
    gradient: bool

    def values(self, figures: Figures) -> Values:
        """The figure of every block, (N,) float64."""
        return np.array([self.read(stats) for stats in figures.stats], np.float64)


QUANTITIES: dict[QuantityName, Quantity] = {
    q.name: q
    for q in (
        Quantity(
            "grad_in",
            "‖∂L/∂x‖",
            "‖∂L/∂x‖ at each block's input",
            "L2 norm of ∂L/∂x over all images, channels and positions of the block's input x",
            lambda stats: stats.grad_in,
            gradient=True,
        ),
        Quantity(
            "grad_params",
            "‖∂L/∂θ‖",
            "‖∂L/∂θ‖ of each block's parameters",
            "L2 norm of ∂L/∂θ over all parameters θ of the block",
            lambda stats: stats.grad_params,
            gradient=True,
        ),
        Quantity(
            "mean_square",
            "E[y²]",
            "E[y²] of the residual stream",
            "mean square of the block's output y over all images, channels and positions",
            lambda stats: stats.std_out**2 + stats.mean_out**2,
            gradient=False,
        ),
    )
}


def underflowed(quantity: Quantity, figures: Figures) -> NDArray[np.bool_]:
    """Which zeros only the precision explains, (N,).

    The other zeros are exact: no gradient leaves the loss, both paths of a later block are
    closed, a later block puts out nothing but zeros, or the parameters belong to a dropped
    branch. A mean square of 0 is an output of zeros, whatever made it one.
    """
    zero = quantity.values(figures) == 0
    if not quantity.gradient or figures.stats[-1].grad_out == 0:
        return np.zeros_like(zero)
    blocked = np.array([_blocks_gradient(stats) for stats in figures.stats])
    later = np.logical_or.accumulate(blocked[::-1])[::-1]
    if quantity.name == "grad_params":
        later = later | np.array([stats.main == 0 for stats in figures.stats])
    return np.asarray(zero & ~later)


def _blocks_gradient(stats: BlockStats) -> bool:
    """Whether nothing can flow back through a block: closed, or its output is zero everywhere."""
    return (stats.skip == 0 and stats.main == 0) or stats.zero_share == 1.0


def exact_zero_words(quantity: Quantity, figures: Figures) -> str:
    """Why there are zeros that no precision would mend; empty if there are none."""
    zeros = np.flatnonzero((quantity.values(figures) == 0) & ~underflowed(quantity, figures))
    if not zeros.size:
        return ""
    if not quantity.gradient:
        return "0: y is 0 everywhere"
    if figures.stats[-1].grad_out == 0:
        return "0: no gradient leaves the loss"
    first = int(zeros[0])
    for stats in figures.stats[first:]:
        if stats.skip == 0 and stats.main == 0:
            return f"0: no path through {stats.name}"
        if stats.zero_share == 1.0:
            return f"0: y of {stats.name} is 0 everywhere"
    return "0: the branch is dropped"

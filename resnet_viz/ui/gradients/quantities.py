"""What the shared chart can show of every block, and where a zero in it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from resnet_viz.lab.zeros import SMALLEST, faded, unreached
from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.overview.figures import Figures

Values = NDArray[np.float64]
QuantityName = Literal["grad_in", "grad_params", "mean_square"]
QUANTITY_NAMES: tuple[QuantityName, ...] = get_args(QuantityName)


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

    @property
    def colour(self) -> str:
        """Field of the theme that stands for the figure where its network is said otherwise."""
        return "gradient" if self.gradient else "output"

    def values(self, figures: Figures) -> Values:
        """The figure of every block, (N,) float64."""
        return np.array([self.read(stats) for stats in figures.stats], np.float64)

    def smallest(self, dtype: str) -> float:
        """The smallest positive value that the figure takes in a precision."""
        if self.name == "mean_square":  # of numbers in that precision, computed in float64
            return max(SMALLEST[dtype] ** 2, SMALLEST["float64"])
        return SMALLEST[dtype]


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
    """Which zeros the precision explains, (N,).

    The other zeros are exact, they would be 0 in any precision: no gradient leaves the loss,
    both paths of a later block are closed, a later block puts out nothing but zeros, or the
    parameters belong to a dropped branch.
    """
    values = quantity.values(figures)
    if not quantity.gradient:
        norms = np.array([stats.norm_out for stats in figures.stats])
        return np.asarray((values == 0) & (faded(figures.stats, figures.dtype) | (norms > 0)))
    exact = unreached(figures.stats, figures.dtype)
    if quantity.name == "grad_params":
        exact = exact | np.array([stats.main == 0 for stats in figures.stats])
    return np.asarray((values == 0) & ~exact)


def exact_zero_words(quantity: Quantity, figures: Figures) -> str:
    """Why there are zeros that no precision would mend; empty if there are none."""
    zeros = np.flatnonzero((quantity.values(figures) == 0) & ~underflowed(quantity, figures))
    if not zeros.size:
        return ""
    if quantity.gradient and figures.stats[-1].grad_out == 0:
        return "0: no gradient leaves the loss"
    later = figures.stats[int(zeros[0]) :]
    for stats in later:
        if stats.skip == 0 and stats.main == 0:
            return f"0: no path through {stats.name}"
        if stats.zero_share == 1.0:
            return f"0: y of {stats.name} is 0 everywhere"
    return "0: the branch is dropped"


def faded_words(figures: Figures) -> str:
    """Where the forward signal itself sinks to 0: `y underflows at layer3.12`; empty if nowhere."""
    lost = np.flatnonzero(faded(figures.stats, figures.dtype))
    return f"y underflows at {figures.names[int(lost[0])]}" if lost.size else ""

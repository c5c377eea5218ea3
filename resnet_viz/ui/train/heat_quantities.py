"""What heatmaps can show of the blocks. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnet_viz.numerals import figure, percent
from resnet_viz.runs.layout import Quantity
from resnet_viz.ui.train.codes import Codes, encode_log, encode_share

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class HeatQuantity:
    """A figure of every block.

    Attributes:
        key: names it in settings.
        title: for people.
        needs: recorded quantities that it is made of.
        share: whether it is a share from 0 to 1, on a linear scale; else the scale is
            logarithmic.
        zero: what an exact 0 says on a log scale.
        tip: what is measured, in a sentence.
        made: from the recorded figures, each (..., n_blocks), makes this one.
    """

    key: str
    title: str
    needs: tuple[Quantity, ...]
    tip: str
    share: bool = False
    zero: str = "exactly 0"
    made: Callable[..., Floats] = lambda values: values

    def encode(self, values: Floats) -> Codes:
        """Codes of its figures."""
        return encode_share(values) if self.share else encode_log(values)

    def said(self, value: float) -> str:
        """A figure in words."""
        if np.isnan(value):
            return "not measured"
        if value == 0 and not self.share:
            return f"0 ({self.zero})"
        return percent(value) if self.share else figure(value)


def _ratio(branch: Floats, shortcut: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(branch / shortcut)


HEAT_QUANTITIES: dict[str, HeatQuantity] = {
    quantity.key: quantity
    for quantity in (
        HeatQuantity(
            "gradient",
            "Gradient norm ‖∂L/∂x‖",
            ("gradient",),
            "L2 norm of the loss' gradient at each block's input, over the whole batch",
            zero="underflow",
        ),
        HeatQuantity(
            "update",
            "Update ‖Δw‖ / ‖w‖",
            ("update",),
            "How far one step moves each block's weights, relative to their own norm",
            zero="no change",
        ),
        HeatQuantity(
            "dead",
            "Dead channels",
            ("dead",),
            "Share of each block's output channels that are zero everywhere in the batch",
            share=True,
        ),
        HeatQuantity(
            "ratio",
            "‖F(x)‖ / ‖shortcut‖",
            ("branch", "shortcut"),
            "What the branch brings relative to the shortcut, both before their gates",
            zero="F(x) is 0",
            made=_ratio,
        ),
        HeatQuantity(
            "output",
            "Output norm ‖y‖",
            ("output",),
            "L2 norm of each block's output, over the whole batch",
            zero="y is 0",
        ),
    )
}


def offered(recorded: Sequence[Quantity]) -> list[HeatQuantity]:
    """The quantities that a run's records suffice for."""
    return [q for q in HEAT_QUANTITIES.values() if set(q.needs) <= set(recorded)]

"""What papers expect of the pair on screen, as lines of the shared chart."""

from __future__ import annotations

from typing import Literal

import numpy as np

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES
from resnet_viz.lab.theory_curves import theory_curves
from resnet_viz.ui.gradients.pair_state import Series
from resnet_viz.ui.gradients.quantities import Quantity, QuantityName

_ASKED: dict[QuantityName, Literal["grad_in", "stream"]] = {
    "grad_in": "grad_in",
    "mean_square": "stream",
}


def theory_series(measured: PairMeasured | None, quantity: Quantity) -> tuple[Series, ...]:
    """The theories that hold for a measurement; none for trained weights, and without one."""
    asked = _ASKED.get(quantity.name)
    if measured is None or asked is None:
        return ()
    series = []
    for side in SIDES:
        snapshot = measured.residual if side == "residual" else measured.plain
        for curve in theory_curves(measured.settings, side, snapshot, asked):
            series.append(
                Series(
                    side=side,
                    kind="theory",
                    values=curve.y,
                    underflow=np.zeros(len(curve.y), bool),
                    smallest=quantity.smallest(snapshot.dtype),
                    dtype=snapshot.dtype,
                    label=curve.label,
                    source=curve.source,
                )
            )
    return tuple(series)

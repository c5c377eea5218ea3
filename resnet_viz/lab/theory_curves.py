"""Theory for a measured network, as curves to draw beside the measurement.

One line where a chart is made:

    curves += theory_curves(settings, "plain", snapshot)

Imports neither torch nor Qt: the window's chart and the studies draw the same lines.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from resnet_viz.analysis.predictions import Conditions, Prediction, gradient_curve, stream_curve
from resnet_viz.lab.findings import Curve, Floats
from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.probe.snapshot import Snapshot

Quantity = Literal["grad_in", "stream"]

_SIDES: dict[Side, str] = {"residual": "with skips", "plain": "plain twin"}


def theory_curves(
    settings: LabSettings, side: Side, snapshot: Snapshot, quantity: Quantity = "grad_in"
) -> tuple[Curve, ...]:
    """What theory expects of one side's network, block by block.

    Args:
        settings: the network was measured with.
        side: which of the two.
        snapshot: its measurement; the curves start from its numbers.
        quantity: `grad_in`: ‖∂L/∂x‖ at the blocks' inputs, from the last block's on backwards;
            `stream`: mean square of an element of the blocks' outputs (see `stream_square`),
            from the first block's input on.

    Returns:
        No curve where no theory holds: for trained weights, group norm, and what
        `analysis.wide_limit` leaves out. x counts the blocks from 0. What falls below the
        smallest number of the settings' precision is 0, as it would be measured.
    """
    conditions = conditions_of(settings, side, snapshot)
    if conditions is None:
        return ()
    if quantity == "grad_in":
        prediction = gradient_curve(conditions, snapshot.blocks[-1].grad_in)
    else:
        prediction = stream_curve(conditions)
    return () if prediction is None else (_curve(prediction, settings, side),)


def conditions_of(settings: LabSettings, side: Side, snapshot: Snapshot) -> Conditions | None:
    """What theory must know of a measured network; None for trained weights."""
    if settings.weights != "random":
        return None
    first = snapshot.blocks[0]
    return Conditions(
        spec=settings.spec(side),
        gates=settings.gates(side),
        batch_statistics=snapshot.training_mode,
        size=first.in_shape[1:],
        gain=settings.gain,
        in_square=_square(first.norm_in, first.in_shape, snapshot),
    )


def stream_square(snapshot: Snapshot) -> Floats:
    """Mean square of an element of every block's output, ‖y‖² / number of elements."""
    return np.array([_square(b.norm_out, b.out_shape, snapshot) for b in snapshot.blocks])


def _square(norm: float, shape: tuple[int, int, int], snapshot: Snapshot) -> float:
    root = norm / math.sqrt(snapshot.input_shape[0] * math.prod(shape))
    return root * root  # a float's ** 2 raises where this becomes infinite


def _curve(prediction: Prediction, settings: LabSettings, side: Side) -> Curve:
    smallest = float(np.finfo(settings.dtype).smallest_subnormal)
    values = prediction.values.copy()
    values[values < smallest] = 0.0
    return Curve(
        label=f"{prediction.label} ({_SIDES[side]})",
        role="theory",
        x=np.arange(len(values), dtype=np.float64),
        y=values,
        source=prediction.source,
    )

"""Where the parts of an opened add node lie, and how wide its arrows are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.gradients.add_node_words import finite
from resnet_viz.ui.overview.style import Style

WIDEST = 0.7  # of a row of text: the arrow of the larger gradient
# In rows of text: half the height of the lanes, of each band with its texts, and of all.
_SPREAD = 0.42
_FORWARD = _SPREAD + 0.62 + 0.5
_BACKWARD = _SPREAD + WIDEST / 2 + 0.55 + 0.5
_FOOT = 2.1
ROWS = 2 * _FORWARD + 2 * _BACKWARD + _FOOT


@dataclass(frozen=True)
class Geometry:
    """Places in the panel, pixels.

    Attributes:
        left, right: where the lanes begin and the arrow at y ends.
        node: x of the ⊕.
        act: x of the middle of the activation's box.
        forward, backward: y of the ⊕ of both rows.
        spread: distance of a lane from the middle of its row.
        air: by how much the texts stand further from the lanes than they must.
    """

    left: float
    right: float
    node: float
    act: float
    forward: float
    backward: float
    spread: float
    air: float


def arrow_widths(stats: BlockStats, widest: float) -> tuple[float, float]:
    """Widths of the arrows through skip and branch, linear in the gradients, pixels.

    Args:
        stats: of the block; an infinite gradient is as wide as it gets, an undefined one 0.
        widest: width of the larger one.
    """
    values = stats.grad_via_shortcut, stats.grad_via_branch
    largest = max(finite(v) for v in values)
    return tuple(  # type: ignore[return-value]
        widest if math.isinf(v) else (finite(v) / largest * widest if largest > 0 else 0.0)
        for v in values
    )


def geometry(style: Style, width: float, height: float) -> Geometry:
    """Places in a panel of a size, pixels; what height there is to spare parts the rows."""
    row, scale = style.row, style.scale
    # Of the height to spare a part widens the lanes, the rest parts the two rows.
    spare = max(0.0, height - ROWS * row)
    spread = _SPREAD * row + min(spare * 0.06, 14.0 * scale)
    air = min(spare * 0.04, 6.0 * scale)
    used = ROWS * row + 4 * (spread - _SPREAD * row + air)
    gap = max(0.0, height - used) / 3
    advance = style.bold_metrics.horizontalAdvance
    right = width - advance("0.00×10⁻⁰⁰") - 10
    box = advance("LeakyReLU′") / 2 if width > 440 * scale else advance("ReLU′") / 2 + 4
    act = right - box - 14 * scale
    forward = _FORWARD * row + (spread - _SPREAD * row) + air
    backward = 2 * forward + gap + _BACKWARD * row + (spread - _SPREAD * row) + air
    return Geometry(
        left=advance("‖x‖ 0.00×10⁻⁰⁰") + 6,
        right=right,
        node=act - box - 16 * scale,
        act=act,
        forward=forward,
        backward=backward,
        spread=spread,
        air=air,
    )


def lane(place: Geometry, y: float, sign: int, start: float = 0.0) -> QPainterPath:
    """A path's way from x to the ⊕; it leaves the middle of the row by `spread`."""
    at = y + sign * place.spread
    path = QPainterPath(QPointF(place.left + start, at if start else y))
    if not start:
        path.cubicTo(place.left + 8, y, place.left + 4, at, place.left + 16, at)
    path.lineTo(place.node - 26, at)
    path.cubicTo(place.node - 14, at, place.node - 18, y + sign * 3, place.node - 8, y + sign * 3)
    return path

"""What the gradient lane says of values without a place on a log axis; and its scale's pin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from resnet_viz.ui.overview.captions import zero_note
from resnet_viz.ui.overview.figures import Figures
from resnet_viz.ui.overview.lanes import LaneContext
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Align, Style

_PILL_REACH = 45.0  # half of the widest value that stands beside the selected block's dot


def paint_floor_note(painter: QPainter, context: LaneContext, y: float, now: Figures) -> None:
    """Say at the floor what a zero means."""
    note, ghost = zero_note(now), context.state.ghost
    if not note and ghost is not None:
        note = f"before: {zero_note(ghost)}"
    _paint_note(painter, context, note, y, now.grad_in == 0, aside=-1)


def paint_ceiling_note(painter: QPainter, context: LaneContext, y: float, now: Figures) -> None:
    """Count at the ceiling what could not be drawn on the axis, each by its sign."""
    infinite, undefined = np.isinf(now.grad_in), np.isnan(now.grad_in)
    parts = [f"△ infinite: {infinite.sum()}"] * bool(infinite.any())
    parts += [f"× not a number: {undefined.sum()}"] * bool(undefined.any())
    if parts:
        _paint_note(painter, context, "   ".join(parts), y, infinite | undefined, aside=1)


def _paint_note(
    painter: QPainter,
    context: LaneContext,
    text: str,
    y: float,
    occupied: NDArray[np.bool_],
    *,
    aside: int,
) -> None:
    """Write over the line of a floor or ceiling, or beside it.

    Args:
        painter: of the lane.
        context: of the lane.
        text: the note.
        y: of the line, pixels.
        occupied: blocks with a mark on the line, (N,); the note hides none of them.
        aside: 1 or -1: below or above the line is where there is room.
    """
    style, blocks = context.style, context.axis.visible
    width = style.metrics.horizontalAdvance(text) + 8
    centres = context.axis.centres(blocks)[occupied[blocks.start : blocks.stop]]
    left, on_line = note_place(context, width, centres)
    box = QRectF(left, y - style.row * 0.5, width, style.row)
    if not on_line:
        box.translate(0, aside * style.row)
    painter.fillRect(box, style.color("card", 0.9))
    painter.setFont(style.small)
    painter.setPen(style.pen("trouble"))
    painter.drawText(box, Align.AlignCenter, text)


def note_place(
    context: LaneContext, width: float, centres: NDArray[np.float64]
) -> tuple[float, bool]:
    """Left end of a note, and whether it lies on the line.

    It lies on the line at an end without marks, else beside the line over the marks: blocks
    that have a mark there have no curve in the way.

    Args:
        context: of the lane.
        width: of the note, pixels.
        centres: pixels of the marks on the line, ascending.
    """
    axis = context.axis
    furthest = axis.right - width
    for left in (furthest, axis.left):
        if not ((centres > left - 6) & (centres < left + width + 6)).any():
            return left, True
    selected = context.state.selected
    pill = axis.centre(selected) if selected is not None else -np.inf
    middle = float(centres[0] + centres[-1]) / 2
    places = [middle - width / 2, float(centres[-1]) - width, float(centres[0])]
    clamped = [min(max(left, axis.left), furthest) for left in places]
    for left in clamped:
        if abs(left + width / 2 - pill) > width / 2 + _PILL_REACH:
            return left, False
    return clamped[0], False


def ceiling_text(state: OverviewState) -> str:
    """What stands on the ceiling, now or before: infinity, or else what is no number."""
    grads = [f.grad_in for f in (state.now, state.ghost) if f is not None]
    return "inf" if np.isinf(np.concatenate(grads)).any() else "NaN"


def triangle(path: QPainterPath, point: QPointF, reach: float) -> None:
    """Append a triangle that points up for positive `reach`, down for negative."""
    x, y, side = point.x(), point.y(), abs(reach)
    path.moveTo(x, y - reach)
    path.lineTo(x + side, y + reach * 0.7)
    path.lineTo(x - side, y + reach * 0.7)
    path.closeSubpath()


def paint_pin(painter: QPainter, style: Style, rect: QRectF, pinned: bool) -> None:
    """A drawing pin: upright and filled when the scale is pinned, else tilted and hollow."""
    painter.save()
    painter.translate(rect.center())
    if not pinned:
        painter.rotate(40)
    unit = rect.height() / 16
    colour = "text" if pinned else "muted"
    painter.setPen(style.pen(colour, 1.2 * style.scale))
    painter.setBrush(style.brush(colour) if pinned else Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(-2 * unit, -5.5 * unit, 4 * unit, 5 * unit))
    painter.drawLine(QPointF(-4 * unit, -0.5 * unit), QPointF(4 * unit, -0.5 * unit))
    painter.drawLine(QPointF(0, -0.5 * unit), QPointF(0, 5.5 * unit))
    painter.restore()

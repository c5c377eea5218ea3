"""Who carries the signal: stacked bars of the shortcut's and the branch's part."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from resnet_viz.ui.overview.captions import split
from resnet_viz.ui.overview.figures import Figures, Values
from resnet_viz.ui.overview.geometry import Want
from resnet_viz.ui.overview.lanes import (
    LaneContext,
    LaneName,
    clip_to_plot,
    paint_title,
    paint_waiting,
)
from resnet_viz.ui.overview.layout import GROUP_PX
from resnet_viz.ui.overview.style import Align, Style, draw_text

Direction = Literal["forward", "backward"]

_TEXTS: dict[Direction, tuple[str, str]] = {
    "forward": ("Who carries the signal  ‖x‖ : ‖F(x)‖", "Forward shares ‖x‖ : ‖F(x)‖"),
    "backward": ("Who carries the gradient back", "Backward shares"),
}


class ShareLane:
    """Stacked bars, the shortcut's part above the branch's.

    Args:
        direction: of the signal: what enters the sum, or what dL/dx is made of.
    """

    def __init__(self, direction: Direction) -> None:
        self.name: LaneName = direction
        self.title, self.menu_text = _TEXTS[direction]
        self._direction: Direction = direction

    def want(self, style: Style) -> Want:
        """Thin: a share needs little height."""
        return Want(style.row + 26 * style.scale, 130.0, 1.0)

    def shares(self, figures: Figures) -> Values:
        """The shortcut's share per block, (N,), NaN where nothing flows."""
        if self._direction == "forward":
            return figures.forward_share
        return figures.backward_share

    def paint(self, painter: QPainter, context: LaneContext) -> None:
        """Paint title, bars and the marks of the measurement before."""
        state = context.state
        caption = context.selected_text(lambda f, i: f"skip : F(x)  {split(self.shares(f)[i])}")
        paint_title(painter, context, self.title, caption=caption)
        self._paint_keys(painter, context)
        if state.now is None:
            paint_waiting(painter, context)
            return
        painter.save()
        clip_to_plot(painter, context, spill=2.0)
        now = self.shares(state.now)
        if context.axis.pitch >= GROUP_PX:
            _paint_bars(painter, context, now)
        else:
            _paint_area(painter, context, now)
        if state.ghost is not None:
            _paint_ghost(painter, context, now, self.shares(state.ghost))
        painter.restore()

    def _paint_keys(self, painter: QPainter, context: LaneContext) -> None:
        """Name the two colours at the heights where they stand."""
        style, plot = context.style, context.plot
        painter.setFont(style.small)
        box = 7.0 * style.scale
        half = style.row / 2
        for y, colour, text in (
            (plot.top() + half - 2, "shortcut", "skip"),
            (plot.bottom() - half + 2, "branch", "F(x)"),
        ):
            right = context.axis.left - 8
            painter.setPen(style.pen("muted"))
            draw_text(painter, right, y, text, Align.AlignRight | Align.AlignVCenter)
            left = right - style.metrics.horizontalAdvance(text) - box - 4
            painter.fillRect(QRectF(left, y - box / 2, box, box), style.brush(colour))


def bar_width(style: Style, pitch: float) -> float:
    """Width of a block's bar: half the column, more where columns are narrow."""
    return min(max(pitch * 0.52, min(pitch - 2, 9.0), pitch * 0.72 if pitch < 14 else 0), 64.0)


def _paint_bars(painter: QPainter, context: LaneContext, shares: Values) -> None:
    style, axis, plot = context.style, context.axis, context.plot
    width = bar_width(style, axis.pitch)
    above, below, none = [], [], []
    for i in axis.visible():
        left, share = axis.centre(i) - width / 2, float(shares[i])
        if np.isnan(share):
            none.append(QRectF(left, plot.top(), width, plot.height()))
            continue
        cut = plot.height() * share
        if cut > 0:
            above.append(QRectF(left, plot.top(), width, cut))
        if share < 1:
            below.append(QRectF(left, plot.top() + cut, width, plot.height() - cut))
    painter.setPen(Qt.PenStyle.NoPen)
    for rects, colour in ((above, "shortcut"), (below, "branch")):
        if rects:
            painter.setBrush(style.brush(colour))
            painter.drawRects(rects)
    if none:  # nothing flows here: an empty frame, not a missing bar
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(style.dashed("ghost", 1.0, 3.0))
        painter.drawRects(none)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_area(painter: QPainter, context: LaneContext, shares: Values) -> None:
    """Blocks narrower than a bar: two areas with the split as a staircase between them."""
    style, axis, plot = context.style, context.axis, context.plot
    shown = axis.visible()
    left, right = axis.x(shown.start), axis.x(shown.stop)
    painter.fillRect(QRectF(left, plot.top(), right - left, plot.height()), style.brush("shortcut"))
    heights = np.nan_to_num(shares, nan=1.0)
    stairs = [QPointF(left, plot.bottom())]
    for i in shown:
        y = plot.top() + plot.height() * float(heights[i])
        stairs += (QPointF(axis.x(i), y), QPointF(axis.x(i + 1), y))
    stairs.append(QPointF(right, plot.bottom()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.brush("branch"))
    painter.drawPolygon(QPolygonF(stairs))
    if empty := [
        QRectF(axis.x(i), plot.top(), axis.pitch, plot.height())
        for i in shown
        if np.isnan(shares[i])
    ]:
        painter.setBrush(style.brush("card"))
        painter.drawRects(empty)
        hatch = style.brush("ghost")
        hatch.setStyle(Qt.BrushStyle.BDiagPattern)
        painter.setBrush(hatch)
        painter.drawRects(empty)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_ghost(painter: QPainter, context: LaneContext, now: Values, before: Values) -> None:
    """Mark where the split was, for every block where it moved by more than a pixel."""
    axis, plot = context.axis, context.plot
    reach = max(bar_width(context.style, axis.pitch) / 2 + 3, 1.0)
    moved = ~np.isnan(before) & ~(np.abs(before - now) * plot.height() <= 1.0)
    lines = []
    for i in axis.visible():
        if moved[i]:
            y = plot.top() + plot.height() * float(before[i])
            lines.append(QLineF(axis.centre(i) - reach, y, axis.centre(i) + reach, y))
    if lines:
        # Two tones, so that the mark shows on both colours and on the card.
        painter.setPen(context.style.pen("card", 3.0))
        painter.drawLines(lines)
        painter.setPen(context.style.pen("muted", 1.4))
        painter.drawLines(lines)

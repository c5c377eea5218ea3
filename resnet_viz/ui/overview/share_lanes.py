"""Who carries the signal: stacked bars of the shortcut's and the branch's part."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from resnet_viz.ui.overview.captions import split
from resnet_viz.ui.overview.figures import Figures, Values
from resnet_viz.ui.overview.geometry import Want
from resnet_viz.ui.overview.lanes import (
    Key,
    LaneContext,
    LaneName,
    clip_to_plot,
    paint_title,
    paint_waiting,
    staircase,
)
from resnet_viz.ui.overview.layout import GROUP_PX
from resnet_viz.ui.overview.style import Align, Style, cross, draw_text

Direction = Literal["forward", "backward"]

_TEXTS: dict[Direction, tuple[str, str]] = {
    "forward": ("Who carries the signal  ‖shortcut‖ : ‖F(x)‖", "Signal: shortcut and F(x)"),
    "backward": ("Who carries the gradient back", "Gradient: shortcut and F(x)"),
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
        in_margin = context.plot.height() >= 1.8 * context.style.row
        keys = [] if in_margin else [Key("bar", "shortcut", "skip"), Key("bar", "branch", "F(x)")]
        if state.ghost is not None:
            keys.append(Key("tick", "muted", "before"))
        paint_title(painter, context, self.title, keys=keys, caption=caption)
        if in_margin:
            self._paint_keys(painter, context)
        if state.now is None:
            paint_waiting(painter, context)
            return
        painter.save()
        clip_to_plot(painter, context, spill=2.0)
        now = self.shares(state.now)
        bars = context.axis.pitch >= GROUP_PX
        (_paint_bars if bars else _paint_area)(painter, context, now)
        if state.ghost is not None:
            before = self.shares(state.ghost)
            if bars:
                _paint_ghost(painter, context, now, before)
            else:
                _paint_ghost_line(painter, context, before)
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
    broken = []
    for i in axis.visible():
        left, share = axis.centre(i) - width / 2, float(shares[i])
        if not np.isfinite(share):
            none.append(QRectF(left, plot.top(), width, plot.height()))
            if np.isinf(share):
                broken.append(axis.centre(i))
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
    painter.setPen(style.pen("trouble", 1.5 * style.scale))
    for x in broken:
        cross(painter, x, plot.center().y(), min(4.0 * style.scale, width / 2))


def _paint_area(painter: QPainter, context: LaneContext, shares: Values) -> None:
    """Blocks narrower than a bar: two areas with the split as a staircase between them."""
    style, axis, plot = context.style, context.axis, context.plot
    shown = axis.visible()
    left, right = axis.x(shown.start), axis.x(shown.stop)
    painter.fillRect(QRectF(left, plot.top(), right - left, plot.height()), style.brush("shortcut"))
    heights = plot.top() + plot.height() * np.nan_to_num(shares, nan=1.0, posinf=1.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.brush("branch"))
    painter.drawPolygon(staircase(axis, heights, plot.bottom()))
    if empty := [
        QRectF(axis.x(i), plot.top(), axis.pitch, plot.height())
        for i in shown
        if not np.isfinite(shares[i])
    ]:
        painter.setBrush(style.brush("card"))
        painter.drawRects(empty)
        hatch = style.brush("ghost")
        hatch.setStyle(Qt.BrushStyle.BDiagPattern)
        painter.setBrush(hatch)
        painter.drawRects(empty)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_ghost(painter: QPainter, context: LaneContext, now: Values, before: Values) -> None:
    """Mark beside each bar where the split was, if it moved by more than a pixel."""
    axis, plot, style = context.axis, context.plot, context.style
    inner = bar_width(style, axis.pitch) / 2
    outer = inner + min(5.0 * style.scale, (axis.pitch - 2 * inner) * 0.45)
    same = np.abs(np.nan_to_num(now, posinf=np.nan) - before) * plot.height() <= 1.0
    moved = np.isfinite(before) & ~same
    lines: list[QLineF] = []
    for i in axis.visible():
        if moved[i]:
            x, y = axis.centre(i), plot.top() + plot.height() * float(before[i])
            lines += (QLineF(x - outer, y, x - inner, y), QLineF(x + inner, y, x + outer, y))
    if lines:
        painter.setPen(style.pen("muted", 1.6 * style.scale))
        painter.drawLines(lines)


def _paint_ghost_line(painter: QPainter, context: LaneContext, before: Values) -> None:
    """Where blocks have no bars of their own: the split before as a thin line."""
    axis, plot = context.axis, context.plot
    points = [
        QPointF(axis.centre(i), plot.top() + plot.height() * float(before[i]))
        for i in context.shown
        if np.isfinite(before[i])
    ]
    painter.setPen(context.style.pen("card", 1.0, 0.8))
    painter.drawPolyline(points)

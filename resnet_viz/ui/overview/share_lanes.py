"""Who carries the signal: stacked bars of the shortcut's and the branch's part."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter

from resnet_viz.ui.overview.captions import split
from resnet_viz.ui.overview.curves import draw_bars, draw_curve, draw_dense_bars, runs
from resnet_viz.ui.overview.figures import Figures, Values
from resnet_viz.ui.overview.geometry import Want
from resnet_viz.ui.overview.lanes import (
    Key,
    LaneContext,
    LaneName,
    clip_to_plot,
    paint_title,
    paint_waiting,
)
from resnet_viz.ui.overview.layout import GROUP_PX
from resnet_viz.ui.overview.style import Anchor, Style, cross, draw_text

Direction = Literal["forward", "backward"]

_TEXTS: dict[Direction, tuple[str, str]] = {
    "forward": ("Who carries the signal  ‖shortcut‖ : ‖F(x)‖", "Signal: shortcut and F(x)"),
    "backward": ("Who carries the gradient back", "Gradient: shortcut and F(x)"),
}


_BRIEF: dict[Direction, str] = {"forward": "Signal", "backward": "Gradient back"}


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
        brief = _BRIEF[self._direction]
        paint_title(painter, context, self.title, brief=brief, keys=keys, caption=caption)
        if in_margin:
            self._paint_keys(painter, context)
        if state.now is None:
            paint_waiting(painter, context)
            return
        painter.save()
        clip_to_plot(painter, context)
        now = self.shares(state.now)
        _paint_bars(painter, context, now)
        if state.ghost is not None:
            before = self.shares(state.ghost)
            if context.axis.pitch < GROUP_PX:
                _paint_ghost_line(painter, context, before)
            else:
                _paint_ghost(painter, context, now, before)
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
            draw_text(painter, right, y, text, Anchor.RIGHT)
            left = right - style.metrics.horizontalAdvance(text) - box - 4
            painter.fillRect(QRectF(left, y - box / 2, box, box), style.brush(colour))


def bar_width(style: Style, pitch: float) -> float:
    """Width of a block's bar: half the column, more where columns are narrow."""
    return min(max(pitch * 0.52, min(pitch - 2, 9.0), pitch * 0.72 if pitch < 14 else 0), 64.0)


def _paint_bars(painter: QPainter, context: LaneContext, shares: Values) -> None:
    style, axis, plot = context.style, context.axis, context.plot
    blocks, dense = axis.visible, axis.pitch < GROUP_PX
    shares = shares[blocks.start : blocks.stop]
    x, width = axis.centres(blocks), bar_width(style, axis.pitch)
    known = np.isfinite(shares)
    cut = plot.height() * np.where(known, shares, 0.0)
    split = plot.top() + cut
    if dense:
        for colour, top in (("shortcut", np.full(len(blocks), plot.top())), ("branch", split)):
            tops = np.where(known, top, plot.bottom())
            draw_dense_bars(painter, axis, blocks, plot, tops, style.color(colour))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        for colour, top, height in (
            ("shortcut", np.full(len(blocks), plot.top()), cut),
            ("branch", split, plot.height() - cut),
        ):
            some = known & (height > 0)
            painter.setBrush(style.brush(colour))
            left = x[some] - width / 2
            draw_bars(painter, left, top[some], np.full(left.size, width), height[some])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    _paint_empty(painter, context, x[~known], np.isinf(shares[~known]))


def _paint_empty(
    painter: QPainter, context: LaneContext, xs: Values, overflowed: NDArray[np.bool_]
) -> None:
    """Where nothing flows stands an empty frame, with a × where a norm is not finite."""
    style, plot = context.style, context.plot
    width = bar_width(style, context.axis.pitch)
    if context.axis.pitch < GROUP_PX:
        for some, colour in ((~overflowed, "ghost"), (overflowed, "trouble")):
            hatch = style.brush(colour)
            hatch.setStyle(Qt.BrushStyle.BDiagPattern)
            for x in xs[some].tolist():
                half = context.axis.pitch / 2 + 0.5
                painter.fillRect(QRectF(x - half, plot.top(), 2 * half, plot.height()), hatch)
        return
    painter.setPen(style.dashed("ghost", 1.0, 3.0))
    tops, widths = np.full(xs.size, plot.top()), np.full(xs.size, width)
    draw_bars(painter, xs - width / 2, tops, widths, np.full(xs.size, plot.height()))
    painter.setPen(style.pen("trouble", 1.5 * style.scale))
    for x in xs[overflowed].tolist():
        cross(painter, x, plot.center().y(), min(4.0 * style.scale, width / 2))


def _paint_ghost(painter: QPainter, context: LaneContext, now: Values, before: Values) -> None:
    """Mark beside each bar where the split was, if it moved by more than a pixel."""
    axis, plot, style = context.axis, context.plot, context.style
    inner = bar_width(style, axis.pitch) / 2
    outer = inner + min(5.0 * style.scale, (axis.pitch - 2 * inner) * 0.45)
    blocks = axis.visible
    now, before = now[blocks.start : blocks.stop], before[blocks.start : blocks.stop]
    same = np.abs(np.nan_to_num(now, posinf=np.nan) - before) * plot.height() <= 1.0
    moved = np.isfinite(before) & ~same
    xs, ys = axis.centres(blocks)[moved], plot.top() + plot.height() * before[moved]
    lines: list[QLineF] = []
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        lines += (QLineF(x - outer, y, x - inner, y), QLineF(x + inner, y, x + outer, y))
    if lines:
        painter.setPen(style.pen("muted", 1.6 * style.scale))
        painter.drawLines(lines)


def _paint_ghost_line(painter: QPainter, context: LaneContext, before: Values) -> None:
    """Where blocks have no bars of their own: the split before as a thin line."""
    axis, plot, blocks = context.axis, context.plot, context.axis.visible
    window = before[blocks.start : blocks.stop]
    xs, ys = axis.centres(blocks), plot.top() + plot.height() * window
    for run in runs(np.isfinite(window)):
        draw_curve(painter, xs[run], ys[run], context.style.pen("card", 1.0))

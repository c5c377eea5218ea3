"""Activation statistics and cost of each block."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from resnet_viz.numerals import count, figure, percent
from resnet_viz.ui.overview.curves import (
    DOT_PITCH,
    curve_width,
    dot_radius,
    draw_bars,
    draw_curve,
    draw_dense_bars,
    paint_dots,
    points_of,
    runs,
)
from resnet_viz.ui.overview.figures import Figures, Values
from resnet_viz.ui.overview.geometry import Want
from resnet_viz.ui.overview.lanes import (
    Key,
    LaneContext,
    LaneName,
    clip_to_plot,
    paint_grid_line,
    paint_tick,
    paint_title,
    paint_waiting,
)
from resnet_viz.ui.overview.layout import GROUP_PX
from resnet_viz.ui.overview.scale import nice_ceiling, tick_text
from resnet_viz.ui.overview.share_lanes import bar_width
from resnet_viz.ui.overview.style import Style, cross

_ZEROS_ALPHA = 0.24


class ActivationLane:
    """Mean of y as a curve over the share of exact zeros as bars."""

    name: LaneName = "activation"
    title = "Output y"
    menu_text = "Activations: mean, zeros"

    def want(self, style: Style) -> Want:
        """Room for a small curve."""
        return Want(style.row + 48 * style.scale, 160.0, 1.4)

    def paint(self, painter: QPainter, context: LaneContext) -> None:
        """Paint title, bars and curve."""
        now = context.state.now
        paint_title(
            painter,
            context,
            self.title,
            keys=(
                Key("line", "output", "mean (left axis)"),
                Key("bar", "output", "zeros (full height 100 %)", _ZEROS_ALPHA),
            ),
            caption=context.selected_text(
                lambda f, i: (
                    f"mean {figure(f.mean_out[i], 2)}, zeros {_percent_or_nan(f.zero_share[i])}"
                )
            ),
        )
        if now is None:
            paint_waiting(painter, context)
            return
        low, high = mean_range(now)
        plot = _inset(context)
        for value in (low, high):
            y = _height(plot, low, high, value)
            paint_grid_line(painter, context, y)
            paint_tick(painter, context, y, tick_text(value))
        painter.save()
        clip_to_plot(painter, context)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(context.style.brush("output", _ZEROS_ALPHA))
        _paint_columns(painter, context, plot, np.nan_to_num(now.zero_share), 1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _paint_mean(painter, context, now, low, high)
        painter.restore()


def mean_range(figures: Figures) -> tuple[float, float]:
    """Ends of the mean's axis: 0 and a round number, or two of them for negative means."""
    means = figures.mean_out[np.isfinite(figures.mean_out)]
    if not means.size:
        return 0.0, 1.0
    high, low = float(means.max()), float(means.min())
    top = nice_ceiling(high) if high > 0 else 0.0
    bottom = -nice_ceiling(-low) if low < 0 else 0.0
    return (bottom, top) if top > bottom else (0.0, 1.0)


def _paint_mean(
    painter: QPainter, context: LaneContext, now: Figures, low: float, high: float
) -> None:
    style, axis, plot, shown = context.style, context.axis, _inset(context), context.shown
    means = now.mean_out[shown.start : shown.stop]
    known, xs = np.isfinite(means), axis.centres(shown)
    ys = plot.bottom() - (means - low) / (high - low) * plot.height()
    pen = style.pen("output", curve_width(style, axis.pitch))
    for run in runs(known):
        draw_curve(painter, xs[run], ys[run], pen)
    if axis.pitch >= DOT_PITCH and known.any():
        dots = points_of(xs[known], ys[known])
        paint_dots(painter, style, "output", dots, dot_radius(style, axis.pitch))
    painter.setPen(style.pen("trouble", 1.5 * style.scale))
    for x in xs[~known].tolist():
        cross(painter, x, plot.top() + 4, 3.5 * style.scale)


class CostLane:
    """Parameters and multiply-accumulates, each as a share of its largest block."""

    name: LaneName = "cost"
    title = "Cost"
    menu_text = "Cost: parameters, MACs"

    def want(self, style: Style) -> Want:
        """As much as a share lane."""
        return Want(style.row + 38 * style.scale, 130.0, 1.0)

    def paint(self, painter: QPainter, context: LaneContext) -> None:
        """Paint title and a pair of bars per block."""
        now, style = context.state.now, context.style
        if now is None:
            paint_title(painter, context, self.title)
            paint_waiting(painter, context)
            return
        most = float(now.parameters.max()), float(now.macs.max())
        paint_title(
            painter,
            context,
            self.title,
            keys=(
                Key("bar", "muted", f"parameters (tallest {count(most[0])})"),
                Key("hollow", "muted", f"MACs (tallest {count(most[1])})"),
            ),
            caption=context.selected_text(
                lambda f, i: f"{count(f.parameters[i])} params, {count(f.macs[i])} MACs"
            ),
        )
        painter.save()
        clip_to_plot(painter, context)
        plot = context.plot
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.brush("muted", 0.85))
        _paint_columns(painter, context, plot, now.parameters, most[0], half=-1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(style.pen("muted", 1.0))
        _paint_columns(painter, context, plot, now.macs, most[1], half=1)
        painter.restore()


def _percent_or_nan(share: float) -> str:
    return percent(share) if np.isfinite(share) else "NaN"


def _height(plot: QRectF, low: float, high: float, value: float) -> float:
    return plot.bottom() - (value - low) / (high - low) * plot.height()


def _inset(context: LaneContext) -> QRectF:
    """The plot without the half tick label that would touch the title."""
    return context.plot.adjusted(0, 4.0 * context.style.scale, 0, 0)


def _paint_columns(
    painter: QPainter,
    context: LaneContext,
    plot: QRectF,
    values: Values,
    most: float,
    half: int = 0,
) -> None:
    """Paint a bar per block with the painter's pen and brush, narrow ones side by side.

    Args:
        painter: of the lane.
        context: of the lane.
        plot: where a value of `most` fills the height.
        values: of the blocks, (N,), none negative.
        most: value of a full bar.
        half: -1 and 1 for the left and the right bar of a pair.
    """
    axis, blocks = context.axis, context.axis.visible
    heights = plot.height() * values[blocks.start : blocks.stop] / (most or 1.0)
    if axis.pitch >= GROUP_PX:
        width = bar_width(context.style, axis.pitch) * (0.55 if half else 1.0)
        lefts = axis.centres(blocks) + (half - 1) * width / 2
        draw_bars(painter, lefts, plot.bottom() - heights, np.full(lefts.size, width), heights)
    elif painter.brush().style() is Qt.BrushStyle.NoBrush:
        xs = np.repeat(axis.edges(blocks), 2)[1:-1]
        draw_curve(painter, xs, np.repeat(plot.bottom() - heights, 2), painter.pen())
    else:
        tops = plot.bottom() - heights
        draw_dense_bars(painter, axis, blocks, plot, tops, painter.brush().color())

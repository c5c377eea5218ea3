"""Activation statistics and cost of each block."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from resnet_viz.ui.overview.figures import Figures, Values
from resnet_viz.ui.overview.geometry import Want
from resnet_viz.ui.overview.lanes import (
    DOT_PITCH,
    Key,
    LaneContext,
    LaneName,
    clip_to_plot,
    dot_radius,
    nice_ceiling,
    paint_dots,
    paint_grid_line,
    paint_tick,
    paint_title,
    paint_waiting,
    tick_text,
)
from resnet_viz.ui.overview.numbers import count, figure, percent
from resnet_viz.ui.overview.share_lanes import bar_width
from resnet_viz.ui.overview.style import Style, cross


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
                Key("bar", "grid", "zeros (full height 100 %)"),
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
        for value in (low, high):
            y = _height(context.plot, low, high, value)
            paint_grid_line(painter, context, y)
            paint_tick(painter, context, y, tick_text(value))
        painter.save()
        clip_to_plot(painter, context)
        columns = _columns(context, np.nan_to_num(now.zero_share), 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(context.style.brush("grid"))
        painter.drawRects(columns)
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
    style, axis, plot = context.style, context.axis, context.plot
    points = [
        QPointF(axis.centre(i), _height(plot, low, high, float(now.mean_out[i])))
        for i in context.shown
        if np.isfinite(now.mean_out[i])
    ]
    painter.setPen(style.pen("output", style.theme.line * 0.9))
    painter.drawPolyline(points)
    if axis.pitch >= DOT_PITCH and points:
        paint_dots(painter, style, "output", points, dot_radius(style, axis.pitch))
    painter.setPen(style.pen("trouble", 1.5 * style.scale))
    for i in context.shown:
        if not np.isfinite(now.mean_out[i]):
            cross(painter, axis.centre(i), plot.top() + 4, 3.5 * style.scale)


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
        clip_to_plot(painter, context, spill=2.0)
        parameters = _columns(context, now.parameters, most[0], half=-1)
        macs = _columns(context, now.macs, most[1], half=1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.brush("muted"))
        painter.drawRects(parameters)
        outlined = context.axis.pitch >= DOT_PITCH * 1.5
        painter.setPen(style.pen("muted", 1.2) if outlined else Qt.PenStyle.NoPen)
        painter.setBrush(style.brush("raised" if outlined else "ghost"))
        painter.drawRects(macs)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.restore()


def _percent_or_nan(share: float) -> str:
    return percent(share) if np.isfinite(share) else "NaN"


def _height(plot: QRectF, low: float, high: float, value: float) -> float:
    return plot.bottom() - (value - low) / (high - low) * plot.height()


def _columns(context: LaneContext, values: Values, most: float, half: int = 0) -> list[QRectF]:
    """Bars on the bottom of the plot; `half` -1 and 1 are the left and right of a pair."""
    axis, plot = context.axis, context.plot
    width = bar_width(context.style, axis.pitch)
    if half:
        width *= 0.55
    offset = half * width / 2 - width / 2
    rects = []
    for i in axis.visible():
        height = plot.height() * float(values[i]) / (most or 1.0)
        rects.append(QRectF(axis.centre(i) + offset, plot.bottom() - height, width, height))
    return rects

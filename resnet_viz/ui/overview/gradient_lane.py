"""The gradient that reaches each block, on a log axis with a floor for zeros."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from resnet_viz.numerals import figure
from resnet_viz.ui.overview.captions import gradient_caption
from resnet_viz.ui.overview.curves import (
    DOT_PITCH,
    curve_width,
    dot_radius,
    draw_curve,
    draw_dashed,
    ghost_pen,
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
from resnet_viz.ui.overview.off_axis import (
    ceiling_text,
    paint_ceiling_note,
    paint_floor_note,
    paint_pin,
    triangle,
)
from resnet_viz.ui.overview.scale import LogScale, Mark, scale_for
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Align, Style, cross


class GradientLane:
    """Curve of the norm of dL/dx over the blocks, with the measurement before as a ghost.

    Attributes:
        pinned: the scale that stays whatever is measured, None to follow the numbers.
        with_pin: whether the pin that keeps the scale is painted.
    """

    name: LaneName = "gradient"
    title = "Gradient reaching each block  ‖∂L/∂x‖"
    menu_text = "Gradient ‖∂L/∂x‖"

    def __init__(self) -> None:
        self.pinned: LogScale | None = None
        self.with_pin = True

    def want(self, style: Style) -> Want:
        """The largest share of the height: small differences are to be seen here."""
        return Want(style.row + 58 * style.scale, 420.0, 3.2)

    def scale(self, state: OverviewState) -> LogScale:
        """The scale of the figures shown: pinned, or all decades of now and before."""
        series = [f.grad_in for f in (state.now, state.ghost) if f is not None]
        fitting = scale_for(*series)
        if self.pinned is None:
            return fitting
        return replace(self.pinned, floor=fitting.floor, ceiling=fitting.ceiling)

    def toggle_pin(self, state: OverviewState) -> None:
        """Keep the scale as it is, or let it follow the numbers again."""
        self.pinned = None if self.pinned is not None else self.scale(state)

    def pin_rect(self, context: LaneContext) -> QRectF:
        """The pin's place in the title row."""
        side = context.style.row
        return QRectF(context.axis.right - side, context.title_y - side / 2, side, side)

    def positions(
        self, context: LaneContext, figures: Figures, scale: LogScale
    ) -> tuple[Values, NDArray[np.int8]]:
        """Pixel heights and `Mark`s of all blocks' gradients."""
        top, bottom = self._span(context, scale)
        marks = scale.marks(figures.grad_in)
        y = bottom - scale.fractions(figures.grad_in) * (bottom - top)
        y[marks == Mark.ZERO] = self._floor_y(context)
        y[(marks == Mark.INFINITE) | (marks == Mark.NOT_A_NUMBER)] = self._ceiling_y(context)
        return y, marks

    def _span(self, context: LaneContext, scale: LogScale) -> tuple[float, float]:
        """Top and bottom of the decades within the plot."""
        plot, row = context.plot, context.style.row
        edge = 5.0 * context.style.scale  # half a tick label
        top = plot.top() + (1.25 * row if scale.ceiling else edge)
        return top, plot.bottom() - (1.3 * row if scale.floor else edge)

    def _floor_y(self, context: LaneContext) -> float:
        return context.plot.bottom() - context.style.row * 0.3

    def _ceiling_y(self, context: LaneContext) -> float:
        return context.plot.top() + context.style.row * 0.25

    def paint(self, painter: QPainter, context: LaneContext) -> None:
        """Paint title, scale, ghost, curve and the selected block's value."""
        state, style = context.state, context.style
        now, ghost = state.now, state.ghost
        scale = self.scale(state)
        measurable = self.pinned is not None or any(
            bool((np.isfinite(f.grad_in) & (f.grad_in > 0)).any())
            for f in (now, ghost)
            if f is not None
        )
        keys = [Key("line", "gradient", "now")]
        if ghost is not None:
            keys.append(Key("dashed", "ghost", "before"))
        paint_title(
            painter,
            context,
            self.title,
            brief="‖∂L/∂x‖",
            scale=scale.text() + (", pinned" if self.pinned else "") if measurable else "",
            keys=keys if now is not None else (),
            caption=gradient_caption(now) if now is not None else "",
            reserved=style.row + 6 if self.with_pin else 0.0,
        )
        if now is None:
            paint_waiting(painter, context)
            return
        if self.with_pin:
            paint_pin(painter, style, self.pin_rect(context), self.pinned is not None)
        self._paint_scale(painter, context, scale, ticks=measurable)
        painter.save()
        clip_to_plot(painter, context)
        if ghost is not None:
            self._paint_curve(painter, context, ghost, scale, as_ghost=True)
        self._paint_curve(painter, context, now, scale, as_ghost=False)
        if scale.floor:
            paint_floor_note(painter, context, self._floor_y(context), now)
        if scale.ceiling:
            paint_ceiling_note(painter, context, self._ceiling_y(context), now)
        self._paint_value(painter, context, now, scale)
        painter.restore()

    def _paint_scale(
        self, painter: QPainter, context: LaneContext, scale: LogScale, *, ticks: bool
    ) -> None:
        """Paint grid and ticks; no decades where not one value has a place on them."""
        style = context.style
        top, bottom = self._span(context, scale)
        for exponent, text in scale.ticks(bottom - top, style.row * 1.25) if ticks else ():
            y = bottom - (exponent - scale.low) / (scale.high - scale.low) * (bottom - top)
            paint_grid_line(painter, context, y)
            paint_tick(painter, context, y, text)
        extra = []
        if scale.floor:
            extra.append((self._floor_y(context), "0"))
        if scale.ceiling:
            extra.append((self._ceiling_y(context), ceiling_text(context.state)))
        for y, text in extra:
            painter.setPen(style.dashed("trouble", 1.0, 3.0))
            painter.drawLine(QPointF(context.axis.left, y), QPointF(context.axis.right, y))
            paint_tick(painter, context, y, text)

    def _paint_curve(
        self,
        painter: QPainter,
        context: LaneContext,
        figures: Figures,
        scale: LogScale,
        *,
        as_ghost: bool,
    ) -> None:
        style, axis, shown = context.style, context.axis, context.shown
        y, marks = self.positions(context, figures, scale)
        window = slice(shown.start, shown.stop)
        x, y, marks = axis.centres(shown), y[window], marks[window]
        regular = marks == Mark.POINT
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for run in runs(regular):
            if as_ghost:
                pen = ghost_pen(style, axis.pitch)
                draw_dashed(painter, x[run], y[run], pen, dash=5.0 * style.scale)
            else:
                pen = style.pen("gradient", curve_width(style, axis.pitch))
                draw_curve(painter, x[run], y[run], pen)
        # To a value that is off the axis the curve is dotted: its place is none.
        painter.setPen(style.dashed("ghost" if as_ghost else "gradient", 1.2, 2.0))
        ends = np.flatnonzero(regular[1:] != regular[:-1])
        if ends.size:
            painter.drawLines([QLineF(x[k], y[k], x[k + 1], y[k + 1]) for k in ends])
        colour = "ghost" if as_ghost else "gradient"
        if axis.pitch >= DOT_PITCH and not as_ghost:
            dots = points_of(x[regular], y[regular])
            paint_dots(painter, style, colour, dots, dot_radius(style, axis.pitch))
        if not regular.all():
            points = points_of(x[~regular], y[~regular])
            self._paint_marks(painter, context, points, marks[~regular], as_ghost)

    def _paint_marks(
        self,
        painter: QPainter,
        context: LaneContext,
        points: list[QPointF],
        marks: NDArray[np.int8],
        as_ghost: bool,
    ) -> None:
        """Paint what has no place on a log axis, each kind with its own sign."""
        style, pitch = context.style, context.axis.pitch
        reach = min(4.5 * style.scale, max(1.5, pitch * 0.3))
        path = QPainterPath()
        trouble = "ghost" if as_ghost else "trouble"
        painter.setPen(style.pen(trouble, 1.5 * style.scale))
        for point, mark in zip(points, marks.tolist(), strict=True):
            if mark == Mark.NOT_A_NUMBER:
                cross(painter, point.x(), point.y(), reach)
            else:
                up = mark in (Mark.INFINITE, Mark.ABOVE)
                triangle(path, point, reach if up else -reach)
        painter.setBrush(style.brush("card"))
        painter.drawPath(path)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_value(
        self, painter: QPainter, context: LaneContext, now: Figures, scale: LogScale
    ) -> None:
        """Write the selected block's value beside its dot."""
        selected = context.state.selected
        if selected is None or selected not in context.axis.visible:
            return
        style, plot = context.style, context.plot
        heights, marks = self.positions(context, now, scale)
        y = float(heights[selected])
        text = figure(float(now.grad_in[selected]))
        width = style.metrics.horizontalAdvance(text) + 10
        x = context.axis.centre(selected)
        left = min(max(x - width / 2, plot.left()), plot.right() - width)
        above = y - style.row - 7 >= plot.top() - 4
        top = y - style.row - 7 if above else y + 7
        box = QRectF(left, top, width, style.row)
        painter.setPen(style.pen("gradient", 1.0))
        painter.setBrush(style.brush("card", 0.94))
        painter.drawRoundedRect(box, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(style.small)
        painter.setPen(style.pen("text"))
        painter.drawText(box, Align.AlignCenter, text)
        if context.axis.pitch < DOT_PITCH and marks[selected] == Mark.POINT:
            paint_dots(painter, style, "gradient", [QPointF(x, y)])

"""Curves over time as they are painted: grid, raw values, means, guides, labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from resnet_viz.lab.figures.scales import Scale
from resnet_viz.numerals import figure
from resnet_viz.ui.block_view.colour import readable
from resnet_viz.ui.gradients.charts.axes import spread
from resnet_viz.ui.gradients.label_places import Box
from resnet_viz.ui.overview.curves import (
    draw_curve,
    draw_dashed,
    paint_dots,
    points_of,
    polygon,
    runs,
)
from resnet_viz.ui.overview.style import Anchor, Style, draw_text
from resnet_viz.ui.train.band import paint_band
from resnet_viz.ui.train.chart_values import Guide, Happening, Line, Quantity
from resnet_viz.ui.train.clear_places import clear_place
from resnet_viz.ui.train.curve import Trace
from resnet_viz.ui.train.pyramid import Values
from resnet_viz.ui.train.time_axis import TimeAxis, ticks
from resnet_viz.ui.train.timeline import Timeline
from resnet_viz.ui.train.y_ticks import y_ticks

_DASHED_PITCH = 3.0  # pixels from one point of a dashed line to the next
_DOTS_FROM_PX = 9.0  # values closer together than this are a line without dots
_FAINT = 0.38  # opacity of raw values where a mean stands before them


@dataclass(frozen=True, eq=False)
class Seen:
    """What of a line is in view.

    Attributes:
        line: which.
        trace: its single values.
        x, y: pixels and values of its running mean, (m,) each.
    """

    line: Line
    trace: Trace
    x: Values = field(default_factory=lambda: np.empty(0))
    y: Values = field(default_factory=lambda: np.empty(0))


def seen(line: Line, axis: TimeAxis, width_of_mean: int) -> Seen:
    """What of a line is in view, thinned to what can be seen of it."""
    if line.smoothed:
        return Seen(line, line.curve.trace(axis), *line.curve.smoothed(axis, width_of_mean))
    return Seen(line, line.curve.trace(axis, _DASHED_PITCH))


def value_at(line: Line, index: int, width_of_mean: int) -> float:
    """A line's value: the running mean where it has one."""
    if line.smoothed:
        return line.curve.mean_at(index, width_of_mean)
    return float(line.curve.y[index])


@dataclass(frozen=True, eq=False)
class CurvePicture:
    """Paints one state of a chart.

    Attributes:
        style: fonts and colours.
        plot: where the lines are.
        width: of the whole chart, pixels.
        axis: of time.
        scale: the vertical axis.
        seen: the lines, the last on top.
        width_of_mean: values that a running mean takes in.
    """

    style: Style
    plot: QRectF
    width: float
    axis: TimeAxis
    scale: Scale
    seen: Sequence[Seen]
    width_of_mean: int

    def heights(self, values: Values) -> Values:
        """Pixels of values, not further outside than they need to be."""
        plot, scale = self.plot, self.scale
        share = (scale.place(values) - scale.low) / (scale.high - scale.low)
        y = plot.bottom() - share * plot.height()
        return np.asarray(np.clip(y, plot.top() - plot.height(), plot.bottom() + plot.height()))

    def height(self, value: float) -> float:
        """Pixel of one value."""
        return float(self.heights(np.array([value]))[0])

    # --- axes ------------------------------------------------------------------------------

    def paint_values(self, painter: QPainter, quantity: Quantity) -> None:
        """Paint the grid and the numbers of the vertical axis."""
        plot, style, scale = self.plot, self.style, self.scale
        painter.setFont(style.small)
        painter.setPen(style.pen("muted"))
        for place, text in y_ticks(scale, plot.height(), style.row):
            y = plot.bottom() - (place - scale.low) / (scale.high - scale.low) * plot.height()
            painter.fillRect(QRectF(plot.left(), round(y), plot.width(), 1), style.color("grid"))
            words = f"{100 * place:.3g} %" if quantity.share else text
            draw_text(painter, plot.left() - 6, y, words, Anchor.RIGHT)
        if scale.foot is not None:
            draw_text(painter, plot.left() - 6, self.height(0.0), "0", Anchor.RIGHT)
        painter.fillRect(QRectF(plot.left(), plot.bottom(), plot.width(), 1), style.color("border"))
        if style.metrics.horizontalAdvance(quantity.detail) < plot.width() - 8:
            y = plot.top() + 0.4 * style.row
            draw_text(painter, plot.right() - 4, y, quantity.detail, Anchor.RIGHT)

    def paint_times(self, painter: QPainter, timeline: Timeline) -> None:
        """Paint the numbers of the time axis."""
        plot, style, axis = self.plot, self.style, self.axis
        measure = style.metrics.horizontalAdvance
        painter.setFont(style.small)
        painter.setPen(style.pen("muted"))
        draw_text(painter, 2, plot.bottom() + 4 + style.row / 2, timeline.unit_word)
        free_from = measure(timeline.unit_word) + 6
        for step, text in ticks(axis, timeline.unit, timeline.steps_per_epoch, measure):
            x = min(axis.x(step), self.width - measure(text) / 2)
            if x - measure(text) / 2 >= free_from:
                draw_text(painter, x, plot.bottom() + 4, text, Anchor.TOP)

    # --- lines -----------------------------------------------------------------------------

    def paint_lines(self, painter: QPainter, happenings: Sequence[Happening]) -> None:
        """Paint what happened, single values behind all, then the lines."""
        painter.save()
        painter.setClipRect(self.plot.adjusted(-1, -2, 1, 2))
        self._paint_happenings(painter, happenings)
        for one in self.seen:
            if one.line.smoothed:
                self._paint_raw(painter, one)
        for one in self.seen:
            if not one.line.smoothed or self.width_of_mean > 1:
                self._paint_line(painter, one)
        painter.restore()

    def _paint_happenings(self, painter: QPainter, happenings: Sequence[Happening]) -> None:
        plot = self.plot
        for happening in happenings:
            x = math.floor(self.axis.x(happening.step)) + 0.5  # between pixels it is blurred
            if plot.left() <= x <= plot.right():
                painter.setPen(self.style.dashed(happening.colour, 1.0, 2.0))
                painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def _paint_raw(self, painter: QPainter, one: Seen) -> None:
        trace = one.trace
        ink = self.ink(one.line, _FAINT if self.width_of_mean > 1 else 1.0)
        low, high = self.heights(trace.low), self.heights(trace.high)
        if trace.low is not trace.high:
            paint_band(painter, self.plot, trace.x, high, low, ink)
            return
        # Alone it is the line proper.
        painter.setPen(QPen(ink, 1.0 if self.width_of_mean > 1 else self.style.theme.line * 0.75))
        for run in runs(np.isfinite(low)):
            painter.drawPolyline(polygon(trace.x[run], low[run]))

    def _paint_line(self, painter: QPainter, one: Seen) -> None:
        line, style = one.line, self.style
        x, y = self._points(one)
        px = style.theme.line * (0.75 if line.dashed else 1.0)
        pen = QPen(self.ink(line), px)
        draw = partial(draw_dashed, dash=6.0 * style.scale) if line.dashed else draw_curve
        there = np.isfinite(y)
        for run in runs(there):
            draw(painter, x[run], y[run], pen)
        apart = np.diff(x).min() if x.size > 1 else np.inf
        if (not line.smoothed and apart >= _DOTS_FROM_PX) or there.sum() == 1:
            paint_dots(painter, style, line.colour, points_of(x[there], y[there]), px)

    def _points(self, one: Seen) -> tuple[Values, Values]:
        """Pixels of the line proper: the mean, or the values where there is none."""
        if one.line.smoothed:
            return one.x, self.heights(one.y)
        return one.trace.x, self.heights((one.trace.low + one.trace.high) / 2)

    def ink(self, line: Line, alpha: float = 1.0) -> QColor:
        """The colour of a line."""
        return self.style.color(line.colour, alpha)

    # --- words -----------------------------------------------------------------------------

    def paint_guides(self, painter: QPainter, guides: Sequence[Guide]) -> None:
        """Paint lines to compare with, their names where they hide least."""
        plot, style = self.plot, self.style
        painter.setFont(style.small)
        for guide in guides:
            place = float(self.scale.place(np.array([guide.value]))[0])
            if self.scale.low <= place <= self.scale.high:
                y, words = math.floor(self.height(guide.value)) + 0.5, guide.text
                painter.setPen(style.dashed("muted", 1.2, 5.0))
                painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
                box = self._clear_place(y, words)
            else:
                above = place > self.scale.high
                words = f"{'↑' if above else '↓'} {guide.text}"
                top = plot.top() if above else plot.bottom() - style.row
                box = Box(plot.left() + 4, top, plot.width() - 8, style.row)
            self._paint_ground(painter, box.right - style.metrics.horizontalAdvance(words), box)
            painter.setPen(style.pen("muted"))
            draw_text(painter, box.right, box.top + box.height / 2, words, Anchor.RIGHT)

    def paint_beyond(self, painter: QPainter, *, log_offered: bool) -> None:
        """Write how far lines reach above the plot, and what would show them if it is there."""
        tops = [
            float(np.max(one.trace.high, where=np.isfinite(one.trace.high), initial=-math.inf))
            for one in self.seen
            if not one.line.smoothed
        ]
        highest = max(tops, default=-math.inf)
        if highest == -math.inf or self.scale.place(np.array([highest]))[0] <= self.scale.high:
            return
        plot, style = self.plot, self.style
        words = f"↑ held-out up to {figure(highest)}{'; “log” shows it' if log_offered else ''}"
        width = style.metrics.horizontalAdvance(words)
        box = Box(plot.left() + 6, plot.top(), width, style.row)
        painter.setFont(style.small)
        self._paint_ground(painter, box.left, box)
        painter.setPen(style.pen("muted"))
        draw_text(painter, box.left, box.top + box.height / 2, words)

    def _paint_ground(self, painter: QPainter, left: float, box: Box) -> None:
        """Paint a veil over the lines under words, which hides little and lets them be read."""
        ground = QRectF(left - 2, box.top + 1, box.right - left + 4, box.height - 2)
        painter.fillRect(ground, self.style.color("card", 0.75))

    def _clear_place(self, y: float, words: str) -> Box:
        plot, style = self.plot, self.style
        area = Box(plot.left() + 6, plot.top(), plot.width() - 10, plot.height())
        lines = [self._points(one) for one in self.seen]
        width = style.metrics.horizontalAdvance(words)
        labels = [self._label_box(text, x, middle) for text, _, x, middle in self.labels()]
        return clear_place(y, width, style.row, area, lines, labels)

    def _label_box(self, text: str, x: float, middle: float) -> Box:
        row = self.style.row
        return Box(x, middle - row / 2, self.style.bold_metrics.horizontalAdvance(text), row)

    def labels(self) -> list[tuple[str, str, float, float]]:
        """Text and colour of every line's label, with its left end and middle, in pixels."""
        plot, style = self.plot, self.style
        named = [one.line for one in self.seen if one.line.label and len(one.line.curve)]
        wanted = [min(max(self._end(line), 0.0), plot.bottom()) for line in named]
        middles = spread(wanted, [style.row] * len(named), plot.bottom() + 4)
        found = []
        for line, middle in zip(named, middles, strict=True):
            last = self.axis.x(float(line.curve.x[-1]))
            x = min(max(last, plot.left()), plot.right()) + 6
            room = self.width - x - 2
            elided = style.bold_metrics.elidedText(line.label, Qt.TextElideMode.ElideRight, room)
            found.append((elided, line.colour, x, middle))
        return found

    def _end(self, line: Line) -> float:
        """Height of the last value in view."""
        index = line.curve.index_at(self.axis.stop)
        value = math.nan if index is None else value_at(line, index, self.width_of_mean)
        height = self.height(value)
        return height if math.isfinite(height) else self.plot.top()

    def paint_labels(self, painter: QPainter) -> None:
        """Write each line's label at its end."""
        theme = self.style.theme
        painter.setFont(self.style.bold)
        for text, colour, x, middle in self.labels():
            self._paint_ground(painter, x, self._label_box(text, x, middle))
            painter.setPen(QColor(readable(getattr(theme, colour), theme.card)))
            draw_text(painter, x, middle, text)

"""Curves over time: raw values faint, running means thick, held-out values dashed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.lab.figures.scales import Scale
from resnet_viz.ui.block_view.colour import readable
from resnet_viz.ui.gradients.charts.axes import spread, y_ticks
from resnet_viz.ui.overview.curves import draw_curve, draw_dashed, paint_dots, points_of, runs
from resnet_viz.ui.overview.curves import polygon as polygon_of
from resnet_viz.ui.overview.style import Anchor, draw_text
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.band import paint_band
from resnet_viz.ui.train.chart_values import Guide, Happening, Line, Quantity
from resnet_viz.ui.train.curve import Trace
from resnet_viz.ui.train.pyramid import Values
from resnet_viz.ui.train.readout import Row, box_height, paint_readout
from resnet_viz.ui.train.time_axis import ticks
from resnet_viz.ui.train.time_widget import TimeWidget
from resnet_viz.ui.train.timeline import Timeline
from resnet_viz.ui.train.y_scale import Span, y_scale

_BOX_SHARE = 0.6  # of the plot's height that a box of values may hide
_DASHED_PITCH = 3.0  # pixels from one point of a dashed line to the next
_DOTS_FROM_PX = 9.0  # values closer together than this are a line without dots


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


class CurveChart(TimeWidget):
    """Lines over time.

    Args:
        timeline: what is in view; shared with other charts, or one of its own.
        quantity: on the y axis.

    Attributes:
        lines: what is drawn, the last on top.
        guides: lines to compare with.
        happenings: what happened when.
        log: whether the y axis is logarithmic.
        width_of_mean: values that a running mean takes in; 1 for none.

    Signals:
        lines_changed: their values are others.
    """

    lines_changed = Signal()

    def __init__(
        self, timeline: Timeline, quantity: Quantity, parent: QWidget | None = None
    ) -> None:
        super().__init__(timeline, parent)
        self.quantity = quantity
        self.lines: Sequence[Line] = ()
        self.guides: Sequence[Guide] = ()
        self.happenings: Sequence[Happening] = ()
        self.log = False
        self.width_of_mean = 1
        self._theme: Theme = LIGHT
        self._shown_scale = Scale(False, 0.0, 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(quantity.title)

    # --- what is shown ---------------------------------------------------------------------

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Draw these."""
        self.lines = lines
        self.setAccessibleDescription("; ".join(line.name for line in lines))
        self.refresh()
        self.lines_changed.emit()

    def set_guides(self, guides: Sequence[Guide]) -> None:
        """Draw lines to compare with."""
        self.guides = guides
        self.refresh()

    def set_happenings(self, happenings: Sequence[Happening]) -> None:
        """Mark what happened."""
        self.happenings = happenings
        self.refresh()

    def set_quantity(self, quantity: Quantity) -> None:
        """Count something else."""
        self.quantity = quantity
        self.setAccessibleName(quantity.title)
        self.refresh()

    def set_log(self, log: bool) -> None:
        """Make the y axis logarithmic, or linear."""
        self.log = log
        self.refresh()

    def set_width_of_mean(self, width: int) -> None:
        """Take running means over so many values."""
        self.width_of_mean = width
        self.refresh()
        self.lines_changed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        super().set_theme(theme)

    def sizeHint(self) -> QSize:
        return QSize(420, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, round(90 * self.style_.scale))

    # --- layout ----------------------------------------------------------------------------

    def place_plot(self) -> QRectF:
        """Where the lines are."""
        style = self.style_
        widest = max((self._label_px(line) for line in self.lines if line.label), default=0.0)
        left = style.metrics.horizontalAdvance("0.0005") + 10
        right = self.width() - (min(widest + 12, 0.34 * self.width()) if widest else 10)
        top = 0.5 * style.row
        return QRectF(left, top, right - left, self.height() - top - 1.35 * style.row)

    def _label_px(self, line: Line) -> float:
        return self.style_.bold_metrics.horizontalAdvance(line.label)

    def seen(self) -> list[Seen]:
        """What of the lines is in view."""
        axis, width = self.axis, self.width_of_mean
        return [
            Seen(line, line.curve.trace(axis), *line.curve.smoothed(axis, width))
            if line.smoothed
            else Seen(line, line.curve.trace(axis, _DASHED_PITCH))
            for line in self.lines
        ]

    def scale(self, seen: Sequence[Seen]) -> Scale:
        """The vertical axis of what is in view."""
        steady: list[Values] = []
        raw: list[Values] = []
        for one in seen:
            (raw if one.line.smoothed else steady).extend((one.trace.low, one.trace.high))
            if one.line.smoothed:
                steady.append(one.y)
        guides = [guide.value for guide in self.guides]
        return y_scale(Span(steady, raw), log=self.log, share=self.quantity.share, guides=guides)

    def _heights(self, scale: Scale, values: Values) -> Values:
        plot = self.plot
        share = (scale.place(values) - scale.low) / (scale.high - scale.low)
        y = plot.bottom() - share * plot.height()
        return np.asarray(np.clip(y, plot.top() - plot.height(), plot.bottom() + plot.height()))

    # --- painting --------------------------------------------------------------------------

    def paint_picture(self, painter: QPainter) -> None:
        """Paint grid, lines and labels."""
        plot, seen = self.plot, self.seen()
        scale = self._shown_scale = self.scale(seen)
        painter.setFont(self.style_.small)
        self._paint_grid(painter, scale)
        painter.save()
        painter.setClipRect(plot.adjusted(-1, -2, 1, 2))
        self._paint_happenings(painter)
        for one in seen:
            if one.line.smoothed:
                self._paint_raw(painter, scale, one)
        for one in seen:
            self._paint_line(painter, scale, one)
        painter.restore()
        self._paint_guides(painter, scale)
        painter.setPen(self.style_.pen("muted"))
        draw_text(
            painter, plot.left() + 6, plot.top() + 0.4 * self.style_.row, self.quantity.detail
        )

    def _paint_grid(self, painter: QPainter, scale: Scale) -> None:
        plot, style, timeline = self.plot, self.style_, self.timeline
        painter.setPen(style.pen("muted"))
        for place, text in y_ticks(scale, plot.height(), style.row):
            y = plot.bottom() - (place - scale.low) / (scale.high - scale.low) * plot.height()
            painter.fillRect(QRectF(plot.left(), round(y), plot.width(), 1), style.color("grid"))
            words = f"{100 * place:.3g} %" if self.quantity.share else text
            draw_text(painter, plot.left() - 6, y, words, Anchor.RIGHT)
        if scale.foot is not None:
            y = self._heights(scale, np.zeros(1))[0]
            draw_text(painter, plot.left() - 6, y, "0", Anchor.RIGHT)
        painter.fillRect(QRectF(plot.left(), plot.bottom(), plot.width(), 1), style.color("border"))
        axis, measure = self.axis, style.metrics.horizontalAdvance
        y = plot.bottom() + 4 + style.row / 2
        draw_text(painter, plot.left() - 10, y, timeline.unit_word, Anchor.RIGHT)
        for step, text in ticks(axis, timeline.unit, timeline.steps_per_epoch, measure):
            x = min(max(axis.x(step), measure(text) / 2), self.width() - measure(text) / 2)
            draw_text(painter, x, plot.bottom() + 4, text, Anchor.TOP)

    def _paint_happenings(self, painter: QPainter) -> None:
        axis, plot = self.axis, self.plot
        for happening in self.happenings:
            x = math.floor(axis.x(happening.step)) + 0.5  # between pixels it would be blurred
            if plot.left() <= x <= plot.right():
                painter.setPen(self.style_.dashed(happening.colour, 1.0, 2.0))
                painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def _paint_raw(self, painter: QPainter, scale: Scale, seen: Seen) -> None:
        """Paint single steps: faint where a mean stands before them."""
        trace = seen.trace
        ink = self._ink(seen.line, 0.38 if self.width_of_mean > 1 else 1.0)
        low, high = self._heights(scale, trace.low), self._heights(scale, trace.high)
        if trace.low is not trace.high:
            paint_band(painter, self.plot, trace.x, high, low, ink)
            return
        painter.setPen(QPen(ink, 1.0))
        for run in runs(np.isfinite(low)):
            painter.drawPolyline(polygon_of(trace.x[run], low[run]))

    def _paint_line(self, painter: QPainter, scale: Scale, seen: Seen) -> None:
        line = seen.line
        if line.smoothed and self.width_of_mean <= 1:
            return
        x, values = seen.x, seen.y
        if not line.smoothed:
            x, values = seen.trace.x, (seen.trace.low + seen.trace.high) / 2
        y = self._heights(scale, values)
        pen = QPen(self._ink(line), self._line_px(line))
        draw = partial(draw_dashed, dash=6.0 * self.style_.scale) if line.dashed else draw_curve
        for run in runs(np.isfinite(y)):
            draw(painter, x[run], y[run], pen)
        there = np.isfinite(y)
        apart = np.diff(x).min() if x.size > 1 else np.inf
        if (not line.smoothed and apart >= _DOTS_FROM_PX) or there.sum() == 1:
            paint_dots(
                painter,
                self.style_,
                line.colour,
                points_of(x[there], y[there]),
                self._line_px(line),
            )

    def _line_px(self, line: Line) -> float:
        return self._theme.line * (0.75 if line.dashed else 1.0)

    def _ink(self, line: Line, fade: float = 1.0) -> QColor:
        """The colour of a line, mixed with the card where it is to be faint."""
        full, card = self.style_.color(line.colour), self.style_.color("card")
        parts = zip(full.getRgb()[:3], card.getRgb()[:3], strict=True)  # type: ignore[index]
        return QColor(*(round(fade * a + (1 - fade) * b) for a, b in parts))

    def _paint_guides(self, painter: QPainter, scale: Scale) -> None:
        plot, style = self.plot, self.style_
        painter.setFont(style.small)
        for guide in self.guides:
            place = float(scale.place(np.array([guide.value]))[0])
            words, y = guide.text, plot.top() + 0.5 * style.row
            painter.setPen(style.dashed("muted", 1.2, 5.0))
            if scale.low <= place <= scale.high:
                y = math.floor(float(self._heights(scale, np.array([guide.value]))[0])) + 0.5
                painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
                above = y - plot.top() > 1.2 * style.row
                y += (-0.55 if above else 0.55) * style.row
            else:
                words = f"{'↑' if place > scale.high else '↓'} {words}"
            painter.setPen(style.pen("muted"))
            draw_text(painter, plot.right() - 4, y, words, Anchor.RIGHT)

    def _paint_labels(self, painter: QPainter, scale: Scale) -> None:
        """Write each line's label at its end."""
        plot, axis, style = self.plot, self.axis, self.style_
        named = [line for line in self.lines if line.label and len(line.curve)]
        ends = [self._end(scale, line) for line in named]
        wanted = [min(max(end, 0.0), float(plot.bottom())) for end in ends]
        middles = spread(wanted, [style.row] * len(named), self.height())
        painter.setFont(style.bold)
        for line, middle in zip(named, middles, strict=True):
            last = min(max(axis.x(float(line.curve.x[-1])), plot.left()), plot.right())
            painter.setPen(QColor(readable(getattr(self._theme, line.colour), self._theme.card)))
            room = self.width() - last - 8
            words = style.bold_metrics.elidedText(line.label, Qt.TextElideMode.ElideRight, room)
            draw_text(painter, last + 6, middle, words)

    def _end(self, scale: Scale, line: Line) -> float:
        """Height of the last value in view."""
        index = line.curve.index_at(self.axis.stop)
        value = np.nan if index is None else self._value(line, index)
        height = float(self._heights(scale, np.array([value]))[0])
        return height if np.isfinite(height) else self.plot.top()

    def _value(self, line: Line, index: int) -> float:
        if line.smoothed:
            return line.curve.mean_at(index, self.width_of_mean)
        return float(line.curve.y[index])

    # --- moments ---------------------------------------------------------------------------

    def paint_moment(self, painter: QPainter) -> None:
        """Paint the step under the pointer and its values."""
        self.paint_position(painter)
        self._paint_labels(painter, self._shown_scale)
        hovered = self.timeline.hovered
        if hovered is None or not self.underMouse() or not (rows := self.readings(hovered)):
            return
        if box_height(self.style_, len(rows)) < _BOX_SHARE * self.plot.height():
            heading = self.timeline.words(hovered)
            paint_readout(painter, self.style_, self.plot, self.axis.x(hovered), heading, rows)

    def readings(self, moment: float) -> list[Row]:
        """What every line was at a step: of each the last value until then."""
        rows = []
        for line in self.lines:
            index = line.curve.index_at(moment)
            if index is not None:
                value = self._value(line, index)
                words = "not finite" if np.isnan(value) else self.quantity.said(value)
                rows.append(Row(line, words))
        return rows

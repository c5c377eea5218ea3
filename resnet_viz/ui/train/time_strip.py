"""The time axis under the heatmaps, with what happened when."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPainterPath
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from resnet_viz.ui.block_view.colour import readable
from resnet_viz.ui.overview.style import Anchor, draw_text
from resnet_viz.ui.train.chart_values import Happening
from resnet_viz.ui.train.heatmap import plot_ends
from resnet_viz.ui.train.time_axis import place_words, ticks
from resnet_viz.ui.train.time_widget import TimeWidget
from resnet_viz.ui.train.timeline import Timeline


class TimeStrip(TimeWidget):
    """Ticks, and a mark with a few words at everything that happened.

    Args:
        timeline: what is in view.
    """

    def __init__(self, timeline: Timeline, parent: QWidget | None = None) -> None:
        super().__init__(timeline, parent)
        self.happenings: Sequence[Happening] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time axis: drag to look back")

    def set_happenings(self, happenings: Sequence[Happening]) -> None:
        """Mark what happened."""
        self.happenings = happenings
        words = "; ".join(f"step {h.step:,}: {h.text}" for h in happenings)
        self.setAccessibleDescription(words)
        self.updateGeometry()
        self.refresh()

    def sizeHint(self) -> QSize:
        rows = 2.5 if self.happenings else 1.45
        return QSize(300, round(rows * self.style_.row))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def place_plot(self) -> QRectF:
        """The axis and what stands at it."""
        left, right = plot_ends(self.style_, self.width())
        return QRectF(left, 0, right - left, self.height())

    def paint_picture(self, painter: QPainter) -> None:
        """Paint ticks, marks and their words."""
        plot, style, timeline, axis = self.plot, self.style_, self.timeline, self.axis
        painter.setFont(style.small)
        painter.setPen(style.pen("muted"))
        measure = style.metrics.horizontalAdvance
        for step, text in ticks(axis, timeline.unit, timeline.steps_per_epoch, measure):
            painter.fillRect(QRectF(round(axis.x(step)), 0, 1, 4), style.color("ghost"))
            x = min(axis.x(step), self.width() - measure(text) / 2)
            draw_text(painter, x, 4, text, Anchor.TOP)
        in_epochs = timeline.unit == "epoch" and timeline.steps_per_epoch
        draw_text(painter, 2, 4 + style.row / 2, "epoch" if in_epochs else "step")
        self._paint_happenings(painter, plot)

    def _paint_happenings(self, painter: QPainter, plot: QRectF) -> None:
        style, axis, y = self.style_, self.axis, self.height() - 0.55 * self.style_.row
        free_from = plot.left()
        for happening in self.happenings:
            x = axis.x(happening.step)
            if not plot.left() <= x <= plot.right():
                continue
            painter.fillPath(_diamond(x, y, 4 * style.scale), style.color(happening.colour))
            width = style.metrics.horizontalAdvance(happening.text)
            left = x + 7 * style.scale
            if left + width > plot.right():
                left = x - 7 * style.scale - width
            if left >= free_from:
                ink = readable(getattr(style.theme, happening.colour), style.theme.card)
                painter.setPen(QColor(ink))
                draw_text(painter, left, y, happening.text)
                free_from = max(left + width, x) + 12

    def paint_moment(self, painter: QPainter) -> None:
        """Paint which step is looked back at."""
        self.paint_position(painter)
        if (moment := self.timeline.moment) is None:
            return
        style, plot = self.style_, self.plot
        words = place_words(round(moment), self.timeline.steps_per_epoch)
        width = style.bold_metrics.horizontalAdvance(words) + 10
        left = min(max(self.axis.x(moment) - width / 2, plot.left()), plot.right() - width)
        painter.setPen(style.pen("text"))
        painter.setBrush(style.brush("card"))
        painter.drawRoundedRect(QRectF(left, 1, width, 1.25 * style.row), 4, 4)
        painter.setFont(style.bold)
        draw_text(painter, left + width / 2, 1 + 0.62 * style.row, words, Anchor.CENTRE)

    def event(self, event: QEvent) -> bool:
        """Tell what happened in a whole sentence."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            near = [h for h in self.happenings if abs(self.axis.x(h.step) - event.pos().x()) < 8]
            words = "\n".join(f"Step {h.step:,}: {h.more or h.text}" for h in near)
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)


def _diamond(x: float, y: float, reach: float) -> QPainterPath:
    path = QPainterPath(QPointF(x - reach, y))
    for corner in (QPointF(x, y - reach), QPointF(x + reach, y), QPointF(x, y + reach)):
        path.lineTo(corner)
    path.closeSubpath()
    return path

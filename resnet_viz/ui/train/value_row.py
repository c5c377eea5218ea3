"""A chart's values at the moment that is looked at, in one line beside its title."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.overview.style import draw_text
from resnet_viz.ui.painted import PaintedWidget
from resnet_viz.ui.train.curve_chart import CurveChart
from resnet_viz.ui.train.readout import Row, paint_sample

_GAP = 14.0
_SAMPLE = 14.0


class ValueRow(PaintedWidget):
    """Values under the pointer, else where it is looked back at, else the newest.

    Names are left out where there is no room, then held-out values, then all: the marks are
    those at the ends of the lines.

    Args:
        chart: whose values.
    """

    def __init__(self, chart: CurveChart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chart = chart
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for signal in (
            chart.timeline.hovered_changed,
            chart.timeline.position_changed,
            chart.lines_changed,
        ):
            signal.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(120, round(1.6 * self._style.row))

    def rows(self) -> list[Row]:
        """The values that are told."""
        timeline = self._chart.timeline
        moment = timeline.moment
        return self._chart.readings(timeline.last if moment is None else moment)

    def groups(self) -> list[tuple[str, list[Row]]]:
        """Words before the values of each network, and its values, training first; as fits."""
        rows = sorted(self.rows(), key=lambda row: row.line.dashed)
        order = list(dict.fromkeys(row.line.group for row in rows))
        rows.sort(key=lambda row: order.index(row.line.group))
        named, marked, brief = [], [], []
        for group, members in groupby(rows, key=lambda row: row.line.group):
            found = list(members)
            mark = found[0].line.mark
            named.append((f"{mark} {group}".strip(), found))
            marked.append((mark, found))
            brief.append((mark, [row for row in found if not row.line.dashed]))
        fitting = (g for g in (named, marked, brief) if self._px(g) <= self.width() + _GAP)
        return next(fitting, [])

    def _px(self, groups: Sequence[tuple[str, Sequence[Row]]]) -> float:
        return sum(self._group_px(words, rows) for words, rows in groups)

    def _group_px(self, words: str, rows: Sequence[Row]) -> float:
        values = sum(self._value_px(row) for row in rows)
        return self._style.metrics.horizontalAdvance(words) + values + _GAP

    def _value_px(self, row: Row) -> float:
        style = self._style
        return style.bold_metrics.horizontalAdvance(row.value) + _SAMPLE * style.scale + 11

    def paintEvent(self, event: QPaintEvent) -> None:
        groups = self.groups()
        x = self.width() - self._px(groups)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for words, rows in groups:
                self._paint_group(painter, x, words, rows)
                x += self._group_px(words, rows)

    def _paint_group(self, painter: QPainter, x: float, words: str, rows: Sequence[Row]) -> None:
        style, y = self._style, self.height() / 2
        painter.setFont(style.small)
        painter.setPen(style.pen("text"))
        draw_text(painter, x, y, words)
        painter.setPen(style.pen(rows[0].line.colour))
        draw_text(painter, x, y, rows[0].line.mark)
        x += style.metrics.horizontalAdvance(words)
        sample = _SAMPLE * style.scale
        painter.setFont(style.bold)
        for row in rows:
            paint_sample(painter, style, row.line, QPointF(x + 6, y), sample)
            painter.setPen(style.pen("text"))
            draw_text(painter, x + 6 + sample + 4, y, row.value)
            x += self._value_px(row)

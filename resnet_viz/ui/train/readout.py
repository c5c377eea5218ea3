"""The numbers of one moment in a small box, on the side of the plot where the pointer is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from resnet_viz.ui.overview.style import Anchor, Style, draw_text
from resnet_viz.ui.train.chart_values import Line

_PAD = 6.0
_SAMPLE = 18.0
_LINE = 1.08


@dataclass(frozen=True)
class Row:
    """A line's value at a moment, in words.

    Attributes:
        line: whose.
        value: in words.
    """

    line: Line
    value: str


def box_height(style: Style, n_rows: int) -> float:
    """Height of a box with so many rows."""
    return style.row * _LINE * (n_rows + 1) + 2 * _PAD - 2


def paint_readout(
    painter: QPainter, style: Style, plot: QRectF, x: float, heading: str, rows: Sequence[Row]
) -> None:
    """Paint names and values.

    Args:
        painter: of the chart.
        style: fonts and colours.
        plot: the box stays in it.
        x: pixel of the moment; the box is on the other side.
        heading: what moment it is.
        rows: the values.
    """
    row = style.row * _LINE
    names = max(style.metrics.horizontalAdvance(r.line.name) for r in rows)
    values = max(style.bold_metrics.horizontalAdvance(r.value) for r in rows)
    sample = _SAMPLE * style.scale
    width = sample + 6 + names + 12 + values
    width = max(width, style.bold_metrics.horizontalAdvance(heading)) + 2 * _PAD
    left = plot.right() - width if x < plot.center().x() else plot.left() + 2
    box = QRectF(left, plot.top(), width, box_height(style, len(rows)))
    painter.setPen(style.pen("border"))
    painter.setBrush(style.brush("card", 0.94))
    painter.drawRoundedRect(box, 5, 5)
    y = box.top() + _PAD + row / 2 - 1
    painter.setPen(style.pen("text"))
    painter.setFont(style.bold)
    draw_text(painter, box.left() + _PAD, y, heading)
    for entry in rows:
        y += row
        paint_sample(painter, style, entry.line, QPointF(box.left() + _PAD, y), sample)
        painter.setPen(style.pen("text"))
        painter.setFont(style.small)
        draw_text(painter, box.left() + _PAD + sample + 6, y, entry.line.name)
        painter.setFont(style.bold)
        draw_text(painter, box.right() - _PAD, y, entry.value, Anchor.RIGHT)


def paint_sample(painter: QPainter, style: Style, line: Line, at: QPointF, length: float) -> None:
    """Paint a short piece of a line, to the right from a point."""
    pen = QPen(style.pen(line.colour, 0.9 * style.theme.line))
    if line.dashed:
        pen.setDashPattern([2.0, 1.4])
    painter.setPen(pen)
    painter.drawLine(at, QPointF(at.x() + length, at.y()))

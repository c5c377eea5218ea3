"""The numbers of one moment in a small box, on the side of the plot where the pointer is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from resnet_viz.ui.overview.style import Anchor, Style, draw_text

_PAD = 6.0
_SAMPLE = 18.0


@dataclass(frozen=True)
class Row:
    """One line of a readout: whose value, the value, and how its line looks."""

    name: str
    value: str
    colour: str
    dashed: bool = False


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
        rows: as many of them as have room are written.
    """
    row = style.row * 1.08
    fit = max(1, int((plot.height() - 2 * _PAD) / row) - 1)
    rows = rows[:fit]
    names = max(style.metrics.horizontalAdvance(r.name) for r in rows)
    values = max(style.bold_metrics.horizontalAdvance(r.value) for r in rows)
    sample = _SAMPLE * style.scale
    width = sample + 6 + names + 12 + values
    width = max(width, style.bold_metrics.horizontalAdvance(heading)) + 2 * _PAD
    left = plot.right() - width if x < plot.center().x() else plot.left() + 2
    box = QRectF(left, plot.top(), width, row * (len(rows) + 1) + 2 * _PAD - 2)
    painter.setPen(style.pen("border"))
    painter.setBrush(style.brush("card", 0.94))
    painter.drawRoundedRect(box, 5, 5)
    y = box.top() + _PAD + row / 2 - 1
    painter.setPen(style.pen("text"))
    painter.setFont(style.bold)
    draw_text(painter, box.left() + _PAD, y, heading)
    for entry in rows:
        y += row
        _paint_sample(painter, style, entry, QPointF(box.left() + _PAD, y), sample)
        painter.setPen(style.pen("text"))
        painter.setFont(style.small)
        draw_text(painter, box.left() + _PAD + sample + 6, y, entry.name)
        painter.setFont(style.bold)
        draw_text(painter, box.right() - _PAD, y, entry.value, Anchor.RIGHT)


def _paint_sample(painter: QPainter, style: Style, entry: Row, at: QPointF, length: float) -> None:
    pen = QPen(style.pen(entry.colour, style.theme.line))
    if entry.dashed:
        pen.setDashPattern([2.0, 1.5])
    painter.setPen(pen)
    painter.drawLine(at, QPointF(at.x() + length, at.y()))

"""How a guess looks: a dashed line, after the reveal its distances to the measured curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from resnet_viz.lecture.prediction import Array
from resnet_viz.ui.theme import Theme

_PAD_EM = 0.6
# Of the plot's width: what words may take, narrower first, which is easier to read at a glance.
_WORDS_SHARES = (0.6, 0.9)
_STEP_PX = 6.0


@dataclass(frozen=True)
class Guess:
    """What is painted, in pixels.

    Attributes:
        area: where curves are drawn.
        line: the guess, (n, 2).
        curves: those of the chart that are on screen, which words keep clear of, (k, 2) each.
        gaps: at each measured point the guess and the measured value, (k, 4).
        worst: row of `gaps` that is marked; -1 for none.
        words: what stands on the plot.
    """

    area: QRectF
    line: Array
    curves: tuple[Array, ...]
    gaps: Array
    worst: int
    words: str


def paint_guess(painter: QPainter, guess: Guess, theme: Theme) -> None:
    """Paint a guess and what is said about it."""
    painter.setClipRect(guess.area)
    pen = QPen(QColor(theme.ghost), max(1.0, theme.line / 2))
    painter.setPen(pen)
    for x0, y0, x1, y1 in guess.gaps:
        painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))
    _paint_line(painter, guess, theme)
    if guess.worst >= 0:
        _paint_worst(painter, guess.gaps[guess.worst], theme)
    if guess.words:
        _paint_words(painter, guess, theme)


def _paint_line(painter: QPainter, guess: Guess, theme: Theme) -> None:
    """The guess: dashed, so that it is told from measured curves without its colour."""
    pen = QPen(QColor(theme.text), theme.line * 1.3, Qt.PenStyle.DashLine)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    if len(guess.line) == 1:
        pen.setStyle(Qt.PenStyle.SolidLine)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setWidthF(2.5 * pen.widthF())
        painter.setPen(pen)
        painter.drawPoint(QPointF(*guess.line[0]))
    elif len(guess.line):
        path = QPainterPath(QPointF(*guess.line[0]))
        for x, y in guess.line[1:]:
            path.lineTo(x, y)
        painter.drawPath(path)


def _paint_worst(painter: QPainter, gap: Array, theme: Theme) -> None:
    """The place where the two are farthest apart."""
    x0, y0, x1, y1 = gap
    pen = QPen(QColor(theme.text), theme.line)
    painter.setPen(pen)
    painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))
    painter.setBrush(QColor(theme.card))
    radius = 1.8 * theme.line
    for x, y in ((x0, y0), (x1, y1)):
        painter.drawEllipse(QPointF(x, y), radius, radius)


def _paint_words(painter: QPainter, guess: Guess, theme: Theme) -> None:
    font = QFont(painter.font())
    font.setPixelSize(theme.font_px)
    painter.setFont(font)
    box = _words_box(guess, QFontMetricsF(font), theme)
    veil = QColor(theme.card)
    veil.setAlphaF(0.92)
    painter.setBrush(veil)
    painter.setPen(QPen(QColor(theme.border), 1.0))
    painter.drawRoundedRect(box, 8, 8)
    painter.setPen(QColor(theme.text))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(box, flags, guess.words)


def _words_box(guess: Guess, metrics: QFontMetricsF, theme: Theme) -> QRectF:
    """Where words hide least of the curves."""
    pad = _PAD_EM * theme.font_px
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    inner = guess.area.adjusted(pad, pad, -pad, -pad)
    lines = (guess.line, *guess.curves)
    boxes = []
    for share in _WORDS_SHARES:
        room = QRectF(0, 0, share * guess.area.width(), guess.area.height())
        text = metrics.boundingRect(room, flags, guess.words)
        size = QSizeF(text.width() + 2 * pad, text.height() + 2 * pad)
        boxes.append(clear_place(size, inner, lines))
    points = _points_on(lines)
    return min(boxes, key=lambda box: _hidden(box, points))


def clear_place(
    size: QSizeF, room: QRectF, lines: Sequence[Array], *, edges: bool = False
) -> QRectF:
    """The place in `room` where a box of this size hides least of some lines.

    Args:
        size: of the box.
        room: that it stays in.
        lines: points in pixels, ascending in x, (n, 2) each.
        edges: take the middle of `room` only where it hides less than all places at its top and
            bottom; else the middle is preferred.
    """
    rows = (0.0, 1.0, 0.25, 0.75, 0.5) if edges else (0.5, 0.25, 0.75, 0.0, 1.0)
    columns = (1.0, 0.0, 0.5, 0.25, 0.75) if edges else (0.5, 0.75, 0.25, 1.0, 0.0)
    points = _points_on(lines)
    spare_x, spare_y = room.width() - size.width(), room.height() - size.height()
    places = [
        QRectF(QPointF(room.left() + x * spare_x, room.top() + y * spare_y), size)
        for y in rows
        for x in columns
    ]
    return min(places, key=lambda place: _hidden(place, points))


def _points_on(lines: Sequence[Array]) -> Array:
    return np.concatenate([np.empty((0, 2)), *(_along(line) for line in lines)])


def _along(line: Array) -> Array:
    """Points on a line every few pixels, so that long straight stretches count too."""
    if len(line) < 2:
        return line
    x = np.arange(line[0, 0], line[-1, 0], _STEP_PX)
    return np.stack([x, np.interp(x, line[:, 0], line[:, 1])], axis=1)


def _hidden(box: QRectF, points: Array) -> int:
    """How many points a box would hide."""
    x, y = points.T
    inside = (x >= box.left()) & (x <= box.right()) & (y >= box.top()) & (y <= box.bottom())
    return int(inside.sum())

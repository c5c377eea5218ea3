"""How a guess looks: a dashed line, after the reveal its distances to the measured curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from resnet_viz.lecture.prediction import Array
from resnet_viz.ui.theme import Theme

_PAD_EM = 0.6
# Of the plot's width: a sentence that is broken into more lines is easier to read at a glance.
_WORDS_SHARE = 0.6


@dataclass(frozen=True)
class Guess:
    """What is painted, in pixels.

    Attributes:
        area: where curves are drawn.
        line: the guess, (n, 2).
        gaps: at each measured point the guess and the measured value, (k, 4).
        worst: row of `gaps` that is marked; -1 for none.
        words: what stands on the plot.
        revealed: whether the measured curve is on screen.
    """

    area: QRectF
    line: Array
    gaps: Array
    worst: int
    words: str
    revealed: bool


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
    """In the middle before anything is drawn, then in the corner where the curves are least."""
    pad = _PAD_EM * theme.font_px
    room = QRectF(0, 0, _WORDS_SHARE * guess.area.width(), guess.area.height())
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    text = metrics.boundingRect(room, flags, guess.words)
    box = QRectF(0, 0, text.width() + 2 * pad, text.height() + 2 * pad)
    inner = guess.area.adjusted(pad, pad, -pad, -pad)
    if not guess.revealed:
        box.moveCenter(inner.center())
        return box
    ends = (*guess.gaps[:, :2], *guess.gaps[:, 2:], *guess.line)
    return min(_corners(box, inner), key=lambda place: _covered(place, ends))


def _corners(box: QRectF, inner: QRectF) -> list[QRectF]:
    right, bottom = inner.right() - box.width(), inner.bottom() - box.height()
    middle = inner.center().x() - box.width() / 2
    return [
        QRectF(QPointF(x, y), box.size())
        for y in (inner.top(), bottom)
        for x in (right, inner.left(), middle)
    ]


def _covered(box: QRectF, points: tuple[Array, ...]) -> int:
    """How many points a box would hide."""
    if not points:
        return 0
    x, y = np.array(points).T
    inside = (x >= box.left()) & (x <= box.right()) & (y >= box.top()) & (y <= box.bottom())
    return int(inside.sum())

"""A theme as Qt's fonts, colours and pens, made once per theme."""

from __future__ import annotations

from enum import Enum
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.theme import Theme

Align = Qt.AlignmentFlag


class Style:
    """Fonts, metrics and pens of one theme.

    Args:
        theme: the look.

    Attributes:
        small: captions and ticks.
        bold: titles of lanes.
        letter: the F in a square of full size.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.small = _font(theme.small_px, printed=theme.printed)
        self.bold = _font(theme.small_px + 1, bold=True, printed=theme.printed)
        self.metrics = QFontMetricsF(self.small)
        self.bold_metrics = QFontMetricsF(self.bold)
        self.row = max(self.metrics.height(), self.bold_metrics.height())
        self.scale = theme.font_px / 13.0
        self._pens: dict[tuple[str, float, float], QPen] = {}

    def color(self, name: str, alpha: float = 1.0) -> QColor:
        """A colour of the theme by its field's name."""
        color = QColor(getattr(self.theme, name))
        color.setAlphaF(alpha)
        return color

    def brush(self, name: str, alpha: float = 1.0) -> QBrush:
        """A plain brush of a theme colour."""
        return QBrush(self.color(name, alpha))

    def pen(self, name: str, width: float = 1.0, alpha: float = 1.0) -> QPen:
        """A solid pen of a theme colour; pens are kept, so copy one before changing it."""
        key = (name, width, alpha)
        if key not in self._pens:
            pen = QPen(self.color(name, alpha), width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            # Mitred joins spike where a steep curve turns; round ones cost a circle per point.
            pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
            self._pens[key] = pen
        return self._pens[key]

    def dashed(self, name: str, width: float = 1.2, dash: float = 4.0) -> QPen:
        """A dashed pen; `dash` is the length of a dash in pixels."""
        pen = QPen(self.pen(name, width))
        pen.setDashPattern([dash / width, dash * 0.75 / width])
        return pen

    def letter(self, side: float) -> QFont:
        """The font of the F in a square of the given side: as large as other type if it fits."""
        fitting = min(float(self.theme.small_px), side * 0.66)
        return _font(
            max(7, round(max(side * 0.46, fitting))), bold=True, printed=self.theme.printed
        )


@cache
def _font(px: int, bold: bool = False, printed: bool = False) -> QFont:
    font = QFont()
    font.setPixelSize(px)
    font.setBold(bold)
    if printed:
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    # Kept pictures are transparent, where text has no coloured edges; elsewhere it would.
    font.setStyleStrategy(QFont.StyleStrategy.NoSubpixelAntialias)
    return font


class Anchor(Enum):
    """Which point of a line of text is given; each with Qt's flags and its share of the box."""

    LEFT = (Align.AlignLeft | Align.AlignVCenter, 0.0, 0.5)
    """Middle of the left end."""
    RIGHT = (Align.AlignRight | Align.AlignVCenter, 1.0, 0.5)
    """Middle of the right end."""
    CENTRE = (Align.AlignCenter, 0.5, 0.5)
    """The middle."""
    TOP = (Align.AlignHCenter | Align.AlignTop, 0.5, 0.0)
    """Middle of the upper edge."""


_BOX = (2000.0, 80.0)  # larger than any line of text


def draw_text(
    painter: QPainter, x: float, y: float, text: str, anchor: Anchor = Anchor.LEFT
) -> None:
    """Draw one line of text anchored at a point with the painter's font and pen."""
    flags, across, down = anchor.value
    width, height = _BOX
    painter.drawText(QRectF(x - across * width, y - down * height, width, height), flags, text)


def cross(painter: QPainter, x: float, y: float, reach: float) -> None:
    """Draw a small × with the painter's pen."""
    painter.drawLine(QPointF(x - reach, y - reach), QPointF(x + reach, y + reach))
    painter.drawLine(QPointF(x - reach, y + reach), QPointF(x + reach, y - reach))


def paint_card(widget: QWidget, style: Style) -> None:
    """Paint the background of a widget that is a card of its own."""
    with QPainter(widget) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(style.pen("border", 1.0))
        painter.setBrush(style.brush("card"))
        painter.drawRoundedRect(QRectF(widget.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

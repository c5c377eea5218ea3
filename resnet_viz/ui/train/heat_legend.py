"""The colour scale of the heatmaps: its ends, and what is on no scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.block_view.colour import BAD_COLOUR, N_LEVELS, colour_table
from resnet_viz.ui.overview.style import Anchor, draw_text
from resnet_viz.ui.painted import PaintedWidget
from resnet_viz.ui.train.heat_scale import HeatScale

_BAR_PX = 150
_SHORTEST = 0.5  # of the bar, where there is little room
_SWATCH = 11.0


class HeatLegend(PaintedWidget):
    """A bar of colours with numbers under it, and swatches for what has no number.

    Attributes:
        swatches: colour and words of what is on no scale.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale = HeatScale(-4.0, 0.0)
        self._zero = ""
        self._bad = False
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_scale(self, scale: HeatScale, *, zero: str, bad: bool) -> None:
        """Explain a scale.

        Args:
            scale: of all heatmaps.
            zero: what a measured 0 says; empty if it is a number of the scale.
            bad: whether there are figures that are not finite.
        """
        if (scale, zero, bad) != (self._scale, self._zero, self._bad):
            self._scale, self._zero, self._bad = scale, zero, bad
            self.setAccessibleName(self.words())
            self.updateGeometry()
            self.update()

    def words(self) -> str:
        """The legend as a sentence."""
        kind = "linear" if self._scale.share else "log"
        marks = self._scale.marks()
        ends = f"Colours: {kind} scale, {marks[0][1]} to {marks[-1][1]}"
        return "; ".join([ends, *(text for _, text in self.swatches)])

    @property
    def swatches(self) -> list[tuple[str, str]]:
        """Colour and words of what is on no scale."""
        found = []
        if self._zero:
            words = self._zero if self._zero.endswith("0") else f"0: {self._zero}"
            found.append((self._style.theme.trouble, words))
        if self._bad:
            found.append((BAD_COLOUR, "not finite"))
        return found

    def sizeHint(self) -> QSize:
        width = self._needed_px + self._kind_px + _BAR_PX * self._style.scale
        return QSize(math.ceil(width), round(2.05 * self._style.row))

    def minimumSizeHint(self) -> QSize:
        width = self._needed_px + _SHORTEST * _BAR_PX * self._style.scale
        return QSize(math.ceil(width), self.sizeHint().height())

    @property
    def _needed_px(self) -> float:
        """Width of all but the bar itself and the words that can be left out."""
        return self._overhang + sum(self._swatch_px(text) for _, text in self.swatches)

    @property
    def _bar_px(self) -> float:
        """The bar takes what is left to it, up to its usual length."""
        usual, said = _BAR_PX * self._style.scale, self._kind_px if self._says_kind else 0.0
        return min(usual, max(_SHORTEST * usual, self.width() - self._needed_px - said))

    @property
    def _says_kind(self) -> bool:
        """Whether there is room for the words that the bar's numbers tell too."""
        return self.width() >= self.sizeHint().width()

    @property
    def _overhang(self) -> float:
        """Room beside the bar for the halves of its outermost numbers."""
        texts = [text for _, text in self._scale.marks()]
        ends = (self._style.metrics.horizontalAdvance(t) for t in (texts[0], texts[-1]))
        return sum(ends) / 2 + 6

    @property
    def _kind(self) -> str:
        return "linear scale" if self._scale.share else "log scale"

    @property
    def _kind_px(self) -> float:
        return self._style.metrics.horizontalAdvance(self._kind) + 8

    def _swatch_px(self, text: str) -> float:
        return self._style.metrics.horizontalAdvance(text) + (_SWATCH + 18) * self._style.scale

    def paintEvent(self, event: QPaintEvent) -> None:
        style = self._style
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(style.small)
            x = 0.0
            for colour, text in self.swatches:
                x = self._paint_swatch(painter, x, colour, text)
            if self._says_kind:
                painter.setPen(style.pen("muted"))
                draw_text(painter, x, self._middle, self._kind)
                x += self._kind_px
            self._paint_bar(painter, x)

    def _readable(self, marks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
        """Both ends, and those between them that touch neither these nor each other."""
        measure, bar = self._style.metrics.horizontalAdvance, self._bar_px

        def apart(a: tuple[float, str], b: tuple[float, str]) -> bool:
            return abs(a[0] - b[0]) * bar >= (measure(a[1]) + measure(b[1])) / 2 + 4

        kept = [marks[0]]
        for mark in marks[1:-1]:
            if apart(mark, kept[-1]) and apart(mark, marks[-1]):
                kept.append(mark)
        return [*kept, marks[-1]]

    @property
    def _middle(self) -> float:
        return 0.5 * self._style.row

    def _paint_swatch(self, painter: QPainter, x: float, colour: str, text: str) -> float:
        style, side = self._style, _SWATCH * self._style.scale
        painter.fillRect(QRectF(x, self._middle - side / 2, side, side), colour)
        painter.setPen(style.pen("text"))
        draw_text(painter, x + side + 5, self._middle, text)
        return x + self._swatch_px(text)

    def _paint_bar(self, painter: QPainter, x: float) -> None:
        style, marks = self._style, self._scale.marks()
        left = x + style.metrics.horizontalAdvance(marks[0][1]) / 2
        height = _SWATCH * style.scale
        table = np.ascontiguousarray(colour_table("sequential")[None, :N_LEVELS])
        strip = QImage(table.data, N_LEVELS, 1, 4 * N_LEVELS, QImage.Format.Format_RGBA8888)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, self._middle - height / 2, self._bar_px, height), strip)
        painter.setPen(style.pen("muted"))
        y = self._middle + height / 2 + 1
        for place, text in self._readable(marks):
            at = left + place * self._bar_px
            painter.drawLine(round(at), round(y), round(at), round(y) + 2)
            draw_text(painter, at, y + 1, text, Anchor.TOP)

"""Title and sentence of a slide: as large as they fit, never smaller than the last row can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.lecture.slide_sizes import SlideSizes
from resnet_viz.ui.lecture.wrapped_text import clipped, line_height, sized, wrap
from resnet_viz.ui.theme import LIGHT, Theme

_SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64)
_TITLE_OVER_LEAST = 1.15
_MOST = 2.2
"""Times the height meant for it: the most that a headline takes before it is cut."""


@dataclass(frozen=True)
class _Fit:
    title: QFont
    sentence: QFont
    title_lines: int
    sentence_lines: int

    @property
    def gap(self) -> float:
        return 0.35 * line_height(self.sentence) if self.sentence_lines else 0.0

    @property
    def height(self) -> float:
        titles = self.title_lines * line_height(self.title)
        return titles + self.gap + self.sentence_lines * line_height(self.sentence)


class Headline(QWidget):
    """Keeps one height for all sentences of a scene, so that no step moves the views.

    Args:
        parent: owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._title, self._sentence = "", ""
        self._expected: tuple[str, ...] = ()
        self._sizes = SlideSizes.of(QSize(1280, 720))
        self._fit = self._fitted()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def title(self) -> str:
        """The title on screen."""
        return self._title

    @property
    def sentence(self) -> str:
        """The sentence on screen."""
        return self._sentence

    @property
    def type_px(self) -> tuple[int, int]:
        """Sizes of title and sentence in logical pixels."""
        return self._fit.title.pixelSize(), self._sentence_font()[0].pixelSize()

    def places(self) -> tuple[QRect, QRect]:
        """Where title and sentence stand, logical pixels; at least a line high."""
        fit, width = self._fit, self.width()
        titles = round(max(1, fit.title_lines) * line_height(fit.title))
        top = titles + round(fit.gap)
        rest = max(self.height() - top, round(line_height(fit.sentence)))
        return QRect(0, 0, width, titles), QRect(0, top, width, rest)

    def expect(self, sentences: Sequence[str]) -> None:
        """Say which sentences will be shown, with figures of a usual length in them."""
        self._expected = tuple(sentences)
        self.fit(self._sizes)

    def fit(self, sizes: SlideSizes) -> None:
        """Choose type for a slide of another size."""
        self._sizes = sizes
        self._fit = self._fitted()
        self.setFixedHeight(round(self._fit.height))
        self.update()

    def say(self, title: str, sentence: str) -> None:
        """Show other words; measured figures come in bit by bit."""
        if (title, sentence) == (self._title, self._sentence):
            return
        longer = len(title) != len(self._title)
        self._title, self._sentence = title, sentence
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        if longer:
            self.fit(self._sizes)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        fit, width = self._fit, self._width()
        with QPainter(self) as painter:
            titles = clipped(wrap(self._title, fit.title, width), fit.title_lines, fit.title, width)
            y = self._draw(painter, titles, fit.title, self._theme.text, 0.0)
            font, lines = self._sentence_font()
            self._draw(painter, lines, font, self._theme.muted, y + fit.gap)

    def _draw(
        self, painter: QPainter, lines: list[str], font: QFont, colour: str, y: float
    ) -> float:
        """Write lines from `y` down; returns where they end."""
        painter.setFont(font)
        painter.setPen(QColor(colour))
        ascent = QFontMetricsF(font).ascent()
        for line in lines:
            painter.drawText(QPointF(0.0, y + ascent), line)
            y += line_height(font)
        return y

    def _sentence_font(self) -> tuple[QFont, list[str]]:
        """Type and lines of the sentence: smaller where it came out longer than expected."""
        font, width = self._fit.sentence, self._width()
        room = self._fit.sentence_lines * line_height(font) + 1.0
        for px in range(font.pixelSize(), self._sizes.least - 1, -1):
            font = sized(self.font(), px)
            lines = wrap(self._sentence, font, width)
            if len(lines) * line_height(font) <= room:
                return font, lines
        return font, clipped(lines, int(room // line_height(font)), font, width)

    def _width(self) -> float:
        return max(1.0, self._sizes.width - 2.0 * self._sizes.margin)

    def _fitted(self) -> _Fit:
        fits = (self._at(scale) for scale in _SCALES)
        smallest = self._at(_SCALES[-1])
        chosen = next((fit for fit in fits if fit.height <= self._sizes.headline), smallest)
        most = _MOST * self._sizes.headline
        while chosen.height > most and chosen.title_lines + chosen.sentence_lines > 2:
            chosen = _shorter(chosen)
        return chosen

    def _at(self, scale: float) -> _Fit:
        sizes, width = self._sizes, self._width()
        least_title = round(_TITLE_OVER_LEAST * sizes.least)
        title = sized(self.font(), max(least_title, round(scale * sizes.title)), bold=True)
        sentence = sized(self.font(), max(sizes.least, round(scale * sizes.sentence)))
        lines = [len(wrap(text, sentence, width)) for text in (*self._expected, self._sentence)]
        return _Fit(title, sentence, len(wrap(self._title, title, width)), max(lines))


def _shorter(fit: _Fit) -> _Fit:
    """One line less: of the title where it has three, else of the sentence."""
    if fit.title_lines > 2 or fit.sentence_lines <= 1:
        return _Fit(fit.title, fit.sentence, max(1, fit.title_lines - 1), fit.sentence_lines)
    return _Fit(fit.title, fit.sentence, fit.title_lines, fit.sentence_lines - 1)

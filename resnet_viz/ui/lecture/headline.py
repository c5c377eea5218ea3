"""Title and sentence of a slide: as large as they fit, never smaller than the last row can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.lecture.slide_sizes import SlideSizes
from resnet_viz.ui.lecture.wrapped_text import Line, clipped, line_height, plain, sized, wrap
from resnet_viz.ui.theme import LIGHT, Theme

_SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64)
_TO_SAVE_A_LINE = 0.82
"""The smallest scale that is taken only because the text needs a line less in it."""
_TITLE_OVER_LEAST = 1.15
_MOST = 2.2
"""Times the height meant for it: the most that a headline takes before it is cut."""
_SHORT = 1.25
"""Times as large: type of a scene without views, whose words are all there is."""


@dataclass(frozen=True)
class _Fit:
    title: QFont
    sentence: QFont
    title_lines: int
    sentence_lines: int

    @property
    def n_lines(self) -> int:
        return self.title_lines + self.sentence_lines

    @property
    def gap(self) -> float:
        return 0.3 * line_height(self.sentence) if self.sentence_lines else 0.0

    @property
    def height(self) -> float:
        titles = self.title_lines * line_height(self.title)
        return titles + self.gap + self.sentence_lines * line_height(self.sentence)


class Headline(QWidget):
    """Keeps one height for all sentences of a scene, so that no step moves the views.

    Args:
        alone: whether there is nothing else on the slide.
        parent: owner.
    """

    def __init__(self, *, alone: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._alone = alone
        self._theme = LIGHT
        self._title, self._sentence = "", ""
        self._expected: tuple[str, ...] = ()
        self._sizes = SlideSizes.of(QSize(1280, 720))
        self._fit = self._fitted()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def title(self) -> str:
        """The title on screen."""
        return plain(self._title)

    @property
    def sentence(self) -> str:
        """The sentence on screen."""
        return plain(self._sentence)

    @property
    def type_px(self) -> tuple[int, int]:
        """Sizes of title and sentence in logical pixels."""
        return self._fit.title.pixelSize(), self._written()[0].pixelSize()

    @property
    def cut(self) -> bool:
        """Whether part of the sentence is left out for want of room."""
        font, lines = self._written()
        return len(lines) < len(wrap(self._sentence, font, self._width()))

    def places(self) -> tuple[QRect, QRect]:
        """Where title and sentence stand, logical pixels: an editor lies over them."""
        fit, width = self._fit, self.width()
        titles = round(max(1, fit.title_lines) * line_height(fit.title))
        top = titles + round(fit.gap)
        rest = max(self.height() - top, round(line_height(fit.sentence)))
        return QRect(0, 0, width, titles), QRect(0, top, width, rest)

    def expect(self, sentences: Sequence[str]) -> None:
        """Say which sentences will be shown, with figures of a usual length in them."""
        if tuple(sentences) != self._expected:
            self._expected = tuple(sentences)
            self.fit(self._sizes)

    def fit(self, sizes: SlideSizes) -> None:
        """Choose type for a slide of another size."""
        self._sizes = sizes
        self._fit = self._fitted()
        self.setFixedHeight(round(self._fit.height))
        self.update()

    def say(self, title: str, sentence: str) -> None:
        """Show other words; what is marked in them is bold."""
        if (title, sentence) == (self._title, self._sentence):
            return
        other_title = title != self._title
        self._title, self._sentence = title, sentence
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(self.sentence)
        # The views move only where words would be lost otherwise.
        if other_title or self.cut:
            self.fit(self._sizes)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        fit, width, theme = self._fit, self._width(), self._theme
        font, lines = self._written()
        titles = clipped(wrap(self._title, fit.title, width), fit.title_lines, fit.title, width)
        with QPainter(self) as painter:
            y = _write(painter, titles, fit.title, (theme.text, theme.text), 0.0)
            _write(painter, lines, font, (theme.muted, theme.text), y + fit.gap)

    # --- inside ------------------------------------------------------------------------------

    def _written(self) -> tuple[QFont, list[Line]]:
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
        """The largest type whose lines fit; a little smaller where that saves a line.

        The sentence gives way before the title, so that titles are alike on most slides.
        """
        room = self._sizes.headline * (3.0 if self._alone else 1.0)
        scales = [(1.0, scale) for scale in _SCALES] + [(scale, scale) for scale in _SCALES[1:]]
        fits = {pair: self._at(*pair) for pair in scales}
        good = [pair for pair in scales if fits[pair].height <= room] or scales[-1:]
        saving = [pair for pair in good if pair[1] >= _TO_SAVE_A_LINE] or good[:1]
        chosen = fits[min(saving, key=lambda pair: (fits[pair].n_lines, -pair[0], -pair[1]))]
        while chosen.height > _MOST * room and chosen.n_lines > 2:
            chosen = _shorter(chosen)
        return chosen

    def _at(self, title_scale: float, sentence_scale: float) -> _Fit:
        sizes, width = self._sizes, self._width()
        larger = _SHORT if self._alone else 1.0
        title_px = max(_TITLE_OVER_LEAST * sizes.least, larger * title_scale * sizes.title)
        sentence_px = max(sizes.least, round(larger * sentence_scale * sizes.sentence))
        title = sized(self.font(), round(title_px), bold=True)
        sentence = sized(self.font(), sentence_px)
        lines = [len(wrap(text, sentence, width)) for text in (*self._expected, self._sentence)]
        return _Fit(title, sentence, len(wrap(self._title, title, width)), max(lines))


def _shorter(fit: _Fit) -> _Fit:
    """One line less: of the title where it has three, else of the sentence."""
    if fit.title_lines > 2 or fit.sentence_lines <= 1:
        return replace(fit, title_lines=max(1, fit.title_lines - 1))
    return replace(fit, sentence_lines=fit.sentence_lines - 1)


def _write(
    painter: QPainter, lines: list[Line], font: QFont, colours: tuple[str, str], y: float
) -> float:
    """Write lines from `y` down in the colours for usual and marked text; returns the end."""
    ascent = QFontMetricsF(font).ascent()
    for line in lines:
        x = 0.0
        for run in line:
            shown = sized(font, font.pixelSize(), bold=font.bold() or run.bold)
            painter.setFont(shown)
            painter.setPen(QColor(colours[run.bold]))
            painter.drawText(QPointF(x, y + ascent), run.text)
            x += QFontMetricsF(shown).horizontalAdvance(run.text)
        y += line_height(font)
    return y

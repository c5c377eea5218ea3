"""The quiet line under a slide: where one is, which keys there are, how it was measured."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.lecture.slide_sizes import SlideSizes
from resnet_viz.ui.lecture.wrapped_text import sized, wrap
from resnet_viz.ui.theme import LIGHT, Theme

_GAP_EM = 1.6


class Footer(QWidget):
    """Left the place in the lecture and keys, right the conditions of what was measured.

    Args:
        parent: owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._place, self._keys, self._remark = "", "", ""
        self._captions: tuple[str, ...] = ()
        self._sizes = SlideSizes.of(QSize(1280, 720))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        """All of it, for people who cannot see it."""
        parts = (self._place, self._keys, self._remark, *self._captions)
        return " · ".join(part for part in parts if part)

    def set_place(self, text: str) -> None:
        """Where one is: `3 / 12`."""
        self._place = text
        self._changed()

    def set_keys(self, text: str) -> None:
        """Keys worth knowing; left out first where there is no room."""
        self._keys = text
        self._changed()

    def set_measured(self, captions: Sequence[str]) -> None:
        """Network, weights, seed, mode, picture of each view."""
        self._captions = tuple(dict.fromkeys(caption for caption in captions if caption))
        self._changed()

    def set_remark(self, text: str) -> None:
        """What to bear in mind with the numbers on screen: that they are not all there yet."""
        self._remark = text
        self._changed()

    def fit(self, sizes: SlideSizes) -> None:
        """Choose type for a slide of another size."""
        self._sizes = sizes
        self.setFixedHeight(sizes.footer)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        font, gap = sized(self.font(), self._sizes.least), _GAP_EM * self._sizes.least
        left, lines = self._arranged(font, gap)
        row = QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setFont(font)
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(row, _LEFT, left)
            painter.drawText(row, _RIGHT, "\n".join(lines))
            widest = max((QFontMetricsF(font).horizontalAdvance(line) for line in lines), default=0)
            row.setRight(row.right() - widest - (gap if widest else 0.0))
            painter.setFont(sized(font, font.pixelSize(), bold=True))
            painter.setPen(QColor(self._theme.text))
            painter.drawText(row, _RIGHT, self._remark)

    def _arranged(self, font: QFont, gap: float) -> tuple[str, list[str]]:
        """What stands left and, in at most two lines, right; keys give way to captions."""
        metrics = QFontMetricsF(font)
        bold = QFontMetricsF(sized(font, font.pixelSize(), bold=True))
        taken = gap + (bold.horizontalAdvance(self._remark) + gap if self._remark else 0.0)
        full = "     ".join(part for part in (self._place, self._keys) if part)
        for left in (full, self._place):
            room = self.width() - metrics.horizontalAdvance(left) - taken
            lines = _caption_lines(self._captions, font, room)
            if all(metrics.horizontalAdvance(line) <= room for line in lines):
                return left, lines
        elide = Qt.TextElideMode.ElideRight
        return self._place, [metrics.elidedText(line, elide, room) for line in lines]

    def _changed(self) -> None:
        self.setAccessibleName(self.text)
        self.update()


def _caption_lines(captions: tuple[str, ...], font: QFont, room: float) -> list[str]:
    """Two lines at most, too long ones among them: one for each view, or one caption in two."""
    if len(captions) != 1:
        return list(captions[:2])
    lines = ["".join(run.text for run in line).strip() for line in wrap(captions[0], font, room)]
    return lines if len(lines) <= 2 else [lines[0], " ".join(lines[1:])]


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

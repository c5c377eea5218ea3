"""The quiet line under a slide: where one is, which keys there are, how it was measured."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.lecture.slide_sizes import SlideSizes
from resnet_viz.ui.lecture.wrapped_text import sized
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
        self._place, self._keys, self._measured, self._remark = "", "", "", ""
        self._sizes = SlideSizes.of(QSize(1280, 720))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        """All of it, for people who cannot see it."""
        return " · ".join(
            part for part in (self._place, self._keys, self._remark, self._measured) if part
        )

    def set_place(self, text: str) -> None:
        """Where one is: `3 / 12`."""
        self._place = text
        self._changed()

    def set_keys(self, text: str) -> None:
        """Keys worth knowing; left out first where there is no room."""
        self._keys = text
        self._changed()

    def set_measured(self, text: str) -> None:
        """Network, weights, seed, mode, picture."""
        self._measured = text
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
        font = sized(self.font(), self._sizes.least)
        bold = sized(self.font(), self._sizes.least, bold=True)
        metrics, gap = QFontMetricsF(font), _GAP_EM * self._sizes.least
        remark = QFontMetricsF(bold).horizontalAdvance(self._remark) + gap if self._remark else 0.0
        row = QRectF(self.rect())
        left = self._left(metrics, gap, row.width() - remark)
        with QPainter(self) as painter:
            painter.setFont(font)
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(row, _LEFT, left)
            row.setLeft(row.left() + metrics.horizontalAdvance(left) + gap)
            room = row.width() - remark
            measured = metrics.elidedText(self._measured, Qt.TextElideMode.ElideRight, room)
            painter.drawText(row, _RIGHT, measured)
            row.setRight(row.right() - metrics.horizontalAdvance(measured))
            row.setRight(row.right() - (gap if measured else 0.0))
            painter.setFont(bold)
            painter.setPen(QColor(self._theme.text))
            painter.drawText(row, _RIGHT, self._remark)

    def _left(self, metrics: QFontMetricsF, gap: float, width: float) -> str:
        full = "     ".join(part for part in (self._place, self._keys) if part)
        room = width - metrics.horizontalAdvance(self._measured) - gap
        return full if metrics.horizontalAdvance(full) <= room else self._place

    def _changed(self) -> None:
        self.setAccessibleName(self.text)
        self.update()


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

"""Small pictures of slides for the speaker."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.theme import LIGHT, Theme


class SlidePicture(QWidget):
    """A picture of a slide, as large as there is room, or words in its place.

    Args:
        name: what it is, for people who cannot see it.
        parent: owner.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._theme = LIGHT
        self._picture: QPixmap | None = None
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 90)

    @property
    def picture(self) -> QPixmap | None:
        """What is shown."""
        return self._picture

    @property
    def words(self) -> str:
        """What stands there without a picture."""
        return self._words

    def sizeHint(self) -> QSize:
        return QSize(480, 270)

    def show_picture(self, picture: QPixmap | None, words: str) -> None:
        """Show a picture; words while there is none."""
        self._picture, self._words = picture, words
        self.setAccessibleDescription(words)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            place = self._frame()
            painter.setPen(QPen(QColor(self._theme.border), 1))
            painter.setBrush(QColor(self._theme.raised))
            painter.drawRect(place)
            if self._picture is not None and not self._picture.isNull():
                painter.drawPixmap(place, self._picture, QRectF(self._picture.rect()))
                return
            painter.setPen(QColor(self._theme.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(place.adjusted(12, 12, -12, -12), flags, self._words)

    def _frame(self) -> QRectF:
        """Where the picture goes: its shape, in the upper left of the room."""
        shape = QSize(16, 9) if self._picture is None else self._picture.size()
        fitted = shape.scaled(self.size() - QSize(2, 2), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(1, 1, fitted.width(), fitted.height())

"""The figure as it will look, on a grey table."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.theme import LIGHT, Theme

_MARGIN = 14.0
_SHADOW = 3.0


class Preview(QWidget):
    """Shows a picture as large as fits, or a sentence in its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self._image: QImage | None = None
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 260)
        self.setAccessibleName("Preview of the figure")

    def sizeHint(self) -> QSize:
        return QSize(620, 460)

    @property
    def image(self) -> QImage | None:
        """What is shown."""
        return self._image

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        self.update()

    def show_image(self, image: QImage) -> None:
        """Show a picture."""
        self._image, self._words = image, ""
        self.setAccessibleDescription(f"{image.width()} by {image.height()} pixels")
        self.update()

    def show_words(self, words: str) -> None:
        """Say why there is none."""
        self._image, self._words = None, words
        self.setAccessibleDescription(words)
        self.update()

    def room(self) -> QSize:
        """Device pixels that a picture may have to be shown sharp."""
        free = QSize(round(self.width() - 2 * _MARGIN), round(self.height() - 2 * _MARGIN))
        return free.expandedTo(QSize(40, 40)) * self.devicePixelRatioF()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.fillRect(self.rect(), QColor(self._theme.raised))
            if self._image is None:
                painter.setPen(QColor(self._theme.text))
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.rect().adjusted(20, 20, -20, -20), flags, self._words)
                return
            sheet = self._sheet(self._image)
            shadow = QColor("#000000")
            shadow.setAlphaF(0.18)
            painter.fillRect(sheet.translated(_SHADOW, _SHADOW), shadow)
            painter.drawImage(sheet, self._image)

    def _sheet(self, image: QImage) -> QRectF:
        """Where the picture lies: never larger than its own pixels."""
        free = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        ratio = self.devicePixelRatioF()
        width, height = image.width() / ratio, image.height() / ratio
        factor = min(1.0, free.width() / width, free.height() / height)
        sheet = QRectF(0, 0, width * factor, height * factor)
        sheet.moveCenter(free.center())
        return sheet

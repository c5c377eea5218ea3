"""The picture and what the network sees of it, each as large as its place, with a caption."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.images import Preprocess, crop_box
from resnet_viz.ui.photo_view import fitted, frame_width, paint_cropped, to_qimage
from resnet_viz.ui.theme import LIGHT, Theme

_LARGEST = 2000  # pixels of a copy that is painted from; a hall's screen shows no more


class _Captioned(QWidget):
    """A picture over one line of text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = LIGHT
        self._captions: tuple[str, ...] = ("",)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(320, 320)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 60)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self._theme = theme
        self.update()

    def set_caption(self, *captions: str) -> None:
        """Say the same under the picture in several lengths, the longest first."""
        self._captions = captions
        self.setAccessibleDescription(captions[0])
        self.update()

    @property
    def room(self) -> QRectF:
        """Where the picture may be."""
        return QRectF(0, 0, self.width(), max(1.0, self.height() - 1.5 * self._theme.small_px))

    def _paint_caption(self, painter: QPainter, shown: QRectF) -> None:
        font = QFont(self.font())
        font.setPixelSize(self._theme.small_px)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.muted))
        line = QRectF(0, shown.bottom() + 2, self.width(), 1.4 * self._theme.small_px)
        metrics = QFontMetricsF(font)
        fitting = (c for c in self._captions if metrics.horizontalAdvance(c) <= line.width())
        text = next(fitting, self._captions[-1])
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


class CroppedPicture(_Captioned):
    """The picture with the network's crop framed on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Input picture")
        self._photo: QImage | None = None
        self._size = (3, 2)
        self._crop: tuple[float, float, float, float] | None = None

    def show_picture(self, rgb: NDArray[np.uint8], preprocess: Preprocess | None) -> None:
        """Show a picture; without `preprocess` nothing is framed.

        Args:
            rgb: (H, W, 3).
            preprocess: of the network.
        """
        height, width = rgb.shape[:2]
        self._size = (width, height)
        step = max(1, max(height, width) // _LARGEST)
        self._photo = to_qimage(rgb[::step, ::step])
        self._crop = crop_box(width, height, preprocess) if preprocess else None
        self.updateGeometry()
        self.update()

    @property
    def aspect(self) -> float:
        """Width over height of the picture."""
        return self._size[0] / self._size[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture at the upper left."""
        if self._photo is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            args = (self._photo, self._size, self._crop, self._theme)
            paint_cropped(painter, self.room, *args)
            self._paint_caption(painter, fitted(self._size, self.room))


class NetworkInput(_Captioned):
    """What the network gets, magnified pixel by pixel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What the network sees")
        self._image: QImage | None = None

    def show_view(self, view: NDArray[np.uint8] | None) -> None:
        """Show the network's input, (S, S, 3); None while no network is there."""
        self._image = to_qimage(view) if view is not None else None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the pixels as squares."""
        if self._image is None:
            return
        with QPainter(self) as painter:
            shown = fitted((self._image.width(), self._image.height()), self.room)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(shown, self._image)
            line = frame_width(self._theme)
            painter.setPen(QPen(QColor(self._theme.text), line))
            painter.drawRect(shown.adjusted(line / 2, line / 2, -line / 2, -line / 2))
            self._paint_caption(painter, shown)

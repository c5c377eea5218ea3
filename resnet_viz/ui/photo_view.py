"""The picture with the network's crop framed on it, and that crop as the network sees it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.images import Preprocess, crop_box
from resnet_viz.ui.theme import LIGHT, Theme


def to_qimage(rgb: NDArray[np.uint8]) -> QImage:
    """A Qt image with its own memory from (H, W, 3) uint8."""
    rgb = np.ascontiguousarray(rgb)
    height, width = rgb.shape[:2]
    return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


class PhotoView(QWidget):
    """Left the photo with the crop, right the network's own view, magnified pixel by pixel."""

    _GAP = 10

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Input picture")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = LIGHT
        self._photo: QImage | None = None
        self._source_size = (1, 1)
        self._crop: tuple[float, float, float, float] | None = None
        self._view: QImage | None = None

    def sizeHint(self) -> QSize:
        return QSize(220, 96 if self._theme.name != "projector" else 118)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def show_picture(
        self,
        rgb: NDArray[np.uint8],
        preprocess: Preprocess | None,
        view: NDArray[np.uint8] | None,
    ) -> None:
        """Show a picture; `preprocess` and `view` are None while no network is there."""
        height, width = rgb.shape[:2]
        self._source_size = (width, height)
        # A thumbnail is enough to paint from, and keeps painting quick for a 100-megapixel photo.
        step = max(1, max(height, width) // 700)
        thumbnail = to_qimage(rgb[::step, ::step])
        self._photo = thumbnail
        self._crop = crop_box(width, height, preprocess) if preprocess else None
        self._view = to_qimage(view) if view is not None else None
        self.setAccessibleDescription(f"{width} by {height} pixels")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._photo is None:
            painter.setPen(QColor(self._theme.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "no picture yet")
            painter.end()
            return
        side = min(float(self.height()), (self.width() - self._GAP) * 0.43)
        room = QRectF(0, 0, self.width() - self._GAP - side, self.height())
        paint_cropped(painter, room, self._photo, self._source_size, self._crop, self._theme)
        if self._view is not None:
            target = QRectF(self.width() - side, 0, side, side)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(target, self._view)
            painter.setPen(QPen(QColor(self._theme.text), 1.5))
            painter.drawRect(target.adjusted(0.75, 0.75, -0.75, -0.75))
        painter.end()


def fitted(size: tuple[int, int], room: QRectF) -> QRectF:
    """The largest place in `room`, at its upper left, for a picture of (width, height)."""
    width, height = size
    scale = min(room.width() / width, room.height() / height)
    return QRectF(room.x(), room.y(), max(1.0, width * scale), max(1.0, height * scale))


def paint_cropped(
    painter: QPainter,
    room: QRectF,
    photo: QImage,
    size: tuple[int, int],
    crop: tuple[float, float, float, float] | None,
    theme: Theme,
) -> None:
    """Paint a photo with the network's crop framed and all else veiled.

    Args:
        painter: of a widget.
        room: to fit the photo in.
        photo: the picture or a smaller copy.
        size: (width, height) of the picture itself, pixels.
        crop: (left, top, right, bottom) in its pixels; None while no network is there.
        theme: colours and the width of the frame.
    """
    shown = fitted(size, room)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.drawImage(shown, photo)
    if crop is None:
        return
    scale = shown.width() / size[0]
    left, top, right, bottom = (edge * scale for edge in crop)
    frame = QRectF(shown.x() + left, shown.y() + top, right - left, bottom - top)
    frame = frame.intersected(shown)
    veil = QColor(theme.card)
    veil.setAlpha(150)
    for part in (
        QRectF(shown.left(), shown.top(), frame.left() - shown.left(), shown.height()),
        QRectF(frame.right(), shown.top(), shown.right() - frame.right(), shown.height()),
        QRectF(frame.left(), shown.top(), frame.width(), frame.top() - shown.top()),
        QRectF(frame.left(), frame.bottom(), frame.width(), shown.bottom() - frame.bottom()),
    ):
        painter.fillRect(part, veil)
    line = frame_width(theme)
    painter.setPen(QPen(QColor(theme.text), line))
    painter.drawRect(frame.adjusted(line / 2, line / 2, -line / 2, -line / 2))


def frame_width(theme: Theme) -> float:
    """Width of the frame around what the network sees."""
    return 1.5 * theme.line / LIGHT.line

"""A row of pictures of what a network is to learn, one of each class."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.data.shapes import CLASSES, shapes
from resnet_viz.train.config import TrainConfig
from resnet_viz.ui.painted import PaintedWidget
from resnet_viz.ui.train.sample_grid import wrapped

_GAP_EM = 0.5
_LARGEST_EM = 5.5
_LINES = 2


def samples_of(config: TrainConfig) -> tuple[tuple[str, ...], NDArray[np.uint8]]:
    """One picture of each class where that costs nothing: of pictures that are drawn.

    Returns:
        Names of the classes, and (classes, S, S, 3) uint8; both empty for other pictures.
    """
    if config.data.source != "shapes":
        return (), np.zeros((0, 1, 1, 3), np.uint8)
    n = len(CLASSES)
    drawn = shapes(n, n, config.run.seed, clutter=config.data.clutter).train
    return CLASSES, np.asarray(drawn.images)[np.argsort(drawn.labels)]


class SampleStrip(PaintedWidget):
    """Pictures with their class's name below, where there is room for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: Sequence[str] = ()
        self._images: list[QImage] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_samples(self, names: Sequence[str], samples: NDArray[np.uint8]) -> None:
        """Show pictures, (n, S, S, 3) uint8, one of each class."""
        self._names = names
        side = samples.shape[1]
        rgb = QImage.Format.Format_RGB888
        self._images = [QImage(one.tobytes(), side, side, 3 * side, rgb) for one in samples]
        self.setAccessibleName(f"One picture of each class: {', '.join(names)}")
        self.setVisible(bool(names))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        em = self._style.theme.font_px
        width = round(len(self._names) * (_LARGEST_EM + _GAP_EM) * em)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(100, self.heightForWidth(100))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        pitch = self._pitch(width)
        names = _LINES * self._style.metrics.lineSpacing() + 4 if self._is_named(pitch) else 0.0
        return math.ceil(self._side(pitch) + names)

    def _pitch(self, width: float) -> float:
        """From one picture to the next, pixels."""
        em = self._style.theme.font_px
        return min(width / max(1, len(self._images)), (_LARGEST_EM + _GAP_EM) * em)

    def _side(self, pitch: float) -> float:
        return max(1.0, pitch - _GAP_EM * self._style.theme.font_px)

    def _is_named(self, pitch: float) -> bool:
        """Whether every word of the classes' names has room under a picture."""
        words = (word for name in self._names for word in name.split())
        return max(map(self._style.metrics.horizontalAdvance, words), default=0.0) <= pitch

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._images:
            return
        pitch, metrics = self._pitch(self.width()), self._style.metrics
        side, named = self._side(pitch), self._is_named(pitch)
        with QPainter(self) as painter:
            painter.setFont(self._style.small)
            painter.setPen(self._style.pen("muted"))
            for index, (name, image) in enumerate(zip(self._names, self._images, strict=True)):
                left = index * pitch
                painter.drawImage(QRectF(left, 0, side, side), image)
                for row, line in enumerate(wrapped(name, metrics, pitch) if named else ()):
                    height = metrics.lineSpacing()
                    box = QRectF(left, side + 3 + row * height, pitch, height)
                    painter.drawText(box, Qt.AlignmentFlag.AlignLeft, line)

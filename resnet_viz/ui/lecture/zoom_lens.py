"""A lens at the mouse: what is under it, larger, and still clicked where it is seen."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.theme import LIGHT, Theme

FACTORS = (1.5, 2.0, 3.0, 4.0)
_WIDTH, _HEIGHT = 0.62, 0.44
"""Of the lens, as shares of the slide's height."""
_SHARPEST = 2.0  # pixels of the picture under the lens per pixel on screen: 33 MB at 1920x1080
_LEAST_MS, _IDLE_PER_WORK = 120, 6


class ZoomLens(QWidget):
    """Magnifies a widget around the mouse; what lies under the mouse stays under it.

    The picture under the lens is painted anew in larger pixels, so that type stays sharp, and as
    often as that leaves the window time for other things.

    Args:
        magnified: what is looked at; a sibling below.
        parent: the parent of both.
    """

    def __init__(self, magnified: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._magnified = magnified
        self._theme = LIGHT
        self._factor = FACTORS[1]
        self._at: QPointF | None = None
        self._picture = QPixmap()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.look_again)
        self.hide()

    @property
    def factor(self) -> float:
        """How much larger things are."""
        return self._factor

    def change_factor(self, by: int) -> None:
        """The next factor up or down, if there is one."""
        at = FACTORS.index(self._factor) + by
        self._factor = FACTORS[max(0, min(at, len(FACTORS) - 1))]
        self.look_again()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme

    def move_to(self, at: QPointF | None) -> None:
        """The mouse is here; None leaves the lens where it is."""
        if at is None:
            return
        before, self._at = self._at, at
        if self.isVisible():
            for place in (before, at):
                if place is not None:
                    self.update(self._lens(place).adjusted(-6, -6, 6, 6).toAlignedRect())

    def look_again(self) -> None:
        """Take a new picture of what is under the lens."""
        if not self.isVisible():
            return
        begun = time.monotonic()
        sharpness = min(self._factor, _SHARPEST) * self.devicePixelRatioF()
        size = self._magnified.size()
        if self._picture.size() != size * sharpness:
            self._picture = QPixmap(size * sharpness)
            self._picture.setDevicePixelRatio(sharpness)
        self._magnified.render(self._picture, QPoint())
        self.update()
        took_ms = 1000.0 * (time.monotonic() - begun)
        self._timer.start(max(_LEAST_MS, round(_IDLE_PER_WORK * took_ms)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.look_again()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._at is None or self._picture.isNull():
            return
        lens, at, factor = self._lens(self._at), self._at, self._factor
        shape = QPainterPath()
        corner = 0.03 * self.height()
        shape.addRoundedRect(lens, corner, corner)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipPath(shape)
            painter.fillPath(shape, QColor(self._theme.card))
            painter.translate(at)
            painter.scale(factor, factor)
            painter.translate(-at)
            painter.drawPixmap(QPointF(self._magnified.pos()), self._picture)
            painter.resetTransform()
            painter.setClipping(False)
            painter.setPen(QPen(QColor(self._theme.text), max(2.0, self._theme.line * 0.75)))
            painter.drawPath(shape)

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        self._timer.stop()
        self._picture = QPixmap()

    def _lens(self, at: QPointF) -> QRectF:
        """The lens around the mouse, kept within the slide."""
        width, height = _WIDTH * self.height(), _HEIGHT * self.height()
        left = min(max(0.0, at.x() - width / 2), self.width() - width)
        top = min(max(0.0, at.y() - height / 2), self.height() - height)
        return QRectF(left, top, width, height)

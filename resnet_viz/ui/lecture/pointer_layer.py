"""The pointer: a bright dot at the mouse, or a spotlight that leaves the rest in the dark."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QRadialGradient
from PySide6.QtWidgets import QWidget

_DOT, _SPOT = 0.016, 0.17
"""Radius as a share of the height."""
_HALO = 1.9
_DIM = 165
_RED = "#E5001F"


class PointerKind(Enum):
    """What stands at the mouse."""

    OFF = "off"
    """The mouse cursor alone."""
    DOT = "pointer"
    """A bright dot."""
    SPOT = "spotlight"
    """A bright circle, the rest darkened."""


class PointerLayer(QWidget):
    """Lies over the slide and lets every click through.

    Args:
        parent: what it lies on.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._kind = PointerKind.OFF
        self._at: QPointF | None = None
        self.hide()

    @property
    def kind(self) -> PointerKind:
        """What stands at the mouse."""
        return self._kind

    def next_kind(self) -> PointerKind:
        """Pointer, spotlight, neither, in turn."""
        order = list(PointerKind)
        self.set_kind(order[(order.index(self._kind) + 1) % len(order)])
        return self._kind

    def set_kind(self, kind: PointerKind) -> None:
        """Show another pointer."""
        self._kind = kind
        self.setVisible(kind is not PointerKind.OFF)
        self.setAccessibleName(kind.value)
        self.update()

    def move_to(self, at: QPointF | None) -> None:
        """The mouse is here; None where it is not over the slide."""
        before, self._at = self._at, at
        if not self.isVisible():
            return
        for place in (before, at):
            if place is not None:
                self.update(self._rect(place).toAlignedRect())
        if (before is None) != (at is None):
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._kind is PointerKind.SPOT:
                self._paint_spot(painter)
            elif self._at is not None:
                self._paint_dot(painter, self._at)

    def _radius(self) -> float:
        return self.height() * (_SPOT if self._kind is PointerKind.SPOT else _DOT)

    def _rect(self, at: QPointF) -> QRectF:
        reach = self._radius() * (1.0 if self._kind is PointerKind.SPOT else _HALO) + 3.0
        return QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)

    def _paint_dot(self, painter: QPainter, at: QPointF) -> None:
        radius = self._radius()
        halo = QRadialGradient(at, radius * _HALO)
        halo.setColorAt(0.5, QColor(229, 0, 31, 110))
        halo.setColorAt(1.0, QColor(229, 0, 31, 0))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(halo)
        painter.drawEllipse(at, radius * _HALO, radius * _HALO)
        # A white rim, so that it is seen on red and on dark too.
        painter.setPen(QPen(QColor("#FFFFFF"), max(1.5, radius * 0.16)))
        painter.setBrush(QColor(_RED))
        painter.drawEllipse(at, radius, radius)

    def _paint_spot(self, painter: QPainter) -> None:
        dark = QPainterPath()
        dark.addRect(QRectF(self.rect()))
        if self._at is not None:
            spot = QPainterPath()
            spot.addEllipse(self._at, self._radius(), self._radius())
            dark = dark.subtracted(spot)
        painter.fillPath(dark, QColor(0, 0, 0, _DIM))

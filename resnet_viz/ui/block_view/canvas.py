"""What the grid and the big map have in common: pointer, wheel, focus, marked pixel."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.panels import Panel, Pixel
from resnet_viz.ui.paint_targets import image_ratio

_NOTCH = 120  # of QWheelEvent.angleDelta: one click of a usual wheel
_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class Canvas(QWidget):
    """A painted view of a tensor's pixels.

    Signals:
        hovered: the `Pixel` under the pointer, or None.
        zoomed: (notches of the wheel, `Pixel` or None under the pointer).
        scrolled: notches of the wheel with Shift.
    """

    hovered = Signal(object)
    zoomed = Signal(int, object)
    scrolled = Signal(int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self._panel: Panel | None = None
        self._mark: Pixel | None = None
        self._ring = False
        self._carried = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def panel(self) -> Panel | None:
        """What is shown."""
        return self._panel

    @property
    def mark(self) -> Pixel | None:
        """The pixel that is pointed at here or in a linked canvas."""
        return self._mark

    @property
    def ratio(self) -> float:
        """Pixels of the maps' images per logical pixel."""
        return image_ratio(self.look.theme, self)

    def minimumSizeHint(self) -> QSize:
        if self.look.theme.printed:
            return QSize(84, 60)  # a column of a paper is narrow, and nothing is clicked there
        return QSize(140, 108)  # three rows of the smallest readable tiles

    def set_look(self, look: Look) -> None:
        """Change the colours."""
        self.look = look
        self.update()

    def set_mark(self, pixel: Pixel | None) -> None:
        """Frame the pixel that is pointed at here or in a linked canvas."""
        if pixel != self._mark:
            self._mark = pixel
            self.update()

    def pixel_at(self, point: QPointF) -> Pixel | None:
        """The pixel under a point of the widget."""
        raise NotImplementedError

    # --- painting ---------------------------------------------------------------------------

    def paint_spot(self, painter: QPainter, spot: QRectF) -> None:
        """Frame a pixel, white on black, so that it shows on every colour."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for width, colour in ((3.0, "#000000"), (1.2, "#FFFFFF")):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRect(spot)

    def paint_ring(self, painter: QPainter) -> None:
        """Show that the keys act here, if focus came by keyboard."""
        if self._ring:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.look.ink("muted"), 1, Qt.PenStyle.DashLine))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    # --- events -----------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ring = event.reason() in _BY_KEYBOARD
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hovered.emit(self.pixel_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Touchpads send many small deltas; Shift turns the wheel sideways on some systems.
        self._carried += event.angleDelta().y() or event.angleDelta().x()
        steps = int(self._carried / _NOTCH)  # towards zero: a rest of −1 is no step
        self._carried -= steps * _NOTCH
        if steps and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.scrolled.emit(steps)
        elif steps:
            self.zoomed.emit(steps, self.pixel_at(event.position()))
        event.accept()

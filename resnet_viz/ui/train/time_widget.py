"""What every picture over time has in common: look back by dragging, zoom, pan, keys, a cache."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QCursor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.paint_targets import on_screen
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.time_axis import TimeAxis
from resnet_viz.ui.train.timeline import Timeline

_ZOOM_PER_NOTCH = 1.25
_NOTCH = 120.0
_CLICK_PX = 4.0
_KEYS = {
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Plus,
    Qt.Key.Key_Equal,
    Qt.Key.Key_Minus,
    Qt.Key.Key_0,
}


class TimeWidget(QWidget):
    """A picture whose x axis is a timeline.

    Subclasses paint in two layers: `paint_picture`, which is kept until `refresh`, and
    `paint_moment`, which follows the pointer.

    Dragging looks back, with Shift or the middle button it pans; the wheel zooms, a double click
    shows everything; ← → look back step by step, Home and End jump, + − 0 zoom.

    Args:
        timeline: what is in view.
    """

    def __init__(self, timeline: Timeline, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.timeline = timeline
        self.style_ = Style(LIGHT)
        self._picture: QPixmap | None = None
        self._plot: QRectF | None = None
        self._pressed: QPointF | None = None
        self._panned_from: float | None = None
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        timeline.changed.connect(self.refresh)
        timeline.hovered_changed.connect(self.update)
        timeline.position_changed.connect(self.update)

    # --- for subclasses --------------------------------------------------------------------

    def place_plot(self) -> QRectF:
        """Find out where time passes."""
        raise NotImplementedError

    def paint_picture(self, painter: QPainter) -> None:
        """Paint what does not follow the pointer."""
        raise NotImplementedError

    def paint_moment(self, painter: QPainter) -> None:
        """Paint over it what does."""
        raise NotImplementedError

    def clicked(self, position: QPointF) -> None:
        """A click, which by itself looks back at its step."""
        self.timeline.scrub(self.axis.step(position.x()))

    # ---------------------------------------------------------------------------------------

    @property
    def plot(self) -> QRectF:
        """Where time passes."""
        if self._plot is None:
            self._plot = self.place_plot()
        return self._plot

    @property
    def axis(self) -> TimeAxis:
        """Steps as pixels."""
        plot = self.plot
        return self.timeline.axis(plot.left(), plot.right())

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.style_ = Style(theme)
        self.updateGeometry()
        self.refresh()

    def refresh(self) -> None:
        """Paint the picture anew."""
        self._picture = self._plot = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if on_screen(painter, self):
                painter.drawPixmap(0, 0, self._kept())
            else:
                painter.fillRect(self.rect(), self.style_.color("card"))
                self.paint_picture(painter)
            self.paint_moment(painter)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(self.style_.pen("branch", 1.0))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _kept(self) -> QPixmap:
        """What does not follow the pointer, painted once per change."""
        if self._picture is None:
            self._picture = self._painted()
        return self._picture

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(self.style_.color("card"))
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_picture(painter)
        return picture

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._picture = self._plot = None
        super().resizeEvent(event)

    # --- moments ---------------------------------------------------------------------------

    def paint_position(self, painter: QPainter) -> None:
        """Paint the line of the step looked back at, a veil over what came later, the pointer's."""
        plot, axis, style = self.plot, self.axis, self.style_
        position, hovered = self.timeline.position, self.timeline.hovered
        if position is not None:
            x = math.floor(min(max(axis.x(position), plot.left()), plot.right())) + 0.5
            later = QRectF(x, plot.top(), plot.right() - x, plot.height())
            painter.fillRect(later, style.color("card", 0.6))
            if plot.left() <= axis.x(position) <= plot.right():
                painter.setPen(style.pen("text", 1.6 * style.scale))
                painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        if hovered is not None and plot.left() <= axis.x(hovered) <= plot.right():
            x = math.floor(axis.x(hovered)) + 0.5
            painter.setPen(style.pen("muted", 1.0))
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    # --- pointer ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        button = event.button()
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if button is Qt.MouseButton.MiddleButton or (
            button is Qt.MouseButton.LeftButton and shifted
        ):
            self._panned_from = event.position().x()
            self.setCursor(QCursor(Qt.CursorShape.ClosedHandCursor))
        elif button is Qt.MouseButton.LeftButton:
            self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._panned_from is not None:
            self.timeline.pan((self._panned_from - at.x()) / self.axis.px)
            self._panned_from = at.x()
        elif self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            if (at - self._pressed).manhattanLength() > _CLICK_PX:
                self._pressed = QPointF(-1e9, 0.0)  # from now on it is a drag, wherever it goes
            if self._pressed.x() < -1e8:
                self.timeline.scrub(self.axis.step(at.x()))
        inside = self.plot.left() <= at.x() <= self.plot.right()
        self.timeline.hover(self.axis.step(at.x()) if inside else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._panned_from is not None:
            self._panned_from = None
            self.unsetCursor()
        elif self._pressed is not None and event.button() is Qt.MouseButton.LeftButton:
            if self._pressed.x() > -1e8:
                self.clicked(event.position())
            self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.timeline.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self.timeline.hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        if abs(turn.x()) > abs(turn.y()):
            self.timeline.pan(-turn.x() / 2 / self.axis.px)
        elif turn.y():
            at = self.axis.step(event.position().x())
            self.timeline.zoom(_ZOOM_PER_NOTCH ** (turn.y() / _NOTCH), at)
        event.accept()

    # --- keys ------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # With the focus here the arrow keys walk through time, not along the network.
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _KEYS
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        timeline, key = self.timeline, event.key()
        at = timeline.last if timeline.position is None else timeline.position
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        stride = 1 if shifted else max(1, round(4 / self.axis.px))
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            timeline.scrub(at + (stride if key == Qt.Key.Key_Right else -stride))
        elif key == Qt.Key.Key_Home:
            timeline.scrub(0)
        elif key == Qt.Key.Key_End:
            timeline.scrub(None)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            timeline.zoom(_ZOOM_PER_NOTCH, at)
        elif key == Qt.Key.Key_Minus:
            timeline.zoom(1 / _ZOOM_PER_NOTCH, at)
        elif key == Qt.Key.Key_0:
            timeline.fit()
        else:
            super().keyPressEvent(event)

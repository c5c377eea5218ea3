"""The gradient of both networks in one chart whose columns lie under the blocks."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from resnet_viz.ui.gradients.chart_scene import ChartScene
from resnet_viz.ui.gradients.pair_state import PairState, Series
from resnet_viz.ui.gradients.pair_words import spoken_chart
from resnet_viz.ui.gradients.quantities import QUANTITIES, QuantityName
from resnet_viz.ui.overview.dragging import Drag
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.paint_targets import on_screen

_ZOOM_PER_NOTCH = 1.25
_NOTCH = 120.0  # eighths of a degree that one step of a common wheel turns


class GradientChart(QWidget):
    """Paints a pair's figures over the blocks; zoom, pan, hover and clicks are told.

    It has no axis of its own: its owner gives it that of the overviews above, in whose
    columns it stands, and shows them the one that the user asks for here.

    Args:
        state: what is shown.
        style: fonts and pens.
        parent: owner.

    Signals:
        axis_wanted(object): the `BlockAxis` after zooming or panning here.
        block_hovered(object): index of the block under the pointer, None for none.
        block_picked(int): index of the block that was clicked.
    """

    axis_wanted = Signal(object)
    block_hovered = Signal(object)
    block_picked = Signal(int)

    def __init__(self, state: PairState, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = ChartScene(state, style)
        self._state = state
        self._drag = Drag()
        self._layer: QPixmap | None = None
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Gradient chart of both networks")
        self.set_style(style)

    def sizeHint(self) -> QSize:
        """A height at which some decades are told apart."""
        return QSize(920, round(170 * self.scene.style.scale))

    # --- what is shown -----------------------------------------------------------------------

    def set_style(self, style: Style) -> None:
        """Take another look."""
        self.scene.style = style
        self.setMinimumSize(320, round(96 * style.scale))
        self.invalidate()

    def set_axis(self, axis: BlockAxis) -> None:
        """Stand under these blocks."""
        if axis != self.scene.axis:
            self.scene.axis = axis
            self.invalidate()

    def set_quantity(self, name: QuantityName) -> None:
        """Show another figure; its scale is automatic again, its theory not known yet."""
        if QUANTITIES[name] is not self.scene.quantity:
            self.scene.quantity = QUANTITIES[name]
            self.scene.pinned, self.scene.theory = None, ()
        self.refresh()

    def set_theory(self, theory: tuple[Series, ...]) -> None:
        """Show what papers expect of the figure."""
        self.scene.theory = theory
        self.invalidate()

    def set_pinned(self, pinned: bool) -> None:
        """Keep the scale as it is, or let it follow the numbers."""
        self.scene.pinned = None
        if pinned:
            self.scene.pinned = self.scene.scale()
        self.refresh()

    def set_with_theory(self, shown: bool) -> None:
        """Draw theories, or only what is measured."""
        self.scene.with_theory = shown
        self.invalidate()

    def invalidate(self) -> None:
        """Paint anew: the look or the view changed."""
        self._layer = None
        self.update()

    def refresh(self) -> None:
        """Paint and describe anew: the data changed."""
        self.describe()
        self.invalidate()

    def describe(self) -> None:
        """Tell of the selected block; its column is painted over the kept picture."""
        scene = self.scene
        text = spoken_chart(self._state, scene.quantity, scene.scale_text(), scene.drawn_sides)
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
        self.update()

    # --- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Compose the lit columns and the picture, which is kept while only hover changes."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self.scene.style.brush("card"))
            self.scene.paint_columns(painter)
            if on_screen(painter, self):
                painter.drawPixmap(0, 0, self._kept())
            else:
                painter.save()
                self.scene.paint(painter)
                painter.restore()
            if self.hasFocus():
                painter.setPen(self.scene.style.pen("text", 1.0))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _kept(self) -> QPixmap:
        """The picture without hover, painted once per change."""
        if self._layer is None or self._layer.devicePixelRatio() != self.devicePixelRatioF():
            self._layer = self._picture()
        return self._layer

    def _picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        layer = QPixmap((self.size() * ratio).expandedTo(QSize(1, 1)))
        layer.setDevicePixelRatio(ratio)
        layer.fill(Qt.GlobalColor.transparent)
        with QPainter(layer) as painter:
            self.scene.paint(painter)
        return layer

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the new size."""
        self.scene.width, self.scene.height = float(self.width()), float(self.height())
        self.invalidate()

    # --- mouse and keys ------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._drag.press(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while dragging, else tell which block is under the pointer."""
        moved = self._drag.move(event.position())
        if self._drag.panning:
            self.axis_wanted.emit(self.scene.axis.panned(moved))
            return
        self.block_hovered.emit(self.scene.axis.index_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or select what was clicked."""
        if event.button() is not Qt.MouseButton.LeftButton or not self._drag.release():
            return
        index = self.scene.axis.index_at(event.position().x())
        if index is not None:
            self.block_picked.emit(index)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered any more."""
        self.block_hovered.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; sideways pans."""
        turn, axis = event.angleDelta(), self.scene.axis
        if abs(turn.x()) > abs(turn.y()):
            self.axis_wanted.emit(axis.panned(turn.x() / 2))
        elif turn.y():
            factor = _ZOOM_PER_NOTCH ** (turn.y() / _NOTCH)
            self.axis_wanted.emit(axis.zoomed(factor, event.position().x()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the selection."""
        last, selected = self.scene.axis.n_blocks - 1, self._state.one.selected or 0
        targets = {
            Qt.Key.Key_Left: max(0, selected - 1),
            Qt.Key.Key_Right: min(last, selected + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if event.key() in targets and last >= 0:
            self.block_picked.emit(targets[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Name a theory's formula and its source in a tool tip."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            series = self.scene.theory_at(event.pos().x(), event.pos().y())
            if series is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), f"{series.label}\n{series.source}", self)
            return True
        return super().event(event)

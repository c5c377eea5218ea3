"""The widget under the overview's picture: mouse, wheel, keys, and a cache of what is painted."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from resnet_viz.glossary import tip
from resnet_viz.ui.overview.dragging import Drag
from resnet_viz.ui.overview.geometry import Hit, Part
from resnet_viz.ui.overview.keys import handle_key
from resnet_viz.ui.overview.layout import BlockAxis, Detail
from resnet_viz.ui.overview.menus import PIN_TIP, block_menu, tool_tip
from resnet_viz.ui.overview.scene import Scene
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.paint_targets import on_screen

_ZOOM_PER_NOTCH = 1.25
_NOTCH = 120.0  # eighths of a degree that one step of a common wheel turns

_LANE_TERMS = {
    "gradient": "gradient norm",
    "forward": "share of the skip",
    "backward": "gradient through the skip",
    "activation": "dead channel",
    "cost": "multiply-adds",
}
"""What each lane's title is about, in the words of the glossary."""


class OverviewCanvas(QWidget):
    """Shows a scene and turns what the user does to it into signals.

    Signals:
        skip_clicked(str): a skip is to be cut or restored.
        branch_clicked(str): a branch is to be dropped or restored.
        block_selected(str): another block was chosen.
        block_hovered(str): the block under the pointer changed; empty for none.
        stage_skips_clicked(int): all skips of a stage are to be cut or restored.
        view_changed(): zoom, position or size of the picture changed.
    """

    skip_clicked = Signal(str)
    branch_clicked = Signal(str)
    block_selected = Signal(str)
    block_hovered = Signal(str)
    stage_skips_clicked = Signal(int)
    view_changed = Signal()

    def __init__(
        self,
        state: OverviewState,
        style: Style,
        parent: QWidget | None = None,
        scene: Scene | None = None,
    ) -> None:
        super().__init__(parent)
        self.state = state
        self.scene = scene or Scene(state, style)
        self._layer: QPixmap | None = None
        self._fresh = False
        self._hovered: Hit | None = None
        self._drag = Drag()
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # spares painting the card
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Network overview")
        self.setMinimumSize(320, 160)

    def sizeHint(self) -> QSize:
        """A size at which the default lanes are easily read."""
        return QSize(920, 340)

    # --- painting ------------------------------------------------------------------------

    def invalidate(self) -> None:
        """Paint anew: the data, the style or the view changed."""
        self._layer = None
        self._fresh = True
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Compose columns, the picture and what hover changes.

        A changed picture is painted at once; only when it is needed again, as the pointer
        moves over it, it is kept as a pixmap. So panning does not pay for a pixmap per frame.
        In a figure nothing is kept, for its lines are to be lines.
        """
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self.scene.style.brush("card"))
            self.scene.paint_columns(painter)
            if self._fresh or not on_screen(painter, self):
                painter.save()
                self.scene.paint(painter)
                painter.restore()
            else:
                painter.drawPixmap(0, 0, self._picture())
            self._fresh = False
            self.scene.paint_overlay(painter, self._hovered, self.hasFocus())

    def _picture(self) -> QPixmap:
        """The scene without hover, painted once per change."""
        ratio = self.devicePixelRatioF()
        if self._layer is None or self._layer.devicePixelRatioF() != ratio:
            size = self.size() * ratio
            layer = QPixmap(size.expandedTo(QSize(1, 1)))
            layer.setDevicePixelRatio(ratio)
            layer.fill(Qt.GlobalColor.transparent)
            with QPainter(layer) as painter:
                self.scene.paint(painter)
            self._layer = layer
        return self._layer

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep zoom and position in another size."""
        self.scene.resize(self.width(), self.height())
        self._view_changed()

    # --- view ----------------------------------------------------------------------------

    def set_axis(self, axis: BlockAxis) -> None:
        """Show another part of the network."""
        if axis != self.scene.axis:
            self.scene.axis = axis
            self._view_changed()

    def set_scroll(self, pixels: int) -> None:
        """Scroll the lanes."""
        self.scene.scroll = min(max(float(pixels), 0.0), self.scene.overflow)
        self.invalidate()

    def fit(self) -> None:
        """Show all blocks."""
        self.set_axis(self.scene.axis.fitted())

    def show_stage(self, stage: int) -> None:
        """Zoom to a 1-based stage."""
        self.set_axis(self.scene.axis.showing(*self.scene.axis.stage_span(stage)))

    def _view_changed(self) -> None:
        self.invalidate()
        self.view_changed.emit()

    def zoom(self, notches: float, x: float) -> None:
        """Zoom by so many notches of a wheel around a pixel."""
        factor = _ZOOM_PER_NOTCH**notches
        self.set_axis(self.scene.axis.zoomed(factor, x))

    # --- selection -----------------------------------------------------------------------

    def select(self, index: int) -> None:
        """Select a block as if the user had: show it and tell."""
        if index == self.state.selected:
            return
        self.state.selected = index
        self.set_axis(self.scene.axis.revealing(index))
        self.invalidate()
        self.block_selected.emit(self.state.name(index))

    def show_selected(self, index: int) -> None:
        """Show a block as selected without telling."""
        if index == self.state.selected:
            return
        self.state.selected = index
        self.set_axis(self.scene.axis.revealing(index))
        self.invalidate()

    def show_hovered(self, index: int | None) -> None:
        """Light up a block that is hovered elsewhere, without telling; None for none."""
        if index != self.state.hovered:
            self.state.hovered = index
            self.update()

    def forget_pointer(self) -> None:
        """Nothing is hovered or pressed any more: what lay there is gone."""
        self._drag.release()
        self._hover(None)

    def _hover(self, hit: Hit | None) -> None:
        if hit == self._hovered:
            return
        self._hovered = hit
        index = None if hit is None or hit.part is Part.STAGE else hit.index
        changed = index != self.state.hovered
        self.state.hovered = index
        self.update()
        if changed:
            self.block_hovered.emit(self.state.name(index))

    # --- mouse ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._drag.press(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while dragging, else light up what lies under the pointer."""
        position = event.position()
        moved = self._drag.move(position)
        if self._drag.panning:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.set_axis(self.scene.axis.panned(moved))
            return
        self._hover(self.scene.hit(position.x(), position.y()))
        self._shape_cursor(position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or act on what was clicked."""
        if event.button() is not Qt.MouseButton.LeftButton or not self._drag.held:
            return
        if self._drag.release():
            self._click(event.position())
        self._shape_cursor(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Zoom to the stage; on a control it is a second click."""
        hit = self.scene.hit(event.position().x(), event.position().y())
        folded = self.scene.axis.detail is not Detail.BLOCKS
        if hit is not None and (hit.part is Part.COLUMN or (hit.part is Part.SQUARE and folded)):
            self.show_stage(self.scene.axis.stage_of(hit.index))
        else:
            self.mousePressEvent(event)

    def _click(self, position: QPointF) -> None:
        if self.scene.pin_at(position.x(), position.y()):
            self.toggle_pin()
            return
        hit = self.scene.hit(position.x(), position.y())
        if hit is None:
            return
        if hit.part is Part.STAGE:
            self.stage_skips_clicked.emit(hit.index)
        elif hit.part is Part.ARC:
            self.skip_clicked.emit(self.state.name(hit.index))
        else:
            self.select(hit.index)

    def toggle_pin(self) -> None:
        """Pin the gradient lane's scale, or let it follow the numbers."""
        self.scene.gradient.toggle_pin(self.state)
        self._view_changed()

    def _shape_cursor(self, position: QPointF) -> None:
        hit = self.scene.hit(position.x(), position.y())
        control = hit is not None and hit.part is not Part.COLUMN
        if control or self.scene.pin_at(position.x(), position.y()):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        elif hit is not None and self.scene.axis.zoom > 1.0001:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered any more."""
        self._hover(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; sideways pans; over the left margin the lanes scroll."""
        turn, x = event.angleDelta(), event.position().x()
        if x < self.scene.axis.left and self.scene.overflow:
            self.set_scroll(round(self.scene.scroll - turn.y() / 2))
            self.view_changed.emit()
        elif turn.x() and abs(turn.x()) > abs(turn.y()):
            self.set_axis(self.scene.axis.panned(turn.x() / 2))
        elif turn.y():
            self.zoom(turn.y() / _NOTCH, x)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done to the block under the pointer, or to the selected one."""
        index = self.state.selected
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            index = self.scene.axis.index_at(event.pos().x())
        if index is not None and self.state.blocks:
            self.menu_for(index).popup(event.globalPos())

    def menu_for(self, index: int) -> QMenu:
        """The context menu of a block."""
        return block_menu(self, index)

    def event(self, event: QEvent) -> bool:
        """Explain the small controls in tool tips."""
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            text = self._tool_tip(event.pos())
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _tool_tip(self, position: QPoint) -> str:
        if self.scene.pin_at(position.x(), position.y()):
            return PIN_TIP
        if lane := self.scene.lane_titled_at(position.y()):
            return tip(_LANE_TERMS[lane])
        return tool_tip(self.state, self.scene.hit(position.x(), position.y()))

    # --- keyboard ------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the selection, act on it, zoom."""
        if not self.state.blocks or not handle_key(self, event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys act."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the focus frame."""
        self.update()

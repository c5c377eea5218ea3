"""The lanes under the networks of a run as a widget: hover, clicks, zoom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.overview.geometry import stack
from resnet_viz.ui.overview.lanes import LaneContext
from resnet_viz.ui.overview.style import Anchor, Style, draw_text
from resnet_viz.ui.train.recorded_lanes import LANES, Lane, LaneSide, caption, paint_lane

_GAP = 2.0
_ZOOM_PER_NOTCH = 1.25
_NOTCH = 120.0  # eighths of a degree that one step of a common wheel turns


class LaneSheet(QWidget):
    """Paints what was recorded at one step, block under block of the networks above.

    Args:
        style: fonts and pens.
        parent: owner.

    Signals:
        block_picked(int): index of the first network's block whose column was clicked.
        block_hovered(object): index of the block under the pointer, None for none.
        zoomed(float, float): the wheel asks for this factor around this pixel.
    """

    block_picked = Signal(int)
    block_hovered = Signal(object)
    zoomed = Signal(float, float)

    def __init__(self, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = style
        self.sides: tuple[LaneSide, ...] = ()
        self.empty = ""
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("What was recorded of every block")

    def set_style(self, style: Style) -> None:
        """Take another look."""
        self._style = style
        self.updateGeometry()
        self.update()

    def show_sides(self, sides: Sequence[LaneSide], empty: str = "") -> None:
        """Draw these networks.

        Args:
            sides: those of which something was recorded at the step on screen.
            empty: why there is nothing, where there is nothing.
        """
        self.sides, self.empty = tuple(sides), empty
        texts = [f"{lane.title}: {caption(lane, sides)}" for lane in LANES] if sides else [empty]
        self.setAccessibleDescription(". ".join(texts))
        self.update()

    def minimumSizeHint(self) -> QSize:
        wants = [lane.want(self._style).least for lane in LANES]
        return QSize(320, round(sum(wants) + _GAP * (len(wants) - 1)))

    def sizeHint(self) -> QSize:
        return QSize(920, round(1.4 * self.minimumSizeHint().height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._style.brush("card"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not self.sides:
                painter.setFont(self._style.small)
                painter.setPen(self._style.pen("muted"))
                draw_text(painter, self.width() / 2, self.height() / 2, self.empty, Anchor.CENTRE)
                return
            self._paint_columns(painter)
            for lane, top, height in self._places():
                first = self.sides[0]
                context = LaneContext(self._style, first.axis, top, height, first.state)
                paint_lane(painter, lane, context, self.sides, keyed=top == 0.0)
            if self.hasFocus():
                painter.setPen(self._style.pen("text", 1.0))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _places(self) -> Iterator[tuple[Lane, float, float]]:
        """The lanes with top and height, the first at the top."""
        room = self.height() - _GAP * (len(LANES) - 1)
        heights = stack(room, [lane.want(self._style) for lane in LANES])
        top = 0.0
        for lane, height in zip(LANES, heights, strict=True):
            yield lane, top, height
            top += height + _GAP

    def _paint_columns(self, painter: QPainter) -> None:
        """Light up the columns of the selected and of the hovered block."""
        done: set[tuple[float, float]] = set()
        for side in self.sides:
            for index, alpha in ((side.state.selected, 1.0), (side.state.hovered, 0.55)):
                if index is None or index not in side.axis.visible:
                    continue
                left = max(side.axis.x(index), side.axis.left)
                right = min(max(side.axis.x(index + 1), left + 3), side.axis.right)
                if (left, right) not in done:  # the same blocks lie in the same columns
                    done.add((left, right))
                    column = QRectF(left, 0, right - left, self.height())
                    painter.fillRect(column, self._style.color("highlight", alpha))

    # --- mouse and keys ----------------------------------------------------------------------

    def _index_at(self, x: float) -> int | None:
        return self.sides[0].axis.index_at(x) if self.sides else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which block is under the pointer."""
        self.block_hovered.emit(self._index_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select what was clicked."""
        index = self._index_at(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and index is not None:
            self.block_picked.emit(index)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is hovered any more."""
        self.block_hovered.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom over the lanes with Ctrl; without it a scroll area around them scrolls."""
        if self.sides and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            factor = _ZOOM_PER_NOTCH ** (event.angleDelta().y() / _NOTCH)
            self.zoomed.emit(factor, event.position().x())
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the selection."""
        if not self.sides:
            super().keyPressEvent(event)
            return
        state = self.sides[0].state
        last, selected = len(state.blocks) - 1, state.selected or 0
        targets = {
            Qt.Key.Key_Left: max(0, selected - 1),
            Qt.Key.Key_Right: min(last, selected + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if event.key() in targets:
            self.block_picked.emit(targets[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

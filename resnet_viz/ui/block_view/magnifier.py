"""One channel's map, large, with its values printed in the pixels."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from resnet_viz.probe.snapshot import FloatArray
from resnet_viz.ui.block_view.canvas import Canvas
from resnet_viz.ui.block_view.colour import Levels, colour_table, quantise
from resnet_viz.ui.block_view.focus import (
    PRINTED,
    Focus,
    Window,
    cell_text,
    decimal_exponent,
    window,
)
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.panels import Panel, Pixel


class BigMap(Canvas):
    """One map of a tensor, or the part of it that is looked at.

    Signals:
        closed: it was double-clicked.
        panned: it was dragged by (rows, columns) of map pixels.
    """

    closed = Signal()
    panned = Signal(float, float)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._channel = 0
        self._focus = Focus()
        self._grabbed: QPointF | None = None

    def show_map(self, panel: Panel | None, channel: int, focus: Focus) -> None:
        """Show a part of one channel."""
        self._panel, self._channel, self._focus = panel, channel, focus
        self.update()

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) of the map; of one pixel while there is none."""
        if self._panel is None:
            return 1, 1
        height, width = self._panel.tensor.shape[1:]
        return height, width

    @property
    def view(self) -> Window | None:
        """The visible part, in device pixels."""
        if self._panel is None:
            return None
        ratio = self.ratio
        wide, high = round(self.width() * ratio), round(self.height() * ratio)
        return window(self.shape, wide, high, self._focus, ratio)

    @property
    def whole_cell(self) -> float:
        """Side of a map pixel when the whole map is shown, logical pixels."""
        rows, columns = self.shape
        return max(1.0, min(self.width() / columns, self.height() / rows))

    @property
    def prints_values(self) -> bool:
        """Whether the pixels are large enough for their values."""
        view = self.view
        return view is not None and view.cell >= PRINTED * self.ratio

    @property
    def exponent(self) -> int:
        """The printed values are multiples of ten to this power."""
        if self._panel is None:
            return 0
        values = self._panel.tensor[self._channel]
        sizes = np.abs(values[np.isfinite(values)])
        return decimal_exponent(float(sizes.max()) if sizes.size else 0.0)

    # --- painting ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        view = self.view
        if view is None or self._panel is None:
            return
        scale, ratio = self._panel.scale, self.ratio
        rows = slice(view.row, view.row + view.rows)
        columns = slice(view.column, view.column + view.columns)
        values = self._panel.tensor[self._channel, rows, columns]
        levels = quantise(values[None], scale.of(np.array([self._channel])))[0]
        large = levels.repeat(view.cell, axis=0).repeat(view.cell, axis=1)
        painter = QPainter(self)
        painter.drawImage(
            QPointF(view.left / ratio, 0), self.look.image(large, scale.signed, ratio)
        )
        if self.prints_values:
            self._paint_values(painter, view, values, levels, scale.signed)
        if self._mark is not None and self._mark.channel == self._channel:
            row, column = self._mark.row - view.row, self._mark.column - view.column
            if 0 <= row < view.rows and 0 <= column < view.columns:
                self.paint_spot(painter, self._cell(view, row, column))
        self.paint_ring(painter)
        painter.end()

    def _cell(self, view: Window, row: int, column: int) -> QRectF:
        """Rectangle of a cell, counted from the first visible one."""
        side = view.cell / self.ratio
        left = view.left / self.ratio
        return QRectF(left + column * side, row * side, side, side)

    def _paint_values(
        self, painter: QPainter, view: Window, values: FloatArray, levels: Levels, signed: bool
    ) -> None:
        side = view.cell / self.ratio
        font = self.look.font(min(self.look.theme.font_px, int(side * 0.34)))
        painter.setFont(font)
        digits = 3 if QFontMetricsF(font).horizontalAdvance("−0.00") <= side - 4 else 2
        table = colour_table(self.look.table_name(signed))
        # Lightness as the eye weighs it decides between black and white type.
        bright = table[:, :3] @ (0.299, 0.587, 0.114) > 140
        exponent = self.exponent
        for white in (False, True):
            painter.setPen(QColor("#FFFFFF" if white else "#000000"))
            for row, column in np.argwhere(bright[levels] != white):
                text = cell_text(float(values[row, column]), exponent, digits)
                rect = self._cell(view, int(row), int(column))
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    # --- events -----------------------------------------------------------------------------

    def pixel_at(self, point: QPointF) -> Pixel | None:
        """The pixel under a point of the widget."""
        view = self.view
        if view is None:
            return None
        ratio = self.ratio
        found = view.hit(point.x() * ratio, point.y() * ratio)
        return None if found is None else Pixel(self._channel, *found)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        view = self.view
        if self._grabbed is not None and view is not None:
            moved = (self._grabbed - event.position()) * self.ratio / view.cell
            self._grabbed = event.position()
            self.panned.emit(moved.y(), moved.x())
        super().mouseMoveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.closed.emit()

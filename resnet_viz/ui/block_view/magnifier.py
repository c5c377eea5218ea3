"""One channel's map, large, with its values printed in the pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from resnet_viz.probe.snapshot import FloatArray
from resnet_viz.ui.block_view.canvas import Canvas
from resnet_viz.ui.block_view.colour import Levels, colour_table, quantise
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.panels import Panel, Pixel

PRINTED = 26  # logical pixels of a map pixel from which on its value is printed
LARGEST_CELL = 72
_GROWTH = 1.3  # of a cell at one notch of the wheel


@dataclass(frozen=True)
class Focus:
    """What part of a map is looked at.

    Attributes:
        cell: side of a map pixel in logical pixels; None for as large as shows the whole map.
        row: in the middle, fractions allowed.
        column: in the middle.
    """

    cell: float | None = None
    row: float = 0.0
    column: float = 0.0


@dataclass(frozen=True)
class Window:
    """The visible part of a map, in device pixels of a viewport.

    Attributes:
        row: first visible row.
        column: first visible column.
        rows: visible rows.
        columns: visible columns.
        cell: side of a map pixel.
        left: free space to the left.
    """

    row: int
    column: int
    rows: int
    columns: int
    cell: int
    left: int

    def hit(self, x: float, y: float) -> tuple[int, int] | None:
        """(row, column) of the map pixel under a point; None beside the map."""
        column, row = (int(x) - self.left) // self.cell, int(y) // self.cell
        if not (0 <= row < self.rows and 0 <= column < self.columns and x >= self.left):
            return None
        return self.row + row, self.column + column


def window(
    shape: tuple[int, int], width: int, height: int, focus: Focus, ratio: float = 1.0
) -> Window:
    """The part of a map of `shape` (H, W) that a viewport shows.

    Args:
        shape: of the map.
        width: of the viewport, device pixels.
        height: of the viewport, device pixels.
        focus: which part, how large.
        ratio: device pixels per logical pixel.
    """
    n_rows, n_columns = shape
    whole = max(1, min(width // n_columns, height // n_rows))
    cell = whole if focus.cell is None else max(whole, round(focus.cell * ratio))
    rows = max(1, min(n_rows, height // cell))
    columns = max(1, min(n_columns, width // cell))
    row = min(max(0, round(focus.row + 0.5 - rows / 2)), n_rows - rows)
    column = min(max(0, round(focus.column + 0.5 - columns / 2)), n_columns - columns)
    return Window(row, column, rows, columns, cell, max(0, (width - columns * cell) // 2))


def zoomed(focus: Focus, whole: float, at: tuple[int, int], steps: int) -> Focus:
    """The focus after `steps` notches of the wheel over a map pixel.

    Args:
        focus: before.
        whole: side of a map pixel that shows the whole map, logical pixels.
        at: (row, column) that the zoom aims at.
        steps: above 0 to enlarge.
    """
    cell = (focus.cell or whole) * _GROWTH**steps
    # The first notch already leads to cells with values in them.
    if steps > 0 and cell < PRINTED:
        cell = PRINTED
    if steps < 0 and cell < PRINTED:
        return Focus()
    if cell <= whole:
        return Focus()
    return Focus(min(cell, max(LARGEST_CELL, whole)), *at)


def decimal_exponent(extent: float) -> int:
    """K for printing values as multiples of 10^k: 0 for usual sizes."""
    if not extent or not math.isfinite(extent) or 0.05 <= extent < 1000:
        return 0
    return math.floor(math.log10(extent))


def cell_text(value: float, exponent: int = 0) -> str:
    """A value in at most five characters: `.42`, `−1.3`, `−28`, `NaN`."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if value == 0:
        return "0"
    value /= 10.0**exponent
    digits = 2 if abs(value) < 9.95 else 1 if abs(value) < 99.5 else 0
    text = f"{value:.{digits}f}"
    if abs(value) < 1:
        text = text.replace("0.", ".", 1)
    return text.replace("-", "−")


class BigMap(Canvas):
    """One map of a tensor, or the part of it that is looked at.

    Signals:
        closed: it was double-clicked.
    """

    closed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._channel = 0
        self._focus = Focus()

    def show_map(self, panel: Panel | None, channel: int, focus: Focus) -> None:
        """Show a part of one channel."""
        self._panel, self._channel, self._focus = panel, channel, focus
        self.update()

    @property
    def view(self) -> Window | None:
        """The visible part, in device pixels."""
        if self._panel is None:
            return None
        ratio = self.devicePixelRatioF()
        height, width = self._panel.tensor.shape[1:]
        wide, high = round(self.width() * ratio), round(self.height() * ratio)
        return window((height, width), wide, high, self._focus, ratio)

    @property
    def whole_cell(self) -> float:
        """Side of a map pixel when the whole map is shown, logical pixels."""
        if self._panel is None:
            return 1.0
        rows, columns = (int(n) for n in self._panel.tensor.shape[1:])
        return max(1.0, min(self.width() / columns, self.height() / rows))

    @property
    def prints_values(self) -> bool:
        """Whether the pixels are large enough for their values."""
        view = self.view
        return view is not None and view.cell >= PRINTED * self.devicePixelRatioF()

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
        scale, ratio = self._panel.scale, self.devicePixelRatioF()
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
        side = view.cell / self.devicePixelRatioF()
        left = view.left / self.devicePixelRatioF()
        return QRectF(left + column * side, row * side, side, side)

    def _paint_values(
        self, painter: QPainter, view: Window, values: FloatArray, levels: Levels, signed: bool
    ) -> None:
        side = view.cell / self.devicePixelRatioF()
        painter.setFont(self.look.font(min(self.look.theme.font_px, int(side * 0.35))))
        table = colour_table(self.look.table_name(signed))
        # Lightness as the eye weighs it decides between black and white type.
        bright = table[:, :3] @ (0.299, 0.587, 0.114) > 140
        exponent = self.exponent
        for white in (False, True):
            painter.setPen(QColor("#FFFFFF" if white else "#000000"))
            for row, column in np.argwhere(bright[levels] != white):
                text = cell_text(float(values[row, column]), exponent)
                rect = self._cell(view, int(row), int(column))
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    # --- events -----------------------------------------------------------------------------

    def pixel_at(self, point: QPointF) -> Pixel | None:
        """The pixel under a point of the widget."""
        view = self.view
        if view is None:
            return None
        ratio = self.devicePixelRatioF()
        found = view.hit(point.x() * ratio, point.y() * ratio)
        return None if found is None else Pixel(self._channel, *found)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.closed.emit()

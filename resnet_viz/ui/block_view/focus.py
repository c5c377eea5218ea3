"""Which part of one large map is in sight, and its values as short text. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
        shape: (H, W) of the map.
        row: first visible row.
        column: first visible column.
        rows: visible rows.
        columns: visible columns.
        cell: side of a map pixel.
        left: free space to the left.
    """

    shape: tuple[int, int]
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
    # Not round(), which goes to the even number at halves: a step of one would be lost.
    row = min(max(0, math.floor(focus.row + 1 - rows / 2)), n_rows - rows)
    column = min(max(0, math.floor(focus.column + 1 - columns / 2)), n_columns - columns)
    return Window(shape, row, column, rows, columns, cell, max(0, (width - columns * cell) // 2))


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


def cell_text(value: float, exponent: int = 0, digits: int = 3) -> str:
    """A value in at most `digits` figures, sign and point: `.42`, `−1.38`, `−28.1`, `NaN`."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if value == 0:
        return "0"
    value /= 10.0**exponent
    size = abs(value)
    if size < 0.995:
        text = f"{value:.2f}".replace("0.", ".", 1)
        return "~0" if text.endswith(".00") else text.replace("-", "−")
    before = 1 if size < 9.95 else 2 if size < 99.5 else 3
    return f"{value:.{max(0, min(2, digits - before))}f}".replace("-", "−")


def panned(focus: Focus, view: Window, down: float, across: float) -> Focus:
    """The focus moved by map pixels, no further than the map reaches.

    Args:
        focus: before.
        view: what it shows; the whole map cannot be moved.
        down: rows.
        across: columns.
    """
    if focus.cell is None:
        return focus
    lowest, highest = (view.rows - 1) / 2, view.shape[0] - 1 - (view.rows - 1) / 2
    leftmost, rightmost = (view.columns - 1) / 2, view.shape[1] - 1 - (view.columns - 1) / 2
    row = min(max(focus.row, lowest), highest) + down
    column = min(max(focus.column, leftmost), rightmost) + across
    return Focus(focus.cell, row, column)

"""Many channel maps as one image: layout, assembling, and what lies under a point.

All lengths are device pixels, so that a map's pixels stay equal squares at every scaling of the
screen. A *position* is a channel's place in the sorted mosaic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resnet_viz.probe.snapshot import FloatArray
from resnet_viz.ui.block_view.colour import GAP, Levels, Scale, quantise

READABLE = 28  # smallest side of a tile that is chosen unasked, at 100 % scaling
COMFORTABLE = 40  # the side aimed at when not all channels fit
LARGEST = 120  # the side that few channels grow to
SMALLEST = 6  # the side that one can zoom out to
_FEW_ROWS = 3  # fewer rows than this and the tiles are made smaller
_GAPS = (2, 8)
_WHOLE_FROM = 4  # zooms from here on are whole: half a step is hardly another size
_UNEVEN = 0.2  # how much further off, as log ratio, a whole zoom may be and be preferred


@dataclass(frozen=True)
class TileScale:
    """How a map becomes a tile.

    Attributes:
        zoom: screen pixels along one side of a drawn pixel, a multiple of 0.5: at halves,
            one and the next differ by one screen pixel.
        reduce: map pixels along one side whose mean is one drawn pixel.
    """

    zoom: float = 1
    reduce: int = 1

    def side(self, length: int) -> int:
        """Screen pixels of `length` map pixels."""
        return self.edge(-(-length // self.reduce))

    def edge(self, drawn: int) -> int:
        """Where a drawn pixel begins, screen pixels."""
        return math.ceil(drawn * self.zoom)

    def drawn(self, pixels: int) -> int:
        """The drawn pixel that a screen pixel belongs to."""
        return int(pixels / self.zoom)


@dataclass(frozen=True)
class Cell:
    """A pixel of a channel's map."""

    position: int
    row: int
    column: int


@dataclass(frozen=True)
class Layout:
    """Where each tile of a mosaic is.

    Attributes:
        count: channels.
        shape: (H, W) of a map.
        scale: of the tiles.
        columns: tiles side by side.
        gap: between tiles.
        left: free space before the first column.
        height: of the viewport.
    """

    count: int
    shape: tuple[int, int]
    scale: TileScale
    columns: int
    gap: int
    left: int
    height: int

    @property
    def tile(self) -> tuple[int, int]:
        """(height, width) of a tile."""
        return self.scale.side(self.shape[0]), self.scale.side(self.shape[1])

    @property
    def pitch(self) -> tuple[int, int]:
        """(down, across) from one tile to the next."""
        return self.tile[0] + self.gap, self.tile[1] + self.gap

    @property
    def rows(self) -> int:
        """Rows of tiles in all."""
        return -(-self.count // self.columns)

    @property
    def full_rows(self) -> int:
        """Rows that fit the viewport entirely; at least 1."""
        return max(1, (self.height + self.gap) // self.pitch[0])

    @property
    def last_first_row(self) -> int:
        """The first row that is shown when scrolled to the end."""
        return max(0, self.rows - self.full_rows)

    def whole_rows(self) -> Layout:
        """The same without the room that is too low for one more row."""
        return replace(self, height=self.full_rows * self.pitch[0] - self.gap)

    def visible(self, first_row: int) -> slice:
        """Positions that are shown at least in part."""
        shown_rows = -(-self.height // self.pitch[0])
        first = first_row * self.columns
        return slice(first, min(self.count, first + shown_rows * self.columns))

    def tile_rect(self, position: int, first_row: int) -> tuple[int, int, int, int]:
        """(x, y, width, height) of a tile in the viewport; may lie outside it."""
        row, column = divmod(position, self.columns)
        down, across = self.pitch
        height, width = self.tile
        return self.left + column * across, (row - first_row) * down, width, height

    def cell_rect(self, cell: Cell, first_row: int) -> tuple[int, int, int, int]:
        """(x, y, width, height) of a map's pixel, or of the group it was averaged into."""
        x, y, _, _ = self.tile_rect(cell.position, first_row)
        column, row = cell.column // self.scale.reduce, cell.row // self.scale.reduce
        left, right = self.scale.edge(column), self.scale.edge(column + 1)
        top, bottom = self.scale.edge(row), self.scale.edge(row + 1)
        return x + left, y + top, right - left, bottom - top

    def hit(self, x: float, y: float, first_row: int) -> Cell | None:
        """The map pixel under a point of the viewport; None in a gap or beyond."""
        down, across = self.pitch
        if x < self.left or y < 0 or y >= self.height:
            return None
        column, right = divmod(int(x) - self.left, across)
        row, below = divmod(int(y), down)
        position = (first_row + row) * self.columns + column
        height, width = self.tile
        if column >= self.columns or position >= self.count or right >= width or below >= height:
            return None
        reduce = self.scale.reduce
        return Cell(position, self.scale.drawn(below) * reduce, self.scale.drawn(right) * reduce)


def tile_scales(side: int, smallest: float, largest: float) -> list[TileScale]:
    """Every scale that makes a map of `side` pixels a tile of the given sizes, rising.

    At least one; the nearest if none is in between.
    """
    reduces = [TileScale(1, r) for r in range(max(1, side // max(1, int(smallest))) + 1, 1, -1)]
    halves = range(2, max(2, int(2 * largest) // side) + 1)
    zooms = [TileScale(h / 2) for h in halves if h % 2 == 0 or h < 2 * _WHOLE_FROM]
    found = [s for s in (*reduces, *zooms) if smallest <= s.side(side) <= largest]
    return found or [nearest_scale([*reduces, *zooms], side, smallest)]


def nearest_scale(
    scales: list[TileScale], side: int, target: float, uneven: float = 0.0
) -> TileScale:
    """The scale with the tile nearest to `target` as log ratio; `uneven` is added at halves."""

    def distance(scale: TileScale) -> float:
        handicap = 0.0 if float(scale.zoom).is_integer() else uneven
        return abs(math.log(scale.side(side) / target)) + handicap

    return min(scales, key=distance)


def _columns(side: int, count: int, width: int, gap: int) -> int:
    return max(1, min(count, (width + gap) // (side + gap)))


def fit(
    count: int,
    shape: tuple[int, int],
    width: int,
    height: int,
    *,
    ratio: float = 1.0,
    target: float | None = None,
    largest: float = LARGEST,
    readable: float = READABLE,
) -> Layout:
    """Lay out `count` maps of `shape` in a viewport.

    Args:
        count: channels, at least 1.
        shape: (H, W) of a map.
        width: of the viewport.
        height: of the viewport.
        ratio: device pixels per logical pixel.
        target: wanted side of a tile in device pixels. Without it: as large as lets all
            channels be seen at once, or else a comfortable size of which three rows fit.
        largest: side that few channels grow to, at 100 % scaling.
        readable: least side of a tile that is chosen unasked, at 100 % scaling.
    """
    side = max(shape)
    gap = round(_GAPS[0] * ratio)
    if target is not None:
        chosen = nearest_scale(tile_scales(side, SMALLEST, width), side, target)
    else:
        chosen = _automatic(count, side, width, height, gap, ratio, largest, readable)
    tile_width = chosen.side(shape[1])
    columns = _columns(tile_width, count, width, gap)
    # What the columns leave over widens the gaps a little; the rest goes to both sides.
    full = columns > 1 and count > columns
    if full:
        free = width - columns * tile_width
        wide = min(free // (columns - 1), round(_GAPS[1] * ratio))
        gap = max(
            gap, min(wide, _row_gap(-(-count // columns), chosen.side(shape[0]), height, gap))
        )
    used = columns * tile_width + (columns - 1) * gap
    left = max(0, (width - used) // 2) if full else 0
    return Layout(count, shape, chosen, columns, gap, left, height)


def _row_gap(rows: int, tile: int, height: int, gap: int) -> int:
    """The widest gap with which rows that all fit still do; any where they do not anyway."""
    spare = height - rows * tile
    fits = rows > 1 and spare >= gap * (rows - 1)
    return spare // (rows - 1) if fits else height


def _automatic(
    count: int,
    side: int,
    width: int,
    height: int,
    gap: int,
    ratio: float,
    largest: float,
    readable: float,
) -> TileScale:
    scales = tile_scales(side, readable * ratio, max(largest, readable) * ratio)
    for scale in reversed(scales):
        size = scale.side(side)
        rows = -(-count // _columns(size, count, width, gap))
        if rows * (size + gap) - gap <= height and size <= width:
            return scale
    comfortable = nearest_scale(scales, side, COMFORTABLE * ratio, _UNEVEN)
    for scale in reversed(scales[: scales.index(comfortable) + 1]):
        if _FEW_ROWS * (scale.side(side) + gap) - gap <= height:
            return scale
    return scales[0]


def block_mean(maps: FloatArray, reduce: int) -> FloatArray:
    """Means over squares of `reduce` pixels; smaller ones at the right and bottom edges.

    (C, H, W) -> (C, ceil(H / reduce), ceil(W / reduce)).
    """
    if reduce == 1:
        return maps
    channels, height, width = maps.shape
    shape = (-(-height // reduce), -(-width // reduce))
    sums = np.zeros((channels, *shape), dtype=np.float32)
    counts = np.zeros(shape, dtype=np.float32)
    # Adding strided views is several times faster than ufunc.reduceat, ragged edges included.
    with np.errstate(invalid="ignore", over="ignore"):
        for i in range(min(reduce, height)):
            for j in range(min(reduce, width)):
                part = maps[:, i::reduce, j::reduce]
                rows, columns = part.shape[1:]
                sums[:, :rows, :columns] += part
                counts[:rows, :columns] += 1
        sums /= counts
    return sums


def assemble(tiles: Levels, layout: Layout) -> Levels:
    """Tiles in reading order, one drawn pixel each, as one image with gaps.

    Args:
        tiles: (n, h, w), the drawn pixels of n successive positions starting a row.
        layout: their sizes and columns.

    Returns:
        (rows * down, columns * across) uint8; GAP where there is no tile.
    """
    n = len(tiles)
    rows, columns = -(-n // layout.columns), layout.columns
    (tile_h, tile_w), (down, across) = layout.tile, layout.pitch
    large = _enlarged(tiles, layout.scale)
    image = np.full((rows, down, columns, across), GAP, dtype=np.uint8)
    slots = image.transpose(0, 2, 1, 3)[:, :, :tile_h, :tile_w]  # (rows, columns, h, w), a view
    whole = n // columns
    slots[:whole] = large[: whole * columns].reshape(whole, columns, tile_h, tile_w)
    if rest := n - whole * columns:
        slots[whole, :rest] = large[whole * columns :]
    return image.reshape(rows * down, columns * across)


def _enlarged(tiles: Levels, scale: TileScale) -> Levels:
    """Drawn pixels as squares of screen pixels, nearest neighbour."""
    if scale.zoom == 1:
        return tiles
    _, height, width = tiles.shape
    rows = np.diff([scale.edge(k) for k in range(height + 1)])
    columns = np.diff([scale.edge(k) for k in range(width + 1)])
    return tiles.repeat(rows, axis=1).repeat(columns, axis=2)


def render(
    tensor: FloatArray, order: NDArray[np.intp], scale: Scale, layout: Layout, first_row: int
) -> Levels:
    """The visible part of the mosaic of a tensor.

    Args:
        tensor: (C, H, W).
        order: channel at each position, (C,).
        scale: of the tensor.
        layout: fitted to C maps of (H, W).
        first_row: row of tiles at the top.

    Returns:
        uint8 levels, whole rows of tiles: the last one may reach below the viewport.
    """
    channels = order[layout.visible(first_row)]
    maps = block_mean(tensor[channels], layout.scale.reduce)
    return assemble(quantise(maps, scale.of(channels)), layout)

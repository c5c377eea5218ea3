"""One painted widget: the mosaic of a tensor's channels, with the selected one framed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.block_view.canvas import Canvas
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.mosaic import (
    LARGEST,
    READABLE,
    SMALLEST,
    Cell,
    Layout,
    fit,
    render,
    tile_scales,
)
from resnet_viz.ui.block_view.panels import Panel, Pixel

_DIMMED = 0.3  # opacity of maps that take no part in the sum
_PRINTED = 10  # logical pixels of a map's side that can still be made out on paper
_FONT_PX = 13  # of the usual theme: maps grow with the type
_STEP = 1.2  # least ratio of tile sizes at one notch of the wheel


class ChannelGrid(Canvas):
    """The channels of one tensor as tiles.

    Selection, scrolling and zoom are told to the row of panes, which tells all linked grids.

    Signals:
        chosen: a channel was clicked.
        opened: a channel was double-clicked.
        layout_changed: rows or columns are others than before.
    """

    chosen = Signal(int)
    opened = Signal(int)
    layout_changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._layout: Layout | None = None
        self._target: float | None = None
        self._first_row = 0
        self._selected = 0
        self._dimmed = False
        self._image: QImage | None = None

    # --- what is shown ----------------------------------------------------------------------

    def set_look(self, look: Look) -> None:
        """Change the colours."""
        super().set_look(look)
        self._fit()

    def set_panel(self, panel: Panel | None, *, dimmed: bool = False) -> None:
        """Show a tensor, or placeholders with None; `dimmed` if it takes no part in the sum."""
        self._panel, self._dimmed = panel, dimmed
        self._mark = None
        self._fit()

    def set_selected(self, channel: int) -> None:
        """Frame a channel."""
        self._selected = channel
        self.update()

    def set_target(self, side: float | None) -> None:
        """Wanted side of a tile in logical pixels; None for the automatic one."""
        self._target = side
        self._fit()

    def set_first_row(self, row: int) -> None:
        """Scroll."""
        row = self._clamped(row)
        if row != self._first_row:
            self._first_row = row
            self._redraw()

    @property
    def first_row(self) -> int:
        """Row of tiles at the top."""
        return self._first_row

    @property
    def tiles(self) -> Layout | None:
        """Where the tiles are, in device pixels; None while there is nothing to show."""
        return self._layout

    def row_of(self, channel: int) -> int:
        """Row of tiles that a channel is in."""
        if self._panel is None or self._layout is None:
            return 0
        return int(self._panel.places[channel]) // self._layout.columns

    def tile_rect(self, channel: int) -> QRectF:
        """A channel's tile in the widget; may lie outside of it."""
        if self._panel is None or self._layout is None:
            return QRectF()
        place = int(self._panel.places[channel])
        return self._logical(self._layout.tile_rect(place, self._first_row))

    def zoom_target(self, steps: int) -> float | None:
        """Side of a tile, logical pixels, `steps` sizes above or below the present one."""
        if self._panel is None or self._layout is None:
            return None
        ratio = self.ratio
        side = max(self._panel.tensor.shape[1:])
        sizes = [s.side(side) for s in tile_scales(side, SMALLEST, self.width() * ratio)]
        now = self._layout.scale.side(side)
        for _ in range(abs(steps)):
            further = [s for s in sizes if (s >= _STEP * now if steps > 0 else s <= now / _STEP)]
            if not further:
                break
            now = min(further) if steps > 0 else max(further)
        return now / ratio

    # --- layout -----------------------------------------------------------------------------

    def _clamped(self, row: int) -> int:
        return min(max(row, 0), self._layout.last_first_row) if self._layout else 0

    def _fit(self) -> None:
        before = self._layout
        self._layout = None
        if self._panel is not None and self.width() > 0 and self.height() > 0:
            ratio = self.ratio
            height, width = self._panel.tensor.shape[1:]
            self._layout = fit(
                self._panel.n_channels,
                (height, width),
                round(self.width() * ratio),
                round(self.height() * ratio),
                ratio=ratio,
                target=None if self._target is None else self._target * ratio,
                largest=LARGEST * max(1.0, self.look.theme.font_px / _FONT_PX),
                readable=_PRINTED if self.look.theme.printed else READABLE,
            )
            if self.look.theme.printed:
                self._layout = self._layout.whole_rows()
        self._first_row = self._clamped(self._first_row)
        self._redraw()
        if self._layout != before:
            self.layout_changed.emit()

    def _redraw(self) -> None:
        self._image = None
        self.update()

    def _logical(self, rect: tuple[int, int, int, int]) -> QRectF:
        ratio = self.ratio
        x, y, width, height = (length / ratio for length in rect)
        return QRectF(x, y, width, height)

    # --- painting ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._panel is None or self._layout is None:
            self._paint_placeholder(painter)
        else:
            left = self._layout.left / self.ratio
            painter.setOpacity(_DIMMED if self._dimmed else 1.0)
            painter.drawImage(QPointF(left, 0), self._mosaic(self._panel, self._layout))
            painter.setOpacity(1.0)
            if self._mark is not None and self._mark.inside(self._panel.tensor):
                self._paint_mark(painter, self._mark, self._panel, self._layout)
            if 0 <= self._selected < self._panel.n_channels:
                self._paint_selection(painter, self.tile_rect(self._selected))
        self.paint_ring(painter)
        painter.end()

    def _mosaic(self, panel: Panel, layout: Layout) -> QImage:
        """The visible tiles; made once and kept while only marks move."""
        if self._image is None:
            levels = render(panel.tensor, panel.order, panel.scale, layout, self._first_row)
            self._image = self.look.image(levels, panel.scale.signed, self.ratio)
        return self._image

    def _paint_selection(self, painter: QPainter, tile: QRectF) -> None:
        # Kept inside the widget, for tiles at its edge; the halo parts it from dark maps.
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        frame = tile.adjusted(-1, -1, 1, 1).intersected(inside)
        if frame.isEmpty():
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.look.theme.card), 1))
        painter.drawRect(frame.adjusted(1.5, 1.5, -1.5, -1.5))
        painter.setPen(QPen(QColor(self.look.theme.text), 2))
        painter.drawRect(frame)

    def _paint_mark(self, painter: QPainter, pixel: Pixel, panel: Panel, layout: Layout) -> None:
        cell = Cell(int(panel.places[pixel.channel]), pixel.row, pixel.column)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.look.ink("muted"), 1.5))
        painter.drawRect(self.tile_rect(pixel.channel).adjusted(-1, -1, 1, 1))
        spot = self._logical(layout.cell_rect(cell, self._first_row))
        grow = max(0.0, (4 - spot.width()) / 2)
        self.paint_spot(painter, spot.adjusted(-grow, -grow, grow, grow))

    def _paint_placeholder(self, painter: QPainter) -> None:
        """Empty tiles where the maps will be: the card keeps its shape while measuring."""
        side, pitch = 42, 46
        brush = QColor(self.look.theme.raised)
        for top in range(0, self.height() - side + 1, pitch):
            for left in range(0, self.width() - side + 1, pitch):
                painter.fillRect(QRectF(left, top, side, side), brush)

    # --- events -----------------------------------------------------------------------------

    def pixel_at(self, point: QPointF) -> Pixel | None:
        """The pixel under a point of the widget."""
        if self._panel is None or self._layout is None:
            return None
        ratio = self.ratio
        cell = self._layout.hit(point.x() * ratio, point.y() * ratio, self._first_row)
        if cell is None:
            return None
        return Pixel(int(self._panel.order[cell.position]), cell.row, cell.column)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit()
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        pixel = self.pixel_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and pixel is not None:
            self.chosen.emit(pixel.channel)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        pixel = self.pixel_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and pixel is not None:
            self.opened.emit(pixel.channel)

"""One painted widget: the mosaic of a tensor's channels, with the selected one framed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.mosaic import SMALLEST, Cell, Layout, fit, render, tile_scales
from resnet_viz.ui.block_view.panels import Panel, Pixel

_DIMMED = 0.3  # opacity of maps that take no part in the sum
_NOTCH = 120  # of QWheelEvent.angleDelta: one click of a usual wheel


def wheel_steps(event: QWheelEvent, carried: int) -> tuple[int, int]:
    """Whole notches of a wheel event, and what is left over for the next one.

    Touchpads send many small deltas; Shift turns some systems' wheels sideways.
    """
    delta = event.angleDelta()
    total = carried + (delta.y() or delta.x())
    steps = int(total / _NOTCH)  # towards zero: a rest of −1 is no step
    return steps, total - steps * _NOTCH


class ChannelGrid(QWidget):
    """The channels of one tensor as tiles.

    Scrolling, selection and zoom are told to the view, which tells all linked grids.

    Signals:
        hovered: the `Pixel` under the pointer, or None.
        chosen: a channel was clicked.
        opened: a channel was double-clicked.
        zoomed: by so many notches of the wheel.
        scrolled: by so many notches of the wheel, with Shift.
        layout_changed: rows or columns are others than before.
    """

    hovered = Signal(object)
    chosen = Signal(int)
    opened = Signal(int)
    zoomed = Signal(int)
    scrolled = Signal(int)
    layout_changed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._panel: Panel | None = None
        self._layout: Layout | None = None
        self._target: float | None = None
        self._first_row = 0
        self._selected = 0
        self._mark: Pixel | None = None
        self._dimmed = False
        self._image: QImage | None = None
        self._carried = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # --- what is shown ----------------------------------------------------------------------

    def set_look(self, look: Look) -> None:
        """Change the colours."""
        self._look = look
        self._redraw()

    def set_panel(self, panel: Panel | None, *, dimmed: bool = False) -> None:
        """Show a tensor, or placeholders with None; `dimmed` if it takes no part in the sum."""
        self._panel, self._dimmed = panel, dimmed
        self._mark = None
        self._fit()
        self._redraw()

    def set_selected(self, channel: int) -> None:
        """Frame a channel."""
        self._selected = channel
        self.update()

    def set_mark(self, pixel: Pixel | None) -> None:
        """Frame the pixel that is pointed at here or in a linked grid."""
        if pixel != self._mark:
            self._mark = pixel
            self.update()

    def set_target(self, side: float | None) -> None:
        """Wanted side of a tile in logical pixels; None for the automatic one."""
        self._target = side
        self._fit()
        self._redraw()

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

    @property
    def panel(self) -> Panel | None:
        """What is shown."""
        return self._panel

    def row_of(self, channel: int) -> int:
        """Row of tiles that a channel is in."""
        if self._panel is None or self._layout is None:
            return 0
        return int(self._panel.places[channel]) // self._layout.columns

    def tile_centre(self, channel: int) -> QPointF:
        """Middle of a channel's tile in the widget; may lie outside of it."""
        assert self._panel is not None
        assert self._layout is not None
        x, y, w, h = self._layout.tile_rect(int(self._panel.places[channel]), self._first_row)
        ratio = self.devicePixelRatioF()
        return QPointF((x + w / 2) / ratio, (y + h / 2) / ratio)

    @property
    def mark_channel(self) -> int | None:
        """Channel that is pointed at here or in a linked grid."""
        return None if self._mark is None else self._mark.channel

    def zoom_target(self, steps: int) -> float | None:
        """Side of a tile, logical pixels, `steps` sizes above or below the present one."""
        if self._panel is None or self._layout is None:
            return None
        ratio = self.devicePixelRatioF()
        side = max(self._panel.tensor.shape[1:])
        sizes = [s.side(side) for s in tile_scales(side, SMALLEST, self.width() * ratio)]
        now = self._layout.scale.side(side)
        # Neighbouring sizes of small maps are hardly different: one notch is at least a fifth.
        for _ in range(abs(steps)):
            further = [s for s in sizes if (s >= 1.2 * now if steps > 0 else s <= now / 1.2)]
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
            ratio = self.devicePixelRatioF()
            self._layout = fit(
                self._panel.n_channels,
                self._panel.tensor.shape[1:],
                round(self.width() * ratio),
                round(self.height() * ratio),
                ratio=ratio,
                target=None if self._target is None else self._target * ratio,
            )
        self._first_row = self._clamped(self._first_row)
        if self._layout != before:
            self.layout_changed.emit()

    def _redraw(self) -> None:
        self._image = None
        self.update()

    # --- painting ---------------------------------------------------------------------------

    def _mosaic(self, panel: Panel, layout: Layout) -> QImage:
        if self._image is None:
            levels = render(panel.tensor, panel.order, panel.scale, layout, self._first_row)
            self._image = self._look.image(levels, panel.scale.signed, self.devicePixelRatioF())
        return self._image

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        panel, layout = self._panel, self._layout
        if panel is None or layout is None:
            self._paint_placeholder(painter)
        else:
            painter.setOpacity(_DIMMED if self._dimmed else 1.0)
            painter.drawImage(
                QPointF(layout.left / self.devicePixelRatioF(), 0), self._mosaic(panel, layout)
            )
            painter.setOpacity(1.0)
            if self._mark is not None and self._mark.inside(panel.tensor):
                self._paint_mark(painter, self._mark, panel, layout)
            self._paint_selection(painter, panel, layout)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._look.ink("muted"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _logical(self, rect: tuple[int, int, int, int]) -> QRectF:
        ratio = self.devicePixelRatioF()
        x, y, width, height = (length / ratio for length in rect)
        return QRectF(x, y, width, height)

    def _paint_selection(self, painter: QPainter, panel: Panel, layout: Layout) -> None:
        if self._selected >= panel.n_channels:
            return
        place = int(panel.places[self._selected])
        tile = self._logical(layout.tile_rect(place, self._first_row))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # Inside the viewport also for tiles at its edge; the halo parts it from dark maps.
        frame = tile.adjusted(-1, -1, 1, 1).intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        if frame.isEmpty():
            return
        painter.setPen(QPen(QColor(self._look.theme.card), 1))
        painter.drawRect(frame.adjusted(1.5, 1.5, -1.5, -1.5))
        painter.setPen(QPen(QColor(self._look.theme.text), 2))
        painter.drawRect(frame)

    def _paint_mark(self, painter: QPainter, pixel: Pixel, panel: Panel, layout: Layout) -> None:
        cell = Cell(int(panel.places[pixel.channel]), pixel.row, pixel.column)
        tile = self._logical(layout.tile_rect(cell.position, self._first_row))
        spot = self._logical(layout.cell_rect(cell, self._first_row))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._look.ink("muted"), 1.5))
        painter.drawRect(tile.adjusted(-1, -1, 1, 1))
        grow = max(0.0, (4 - spot.width()) / 2)
        spot.adjust(-grow, -grow, grow, grow)
        for width, colour in ((3.0, "#000000"), (1.2, "#FFFFFF")):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRect(spot)

    def _paint_placeholder(self, painter: QPainter) -> None:
        """Empty tiles where the maps will be: the card keeps its shape while measuring."""
        side, gap = 42, 4
        columns = max(1, (self.width() + gap) // (side + gap))
        rows = max(1, (self.height() + gap) // (side + gap))
        brush = QColor(self._look.theme.raised)
        for row in range(rows):
            for column in range(columns):
                painter.fillRect(
                    QRectF(column * (side + gap), row * (side + gap), side, side), brush
                )

    # --- events -----------------------------------------------------------------------------

    def _pixel_at(self, point: QPointF) -> Pixel | None:
        if self._panel is None or self._layout is None:
            return None
        ratio = self.devicePixelRatioF()
        cell = self._layout.hit(point.x() * ratio, point.y() * ratio, self._first_row)
        if cell is None:
            return None
        return Pixel(int(self._panel.order[cell.position]), cell.row, cell.column)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        self._redraw()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit()
            self._redraw()
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hovered.emit(self._pixel_at(event.position()))

    def enterEvent(self, event: QEnterEvent) -> None:
        self.hovered.emit(self._pixel_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        pixel = self._pixel_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and pixel is not None:
            self.chosen.emit(pixel.channel)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        pixel = self._pixel_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and pixel is not None:
            self.opened.emit(pixel.channel)

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps, self._carried = wheel_steps(event, self._carried)
        if steps:
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.scrolled if shift else self.zoomed).emit(steps)
        event.accept()

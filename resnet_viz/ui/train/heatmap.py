"""A figure of every block over time: blocks from the input at the bottom to the deepest on top."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.overview.style import Anchor, Style, draw_text
from resnet_viz.ui.paint_targets import pixels_per_unit
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.codes import MISSING, Codes, merged
from resnet_viz.ui.train.heat_field import HeatField
from resnet_viz.ui.train.heat_scale import HeatScale
from resnet_viz.ui.train.time_axis import number
from resnet_viz.ui.train.time_widget import TimeWidget
from resnet_viz.ui.train.timeline import Timeline

_MARGIN = "stage 4 "


class Heatmap(TimeWidget):
    """Blocks by steps, as colours.

    A click selects the block of its row, ↑ and ↓ the next ones; dragging looks back.

    Args:
        timeline: what is in view.
        title: whose blocks.

    Signals:
        block_clicked(str): a row was chosen.
    """

    block_clicked = Signal(str)

    def __init__(self, timeline: Timeline, title: str, parent: QWidget | None = None) -> None:
        super().__init__(timeline, parent)
        self.title = title
        self.field: HeatField | None = None
        self.scale = HeatScale(-4.0, 0.0)
        self.stages: tuple[int, ...] = ()
        self.selected = ""
        self.colour = "output"
        self.mark = "●"
        self._table = self.scale.table("#D55E00")
        self._row: int | None = None  # under the pointer
        self._measured_per_cell = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"{title}: blocks by steps")

    # --- what is shown ---------------------------------------------------------------------

    def set_field(self, field: HeatField | None, stages: tuple[int, ...]) -> None:
        """Show figures; `stages` are those of the blocks."""
        self.field, self.stages = field, stages
        self.refresh()

    def set_scale(self, scale: HeatScale) -> None:
        """Colour by a scale."""
        if scale != self.scale:
            self.scale = scale
            self._make_table()
            self.refresh()

    def set_selected(self, block: str) -> None:
        """Frame a block's row."""
        if block != self.selected:
            self.selected = block
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        super().set_theme(theme)
        self._make_table()

    def _make_table(self) -> None:
        self._table = self.scale.table(self.style_.theme.trouble)

    def sizeHint(self) -> QSize:
        return QSize(600, 150)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, round(62 * self.style_.scale))

    @property
    def blocks(self) -> tuple[str, ...]:
        """Names in forward order."""
        return () if self.field is None else self.field.blocks

    # --- layout ----------------------------------------------------------------------------

    def place_plot(self) -> QRectF:
        """Where the colours are."""
        left, right = plot_ends(self.style_, self.width())
        top = 1.25 * self.style_.row
        return QRectF(left, top, right - left, self.height() - top - 2)

    def row_rect(self, block: int) -> QRectF:
        """A block's row."""
        plot, height = self.plot, self.plot.height() / max(1, len(self.blocks))
        return QRectF(plot.left(), plot.bottom() - (block + 1) * height, plot.width(), height)

    def block_at(self, y: float) -> int | None:
        """The block whose row is at a height."""
        plot, n = self.plot, len(self.blocks)
        if not n or not plot.top() <= y < plot.bottom():
            return None
        return min(n - 1, int((plot.bottom() - y) / plot.height() * n))

    # --- painting --------------------------------------------------------------------------

    def paint_picture(self, painter: QPainter) -> None:
        """Paint colours and names."""
        self._paint_image(painter)
        self._paint_names(painter)

    def _paint_image(self, painter: QPainter) -> None:
        plot = self.plot
        ratio = pixels_per_unit(painter)
        width = max(1, round(plot.width() * ratio))
        if self.field is None or not self.blocks:
            return
        axis = self.axis
        moments = axis.start + (np.arange(width) + 0.5) / width * (axis.stop - axis.start)
        columns = self.field.pyramid.seen(moments, self.field.fetch)
        self._measured_per_cell = columns.size
        codes, n_rows = _as_rows(columns.codes, max(1, round(plot.height() * ratio)))
        blank = np.full((1, codes.shape[1]), MISSING, np.uint16)  # where `at` is -1
        colours = self._table[np.concatenate([codes, blank])]
        pixels = np.ascontiguousarray(colours.T[::-1, columns.at])
        image = QImage(
            pixels.data, width, len(pixels), 4 * width, QImage.Format.Format_ARGB32_Premultiplied
        )
        # The topmost row of pixels may stand for fewer blocks than the others.
        height = plot.height() * len(pixels) / n_rows
        painter.save()
        painter.setClipRect(plot)
        painter.drawImage(QRectF(plot.left(), plot.bottom() - height, plot.width(), height), image)
        painter.restore()

    def _paint_names(self, painter: QPainter) -> None:
        """Write which rows are which: every block, or every stage, and where the input is."""
        plot, style, n = self.plot, self.style_, len(self.blocks)
        if not n:
            return
        painter.setFont(style.small)
        painter.setPen(style.pen("muted"))
        right = plot.left() - 6
        top, bottom = plot.top() + 0.5 * style.row, plot.bottom() - 0.5 * style.row
        ends = [top, bottom]
        draw_text(painter, right, top, "deep", Anchor.RIGHT)
        draw_text(painter, right, bottom, "input", Anchor.RIGHT)
        for stage in sorted(set(self.stages)):
            members = [i for i, s in enumerate(self.stages) if s == stage]
            upper, lower = self.row_rect(members[-1]).top(), self.row_rect(members[0]).bottom()
            if members[0]:
                painter.fillRect(QRectF(plot.left() - 4, lower - 0.5, 4, 1), style.color("ghost"))
            middle = min(max((upper + lower) / 2, top + 1.1 * style.row), bottom - 1.1 * style.row)
            if upper <= middle <= lower and all(abs(middle - y) > style.row for y in ends):
                draw_text(painter, right, middle, f"stage {stage}", Anchor.RIGHT)
                ends.append(middle)

    def paint_moment(self, painter: QPainter) -> None:
        """Paint the title with the figure under the pointer, the selected row, the moment."""
        self._paint_title(painter)
        if self.selected in self.blocks:
            row = self.row_rect(self.blocks.index(self.selected)).adjusted(0, -1, 0, 1)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self.style_.pen("card", 3.4))
            painter.drawRect(row)
            painter.setPen(self.style_.pen("text", 1.4))
            painter.drawRect(row)
        self.paint_position(painter)

    def _paint_title(self, painter: QPainter) -> None:
        style, plot = self.style_, self.plot
        y = 0.55 * style.row
        painter.setFont(style.bold)
        painter.setPen(style.pen(self.colour))
        draw_text(painter, plot.left(), y, self.mark)
        left = plot.left() + style.bold_metrics.horizontalAdvance(f"{self.mark} ")
        painter.setPen(style.pen("text"))
        draw_text(painter, left, y, self.title)
        used = left + style.bold_metrics.horizontalAdvance(self.title) + 14
        painter.setFont(style.small)
        painter.setPen(style.pen("text" if self._told else "muted"))
        words = style.metrics.elidedText(
            self.reading(), Qt.TextElideMode.ElideRight, plot.right() - used
        )
        draw_text(painter, plot.right(), y, words, Anchor.RIGHT)

    @property
    def _told(self) -> int | None:
        """The block whose figure is told: under the pointer, else the selected one."""
        if self._row is not None:
            return self._row
        return self.blocks.index(self.selected) if self.selected in self.blocks else None

    def reading(self) -> str:
        """A block's figure at the moment, in words."""
        field, block = self.field, self._told
        if field is None or not len(field.pyramid):
            return "no block measured yet"
        if block is None:
            return self._words_per_cell()
        moment = self.timeline.moment
        found = field.figure_at(field.last if moment is None else moment, block)
        if found is None:
            return f"{self.blocks[block]}: not measured yet"
        step, value = found
        return f"{self.blocks[block]}  {field.quantity.said(value)}  in step {number(step)}"

    def _words_per_cell(self) -> str:
        n = self._measured_per_cell
        return f"mean of {n} measurements per column" if n > 1 else ""

    # --- pointer and keys ------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        inside = self.plot.left() <= at.x() <= self.plot.right()
        self._row = self.block_at(at.y()) if inside else None
        super().mouseMoveEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._row = None
        super().leaveEvent(event)
        self.update()

    def clicked(self, position: QPointF) -> None:
        """Select the row's block; to look back, one drags."""
        block = self.block_at(position.y())
        if block is not None:
            self.block_clicked.emit(self.blocks[block])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Up, Qt.Key.Key_Down) or not self.blocks:
            super().keyPressEvent(event)
            return
        at = self.blocks.index(self.selected) if self.selected in self.blocks else 0
        at += 1 if event.key() == Qt.Key.Key_Up else -1
        self.block_clicked.emit(self.blocks[min(max(at, 0), len(self.blocks) - 1)])


def plot_ends(style: Style, width: float) -> tuple[float, float]:
    """Where time begins and ends in all pictures that stand under each other, pixels."""
    return style.metrics.horizontalAdvance(_MARGIN) + 6, width - 14


def _as_rows(codes: Codes, n_pixels: int) -> tuple[Codes, float]:
    """Codes (m, n_blocks) with blocks that share a pixel made one.

    Returns:
        (m, rows) codes, and how many of those rows high the whole plot is: the last one may
        stand for fewer blocks than the others.
    """
    width, n_blocks = codes.shape
    size = -(-n_blocks // n_pixels)
    whole = n_blocks // size * size
    rows = codes if size == 1 else merged(codes[:, :whole].reshape(width, whole // size, size), 2)
    if whole < n_blocks:
        rows = np.column_stack([rows, merged(codes[:, whole:], 1)])
    return rows, n_blocks / size

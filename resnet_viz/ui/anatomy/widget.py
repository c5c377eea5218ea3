"""A residual block opened: its layers top to bottom, the shortcut around them, what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.analysis.block_layers import BlockLayers
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.ui.anatomy.layout import LONGEST, columns
from resnet_viz.ui.anatomy.painting import Sheet, paint_sheet
from resnet_viz.ui.anatomy.rows import Row, reckoning, rows_of
from resnet_viz.ui.block_view.formula import SHORTCUT_SYMBOLS, equation
from resnet_viz.ui.block_view.line import draw_line, line_width
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Line, Segment
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.theme import LIGHT, Theme

_KINDS = {"basic": "basic block", "bottleneck": "bottleneck"}
_TALLEST_ROW = 3.2  # of the type's size: higher rows would only be empty
_ROOMY_ROW = 1.45  # of the line's height: rows must be as high for larger type
_LARGER = (1.4, 1.2, 1.0)


class AnatomyWidget(QWidget):
    """Paints one block; it is told what to show. Keys: up and down (another layer).

    Signals:
        row_chosen: index of the row that the user chose to have explained.
    """

    row_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._style = Look(LIGHT), Style(LIGHT)
        self._styles = _styles(LIGHT)
        self._rows: tuple[Row, ...] = ()
        self._title: tuple[Line, ...] = ((),)
        self._equation: Line = ()
        self._symbol = "x"
        self._selected = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Inside of a block")

    # --- what is shown -----------------------------------------------------------------------

    def show_block(self, spec: ResNetSpec, layers: BlockLayers) -> None:
        """Open a block; its first convolution is explained.

        Args:
            spec: the network.
            layers: of the block.
        """
        block = layers.block
        self._rows = rows_of(spec, layers)
        self._symbol = SHORTCUT_SYMBOLS[block.shortcut]
        self._equation = equation(block.shortcut, 1.0, 1.0, spec.order, spec.activation)
        kind = f"{_KINDS[block.kind]}, {spec.order}-activation"
        name = Segment(f"{spec.title()} {block.name}  ", bold=True)
        self._title = (
            (name, Segment(kind, "muted")),
            (Segment(kind, bold=True),),
            (Segment(_KINDS[block.kind], bold=True),),
        )
        self._select(self._first_convolution())

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self._look, self._style = Look(theme), Style(theme)
        self._styles = _styles(theme)
        self.updateGeometry()
        self.update()

    @property
    def rows(self) -> Sequence[Row]:
        """The lines of the table, top to bottom."""
        return self._rows

    @property
    def selected(self) -> int:
        """Index of the row that is explained."""
        return self._selected

    def sizeHint(self) -> QSize:
        em = self._style.theme.small_px
        return QSize(32 * em, round((len(self._rows) + 4) * 1.9 * em))

    def minimumSizeHint(self) -> QSize:
        em = self._style.theme.small_px
        return QSize(24 * em, round((len(self._rows) + 4) * 1.25 * em))

    # --- painting ----------------------------------------------------------------------------

    @property
    def sheet(self) -> Sheet:
        """Where everything lies now, in larger type where it leaves nothing out."""
        for style in self._styles[:-1]:
            sheet = self._sheet_in(style)
            roomy = sheet.pitch >= _ROOMY_ROW * style.row
            if roomy and sheet.columns.wording is LONGEST:
                return sheet
        return self._sheet_in(self._styles[-1])

    def _sheet_in(self, style: Style) -> Sheet:
        head, foot = self._head_height + 1.35 * style.row, 1.8 * style.row
        room = (self.height() - head - foot) / len(self._rows)
        em = style.theme.small_px
        widths = style.bold_metrics.horizontalAdvance  # bold is the widest that is written
        return Sheet(
            rows=self._rows,
            columns=columns(self._rows, self._symbol, self.width() - 8.0, em, widths),
            style=style,
            top=head,
            pitch=min(room, _TALLEST_ROW * em),
            symbol=self._symbol,
            selected=self._selected,
        )

    @property
    def _head_height(self) -> float:
        return 1.5 * self._style.theme.title_px

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint title, diagram, table, and how the chosen row's figures come about."""
        if not self._rows:
            return
        sheet = self.sheet
        with QPainter(self) as painter:
            self._paint_head(painter)
            paint_sheet(painter, sheet)
            self._paint_reckoning(painter, sheet)
            if self.hasFocus():
                painter.setPen(self._style.pen("muted", 1.0))
                y = sheet.top + self._selected * sheet.pitch
                left = sheet.columns.label - self._style.theme.small_px * 0.4
                painter.drawRoundedRect(
                    QRectF(left, y, sheet.columns.ends[2] + 4 - left, sheet.pitch), 5, 5
                )

    def _paint_head(self, painter: QPainter) -> None:
        size = self._style.theme.title_px
        row = QRectF(0, 0, self.width(), self._head_height)
        wide = line_width(self._equation, self._look, size)
        room = row.width() - wide - 2 * size
        title = _fitting(self._title, self._look, size, room)
        draw_line(painter, title, row.adjusted(0, 0, -wide - size, 0), self._look, size)
        equation_at = row.adjusted(row.width() - wide - 1, 0, 0, 0)
        draw_line(painter, self._equation, equation_at, self._look, size)

    def _paint_reckoning(self, painter: QPainter, sheet: Sheet) -> None:
        size = self._style.theme.font_px
        top = sheet.top + len(self._rows) * sheet.pitch + 0.25 * self._style.row
        row = QRectF(0, top, self.width(), 1.4 * self._style.row)
        lines = [(Segment(text),) for text in reckoning(self._rows[self._selected])]
        small = self._style.theme.small_px
        for line, px in [(line, px) for line in lines for px in (size, small)]:
            if line_width(line, self._look, px) <= row.width():
                break
        draw_line(painter, line, row, self._look, px)

    # --- selection ---------------------------------------------------------------------------

    def row_at(self, y: float) -> int | None:
        """The row under a pixel; None above and below the table."""
        if not self._rows:
            return None
        index = int((y - self.sheet.top) // self.sheet.pitch)
        return index if 0 <= index < len(self._rows) else None

    def _first_convolution(self) -> int:
        kinds = [row.layer.kind if row.layer else "" for row in self._rows]
        return kinds.index("conv")

    def _select(self, index: int) -> None:
        self._selected = index
        row = self._rows[index]
        self.setAccessibleDescription(f"{row.label}, {row.shape_text}. {reckoning(row)[0]}")
        QAccessible.updateAccessibility(
            QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
        )
        self.update()

    def _choose(self, index: int | None) -> None:
        if index is not None and index != self._selected:
            self._select(index)
            self.row_chosen.emit(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Explain the row under the pointer."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._choose(self.row_at(event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Explain the next row or the one before."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or not self._rows:
            super().keyPressEvent(event)
        else:
            self._choose(min(max(self._selected + step, 0), len(self._rows) - 1))


def _styles(theme: Theme) -> tuple[Style, ...]:
    """Styles of the table, the one with the largest type first."""
    return tuple(Style(replace(theme, small_px=round(theme.small_px * f))) for f in _LARGER)


def _fitting(lines: Sequence[Line], look: Look, size: int, room: float) -> Line:
    """The longest line that fits, or else the shortest."""
    return next((line for line in lines if line_width(line, look, size) <= room), lines[-1])

"""Paints a block's anatomy: the band of the branch, the shortcut around it, and the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from resnet_viz.ui.anatomy.layout import Columns, band_width
from resnet_viz.ui.anatomy.rows import Row
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Role
from resnet_viz.ui.overview.style import Anchor, Style, draw_text

_NODE = 0.68  # of a row's height that a layer takes


@dataclass(frozen=True)
class Sheet:
    """What is painted where.

    Attributes:
        rows: top to bottom.
        columns: left to right.
        style: fonts and pens.
        top: of the first row, pixels.
        pitch: from one row to the next.
        symbol: the shortcut as it is written: `x`, `W·x`, `pad(x)`.
        selected: index of the row that is explained.
    """

    rows: Sequence[Row]
    columns: Columns
    style: Style
    top: float
    pitch: float
    symbol: str
    selected: int

    def middle(self, index: int) -> float:
        """Middle of a row."""
        return self.top + (index + 0.5) * self.pitch

    def first(self, role: str) -> int:
        """Index of the first row of a role."""
        return next(i for i, row in enumerate(self.rows) if row.role == role)

    def band(self, channels: int) -> float:
        """Width of the band for so many channels."""
        most = max(row.shape[0] for row in self.rows)
        return band_width(channels, most, self.columns.band)


def paint_sheet(painter: QPainter, sheet: Sheet) -> None:
    """Paint diagram and table."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_selection(painter, sheet)
    _paint_table(painter, sheet)
    _paint_flow(painter, sheet)
    _paint_shortcut(painter, sheet)
    for index, row in enumerate(sheet.rows):
        _paint_node(painter, sheet, index, row)


# --- table -------------------------------------------------------------------------------------


def _paint_selection(painter: QPainter, sheet: Sheet) -> None:
    left = sheet.columns.label - sheet.style.theme.small_px * 0.4
    right = sheet.columns.ends[2] + 4
    y = sheet.top + sheet.selected * sheet.pitch
    row = QRectF(left, y, right - left, sheet.pitch)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(sheet.style.brush("highlight"))
    painter.drawRoundedRect(row, 5, 5)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_table(painter: QPainter, sheet: Sheet) -> None:
    style, columns = sheet.style, sheet.columns
    painter.setFont(style.small)
    painter.setPen(style.pen("muted"))
    y = sheet.top - style.row * 0.7
    for end, heading in zip(columns.ends, columns.wording.heading_texts, strict=True):
        draw_text(painter, end, y, heading, Anchor.RIGHT)
    draw_text(painter, columns.centre, y - style.row / 2, "channels", Anchor.TOP)
    for index, row in enumerate(sheet.rows):
        _paint_line(painter, sheet, index, row)
    # A rule over the whole block's figures, as under a sum.
    y = sheet.middle(len(sheet.rows) - 1) - sheet.pitch / 2
    left = columns.ends[1] - columns.widths[1]
    painter.fillRect(QRectF(left, round(y), columns.ends[2] - left, 1), style.color("muted"))


def _paint_line(painter: QPainter, sheet: Sheet, index: int, row: Row) -> None:
    style, columns, y = sheet.style, sheet.columns, sheet.middle(index)
    whole = row.role == "output"
    if row.costs and not whole:
        _paint_bars(painter, sheet, row, y)
    painter.setFont(style.bold if row.layer is None else style.small)
    painter.setPen(Look(style.theme).ink(_LABEL_ROLES.get(row.role, "text")))
    draw_text(painter, columns.label, y, columns.wording.label(row))
    painter.setFont(style.small)
    at_rest = row.layer is not None and not row.changes
    painter.setPen(style.pen("muted" if at_rest else "text"))
    draw_text(painter, columns.ends[0], y, columns.wording.shape(row), Anchor.RIGHT)
    if not row.costs:
        return
    painter.setFont(style.bold if whole else style.small)
    for end, value in zip(columns.ends[1:], (row.parameters, row.macs), strict=True):
        painter.setPen(style.pen("text" if value else "ghost"))
        draw_text(painter, end, y, columns.wording.cost(value), Anchor.RIGHT)


_LABEL_ROLES: dict[str, Role] = {"input": "shortcut", "output": "output"}


def _paint_bars(painter: QPainter, sheet: Sheet, row: Row, y: float) -> None:
    """A row's share of the block's cost, behind its numbers."""
    whole, columns = sheet.rows[-1], sheet.columns
    colour = "shortcut" if row.role == "shortcut" else "branch"
    height = min(sheet.pitch * 0.74, sheet.style.row * 1.15)
    pairs = ((row.parameters, whole.parameters), (row.macs, whole.macs))
    for end, width, (part, total) in zip(columns.ends[1:], columns.widths[1:], pairs, strict=True):
        if part and total:
            long = (width + 8) * part / total
            bar = QRectF(end + 4 - long, y - height / 2, long, height)
            painter.fillRect(bar, sheet.style.brush(colour, 0.22))


# --- diagram -----------------------------------------------------------------------------------


def _paint_flow(painter: QPainter, sheet: Sheet) -> None:
    """The band from x to y, as wide as there are channels; paler than the layers on it."""
    rows, sum_row = sheet.rows, sheet.first("sum")
    branch = [i for i, row in enumerate(rows) if row.role == "branch"]
    stops = [(sheet.middle(0), rows[0].shape[0])]
    for index in branch:
        layer = rows[index].layer
        assert layer is not None
        half = sheet.pitch * _NODE / 2
        stops.append((sheet.middle(index) - half, layer.in_shape[0]))
        stops.append((sheet.middle(index) + half, layer.out_shape[0]))
    stops.append((sheet.middle(sum_row), rows[sum_row].shape[0]))
    _fill_band(painter, sheet, stops, "branch", 0.16)
    end = [(sheet.middle(i), rows[i].shape[0]) for i in range(sum_row, len(rows))]
    _fill_band(painter, sheet, end, "output", 0.22)


def _fill_band(
    painter: QPainter, sheet: Sheet, stops: Sequence[tuple[float, int]], colour: str, alpha: float
) -> None:
    centre = sheet.columns.centre
    halves = [(y, sheet.band(channels) / 2) for y, channels in stops]
    outline = [QPointF(centre - half, y) for y, half in halves]
    outline += [QPointF(centre + half, y) for y, half in reversed(halves)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(sheet.style.brush(colour, alpha))
    painter.drawPolygon(QPolygonF(outline))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_shortcut(painter: QPainter, sheet: Sheet) -> None:
    """The line from x around the branch to the sum, with its symbol on it."""
    style, lane, centre = sheet.style, sheet.columns.lane, sheet.columns.centre
    first, last = sheet.middle(0), sheet.middle(sheet.first("sum"))
    bend = min(0.8 * sheet.pitch, sheet.columns.centre - lane)
    path = QPainterPath(QPointF(centre, first))
    path.lineTo(lane + bend, first)
    path.quadTo(lane, first, lane, first + bend)
    path.lineTo(lane, last - bend)
    path.quadTo(lane, last, lane + bend, last)
    path.lineTo(centre, last)
    pen = QPen(style.pen("shortcut", style.theme.arc_max))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawPath(path)
    width = style.bold_metrics.horizontalAdvance(sheet.symbol) + 8
    box = QRectF(lane - width / 2, (first + last) / 2 - style.row / 2, width, style.row)
    painter.fillRect(box, style.brush("card"))
    painter.setFont(style.bold)
    painter.setPen(style.pen("text"))
    draw_text(painter, box.center().x(), box.center().y(), sheet.symbol, Anchor.CENTRE)


def _paint_node(painter: QPainter, sheet: Sheet, index: int, row: Row) -> None:
    y, style = sheet.middle(index), sheet.style
    if row.role == "sum":
        _paint_sum(painter, sheet, y)
        return
    if row.layer is None:
        colour = "shortcut" if row.role == "input" else "output"
        width = sheet.band(row.shape[0])
        bar = QRectF(sheet.columns.centre - width / 2, y - sheet.pitch * 0.14, width, 0)
        bar.setHeight(sheet.pitch * 0.28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.brush(colour))
        painter.drawRoundedRect(bar, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        return
    half = sheet.pitch * _NODE / 2
    at_branch = row.role != "shortcut"
    centre = sheet.columns.centre if at_branch else sheet.columns.lane
    above, below = (s[0] for s in (row.layer.in_shape, row.layer.out_shape))
    # On its line the shortcut's band has no room: its layers are squares there.
    tops = (sheet.band(above), sheet.band(below)) if at_branch else (2 * half, 2 * half)
    shape = _trapezoid(centre, y, half, *tops)
    colour = {"shortcut": "shortcut", "after": "output"}.get(row.role, "branch")
    painter.setPen(style.pen(colour, 0.5 * style.theme.line))
    painter.setBrush(style.brush(colour if row.layer.kind == "conv" else "card"))
    painter.drawPolygon(shape)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if row.layer.kind == "activation":
        _paint_bend(painter, sheet, centre, y, min(half, tops[1] / 2), colour)


def _trapezoid(centre: float, y: float, half: float, above: float, below: float) -> QPolygonF:
    return QPolygonF(
        [
            QPointF(centre - above / 2, y - half),
            QPointF(centre + above / 2, y - half),
            QPointF(centre + below / 2, y + half),
            QPointF(centre - below / 2, y + half),
        ]
    )


def _paint_bend(
    painter: QPainter, sheet: Sheet, centre: float, y: float, half: float, colour: str
) -> None:
    """The sign of a nonlinearity: a line with a bend."""
    reach, rise = half * 0.9, half * 0.55
    painter.setPen(sheet.style.pen(colour, 0.5 * sheet.style.theme.line))
    points = (
        QPointF(centre - reach, y + rise),
        QPointF(centre, y + rise),
        QPointF(centre + reach, y - rise),
    )
    painter.drawPolyline(QPolygonF(list(points)))


def _paint_sum(painter: QPainter, sheet: Sheet, y: float) -> None:
    style, radius = sheet.style, min(sheet.pitch * 0.46, sheet.style.row)
    centre = QPointF(sheet.columns.centre, y)
    painter.setPen(style.pen("text", 0.5 * style.theme.line))
    painter.setBrush(style.brush("card"))
    painter.drawEllipse(centre, radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    reach = radius * 0.5
    painter.drawLine(QPointF(centre.x() - reach, y), QPointF(centre.x() + reach, y))
    painter.drawLine(QPointF(centre.x(), y - reach), QPointF(centre.x(), y + reach))

"""One side of the opened add node: what enters the sum, and what comes back through it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.lab.settings import Side
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.block_view.formula import activation_name
from resnet_viz.ui.block_view.line import draw_line, line_width
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Line, Role, Segment
from resnet_viz.ui.gradients.add_node_layout import (
    ROWS,
    WIDEST,
    Geometry,
    arrow_widths,
    geometry,
    lane,
)
from resnet_viz.ui.gradients.add_node_words import (
    backward_lines,
    cosine_text,
    formula_lines,
    forward_lines,
    note_lines,
    spoken_node,
    value_text,
)
from resnet_viz.ui.gradients.pair_state import SIDE_NAMES
from resnet_viz.ui.gradients.pair_words import SIDE_MARKS, SIDE_ROLES
from resnet_viz.ui.overview.style import Anchor, Style, draw_text


class AddNodePanel(QWidget):
    """Paints one network's node.

    Args:
        side: whose.
        style: fonts and pens.
        parent: owner.
    """

    def __init__(self, side: Side, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.side = side
        self._style = style
        self._look = Look(style.theme)
        self._spec: ResNetSpec | None = None
        self._stats: BlockStats | None = None
        self._dtype = "float32"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(f"Add node, {SIDE_NAMES[side]}")
        self.set_style(style)

    def sizeHint(self) -> QSize:
        """All lines with some air between."""
        return QSize(460, round((ROWS + 0.6) * self._style.row))

    def set_style(self, style: Style) -> None:
        """Take another look."""
        self._style, self._look = style, Look(style.theme)
        self.setMinimumSize(300, round(ROWS * style.row))
        self.updateGeometry()
        self.update()

    def set_stats(self, spec: ResNetSpec, stats: BlockStats | None, dtype: str) -> None:
        """Show a block's figures; None says that they are not measured yet."""
        self._spec, self._stats, self._dtype = spec, stats, dtype
        self.setAccessibleDescription(spoken_node(SIDE_NAMES[self.side], stats, dtype))
        self.update()

    @property
    def widest(self) -> float:
        """Width of the arrow of the larger gradient, pixels."""
        return WIDEST * self._style.row

    def geometry_now(self) -> Geometry:
        """Where everything lies."""
        return geometry(self._style, float(self.width()), float(self.height()))

    # --- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint title, both rows, formula and notes."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._spec is None:
                return
            self._paint_side(painter)
            if self._stats is None:
                painter.setFont(self._style.small)
                painter.setPen(self._look.ink("muted"))
                middle = QPointF(self.rect().center())
                draw_text(painter, middle.x(), middle.y(), "not measured yet", Anchor.CENTRE)
                return
            place = self.geometry_now()
            self._paint_forward(painter, place, self._stats)
            self._paint_backward(painter, place, self._stats)
            self._paint_foot(painter, self._stats, self._spec)

    def _paint_side(self, painter: QPainter) -> None:
        mark = SIDE_MARKS[self.side]
        line = (Segment(f"{mark} " + SIDE_NAMES[self.side], SIDE_ROLES[self.side], bold=True),)
        self._write(painter, [line], 2.0, 0.55 * self._style.row, self.width() - 4.0)

    def _paint_forward(self, painter: QPainter, place: Geometry, stats: BlockStats) -> None:
        y, row, style = place.forward, self._style.row, self._style
        self._write(painter, [(Segment("forward →", "muted"),)], 2.0, y, place.left)
        self._write(painter, _norm("‖x‖", stats.norm_in, "text"), 2.0, y + row, place.left - 6)
        self._at_right(painter, place, y, "‖y‖", stats.norm_out, "output")
        for sign, open_, colour in ((-1, stats.skip, "shortcut"), (1, stats.main, "branch")):
            width = 2.0 * style.scale
            painter.setPen(style.pen(colour, width) if open_ else style.dashed("ghost", 1.3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(lane(place, y, sign))
            if open_:
                self._head(painter, place.node - 9 * style.scale, y + sign * 3, 1, colour)
        painter.setPen(style.pen("output", 2.0 * style.scale))
        painter.drawLine(QPointF(place.node, y), QPointF(place.right - 4, y))
        self._head(painter, place.right, y, 1, "output")
        self._node(painter, place, y, "")
        x, clear = place.left + 18, place.spread + 0.62 * row + place.air
        self._write(painter, forward_lines(stats, "skip"), x, y - clear, place.right - x)
        self._paint_branch(painter, place, x, y + clear, stats)

    def _paint_branch(
        self, painter: QPainter, place: Geometry, x: float, y: float, stats: BlockStats
    ) -> None:
        """Write the norm of F(x) and, where there is room for both, the cosine behind it."""
        style, lines = self._style, forward_lines(stats, "branch")
        least = self._least_width(lines)
        cosine = f"cos {cosine_text(stats)}"
        room = place.right - style.metrics.horizontalAdvance(cosine) - 10 - x
        if least > room:
            x, room = place.left + 2, room + 16
        if least > room:
            self._write(painter, lines, x, y, place.right - x)
            return
        self._write(painter, lines, x, y, room)
        painter.setFont(style.small)
        painter.setPen(self._look.ink("muted"))
        draw_text(painter, place.right, y, cosine, Anchor.RIGHT)

    def _paint_backward(self, painter: QPainter, place: Geometry, stats: BlockStats) -> None:
        y, row, style = place.backward, self._style.row, self._style
        room = place.left - 6
        self._write(painter, [(Segment("← backward", "muted"),)], 2.0, y - row, room)
        self._write(painter, [(Segment("‖∂L/∂x‖", "gradient", bold=True),)], 2.0, y, room)
        self._write(painter, [_number(stats.grad_in)], 2.0, y + row, room)
        self._at_right(painter, place, y, "‖∂L/∂y‖", stats.grad_out, "gradient")
        painter.setPen(style.pen("gradient", 2.0 * style.scale))
        painter.drawLine(QPointF(place.node, y), QPointF(place.right, y))
        self._head(painter, place.node + 9 * style.scale, y, -1, "gradient")
        widths = arrow_widths(stats, self.widest)
        for sign, width, colour in ((-1, widths[0], "shortcut"), (1, widths[1], "branch")):
            self._arrow_back(painter, place, y, sign, width, colour)
        self._node(painter, place, y, "′")
        x, clear = place.left + 18, place.spread + self.widest / 2 + 0.55 * row + place.air
        for sign, path in ((-1, "skip"), (1, "branch")):
            lines = backward_lines(stats, path, self._dtype)
            fits = self._least_width(lines) <= place.right - x
            start = x if fits else place.left + 2
            self._write(painter, lines, start, y + sign * clear, place.right - start)

    def _at_right(
        self, painter: QPainter, place: Geometry, y: float, name: str, value: float, role: Role
    ) -> None:
        """Write what stands at the y end of a row."""
        x, half = place.right + 7, 0.5 * self._style.row
        room = self.width() - x
        self._write(painter, [(Segment(name, role, bold=True),)], x, y - half, room)
        self._write(painter, [_number(value)], x, y + half, room)

    def _arrow_back(
        self, painter: QPainter, place: Geometry, y: float, sign: int, width: float, colour: str
    ) -> None:
        """One arrow to the left; dashed where nothing comes through."""
        style = self._style
        pen = style.pen(colour, max(width, 0.8)) if width else style.dashed("ghost", 1.2)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(lane(place, y, sign, start=8.0))
        if width:
            reach = max(4.0 * style.scale, width / 2 + 2.5)
            self._head(painter, place.left - 1, y + sign * place.spread, -1, colour, reach)

    def _node(self, painter: QPainter, place: Geometry, y: float, prime: str) -> None:
        """The ⊕, and the activation behind it if there is one."""
        style, reach = self._style, 8.0 * self._style.scale
        painter.setPen(style.pen("text", 1.5 * style.scale))
        painter.setBrush(style.brush("card"))
        painter.drawEllipse(QPointF(place.node, y), reach, reach)
        painter.drawLine(QPointF(place.node - reach, y), QPointF(place.node + reach, y))
        painter.drawLine(QPointF(place.node, y - reach), QPointF(place.node, y + reach))
        assert self._spec is not None
        name = activation_name(self._spec.order, self._spec.activation)
        if not name:
            return
        width = style.metrics.horizontalAdvance(name + prime) + 10
        box = QRectF(place.act - width / 2, y - style.row * 0.6, width, style.row * 1.2)
        painter.setPen(style.pen("ghost", 1.2))
        painter.drawRoundedRect(box, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(style.small)
        painter.setPen(self._look.ink("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name + prime)

    def _head(
        self,
        painter: QPainter,
        x: float,
        y: float,
        direction: int,
        colour: str,
        reach: float = 0.0,
    ) -> None:
        """An arrow head whose tip is at (x, y); `direction` 1 is to the right."""
        reach = reach or 4.0 * self._style.scale
        path = QPainterPath(QPointF(x, y))
        path.lineTo(x - direction * reach * 1.7, y - reach)
        path.lineTo(x - direction * reach * 1.7, y + reach)
        path.closeSubpath()
        painter.fillPath(path, self._style.brush(colour))

    def _paint_foot(self, painter: QPainter, stats: BlockStats, spec: ResNetSpec) -> None:
        """The chain rule and, where there is room, the scale of the arrows."""
        row, height, room = self._style.row, float(self.height()), self.width() - 4.0
        self._write(painter, formula_lines(stats, spec), 2.0, height - 1.6 * row, room)
        self._write(painter, note_lines(stats, spec, self.widest), 2.0, height - 0.55 * row, room)

    def _least_width(self, lines: Sequence[Line]) -> float:
        """Of the briefest line."""
        return line_width(lines[-1], self._look, self._style.theme.small_px)

    def _write(
        self, painter: QPainter, lines: Sequence[Line], x: float, y: float, room: float
    ) -> None:
        """Write the fullest line that fits, vertically centred on y."""
        size = self._style.theme.small_px
        fitting = (line for line in lines if line_width(line, self._look, size) <= room)
        line = next(fitting, lines[-1])
        row = self._style.row
        draw_line(painter, line, QRectF(x, y - row / 2, room, row), self._look, size)


def _number(value: float) -> Line:
    return (Segment(value_text(value), "text", bold=True),)


def _norm(symbol: str, value: float, role: Role) -> list[Line]:
    """A norm with its symbol, or the figure alone."""
    return [(Segment(f"{symbol} ", role, bold=True), *_number(value)), _number(value)]

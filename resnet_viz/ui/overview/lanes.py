"""What all lanes share: their place, their title row, their waiting text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from resnet_viz.ui.overview.curves import paint_dots
from resnet_viz.ui.overview.figures import Figures
from resnet_viz.ui.overview.geometry import Want
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Anchor, Style, draw_text

LaneName = Literal["gradient", "forward", "backward", "activation", "cost"]
LANE_NAMES: tuple[LaneName, ...] = get_args(LaneName)
DEFAULT_LANES: frozenset[LaneName] = frozenset({"gradient", "forward", "backward"})
WAITING = "waiting for the first measurement"


@dataclass(frozen=True)
class LaneContext:
    """Where and with what a lane is painted.

    Attributes:
        style: fonts and pens.
        axis: of the blocks.
        top: of the title row, pixels.
        height: of the whole lane.
        state: what is shown.
    """

    style: Style
    axis: BlockAxis
    top: float
    height: float
    state: OverviewState

    @property
    def title_y(self) -> float:
        """Middle of the title row."""
        return self.top + self.style.row / 2

    @property
    def plot(self) -> QRectF:
        """The area under the title row."""
        top = self.top + self.style.row + 4
        return QRectF(self.axis.left, top, self.axis.width, self.top + self.height - top - 7)

    @property
    def shown(self) -> range:
        """Visible blocks and one more at each end, so that curves leave the plot."""
        visible = self.axis.visible
        return range(max(0, visible.start - 1), min(self.axis.n_blocks, visible.stop + 1))

    def selected_text(self, write: Callable[[Figures, int], str]) -> str:
        """The selected block's figures for the title row; empty before the first measurement."""
        now, selected = self.state.now, self.state.selected
        if now is None or selected is None:
            return ""
        return f"{now.names[selected]}  {write(now, selected)}"


class Lane(Protocol):
    """A row of figures under the chain of blocks."""

    name: LaneName
    title: str
    menu_text: str

    def want(self, style: Style) -> Want:
        """The height it asks for."""
        ...

    def paint(self, painter: QPainter, context: LaneContext) -> None:
        """Paint title and figures."""
        ...


@dataclass(frozen=True)
class Key:
    """An entry of a lane's legend: how something looks and what it is."""

    look: Literal["line", "dashed", "tick", "bar", "hollow"]
    colour: str
    text: str
    alpha: float = 1.0


def paint_title(
    painter: QPainter,
    context: LaneContext,
    title: str,
    *,
    brief: str = "",
    scale: str = "",
    keys: Sequence[Key] = (),
    caption: str = "",
    reserved: float = 0.0,
) -> None:
    """Paint the title row; what does not fit is left out, the scale first.

    Args:
        painter: of the lane.
        context: of the lane.
        title: bold, at the left.
        brief: in its place where both title and caption do not fit.
        scale: muted, after the title.
        keys: the legend.
        caption: what the numbers say, at the right; shortened if it must be.
        reserved: pixels at the right end that belong to a button.
    """
    style, y = context.style, context.title_y
    right = context.axis.right - reserved
    caption_width = style.metrics.horizontalAdvance(caption) + 14 if caption else 0.0
    if style.bold_metrics.horizontalAdvance(title) + 14 + caption_width > right:
        title = brief or title
    painter.setFont(style.bold)
    painter.setPen(style.pen("text"))
    draw_text(painter, 0, y, title)
    x = style.bold_metrics.horizontalAdvance(title) + 14
    painter.setFont(style.small)
    room = right - x - caption_width
    keys_width = sum(_key_width(style, key) for key in keys)
    scale_width = style.metrics.horizontalAdvance(scale) + 18 if scale else 0.0
    if keys_width > room:
        keys, keys_width = (), 0.0
    if scale and keys_width + scale_width <= room:
        painter.setPen(style.pen("muted"))
        draw_text(painter, x, y, scale)
        x += scale_width
    for key in keys:
        _paint_key(painter, style, key, x, y)
        x += _key_width(style, key)
    if caption and right - x > 40:
        text = style.metrics.elidedText(caption, Qt.TextElideMode.ElideRight, right - x)
        painter.setPen(style.pen("text"))
        draw_text(painter, right, y, text, Anchor.RIGHT)


def _key_width(style: Style, key: Key) -> float:
    return style.metrics.horizontalAdvance(key.text) + 34 * style.scale


def _paint_key(painter: QPainter, style: Style, key: Key, x: float, y: float) -> None:
    s = style.scale
    width = 18 * s
    if key.look in ("line", "dashed"):
        solid = key.look == "line"
        painter.setPen(
            style.pen(key.colour, style.theme.line) if solid else style.dashed(key.colour)
        )
        painter.drawLine(QPointF(x, y), QPointF(x + width, y))
        if solid:
            paint_dots(painter, style, key.colour, [QPointF(x + width / 2, y)])
    elif key.look == "tick":
        painter.setPen(style.pen(key.colour, 1.6 * s))
        painter.drawLine(QPointF(x + width - 8 * s, y), QPointF(x + width, y))
    else:
        box = QRectF(x + width - 10 * s, y - 5 * s, 9 * s, 9 * s)
        painter.setPen(style.pen(key.colour, 1.2) if key.look == "hollow" else Qt.PenStyle.NoPen)
        painter.setBrush(
            Qt.BrushStyle.NoBrush if key.look == "hollow" else style.brush(key.colour, key.alpha)
        )
        painter.drawRect(box)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(style.pen("muted"))
    draw_text(painter, x + width + 4 * s, y, key.text)


def paint_tick(painter: QPainter, context: LaneContext, y: float, text: str) -> None:
    """Write a tick's label left of the axis."""
    painter.setFont(context.style.small)
    painter.setPen(context.style.pen("muted"))
    draw_text(painter, context.axis.left - 7, y, text, Anchor.RIGHT)


def paint_grid_line(painter: QPainter, context: LaneContext, y: float) -> None:
    """Draw a grid line across the plot, on whole pixels so that it stays thin."""
    # Filling is ten times cheaper than stroking a long antialiased line.
    line = QRectF(context.axis.left, round(y), context.axis.width, 1.0)
    painter.fillRect(line, context.style.color("grid"))


def paint_waiting(painter: QPainter, context: LaneContext) -> None:
    """Say that there are no numbers yet."""
    painter.setFont(context.style.small)
    painter.setPen(context.style.pen("muted"))
    plot = context.plot
    draw_text(painter, plot.center().x(), plot.center().y(), WAITING, Anchor.CENTRE)


def clip_to_plot(painter: QPainter, context: LaneContext) -> None:
    """Keep figures of blocks beyond the axis out of its margins, where the ticks are."""
    plot, spill = context.plot, 1.0
    area = QRectF(plot.left() - spill, context.top, plot.width() + 2 * spill, context.height)
    painter.setClipRect(area.toAlignedRect(), Qt.ClipOperation.IntersectClip)

"""The whole picture: chain on top, lanes below, and which lane lies where."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from resnet_viz.ui.overview.captions import facts, path_state
from resnet_viz.ui.overview.chain_view import header_rect, paint_chain, square_rect
from resnet_viz.ui.overview.geometry import Chain, Hit, Part, stack
from resnet_viz.ui.overview.gradient_lane import GradientLane
from resnet_viz.ui.overview.lanes import DEFAULT_LANES, Lane, LaneContext, LaneName
from resnet_viz.ui.overview.layout import BlockAxis, Detail
from resnet_viz.ui.overview.share_lanes import ShareLane
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.statistic_lanes import ActivationLane, CostLane
from resnet_viz.ui.overview.style import Align, Anchor, Style, draw_text

_RIGHT_MARGIN = 16.0
_LANE_GAP = 2.0


@dataclass(frozen=True)
class Place:
    """A lane and where it lies, before scrolling."""

    lane: Lane
    top: float
    height: float


class Scene:
    """Lays out and paints the overview in logical pixels.

    Args:
        state: what is shown.
        style: how.

    Attributes:
        axis: the shared x axis; assign a zoomed or panned one.
        gradient: the gradient lane, whose scale can be pinned.
        lanes: all lanes, top to bottom.
        shown: names of those that are painted.
        scroll: pixels by which the lanes are scrolled up.
        roomy: whether arcs and squares take more of the height, to be seen from afar.
    """

    def __init__(self, state: OverviewState, style: Style) -> None:
        self.state = state
        self.style = style
        self.axis = BlockAxis(())
        self.gradient = GradientLane()
        self.lanes: tuple[Lane, ...] = (
            self.gradient,
            ShareLane("forward"),
            ShareLane("backward"),
            ActivationLane(),
            CostLane(),
        )
        self.shown: AbstractSet[LaneName] = DEFAULT_LANES
        self.scroll = 0.0
        self.roomy = False
        self._width = self._height = 1.0

    def resize(self, width: float, height: float) -> None:
        """Take the size of the canvas."""
        self._width, self._height = width, height
        self.refit()

    def refit(self) -> None:
        """Place the axis between its margins; zoom and position stay."""
        gutter = self._gutter()
        self.axis = self.axis.resized(gutter, self._width - gutter - _RIGHT_MARGIN)
        self.scroll = min(self.scroll, self.overflow)

    def _gutter(self) -> float:
        """Room for the longest tick and for the names of the share lanes' colours."""
        metrics, scale = self.style.metrics, self.style.scale
        names = max(metrics.horizontalAdvance(t) for t in ("skip", "F(x)")) + 11 * scale
        return max(metrics.horizontalAdvance("10⁻⁴⁵"), names) + 10.0

    @property
    def chain(self) -> Chain:
        """The chain of blocks."""
        style = self.style
        header_height = style.row + 5
        arc_max, square_max = self._roomy_sizes() if self.roomy else self._usual_sizes()
        line_y = 1 + header_height + 8 * style.scale + arc_max
        return Chain(
            axis=self.axis,
            header_top=1.0,
            header_height=header_height,
            line_y=line_y,
            square_max=square_max,
            arc_max=arc_max,
            label_y=line_y + square_max / 2 + 4,
        )

    def _usual_sizes(self) -> tuple[float, float]:
        """Height of an arc and side of a square where there is room."""
        scale = self.style.scale
        arc = min(max(self._height * 0.125, 36.0 * scale), 64.0 * scale)
        return arc, min(max(self._height * 0.08, 24.0 * scale), 34.0 * scale)

    def _roomy_sizes(self) -> tuple[float, float]:
        """The same for a hall; no higher than arcs of blocks so narrow become, zoomed or not."""
        scale, most = self.style.scale, 0.21 if self.shown else 0.5
        arc = min(max(self._height * most, 36.0 * scale), 120.0 * scale)
        pitch = self.axis.width / max(1, self.axis.n_blocks)
        square = min(max(self._height * most * 0.5, 24.0 * scale), 60.0 * scale)
        return min(arc, max(36.0 * scale, 12 + 1.1 * pitch)), min(square, max(24.0, pitch * 0.68))

    @property
    def lanes_top(self) -> float:
        """Where the first lane begins."""
        return self.chain.label_y + self.style.row + 4

    def places(self) -> list[Place]:
        """The painted lanes, top to bottom."""
        lanes = [lane for lane in self.lanes if lane.name in self.shown]
        room = self._height - self.lanes_top - _LANE_GAP * max(0, len(lanes) - 1)
        heights = stack(room, [lane.want(self.style) for lane in lanes])
        top, places = self.lanes_top, []
        for lane, height in zip(lanes, heights, strict=True):
            places.append(Place(lane, top, height))
            top += height + _LANE_GAP
        return places

    @property
    def overflow(self) -> float:
        """Pixels of the lanes that do not fit."""
        places = self.places()
        if not places:
            return 0.0
        return max(0.0, places[-1].top + places[-1].height - self._height)

    def context(self, place: Place) -> LaneContext:
        """What a lane paints with."""
        return LaneContext(self.style, self.axis, place.top - self.scroll, place.height, self.state)

    def hit(self, x: float, y: float) -> Hit | None:
        """What lies under a point."""
        hit = self.chain.hit(x, y)
        if hit is not None and hit.part is not Part.COLUMN and y > self.lanes_top:
            return Hit(Part.COLUMN, self.axis.index_at(x) or 0)
        return hit

    def lane_titled_at(self, y: float) -> str:
        """Name of the lane whose title row lies at a height, empty for none."""
        for place in self.places():
            top = place.top - self.scroll
            if top <= y < top + self.style.row:
                return place.lane.name
        return ""

    def pin_at(self, x: float, y: float) -> bool:
        """Whether the gradient lane's pin lies under a point."""
        if self.state.now is None or not self.gradient.with_pin or y <= self.lanes_top:
            return False  # there is no scale to pin yet, or the lane is scrolled away
        for place in self.places():
            if place.lane is self.gradient:
                rect = self.gradient.pin_rect(self.context(place))
                return rect.adjusted(-3, -3, 3, 3).contains(QPointF(x, y))
        return False

    def paint_columns(self, painter: QPainter) -> None:
        """Light up the columns of the hovered and of the selected block."""
        self._paint_column(painter, self.state.selected, 1.0)
        if self.state.hovered != self.state.selected:
            self._paint_column(painter, self.state.hovered, 0.55)

    def _paint_column(self, painter: QPainter, index: int | None, alpha: float) -> None:
        if index is None or index not in self.axis.visible:
            return
        left, right = self.axis.x(index), self.axis.x(index + 1)
        if right - left < 3:
            left, right = (left + right) / 2 - 1.5, (left + right) / 2 + 1.5
        left, right = max(left, self.axis.left), min(right, self.axis.right)
        top = self.chain.header_top + self.chain.header_height + 4
        column = QRectF(left, top, right - left, self._height - top)
        painter.fillRect(column, self.style.color("highlight", alpha))

    def paint(self, painter: QPainter) -> None:
        """Paint everything that neither hover nor focus changes."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.state.blocks:
            return
        paint_chain(painter, self.chain, self.style, self.state)
        self._paint_position(painter)
        lanes = QRectF(0, self.lanes_top, self._width, self._height - self.lanes_top)
        painter.setClipRect(lanes.toAlignedRect())
        for place in self.places():
            context = self.context(place)
            if context.top + context.height >= self.lanes_top and context.top <= self._height:
                place.lane.paint(painter, context)
        painter.setClipping(False)

    def _paint_position(self, painter: QPainter) -> None:
        """When zoomed in, show under the headers which part of the network is in view."""
        axis = self.axis
        if axis.zoom <= 1.0001:
            return
        y = self.chain.header_top + self.chain.header_height + 3
        painter.setPen(self.style.pen("grid", 2.0))
        painter.drawLine(QPointF(axis.left, y), QPointF(axis.right, y))
        left = axis.left + axis.start / axis.n_blocks * axis.width
        painter.setPen(self.style.pen("muted", 2.0))
        painter.drawLine(QPointF(left, y), QPointF(left + axis.width / axis.zoom, y))

    def paint_overlay(self, painter: QPainter, hovered: Hit | None, focused: bool) -> None:
        """Paint what hover and focus change."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state, chain = self.state, self.chain
        if focused and state.selected is not None and state.selected in self.axis.visible:
            painter.setPen(self.style.pen("text", 1.4))
            painter.drawRoundedRect(
                square_rect(chain, state.selected).adjusted(-3.5, -3.5, 3.5, 3.5), 6, 6
            )
        if hovered is not None and hovered.part is Part.STAGE:
            painter.setPen(self.style.pen("shortcut", 1.6))
            painter.drawRoundedRect(header_rect(chain, hovered.index), 4, 4)
        for index in {state.selected, state.hovered} - {None}:
            assert index is not None
            self._paint_alpha(painter, index)
        if state.hovered is not None:
            self._paint_tip(painter, state.hovered)

    def _paint_alpha(self, painter: QPainter, index: int) -> None:
        """Write the gate over an arc that is neither open nor cut."""
        skip, chain = float(self.state.skip[index]), self.chain
        if not 0 < skip < 1 or index not in self.axis.visible:
            return
        painter.setFont(self.style.small)
        text = f"α {skip:.2f}"
        width = self.style.metrics.horizontalAdvance(text) + 6
        y = chain.arc_base - chain.arc_height - 1
        box = QRectF(self.axis.centre(index) - width / 2, y - 2, width, self.style.row)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.style.brush("card", 0.9))
        painter.drawRoundedRect(box, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self.style.pen("text"))
        painter.drawText(box, Align.AlignCenter, text)

    def tip_text(self, index: int) -> str:
        """The hovered block's figures in one line."""
        state = self.state
        block, gate = state.blocks[index], path_state(state.gate(index))
        parts = [block.name]
        if block.shortcut != "identity":
            parts.append(f"{block.shortcut} shortcut")
        if gate:
            parts.append(gate)
        if state.now is not None:
            parts += [f"{what} {value}" for what, value in facts(state.now.stats[index])]
        return "  ·  ".join(parts)

    def _paint_tip(self, painter: QPainter, index: int) -> None:
        """A line of figures over the stage headers, near the hovered column."""
        style, chain = self.style, self.chain
        text = style.metrics.elidedText(
            self.tip_text(index), Qt.TextElideMode.ElideRight, self._width - 24
        )
        width = style.metrics.horizontalAdvance(text) + 16
        left = min(max(self.axis.centre(index) - width / 2, 2.0), self._width - width - 2)
        box = QRectF(left, chain.header_top, width, chain.header_height)
        painter.setPen(style.pen("border", 1.0))
        painter.setBrush(style.brush("accent"))
        painter.drawRoundedRect(box, 5, 5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(style.small)
        painter.setPen(style.pen("on_accent"))
        draw_text(painter, box.center().x(), box.center().y(), text, Anchor.CENTRE)

    def hint(self) -> str:
        """What the present zoom leaves out, in words."""
        if self.axis.detail is Detail.BLOCKS:
            return ""
        if self.axis.detail is Detail.FOLDED:
            return "folded, the wheel unfolds"
        thinned = ", bars thinned" if self.axis.pitch < 1 else ""
        return f"1 arc = {self.axis.blocks_per_arc} blocks{thinned}, the wheel unfolds"

"""The chain of blocks in pixels: squares, arcs and what lies under the pointer. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np

from resnet_viz.ui.overview.layout import BlockAxis, Detail

ARC_REACH_PX = 10.0
"""An arc is hit this far from its line, on either side."""
CLICKABLE_ARC_PX = 5.0
"""Blocks narrower than this cannot be aimed at, so their arcs are not clickable."""


class Part(Enum):
    """What lies under the pointer."""

    STAGE = "stage"
    """The header bar of a stage; `index` is the 1-based stage."""
    ARC = "arc"
    """A skip connection."""
    SQUARE = "square"
    """A residual branch."""
    COLUMN = "column"
    """Elsewhere in the column of a block."""


@dataclass(frozen=True)
class Hit:
    """A part and whose it is: a stage number or a block's index."""

    part: Part
    index: int


@dataclass(frozen=True)
class Chain:
    """Stage headers, arcs, line, squares and labels over one axis.

    Attributes:
        axis: of the blocks.
        header_top, header_height: of the stage headers.
        line_y: the line that the squares sit on.
        square_max: side of a square where there is room.
        arc_max: height of an arc over the line where there is room.
        label_y: top of the block labels.
        labelled: whether the blocks' labels are drawn.
    """

    axis: BlockAxis
    header_top: float
    header_height: float
    line_y: float
    square_max: float
    arc_max: float
    label_y: float
    labelled: bool = True

    @cached_property
    def square(self) -> float:
        """Side of a square; of a folded stage, the height of its bar."""
        if self.axis.detail is Detail.BLOCKS:
            return min(self.square_max, self.axis.pitch * 0.68)
        return self.square_max * 0.78

    @cached_property
    def arc_base(self) -> float:
        """Where arcs stand: on the line, or on the bar of a folded stage."""
        if self.axis.detail is Detail.BLOCKS:
            return self.line_y
        return self.line_y - self.square / 2 - 1

    @cached_property
    def arc_height(self) -> float:
        """Height of an arc over its base."""
        pitch = self.axis.pitch * self.axis.blocks_per_arc
        room = self.arc_max - (self.line_y - self.arc_base)
        return min(room, 12 + pitch * 1.1)

    @cached_property
    def arc_half_span(self) -> float:
        """Half the width of one block's arc."""
        return min(self.axis.pitch * 0.465, self.arc_max * 1.25)

    def hit(self, x: float, y: float) -> Hit | None:
        """What lies under a point."""
        index = self.axis.index_at(x)
        if index is None:
            return None
        if self.header_top <= y < self.header_top + self.header_height:
            return Hit(Part.STAGE, self.axis.stage_of(index))
        if self._on_square(index, x, y):
            return Hit(Part.SQUARE, index)
        arc = self._arc_at(index, x, y)
        return Hit(Part.COLUMN, index) if arc is None else Hit(Part.ARC, arc)

    def _on_square(self, index: int, x: float, y: float) -> bool:
        reach = self.square / 2 + 3
        if self.axis.detail is not Detail.BLOCKS:
            return abs(y - self.line_y) <= self.square / 2
        return abs(y - self.line_y) <= reach and abs(x - self.axis.centre(index)) <= reach

    def _arc_at(self, index: int, x: float, y: float) -> int | None:
        top = self.arc_base - self.arc_height
        if not top - ARC_REACH_PX <= y <= self.arc_base or self.axis.pitch < CLICKABLE_ARC_PX:
            return None
        if self.axis.detail is not Detail.BLOCKS:
            return index
        near = range(max(0, index - 1), min(self.axis.n_blocks, index + 2))
        distance, nearest = min((self.arc_distance(i, x, y), abs(i - index), i) for i in near)[::2]
        return nearest if distance <= ARC_REACH_PX else None

    def arc_distance(self, index: int, x: float, y: float) -> float:
        """Distance of a point from a block's arc, pixels."""
        angle = np.linspace(0.0, np.pi, 49)
        dx = self.axis.centre(index) + self.arc_half_span * np.cos(angle) - x
        dy = self.arc_base - self.arc_height * np.sin(angle) - y
        return float(np.hypot(dx, dy).min())


@dataclass(frozen=True)
class Want:
    """The height a lane asks for: at least `least`, at most `most`, sharing by `stretch`."""

    least: float
    most: float
    stretch: float


def stack(available: float, wants: Sequence[Want]) -> list[float]:
    """Heights of stacked lanes: together `available` where their limits allow it."""
    heights = [w.least for w in wants]
    spare = available - sum(heights)
    open_lanes = [i for i, w in enumerate(wants) if w.most > w.least]
    while spare > 0.5 and open_lanes:
        unit = spare / sum(wants[i].stretch for i in open_lanes)
        for i in open_lanes:
            grown = min(heights[i] + unit * wants[i].stretch, wants[i].most)
            spare -= grown - heights[i]
            heights[i] = grown
        open_lanes = [i for i in open_lanes if heights[i] < wants[i].most - 1e-6]
    return heights

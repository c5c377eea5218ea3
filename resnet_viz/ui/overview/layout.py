"""Where blocks lie along the shared x axis: zoom, pan, fold. No Qt, so it is plainly testable."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

FOLD_PX = 14.0
"""Blocks narrower than this are drawn as one folded stage with miniature arcs."""
GROUP_PX = 3.0
"""Blocks narrower than this share an arc with their neighbours."""
ARC_GROUP_PX = 12.0
"""Least width of an arc that stands for several blocks."""
MAX_PITCH_PX = 96.0
"""Widest block that zooming reaches; a short network that fills the axis may be wider."""


class Detail(Enum):
    """How much of each block can be drawn."""

    BLOCKS = "blocks"
    """Every block has its square, its arc and its label."""
    FOLDED = "folded"
    """A stage is one bar; every block still has its arc."""
    GROUPED = "grouped"
    """A stage is one bar; an arc stands for several blocks."""


@dataclass(frozen=True)
class BlockAxis:
    """An x axis of blocks, each as wide as the others; block i covers [i, i + 1).

    Attributes:
        depths: blocks per stage.
        left: left end of the axis, pixels.
        width: length of the axis, pixels.
        zoom: 1 shows all blocks.
        start: block coordinate at the left end.
    """

    depths: tuple[int, ...]
    left: float = 0.0
    width: float = 1.0
    zoom: float = 1.0
    start: float = 0.0

    @cached_property
    def n_blocks(self) -> int:
        """Blocks on the axis."""
        return sum(self.depths)

    @property
    def right(self) -> float:
        """Right end of the axis, pixels."""
        return self.left + self.width

    @cached_property
    def pitch(self) -> float:
        """Width of one block, pixels."""
        return self.width * self.zoom / max(1, self.n_blocks)

    @property
    def max_zoom(self) -> float:
        """Zoom at which a block is as wide as it gets."""
        fitted = self.width / max(1, self.n_blocks)
        return max(1.0, MAX_PITCH_PX / max(fitted, 1e-9))

    @cached_property
    def detail(self) -> Detail:
        """What is drawn at this zoom."""
        if self.pitch >= FOLD_PX:
            return Detail.BLOCKS
        return Detail.FOLDED if self.pitch >= GROUP_PX else Detail.GROUPED

    @cached_property
    def blocks_per_arc(self) -> int:
        """Blocks that one arc stands for; 1 unless grouped."""
        if self.detail is not Detail.GROUPED:
            return 1
        return max(2, round(ARC_GROUP_PX / self.pitch))

    @cached_property
    def stage_starts(self) -> tuple[int, ...]:
        """First block of every stage, and the number of blocks."""
        return (0, *accumulate(self.depths))

    def x(self, block: float) -> float:
        """Pixel of a block coordinate; i + 0.5 is the middle of block i."""
        return self.left + (block - self.start) * self.pitch

    def centre(self, index: int) -> float:
        """Pixel of the middle of a block."""
        return self.x(index + 0.5)

    def edges(self, blocks: range) -> NDArray[np.float64]:
        """Pixels of the left edges of consecutive blocks and of the last one's right, (n + 1,)."""
        return self.x(0.0) + np.arange(blocks.start, blocks.stop + 1, dtype=np.float64) * self.pitch

    def centres(self, blocks: range) -> NDArray[np.float64]:
        """Pixels of the middles of consecutive blocks, (n,)."""
        return self.x(0.5) + np.arange(blocks.start, blocks.stop, dtype=np.float64) * self.pitch

    def coordinate(self, x: float) -> float:
        """Block coordinate under a pixel."""
        return self.start + (x - self.left) / self.pitch

    def index_at(self, x: float) -> int | None:
        """Block under a pixel, None outside the axis."""
        if not self.left <= x < self.right or not self.n_blocks:
            return None
        return min(max(int(self.coordinate(x)), 0), self.n_blocks - 1)

    def stage_of(self, index: int) -> int:
        """1-based stage of a block."""
        return bisect_right(self.stage_starts, index)

    def stage_span(self, stage: int) -> tuple[int, int]:
        """First block of a 1-based stage and the one after its last."""
        return self.stage_starts[stage - 1], self.stage_starts[stage]

    @cached_property
    def visible(self) -> range:
        """Blocks of which at least a part lies on the axis."""
        first = int(self.start + 1e-9)
        last = int(-(-(self.start + self.n_blocks / self.zoom - 1e-9) // 1))
        return range(max(0, first), min(self.n_blocks, last))

    def resized(self, left: float, width: float) -> BlockAxis:
        """The same blocks on an axis of another place and length."""
        return replace(self, left=left, width=max(1.0, width))._clamped()

    def fitted(self) -> BlockAxis:
        """All blocks in view."""
        return replace(self, zoom=1.0, start=0.0)

    def zoomed(self, factor: float, x: float) -> BlockAxis:
        """Zoom by a factor so that what lies under pixel `x` stays there.

        The ends of the network stay at or beyond the ends of the axis, which moves the point
        under `x` when zooming out near an end.
        """
        zoom = min(max(self.zoom * factor, 1.0), self.max_zoom)
        anchor = self.coordinate(x)
        pitch = self.width * zoom / max(1, self.n_blocks)
        return replace(self, zoom=zoom, start=anchor - (x - self.left) / pitch)._clamped()

    def panned(self, dx: float) -> BlockAxis:
        """Move the blocks by `dx` pixels to the right."""
        return replace(self, start=self.start - dx / self.pitch)._clamped()

    def showing(self, first: int, after: int) -> BlockAxis:
        """Zoom so that blocks [first, after) fill the axis, as far as zoom reaches."""
        zoom = min(max(self.n_blocks / max(1, after - first), 1.0), self.max_zoom)
        middle = (first + after) / 2
        return replace(self, zoom=zoom, start=middle - self.n_blocks / zoom / 2)._clamped()

    def revealing(self, index: int, margin: float = 1.0) -> BlockAxis:
        """Pan as little as needed to bring a block and `margin` neighbours into view."""
        span = self.n_blocks / self.zoom
        margin = min(margin, max(0.0, (span - 1) / 2))
        low, high = index + 1 + margin - span, index - margin
        return replace(self, start=min(max(self.start, low), high))._clamped()

    def following(self, other: BlockAxis) -> BlockAxis:
        """The part of the network that another axis shows, on this axis's own place."""
        return replace(self, zoom=other.zoom, start=other.start)._clamped()

    def _clamped(self) -> BlockAxis:
        zoom = min(max(self.zoom, 1.0), self.max_zoom)
        furthest = self.n_blocks - self.n_blocks / zoom
        return replace(self, zoom=zoom, start=min(max(self.start, 0.0), furthest))


def thin_labels(
    centres: Sequence[float], widths: Sequence[float], order: Sequence[int], gap: float = 5.0
) -> list[int]:
    """Which of the labels to draw so that no two overlap.

    Args:
        centres: middle of each label, ascending.
        widths: of each label.
        order: indices, the most important first; only these are considered.
        gap: least distance between two labels.

    Returns:
        Indices of the labels that fit, ascending.
    """
    lefts: list[float] = []
    chosen: list[int] = []
    for i in order:
        left, right = centres[i] - widths[i] / 2, centres[i] + widths[i] / 2
        at = bisect_left(lefts, left)
        if at < len(lefts) and right + gap > lefts[at]:
            continue
        if at > 0 and centres[chosen[at - 1]] + widths[chosen[at - 1]] / 2 + gap > left:
            continue
        lefts.insert(at, left)
        chosen.insert(at, i)
    return chosen


def label_step(needed: float, pitch: float) -> int:
    """Every how many blocks a label of `needed` pixels fits: 1, 2, 5, 10, 20, 50, ..."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * pitch >= needed:
                return step * factor
        step *= 10

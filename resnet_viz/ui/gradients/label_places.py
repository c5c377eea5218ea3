"""Finds places for labels beside their lines where they hide no number. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnet_viz.ui.gradients.quantities import Values

_ENDS = (0.0, 1.0, 0.15, 0.85, 0.3, 0.7, 0.5)  # along the line; the ends are read first
_MARGIN = 3.0


@dataclass(frozen=True)
class Box:
    """An upright rectangle in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.top + self.height

    def overlaps(self, other: Box) -> bool:
        """Whether two boxes share an area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, eq=False)
class Line:
    """A drawn line and the size of the label it wants; width 0 for none.

    Attributes:
        x, y: points in pixels, ascending in x, (n,); NaN where there is none.
        width, height: of the label.
        visible: which points a label may stand at, (n,); None for all.
    """

    x: Values
    y: Values
    width: float = 0.0
    height: float = 0.0
    visible: NDArray[np.bool_] | None = None


def place_labels(
    lines: Sequence[Line], area: Box, taken: Sequence[Box] = (), margin: float = _MARGIN
) -> list[Box | None]:
    """A place for every line's label, next to the line and on top of nothing.

    Args:
        lines: those that come first choose first.
        area: where labels may stand.
        taken: places that are occupied by other things.
        margin: by how much a label keeps off the middle of a line: what marker and pen take.

    Returns:
        One box for each line; None where there is no room, or no label is wanted.
    """
    traces = [_trace(line) for line in lines]
    occupied = list(taken)
    places: list[Box | None] = []
    for line in lines:
        box = _best(line, area, traces, occupied, margin) if line.width else None
        places.append(box)
        if box is not None:
            occupied.append(box)
    return places


def _best(
    line: Line,
    area: Box,
    traces: Sequence[tuple[Values, Values]],
    occupied: Sequence[Box],
    margin: float,
) -> Box | None:
    for box in _candidates(line, area, margin):
        if not any(box.overlaps(other) for other in occupied) and not any(
            _crossed(box, x, y, margin) for x, y in traces
        ):
            return box
    return None


def _candidates(line: Line, area: Box, margin: float) -> list[Box]:
    """Boxes over and under the line within the area, those at its ends first."""
    inside = np.isfinite(line.y) & (line.x >= area.left) & (line.x <= area.right)
    seen = np.flatnonzero(inside if line.visible is None else inside & line.visible)
    if not seen.size:
        return []
    boxes = []
    for distance in (margin + 1, line.height * 0.8, line.height * 1.6):
        for share in _ENDS:
            at = seen[round(share * (seen.size - 1))]
            left = float(line.x[at]) - share * line.width
            left = min(max(left, area.left), area.right - line.width)
            y = float(line.y[at])
            for top in (y - distance - line.height, y + distance):
                if area.top <= top and top + line.height <= area.bottom:
                    boxes.append(Box(left, top, line.width, line.height))
    return boxes


def _trace(line: Line) -> tuple[Values, Values]:
    """The line as closely spaced points, so that one is in every box that it crosses."""
    good = np.isfinite(line.y)
    x, y = line.x[good], line.y[good]
    if x.size < 2:
        return x, y
    between = np.linspace(0.0, x.size - 1.0, max(2, min(6000, (x.size - 1) * 12 + 1)))
    index = np.arange(x.size)
    return np.interp(between, index, x), np.interp(between, index, y)


def _crossed(box: Box, x: Values, y: Values, margin: float) -> bool:
    inside = (
        (x > box.left - margin)
        & (x < box.right + margin)
        & (y > box.top - margin)
        & (y < box.bottom + margin)
    )
    return bool(inside.any())

"""Where words in a chart stand on no line. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from resnet_viz.ui.gradients.label_places import Box
from resnet_viz.ui.train.pyramid import Values

_SHARES = (1.0, 0.0, 0.75, 0.5, 0.25)  # of the room along the plot; its ends first


def clear_place(
    y: float,
    width: float,
    height: float,
    area: Box,
    lines: Sequence[tuple[Values, Values]],
    taken: Sequence[Box],
) -> Box:
    """The best place over or under a level line.

    Args:
        y: pixel of the line.
        width: of the words.
        height: of the words.
        area: where words may stand.
        lines: pixels of what should not be hidden, x ascending, (m,) each.
        taken: where other words stand.

    Returns:
        The first place that hides nothing, else the one that hides least.
    """
    best = Box(area.right - width, y - height, width, height)  # in a very low chart
    least = math.inf
    for box in _candidates(y, width, height, area):
        hidden = 1000 * sum(box.overlaps(t) for t in taken)
        hidden = hidden or _hidden(box, lines)
        if hidden < least:
            best, least = box, hidden
        if not hidden:
            break
    return best


def _candidates(y: float, width: float, height: float, area: Box) -> Iterator[Box]:
    room = max(0.0, area.width - width)
    for apart in (1.0, 2.0):
        for share in _SHARES:
            for top in (y - 1.02 * apart * height, y + (apart - 0.98) * height):
                if area.top <= top and top + height <= area.bottom:
                    yield Box(area.left + share * room, top, width, height)


def _hidden(box: Box, lines: Sequence[tuple[Values, Values]]) -> int:
    """How many points of lines lie in a box, with those that they pass through between two."""
    total = 0
    for xs, ys in lines:
        start, stop = np.searchsorted(xs, [box.left, box.right])
        within = ys[max(0, start - 1) : stop + 1]
        low, high = np.fmin(within[1:], within[:-1]), np.fmax(within[1:], within[:-1])
        total += int(((high > box.top) & (low < box.bottom)).sum())
    return total

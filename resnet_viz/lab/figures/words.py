"""Words beside the lines that run across a chart, put where they cover the least."""

from __future__ import annotations

import textwrap
from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from resnet_viz.report import palette

# A label over another one cannot be read; one over the data hides a part of it.
_COST_LABEL, _COST_OUTSIDE = 1e4, 1e3
_STEPS = 8


class Words:
    """Labels of horizontal lines; make it when the curves are drawn and the axes stand.

    Args:
        axes: with its final position and limits.
        renderer: that measures text.
    """

    def __init__(self, axes: Axes, renderer: RendererAgg) -> None:
        self._axes = axes
        self._renderer = renderer
        self._drawn = _points(axes)
        self._taken: list[Bbox] = []

    def beside(self, place: float, text: str, colour: str) -> None:
        """Write beside the line at height `place`: left or right, above or below it."""
        label = self._axes.annotate(
            text,
            (1.0, place),
            (0, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            size=9.5,
            color=colour,
            zorder=6,
            bbox={"facecolor": palette.CARD, "edgecolor": "none", "alpha": 0.8, "pad": 1.0},
        )
        room = self._axes.get_window_extent().width
        wide = label.get_window_extent(self._renderer).width
        if wide > room:
            label.set_text("\n".join(textwrap.wrap(text, int(0.9 * len(text) * room / wide))))
        places = list(product(("right", "left"), ("bottom", "top")))
        best = min(places, key=lambda sides: self._cost(self._put(label, place, *sides)))
        self._taken.append(self._put(label, place, *best))

    def _put(self, label: Annotation, place: float, side: str, edge: str) -> Bbox:
        right, above = side == "right", edge == "bottom"
        label.xy = (1.0 if right else 0.0, place)
        label.xyann = (-4 if right else 4, 3 if above else -3)
        label.set(horizontalalignment=side, verticalalignment=edge)
        return label.get_window_extent(self._renderer)

    def _cost(self, box: Bbox) -> float:
        inside = self._axes.get_window_extent()
        cost: float = _COST_OUTSIDE * (box.y0 < inside.y0 or box.y1 > inside.y1)
        cost += _COST_LABEL * sum(box.overlaps(other) for other in self._taken)
        x, y = self._drawn
        covered = (x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)
        return cost + int(covered.sum())


def _points(axes: Axes) -> NDArray[np.float64]:
    """Where something is drawn: points along every curve and the tops of bars, pixels, (2, n)."""
    found = [np.empty((0, 2))]
    for line in axes.lines:
        points = np.asarray(line.get_xydata(), np.float64)
        if len(points) > 2:  # shorter ones are grid and references
            found.append(_along(line.get_transform().transform(points)))
    found.extend(patch.get_window_extent().corners() for patch in axes.patches)
    return np.concatenate(found).T


def _along(points: NDArray[np.float64]) -> NDArray[np.float64]:
    at = np.linspace(0, len(points) - 1, _STEPS * len(points))
    index = np.arange(len(points))
    return np.column_stack([np.interp(at, index, points[:, k]) for k in (0, 1)])

"""Numbers of a chart's vertical axis. No Qt."""

from __future__ import annotations

import math

import numpy as np

from resnet_viz.lab.figures.scales import Scale, short
from resnet_viz.ui.gradients.charts import axes

Tick = tuple[float, str]
"""A place on the axis, and what is written there."""


def y_ticks(scale: Scale, height_px: float, row_px: float) -> list[Tick]:
    """As many round numbers as have room, also within a decade of a log axis."""
    usual = axes.y_ticks(scale, height_px, row_px)
    if not scale.log or len(usual) > 2:
        return usual
    low = scale.low if scale.foot is None else scale.foot + 0.5 * (scale.low - scale.foot)
    return _within_decade(10.0**low, 10.0**scale.high, scale, height_px / row_px)


def _within_decade(low: float, high: float, scale: Scale, n_rows: float) -> list[Tick]:
    """Even steps, thinned towards the upper end, where a log axis crowds them."""
    linear = Scale(False, low, high)
    found: list[Tick] = []
    for value in linear.ticks()[0]:
        place = math.log10(value) if value > 0 else -np.inf
        row = 1.5 * (scale.high - scale.low) / n_rows
        if place >= scale.low and (not found or place - found[-1][0] >= row):
            found.append((place, short(value)))
    return found

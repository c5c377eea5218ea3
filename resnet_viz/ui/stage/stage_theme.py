"""Themes for a hall: type and lines sized for the last row."""

from __future__ import annotations

import math
from dataclasses import replace

from resnet_viz.ui.theme import Theme

LEAST_SHARE = 1 / 40
"""Of the screen's height: the smallest type that the last row of a hall can read."""


def stage_theme(theme: Theme, height_px: int) -> Theme:
    """The theme with type and lines for a picture of this height.

    Args:
        theme: whose colours are taken.
        height_px: logical pixels of the whole screen.
    """
    small = math.ceil(height_px * LEAST_SHARE)
    factor = small / 15.0  # the projector theme's proportions
    return replace(
        theme,
        small_px=small,
        font_px=round(small * 17 / 15),
        title_px=round(small * 19 / 15),
        line=4.0 * factor,
        arc_min=2.0 * factor,
        arc_max=7.0 * factor,
    )

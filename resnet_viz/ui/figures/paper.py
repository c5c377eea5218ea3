"""Looks of figures: black on white for paper, or the screen's light look."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from resnet_viz.ui.theme import LIGHT, Theme

LookName = Literal["paper", "light"]

SMALL_PX = 11
"""The smallest type of a figure's layout; a sheet says how large that is in print."""

_PAPER = replace(
    LIGHT,
    window="#FFFFFF",
    border="#FFFFFF",
    text="#000000",
    muted="#3D444D",
    ghost="#7A838E",
    highlight="#FFFFFF",
    small_px=SMALL_PX,
    font_px=12,
    title_px=13,
    line=1.8,
    arc_min=1.0,
    arc_max=4.0,
    printed=True,
)

_LIGHT = replace(LIGHT, window="#FFFFFF", printed=True)


def paper_theme(look: LookName = "paper", pixel: float = 1.0) -> Theme:
    """The theme of a figure.

    Args:
        look: `paper` is black on white, without frames; `light` is as on the screen.
        pixel: pixels of the device per logical one, where it is made of pixels.
    """
    return replace(_PAPER if look == "paper" else _LIGHT, pixel=pixel)

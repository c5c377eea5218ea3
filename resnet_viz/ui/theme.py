"""Colours, type sizes and line widths: light, dark and projector.

A colour means one thing everywhere (shortcut, branch, output, gradient, trouble, off). The
six are from Okabe & Ito's palette and its neighbours, told apart by colour-blind people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ThemeName = Literal["light", "dark", "projector"]
Choice = Literal["system", "light", "dark", "projector"]

SHORTCUT = "#E69F00"
BRANCH = "#0072B2"
OUTPUT = "#009E73"
GRADIENT = "#8E4EC6"
TROUBLE = "#D55E00"


@dataclass(frozen=True)
class Theme:
    """One look. Colours are `#rrggbb`; sizes are in logical pixels.

    Attributes:
        window: behind the cards.
        card: behind text and charts.
        raised: hovered or pressed controls, stage headers.
        border: hairlines around cards and controls.
        text: most important text.
        muted: secondary text; at least 4.5:1 against `card`.
        grid: chart grid lines.
        ghost: the previous state, things switched off.
        highlight: the selected block's column.
        accent: filled controls (the chosen workspace, progress).
        on_accent: text on `accent`.
        shortcut, branch, output, gradient, trouble: the meanings.
        branch_fill: inside of an unselected F square.
        font_px: body text.
        small_px: captions and ticks.
        title_px: card titles.
        line: chart line width.
        arc_min, arc_max: width of an arc at a shortcut share of 0 and 1.
        printed: whether it is for a figure, whose fonts keep their proportions at any scale,
            instead of fitting the screen's pixels.
        pixel: pixels of the device per logical one; pens whose width is in pixels need it.
    """

    name: ThemeName
    window: str
    card: str
    raised: str
    border: str
    text: str
    muted: str
    grid: str
    ghost: str
    highlight: str
    accent: str
    on_accent: str
    shortcut: str
    branch: str
    output: str
    gradient: str
    trouble: str
    branch_fill: str
    font_px: int
    small_px: int
    title_px: int
    line: float
    arc_min: float
    arc_max: float
    printed: bool = False
    pixel: float = 1.0


LIGHT = Theme(
    name="light",
    window="#F6F8FA",
    card="#FFFFFF",
    raised="#EFF1F5",
    border="#E2E6EB",
    text="#1B1F24",
    muted="#5F6873",
    grid="#E6E9ED",
    ghost="#9AA3AE",
    highlight="#FFF0C9",
    accent="#1B1F24",
    on_accent="#FFFFFF",
    shortcut=SHORTCUT,
    branch=BRANCH,
    output=OUTPUT,
    gradient=GRADIENT,
    trouble=TROUBLE,
    branch_fill="#E3EFF7",
    font_px=13,
    small_px=11,
    title_px=14,
    line=2.2,
    arc_min=1.2,
    arc_max=4.5,
)

DARK = Theme(
    name="dark",
    window="#14171B",
    card="#1C2026",
    raised="#2A3038",
    border="#333A44",
    text="#ECEFF3",
    muted="#A3ADB9",
    grid="#2C323A",
    ghost="#77818D",
    highlight="#3A3320",
    accent="#ECEFF3",
    on_accent="#14171B",
    # The same hues, lifted for contrast against a dark card.
    shortcut="#F0B030",
    branch="#4BA3DC",
    output="#2CC298",
    gradient="#B583E6",
    trouble="#F0803C",
    branch_fill="#1E3444",
    font_px=13,
    small_px=11,
    title_px=14,
    line=2.2,
    arc_min=1.2,
    arc_max=4.5,
)

PROJECTOR = Theme(
    name="projector",
    window="#FFFFFF",
    card="#FFFFFF",
    raised="#ECEEF2",
    border="#B9C0C9",
    text="#000000",
    muted="#3D444D",
    grid="#D3D8DE",
    ghost="#7A838E",
    highlight="#FFE7A3",
    accent="#000000",
    on_accent="#FFFFFF",
    shortcut="#D98F00",
    branch="#00629B",
    output="#00805D",
    gradient="#7A35B8",
    trouble="#C24E00",
    branch_fill="#D6E8F4",
    font_px=17,
    small_px=15,
    title_px=19,
    line=4.0,
    arc_min=2.0,
    arc_max=7.0,
)

THEMES: dict[ThemeName, Theme] = {t.name: t for t in (LIGHT, DARK, PROJECTOR)}

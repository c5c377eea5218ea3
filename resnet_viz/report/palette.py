"""The report's colours and type; each colour has one meaning, on paper and on screen.

Figures are drawn in the light colours. In the page every colour becomes a CSS variable, so
that its figures follow the reader's light or dark setting too.
"""

from __future__ import annotations

from typing import Any

SHORTCUT = "#e69f00"
BRANCH = "#0072b2"
OUTPUT = "#009e73"
GRADIENT = "#8e4ec6"
TROUBLE = "#d55e00"

TEXT = "#1b1f24"
MUTED = "#5f6873"
GRID = "#e6e9ed"
OFF = "#9aa3ae"
NARROW_IN = 3.7
"""Width of a figure for a phone, inches: its type is then as large there as on a desk."""

CARD = "#fffffe"  # not pure white: matplotlib uses that for things that must stay white
BRANCH_FILL = "#e3eff7"

# CSS variable -> (light, dark); the dark ones are lifted for contrast on a dark card.
THEME = {
    "shortcut": (SHORTCUT, "#f0b030"),
    "branch": (BRANCH, "#4ba3dc"),
    "output": (OUTPUT, "#2cc298"),
    "gradient": (GRADIENT, "#b583e6"),
    "trouble": (TROUBLE, "#f0803c"),
    "text": (TEXT, "#eceff3"),
    "muted": (MUTED, "#a3adb9"),
    "grid": (GRID, "#333a44"),
    "off": (OFF, "#77818d"),
    "card": (CARD, "#1c2026"),
    "branch-fill": (BRANCH_FILL, "#1e3444"),
}

RC: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.color": TEXT,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.facecolor": CARD,
    "figure.facecolor": CARD,
    "savefig.facecolor": CARD,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.unicode_minus": True,
    # Text stays text in SVG: small, searchable, readable aloud.
    "svg.fonttype": "none",
}

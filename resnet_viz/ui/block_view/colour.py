"""From values to colours: ranges, levels and colour tables.

A scale is one number, its limit: maps without negative values run from 0 to the limit through
a sequential table, signed maps from -limit to +limit through a table diverging at exactly 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from resnet_viz.probe.snapshot import FloatArray

Levels = NDArray[np.uint8]
TableName = Literal["sequential", "diverging", "diverging_dark"]

# An odd number of levels gives zero a level of its own in the middle of a diverging table.
N_LEVELS = 253
ZERO_LEVEL = N_LEVELS // 2
GAP = 254
BAD = 255
BAD_COLOUR = "#FF2ED1"  # in none of the tables, light or dark

# Colours at equal distances. The first is viridis (Smith & van der Walt, CC0); the others rise
# or fall in lightness equally on both sides of zero, blue against orange for the colour-blind.
_ANCHORS: dict[TableName, str] = {
    "sequential": "440154 472D7B 3B528B 2C728E 21918C 28AE80 5EC962 ADDC30 FDE725",
    "diverging": "08306B 2166AC 67A3D4 BBD8EE FAFAFA FBD3A4 EE9A4A C65F0B 7A3403",
    "diverging_dark": "B5DAFF 6AACF0 3677BF 1D4470 16191D 6B3A0C B5651A F0A04B FFDDAE",
}


@dataclass(frozen=True)
class Scale:
    """What the levels of one tensor's maps mean.

    Attributes:
        limit: value of the last level; one number, or one per channel, (C,).
        signed: levels run from -limit to limit instead of from 0 to limit.
        pinned: the limit was kept from an earlier measurement.
    """

    limit: float | FloatArray = field(compare=False)
    signed: bool
    pinned: bool = False

    @property
    def per_map(self) -> bool:
        """Whether every channel has its own limit."""
        return isinstance(self.limit, np.ndarray)

    def limit_of(self, channel: int) -> float:
        """The limit of one channel's map."""
        return float(self.limit[channel]) if isinstance(self.limit, np.ndarray) else self.limit

    def of(self, channels: NDArray[np.intp]) -> Scale:
        """The scale of the given channels only, in their order."""
        if not isinstance(self.limit, np.ndarray):
            return self
        return Scale(self.limit[channels], self.signed, self.pinned)


def quantise(values: FloatArray, scale: Scale) -> Levels:
    """Levels 0 to N_LEVELS - 1 of values, BAD where a value is not finite.

    Args:
        values: (C, H, W), or (H, W) with a scale of one limit.
        scale: its limits, if several, are those of the C channels.

    Returns:
        uint8, the shape of `values`. Values beyond the limit get the first or last level.
    """
    limit = np.asarray(scale.limit, dtype=np.float32)
    steps = ZERO_LEVEL if scale.signed else N_LEVELS - 1
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        factor = np.where(limit > 0, steps / limit, 0).astype(np.float32)
        # A limit below 1e-36 overflows the factor; such maps are flat zero on any screen.
        factor = np.where(np.isfinite(factor), factor, 0)
        levels = values * (factor[:, None, None] if factor.ndim else factor)
    finite = np.isfinite(levels)
    if not finite.all():
        bad = ~np.isfinite(values)
        np.copyto(levels, 0, where=~finite)  # a cast of NaN to uint8 is undefined
    else:
        bad = None
    if scale.signed:
        levels += ZERO_LEVEL
    np.rint(levels, out=levels)
    np.clip(levels, 0, N_LEVELS - 1, out=levels)
    out = levels.astype(np.uint8)
    if bad is not None:
        out[bad] = BAD
    return out


def rgb(colour: str) -> tuple[int, int, int]:
    """`#rrggbb` as three numbers."""
    value = int(colour.removeprefix("#"), 16)
    return value >> 16, value >> 8 & 255, value & 255


def colour_table(name: TableName) -> NDArray[np.uint8]:
    """(256, 4) uint8 RGBA by level: the scale, a transparent GAP and BAD."""
    anchors = np.array([rgb(c) for c in _ANCHORS[name].split()], dtype=np.float64)
    at = np.linspace(0, len(anchors) - 1, N_LEVELS)
    table = np.zeros((256, 4), dtype=np.uint8)
    for band in range(3):
        table[:N_LEVELS, band] = np.rint(np.interp(at, np.arange(len(anchors)), anchors[:, band]))
    table[:N_LEVELS, 3] = 255
    table[BAD] = (*rgb(BAD_COLOUR), 255)
    return table


def _luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance as WCAG 2.2 defines it, 0 to 1."""
    parts = np.array(colour) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two `#rrggbb`, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(rgb(first)), _luminance(rgb(second))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@cache
def readable(colour: str, background: str, ratio: float = 4.5) -> str:
    """The colour, moved towards black or white until text in it can be read.

    The meanings' colours are chosen for areas and lines; as thin type on white some are faint.
    """
    target = 0 if _luminance(rgb(background)) > 0.4 else 255
    for mix in np.linspace(0, 1, 21):
        moved = "#" + "".join(f"{round(c + (target - c) * mix):02X}" for c in rgb(colour))
        if contrast(moved, background) >= ratio:
            return moved
    return moved

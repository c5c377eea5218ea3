"""The colour scale of heatmaps: codes to colours through one table. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnet_viz.numerals import power_of_ten
from resnet_viz.ui.block_view.colour import BAD_COLOUR, N_LEVELS, colour_table, rgb
from resnet_viz.ui.train.codes import BAD, ZERO, decode_log, decode_share
from resnet_viz.ui.train.heat_pyramid import BIN_SHIFT, HeatPyramid

_OUTLIERS = 0.002  # of all figures may lie beyond either end of an automatic scale
_MOST_MARKS = 5
_BIN = 0.09  # decades of a bin: figures on a decade are in the bin around it


@dataclass(frozen=True)
class HeatScale:
    """What colours mean.

    Attributes:
        low: exponent of ten at the dark end, or a share.
        high: at the bright end.
        share: whether the scale is linear, from 0 to 1.
        below: whether figures lie below the dark end; they have its colour.
        above: whether figures lie above the bright end.
    """

    low: float
    high: float
    share: bool = False
    below: bool = False
    above: bool = False

    def table(self, zero_colour: str) -> NDArray[np.uint32]:
        """Colours by code, (65536,) ARGB; what is missing is transparent.

        Args:
            zero_colour: of a measured 0, `#rrggbb`.
        """
        codes = np.arange(1 << 16)
        places = decode_share(codes) if self.share else decode_log(codes)
        levels = (places - self.low) / (self.high - self.low) * (N_LEVELS - 1)
        colours = _argb(colour_table("sequential"))
        table = colours[np.clip(np.rint(levels), 0, N_LEVELS - 1).astype(np.intp)]
        table[0] = 0
        table[ZERO] = _solid(zero_colour)
        table[BAD] = _solid(BAD_COLOUR)
        return table

    def marks(self) -> list[tuple[float, str]]:
        """Numbers along the scale: their place from 0 to 1, and how they are written."""
        if self.share:
            return [(0.0, "0"), (0.5, "50 %"), (1.0, "100 %")]
        span = round(self.high - self.low)
        stride = max(1, math.ceil(span / (_MOST_MARKS - 1)))
        inner = range(round(self.low), round(self.high) - stride // 2, stride)
        exponents = sorted({*inner, round(self.high)})
        texts = [power_of_ten(e) for e in exponents]
        texts[0] = f"≤ {texts[0]}" if self.below else texts[0]
        texts[-1] = f"≥ {texts[-1]}" if self.above else texts[-1]
        return [((e - self.low) / span, t) for e, t in zip(exponents, texts, strict=True)]


def heat_scale(pyramids: Sequence[HeatPyramid], *, share: bool) -> HeatScale:
    """The scale of whole decades that nearly all figures of all networks lie on."""
    if share:
        return HeatScale(0.0, 1.0, share=True)
    counts = np.sum([p.histogram for p in pyramids], axis=0) if pyramids else np.zeros(1)
    total = int(counts.sum())
    if not total:
        return HeatScale(-4.0, 0.0)
    reached = np.cumsum(counts)
    low_bin = int(np.searchsorted(reached, _OUTLIERS * total, "right"))
    high_bin = int(np.searchsorted(reached, (1 - _OUTLIERS) * total))
    low = math.floor(_exponent(low_bin) + _BIN)
    high = max(math.ceil(_exponent(high_bin + 1) - _BIN), low + 1)
    occupied = np.flatnonzero(counts)
    below, above = _exponent(int(occupied[0]) + 1) < low, _exponent(int(occupied[-1])) > high
    return HeatScale(float(low), float(high), below=below, above=above)


def _exponent(bin_index: int) -> float:
    """Where a bin of the histogram begins."""
    return float(decode_log(np.array(bin_index << BIN_SHIFT)))


def _argb(table: NDArray[np.uint8]) -> NDArray[np.uint32]:
    red, green, blue = (table[:, band].astype(np.uint32) for band in range(3))
    return np.asarray(np.uint32(0xFF000000) | red << 16 | green << 8 | blue, np.uint32)


def _solid(colour: str) -> int:
    red, green, blue = rgb(colour)
    return 0xFF000000 | red << 16 | green << 8 | blue

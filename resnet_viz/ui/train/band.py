"""Dense raw values as one image: between the lowest and the highest of every pixel column.

A line through thousands of noisy points is nearly all upright strokes; painting them one by one
takes Qt several times as long as numpy takes to fill their pixels.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from resnet_viz.ui.paint_targets import pixels_per_unit
from resnet_viz.ui.train.pyramid import Values


def paint_band(
    painter: QPainter, plot: QRectF, x: Values, tops: Values, bottoms: Values, colour: QColor
) -> None:
    """Fill every column of the plot from its highest to its lowest value.

    Args:
        painter: of the chart.
        plot: what is filled at most.
        x: pixels, ascending, (m,).
        tops: upper pixel of each, (m,); NaN where nothing was measured.
        bottoms: lower pixel of each, (m,).
        colour: of the band.
    """
    ratio = pixels_per_unit(painter)
    width, height = round(plot.width() * ratio), round(plot.height() * ratio)
    columns = np.floor((x - plot.left()) * ratio).astype(np.int64)
    inside = (columns >= 0) & (columns < width) & np.isfinite(tops) & np.isfinite(bottoms)
    if width < 1 or height < 1 or not inside.any():
        return
    upper, lower = joined(tops[inside], bottoms[inside])
    first, last = np.full(width, height + 1.0), np.full(width, -1.0)
    first[columns[inside]] = np.floor((upper - plot.top()) * ratio)
    last[columns[inside]] = np.floor((lower - plot.top()) * ratio)
    _fill_single_gaps(first, last)
    rows = np.arange(height, dtype=np.float32)[:, None]
    filled = (rows >= first.astype(np.float32)) & (rows <= last.astype(np.float32))
    pixels = np.where(filled, np.uint32(_premultiplied(colour)), np.uint32(0))
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(plot, image)


def _fill_single_gaps(first: Values, last: Values) -> None:
    """Give a column between two others that no value fell into what its left one has."""
    empty = last < first
    lone = np.flatnonzero(empty[1:-1] & ~empty[:-2] & ~empty[2:]) + 1
    first[lone], last[lone] = first[lone - 1], last[lone - 1]


def _premultiplied(colour: QColor) -> int:
    """ARGB whose parts are already as faint as its opacity makes them."""
    alpha = colour.alpha()
    parts = (colour.red(), colour.green(), colour.blue())
    red, green, blue = (round(part * alpha / 255) for part in parts)
    return alpha << 24 | red << 16 | green << 8 | blue


def joined(tops: Values, bottoms: Values) -> tuple[Values, Values]:
    """Columns made so high that each meets the one before it, as a line would."""
    tops, bottoms = tops.copy(), bottoms.copy()
    before_top, before_bottom = tops[:-1].copy(), bottoms[:-1].copy()
    tops[1:] = np.minimum(tops[1:], np.maximum(before_bottom, before_top))
    bottoms[1:] = np.maximum(bottoms[1:], np.minimum(before_top, before_bottom))
    return tops, bottoms

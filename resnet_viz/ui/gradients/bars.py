"""A network's figures as bars, one under each block, where line and marker would be too fine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from resnet_viz.ui.gradients.curve_look import look_of, paint_off
from resnet_viz.ui.gradients.pair_state import Series
from resnet_viz.ui.gradients.quantities import Values
from resnet_viz.ui.overview.curves import points_of
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.scale import Mark
from resnet_viz.ui.overview.style import Style

_SHARE = 0.68  # of a block's width that its bar takes
_GAP_FROM = 4.0  # blocks narrower than this have no gaps between their bars


def paint_bars(
    painter: QPainter,
    style: Style,
    axis: BlockAxis,
    series: Series,
    y: Values,
    marks: NDArray[np.int8],
    shown: range,
    base: float,
    colour: str,
) -> None:
    """Paint a measured series: filled bars now, outlines for how it was before.

    Args:
        painter: of the chart, clipped to the plot.
        style: fonts and pens.
        axis: of the blocks.
        series: measured now or before.
        y: pixel heights of all blocks, (N,).
        marks: how each value stands on the axis, (N,).
        shown: the blocks to paint.
        base: where bars begin, pixels.
        colour: field of the theme.
    """
    window = slice(shown.start, shown.stop)
    x, y, marks = axis.centres(shown), y[window], marks[window]
    standing = (marks == Mark.POINT) | (marks == Mark.ABOVE)
    width = bar_width(axis)
    boxes = [
        QRectF(at - width / 2, top, width, max(1.0, base - top))
        for at, top in zip(x[standing].tolist(), y[standing].tolist(), strict=True)
    ]
    if series.kind == "ghost":
        _paint_outlines(painter, style, boxes)
    elif boxes:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.brush(colour))
        painter.drawRects(boxes)
        painter.setBrush(Qt.BrushStyle.NoBrush)
    off = ~standing
    if off.any():
        look = replace(look_of(series), colour="ghost" if series.kind == "ghost" else colour)
        paint_off(painter, style, axis, look, points_of(x[off], y[off]), marks[off])


def _paint_outlines(painter: QPainter, style: Style, boxes: list[QRectF]) -> None:
    """Bars as they were: what is still as high as it was covers its outline."""
    if not boxes:
        return
    width = 1.4 * style.scale
    painter.setPen(style.dashed("muted", width, 4.0 * style.scale))
    painter.setBrush(style.brush("ghost", 0.16))
    painter.drawRects([box.adjusted(width, width, -width, -width) for box in boxes])
    painter.setBrush(Qt.BrushStyle.NoBrush)


def bar_width(axis: BlockAxis) -> float:
    """Width of one bar, pixels."""
    return axis.pitch * _SHARE if axis.pitch >= _GAP_FROM else max(1.0, axis.pitch)

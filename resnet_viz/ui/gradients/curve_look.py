"""How a series looks: its role decides colour, dash and marker, never colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from resnet_viz.ui.gradients.pair_state import SIDE_COLOURS, Series
from resnet_viz.ui.gradients.quantities import Values
from resnet_viz.ui.overview.curves import (
    DOT_PITCH,
    curve_width,
    dot_radius,
    draw_curve,
    draw_dashed,
    points_of,
    runs,
)
from resnet_viz.ui.overview.layout import GROUP_PX, BlockAxis
from resnet_viz.ui.overview.off_axis import triangle
from resnet_viz.ui.overview.scale import Mark
from resnet_viz.ui.overview.style import Style, cross

Shape = Literal["round", "square", "none"]


@dataclass(frozen=True)
class Look:
    """Line and marker of a series.

    Attributes:
        colour: field of the theme.
        dash: length of a dash in pixels; 0 is solid.
        marker: of a value that is drawn.
        hollow: whether the marker is an outline.
        width: of the line, 1 is the theme's.
    """

    colour: str
    dash: float
    marker: Shape
    hollow: bool = False
    width: float = 1.0


def look_of(series: Series) -> Look:
    """The look of a series: green solid round with skips, orange dashed square without."""
    plain = series.side == "plain"
    if series.kind == "theory":
        return Look("muted", 1.6, "none", width=0.5)
    if series.kind == "ghost":
        return Look("ghost", 4.0 if plain else 9.0, "square" if plain else "round", True, 0.6)
    return Look(SIDE_COLOURS[series.side], 8.0 if plain else 0.0, "square" if plain else "round")


def line_pen(style: Style, look: Look, pitch: float) -> QPen:
    """The pen of a line: thinner where every pixel has a block of its own."""
    width = curve_width(style, pitch) * look.width
    return style.pen(look.colour, max(1.0, width) if pitch >= GROUP_PX else 1.0 + (width > 1.5))


def paint_line(painter: QPainter, style: Style, look: Look, x: Values, y: Values, p: QPen) -> None:
    """Paint a line through points (n,)."""
    if look.dash:
        draw_dashed(painter, x, y, p, look.dash * style.scale)
    else:
        draw_curve(painter, x, y, p)


def paint_theory(
    painter: QPainter, style: Style, axis: BlockAxis, series: Series, y: Values, shown: range
) -> None:
    """Paint a theory's dotted line where it has values."""
    look, x = look_of(series), axis.centres(shown)
    y = y[shown.start : shown.stop]
    pen = style.pen(look.colour, max(1.0, 1.2 * style.scale))
    for run in runs(np.isfinite(y)):
        draw_dashed(painter, x[run], y[run], pen, look.dash * style.scale)


def paint_series(
    painter: QPainter,
    style: Style,
    axis: BlockAxis,
    series: Series,
    y: Values,
    marks: NDArray[np.int8],
    shown: range,
) -> None:
    """Paint a measured series.

    Args:
        painter: of the chart, clipped to the plot.
        style: fonts and pens.
        axis: of the blocks.
        series: measured now or before.
        y: pixel heights of all blocks, (N,).
        marks: how each value stands on the axis, (N,).
        shown: the blocks to paint.
    """
    look, window = look_of(series), slice(shown.start, shown.stop)
    x, y, marks = axis.centres(shown), y[window], marks[window]
    regular = marks == Mark.POINT
    pen = line_pen(style, look, axis.pitch)
    for run in runs(regular):
        paint_line(painter, style, look, x[run], y[run], pen)
    # To a value that is off the axis the line is dotted: its place there is none.
    painter.setPen(style.dashed(look.colour, 1.2, 2.0))
    ends = np.flatnonzero(regular[1:] != regular[:-1])
    if ends.size:
        painter.drawLines([QLineF(x[k], y[k], x[k + 1], y[k + 1]) for k in ends])
    if axis.pitch >= DOT_PITCH:
        reach = dot_radius(style, axis.pitch) * (0.8 if look.hollow else 1.0)
        paint_markers(painter, style, look, points_of(x[regular], y[regular]), reach)
    if not regular.all():
        off = points_of(x[~regular], y[~regular])
        paint_off(painter, style, axis, look, off, marks[~regular])


def paint_markers(
    painter: QPainter, style: Style, look: Look, points: Sequence[QPointF], reach: float
) -> None:
    """Paint round or square markers, filled or hollow."""
    painter.setPen(style.pen(look.colour, max(1.0, 0.9 * style.scale)))
    painter.setBrush(style.brush("card" if look.hollow else look.colour))
    boxes = [QRectF(p.x() - reach, p.y() - reach, 2 * reach, 2 * reach) for p in points]
    if look.marker == "square":
        if boxes:
            painter.drawRects(boxes)
    elif look.marker == "round":
        for box in boxes:
            painter.drawEllipse(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_off(
    painter: QPainter,
    style: Style,
    axis: BlockAxis,
    look: Look,
    points: Sequence[QPointF],
    marks: NDArray[np.int8],
) -> None:
    """Paint what has no place on the decades: triangles for 0, inf and beyond, × for NaN."""
    painter.setPen(style.pen(look.colour, 1.5 * style.scale))
    if axis.pitch < DOT_PITCH:
        _paint_stretches(painter, style, axis, look, points)
        return
    reach = min(4.2 * style.scale, max(1.5, axis.pitch * 0.3))
    if look.marker == "round":  # both sides may stand on one spot: then one frames the other
        reach *= 1.4
    painter.setBrush(style.brush("card"))
    for point, mark in zip(points, marks.tolist(), strict=True):
        if mark == Mark.NOT_A_NUMBER:
            cross(painter, point.x(), point.y(), reach)
        else:
            # One path each: Qt fills a path of many triangles in time quadratic in their number.
            path = QPainterPath()
            triangle(path, point, reach if mark in (Mark.INFINITE, Mark.ABOVE) else -reach)
            painter.drawPath(path)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_stretches(
    painter: QPainter, style: Style, axis: BlockAxis, look: Look, points: Sequence[QPointF]
) -> None:
    """Where blocks are too narrow for a sign each, a bar over every stretch of neighbours."""
    x = np.array([p.x() for p in points])
    y = np.array([p.y() for p in points])
    breaks = np.flatnonzero((np.diff(x) > axis.pitch * 1.5) | (np.diff(y) != 0)) + 1
    height = (4.5 if look.marker == "round" else 3.0) * style.scale
    for part in np.split(np.arange(len(points)), breaks):
        left, right = x[part[0]] - axis.pitch / 2, x[part[-1]] + axis.pitch / 2
        bar = QRectF(left, y[part[0]] - height / 2, right - left, height)
        painter.fillRect(bar, style.color(look.colour))

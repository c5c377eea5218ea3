"""Draws curves, dots and bars fast enough for hundreds of blocks in a frame.

Qt's raster engine strokes a long antialiased path in time that grows with its square: 600
points cost 8 ms as one polyline and 0.4 ms as separate lines (measured, Qt 6.11).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from resnet_viz.ui.overview.layout import GROUP_PX, BlockAxis
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.paint_targets import is_vector, pixels_per_unit

Values = NDArray[np.float64]

DOT_PITCH = 7.0
"""Blocks narrower than this get no dot of their own on a curve."""


def points_of(xs: Values, ys: Values) -> list[QPointF]:
    """Two arrays (n,) as points."""
    return list(map(QPointF, xs.tolist(), ys.tolist()))


def polygon(xs: Values, ys: Values) -> QPolygonF:
    """Two arrays (n,) as a polygon, written into its memory: no object per point is made."""
    points = QPolygonF()
    points.resize(xs.size)
    if xs.size:
        # The stubs know neither what `data` returns nor VoidPtr's size and writability.
        buffer = VoidPtr(points.data(), xs.size * 16, True)  # type: ignore[call-arg, arg-type]
        memory = np.frombuffer(buffer, np.float64).reshape(-1, 2)  # type: ignore[call-overload]
        memory[:, 0], memory[:, 1] = xs, ys
    return points


def is_hairline(painter: QPainter, pen: QPen) -> bool:
    """Whether a line is at most a device pixel wide: those Qt draws fast at any length."""
    return pen.widthF() * pixels_per_unit(painter) <= 1.0


def draw_curve(painter: QPainter, xs: Values, ys: Values, pen: QPen) -> None:
    """Draw a solid line through points (n,); the pen must be opaque, for its caps overlap."""
    if is_hairline(painter, pen) or is_vector(painter):
        painter.setPen(pen)
        painter.drawPolyline(polygon(xs, ys))
        return
    pen = QPen(pen)
    # Square caps close the joints well enough, at a tenth of the cost of round ones.
    pen.setCapStyle(Qt.PenCapStyle.SquareCap)
    painter.setPen(pen)
    x, y = xs.tolist(), ys.tolist()
    if lines := list(map(QLineF, x[:-1], y[:-1], x[1:], y[1:])):
        painter.drawLines(lines)


def runs(wanted: NDArray[np.bool_]) -> list[slice]:
    """Stretches of consecutive true entries, none for an empty or all-false array."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wanted, [False]])))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def draw_dashed(painter: QPainter, xs: Values, ys: Values, pen: QPen, dash: float = 5.0) -> None:
    """Draw a dashed line through points (n,) with a solid pen; `dash` in pixels.

    Qt's own dashes are only fast on hairlines, so they are cut here: at their ends and at the
    points of the curve.
    """
    if xs.size < 2:
        return
    if is_vector(painter):
        pen = QPen(pen)
        pen.setDashPattern([dash / pen.widthF(), 0.75 * dash / pen.widthF()])
        painter.setPen(pen)
        painter.drawPolyline(polygon(xs, ys))
        return
    period = dash * 1.75
    run = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(xs), np.diff(ys)))])
    starts = np.arange(0.0, run[-1], period)
    cuts = np.unique(np.concatenate([starts, np.minimum(starts + dash, run[-1]), run]))
    middles = (cuts[:-1] + cuts[1:]) / 2
    on = middles % period < dash
    x, y = np.interp(cuts, run, xs), np.interp(cuts, run, ys)
    ends = (x[:-1][on], y[:-1][on], x[1:][on], y[1:][on])
    painter.setPen(pen)
    painter.drawLines(list(map(QLineF, *(e.tolist() for e in ends))))


def draw_bars(
    painter: QPainter, lefts: Values, tops: Values, widths: Values, heights: Values
) -> None:
    """Draw upright bars, all arrays (n,), with the painter's pen and brush."""
    bars = list(map(QRectF, lefts.tolist(), tops.tolist(), widths.tolist(), heights.tolist()))
    if bars:
        painter.drawRects(bars)


def draw_dense_bars(
    painter: QPainter, axis: BlockAxis, blocks: range, plot: QRectF, tops: Values, colour: QColor
) -> None:
    """Draw a gapless bar per block, up from the bottom of the plot.

    The bars are the columns of an image that is stretched over the plot, so hundreds cost no
    more than one; with several blocks to a pixel some are not seen.

    Args:
        painter: of the lane.
        axis: of the blocks.
        blocks: which.
        plot: where they stand.
        tops: pixel y of each bar's top, (n,).
        colour: of all bars.
    """
    rows = max(1, round(plot.height() * pixels_per_unit(painter)))
    levels = np.round((tops - plot.top()) / plot.height() * rows)
    filled = np.arange(rows)[:, None] >= levels  # (rows, n)
    pixels = np.where(filled, np.uint32(colour.rgba()), np.uint32(0))
    image = QImage(
        pixels.tobytes(), len(blocks), rows, 4 * len(blocks), QImage.Format.Format_ARGB32
    )
    left, right = axis.edges(blocks)[[0, -1]].tolist()
    painter.drawImage(QRectF(left, plot.top(), right - left, plot.height()), image)


def paint_dots(
    painter: QPainter, style: Style, colour: str, points: list[QPointF], radius: float = 0.0
) -> None:
    """Paint round dots in one call."""
    pen = style.pen(colour, 2 * (radius or dot_radius(style, 100.0)))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawPoints(points)


def dot_radius(style: Style, pitch: float) -> float:
    """Radius of a curve's dot: smaller where blocks are narrow."""
    return min(1.25 * style.theme.line + 0.8, pitch * 0.2)


def ghost_pen(style: Style, pitch: float) -> QPen:
    """The pen of the measurement before, thin where every pixel has a block of its own."""
    width = max(1.5 * style.scale, 0.65 * style.theme.line)
    return style.pen("ghost", width if pitch >= GROUP_PX else 1.0)


def curve_width(style: Style, pitch: float) -> float:
    """Width of a curve: thinner where every pixel has a block of its own."""
    return style.theme.line if pitch >= GROUP_PX else max(1.0, style.theme.line - 2.0)

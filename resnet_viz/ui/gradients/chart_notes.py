"""The chart's edges: the underflow floor, the row of exact zeros, the row of infinities."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from resnet_viz.numerals import figure
from resnet_viz.ui.block_view.look import Look as Inks
from resnet_viz.ui.gradients.label_places import Box
from resnet_viz.ui.gradients.pair_state import SIDE_COLOURS, Series
from resnet_viz.ui.gradients.plot import Plot, reaches
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.style import Anchor, Style, draw_text

Centres = NDArray[np.float64]
UNDERFLOW = "0: underflow"


def floor_text(dtype: str, smallest: float) -> str:
    """What the floor of a precision is: `float32 underflow: below 1.4×10⁻⁴⁵`."""
    return f"{dtype} underflow: below {figure(smallest, 2)}"


def underflow_text(zeros: Sequence[Series]) -> str:
    """What the marks on a floor are, and where the signal itself was lost on its way."""
    faded = next((s.faded for s in zeros if s.faded and s.kind == "now"), "")
    return f"{UNDERFLOW} ({faded})" if faded else UNDERFLOW


def paint_floors(
    painter: QPainter,
    style: Style,
    inks: Inks,
    plot: Plot,
    axis: BlockAxis,
    series: Sequence[Series],
) -> list[Box]:
    """Paint the line below which a precision knows only 0; one for each on the scale.

    Returns:
        Where words now stand.
    """
    taken: list[Box] = []
    for smallest, dtype in sorted({(s.smallest, s.dtype) for s in series}):
        if not reaches(plot.scale, smallest):
            continue
        y = plot.exponent_y(math.log10(smallest))
        painter.setPen(style.dashed("trouble", 1.2 * style.scale, 5.0))
        painter.drawLine(QPointF(plot.left, y), QPointF(plot.right, y))
        zeros = [s for s in series if s.smallest == smallest and s.underflow.any()]
        centres = _centres(axis, [s.underflow for s in zeros])
        if centres.size:
            note = underflow_text(zeros)
            box = _beside(style, plot, note, centres, y)
            _write(painter, style, box, note, inks, _whose(zeros))
            taken.append(box)
        text = floor_text(dtype, smallest)
        width = style.metrics.horizontalAdvance(text) + 6
        for left in (plot.right - width, plot.left + 2):
            box = Box(left, y + _marker_reach(style), width, style.row)
            if not any(box.overlaps(other) for other in taken):
                _write(painter, style, box, text, inks, "trouble")
                taken.append(box)
                break
        taken.append(Box(plot.left, y - 3, plot.right - plot.left, 6))
    return taken


def paint_zero_row(
    painter: QPainter,
    style: Style,
    inks: Inks,
    plot: Plot,
    axis: BlockAxis,
    series: Sequence[Series],
    words: str,
) -> list[Box]:
    """Paint the row of zeros that have no place on the decades, and why they are 0."""
    zeros = [(s.values == 0) & ~(s.underflow & reaches(plot.scale, s.smallest)) for s in series]
    return _paint_row(painter, style, inks, plot, plot.zero_y, "0", words, _centres(axis, zeros))


def paint_ceiling(
    painter: QPainter,
    style: Style,
    inks: Inks,
    plot: Plot,
    axis: BlockAxis,
    series: Sequence[Series],
    undefined_words: tuple[str, str] = ("NaN", "NaN"),
) -> list[Box]:
    """Paint the row of what overflowed, with its count.

    Args:
        painter: of the chart.
        style: fonts and colours.
        inks: colours that can be read.
        plot: the chart's axes.
        axis: of the blocks.
        series: what is drawn.
        undefined_words: what no number is called, at the axis and where it is counted.
    """
    infinite = [np.isposinf(s.values) for s in series]
    undefined = [~np.isfinite(s.values) & ~np.isposinf(s.values) for s in series]
    n_inf, n_nan = (
        sum(int(m.sum()) for m, s in zip(masks, series, strict=True) if s.kind == "now")
        for masks in (infinite, undefined)
    )
    parts = [f"△ inf: {n_inf} values"] * bool(n_inf) + [
        f"× {undefined_words[1]}: {n_nan} values"
    ] * bool(n_nan)
    tick = "inf" if any(m.any() for m in infinite) else undefined_words[0]
    centres = _centres(axis, [*infinite, *undefined])
    words = "   ".join(parts) or "overflowed before"
    return _paint_row(painter, style, inks, plot, plot.ceiling_y, tick, words, centres)


def _paint_row(
    painter: QPainter,
    style: Style,
    inks: Inks,
    plot: Plot,
    y: float,
    tick: str,
    words: str,
    centres: Centres,
) -> list[Box]:
    painter.setPen(style.dashed("ghost", 1.0, 3.0))
    painter.drawLine(QPointF(plot.left, y), QPointF(plot.right, y))
    painter.setFont(style.small)
    painter.setPen(inks.ink("trouble"))
    draw_text(painter, plot.left - 7, y, tick, Anchor.RIGHT)
    width = style.metrics.horizontalAdvance(words) + 8
    box = Box(plot.right - width, y - style.row / 2, width, style.row)
    for left in (plot.right - width, plot.left + 2):
        if not ((centres > left - 6) & (centres < left + width + 6)).any():
            box = Box(left, y - style.row / 2, width, style.row)
            break
    else:  # marks everywhere: beside them, where the lines of such blocks do not pass
        aside = 0.85 if y < plot.high_y else -0.85
        box = Box(box.left, box.top + aside * style.row, width, style.row)
    _write(painter, style, box, words, inks, "trouble")
    return [box, Box(plot.left, y - 4, plot.right - plot.left, 8)]


def _centres(axis: BlockAxis, masks: Sequence[NDArray[np.bool_]]) -> Centres:
    """Pixels of the visible blocks that are marked in any of the masks, ascending."""
    marked = np.zeros(axis.n_blocks, bool)
    for mask in masks:
        marked |= mask
    blocks = axis.visible
    return axis.centres(blocks)[marked[blocks.start : blocks.stop]]


def _beside(style: Style, plot: Plot, text: str, centres: Centres, y: float) -> Box:
    """A place under the floor, below the marks on it."""
    width = style.metrics.horizontalAdvance(text) + 6
    middle = float(centres[0] + centres[-1]) / 2
    left = min(max(middle - width / 2, plot.left + 2), plot.right - width)
    return Box(left, y + _marker_reach(style), width, style.row)


def _marker_reach(style: Style) -> float:
    """Distance from a line under which its markers are."""
    return 5.0 * style.scale


def _whose(series: Sequence[Series]) -> str:
    """The colour of a note: of the side that it is about, or of the text if of both."""
    now = {SIDE_COLOURS[s.side] for s in series if s.kind == "now"}
    return now.pop() if len(now) == 1 else ("text" if now else "ghost")


def _write(painter: QPainter, style: Style, box: Box, text: str, inks: Inks, colour: str) -> None:
    rect = QRectF(box.left, box.top, box.width, box.height)
    painter.fillRect(rect, style.color("card", 0.88))
    painter.setFont(style.small)
    painter.setPen(inks.ink(colour))  # type: ignore[arg-type]
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

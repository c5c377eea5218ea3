"""The shared chart as a picture: grid, floor, lines, labels, all on the blocks' axis."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from resnet_viz.lab.settings import SIDES, Side
from resnet_viz.ui.block_view.look import Look as Inks
from resnet_viz.ui.gradients.bars import paint_bars
from resnet_viz.ui.gradients.chart_notes import paint_ceiling, paint_floors, paint_zero_row
from resnet_viz.ui.gradients.curve_look import look_of, paint_series, paint_theory
from resnet_viz.ui.gradients.label_places import Box, Line, place_labels
from resnet_viz.ui.gradients.pair_state import PairState, Series
from resnet_viz.ui.gradients.plot import Plot, automatic_scale, pinned_scale, reaches
from resnet_viz.ui.gradients.quantities import QUANTITIES, Quantity, exact_zero_words
from resnet_viz.ui.overview.chain_view import paint_names
from resnet_viz.ui.overview.curves import dot_radius
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.scale import LogScale, Mark
from resnet_viz.ui.overview.style import Anchor, Style, draw_text

WAITING = "waiting for the first measurement"
_GLYPHS = {("now", "residual"): "● ", ("now", "plain"): "■ "} | {
    ("ghost", "residual"): "○ ",
    ("ghost", "plain"): "□ ",
}


@dataclass
class ChartScene:
    """Lays out and paints the chart in logical pixels.

    Attributes:
        state: what is shown.
        style: fonts and pens.
        axis: of the blocks, the one that both overviews are painted with.
        quantity: the figure on the y axis.
        pinned: the scale that stays whatever is measured, None to follow the numbers.
        theory: what papers expect of the quantity.
        with_theory: whether that is drawn.
        only: the one network that is drawn, on the scale of both; None for both.
        bars: whether values are bars, one under each block, instead of a line.
        hidden: a network whose numbers are kept from the viewer; the scale still holds them.
        footed: whether the names of the blocks stand under the plot.
        width, height: of the chart.
    """

    state: PairState
    style: Style
    axis: BlockAxis = field(default_factory=lambda: BlockAxis(()))
    quantity: Quantity = QUANTITIES["grad_in"]
    pinned: LogScale | None = None
    theory: tuple[Series, ...] = ()
    with_theory: bool = True
    only: Side | None = None
    bars: bool = False
    hidden: Side | None = None
    footed: bool = False
    width: float = 1.0
    height: float = 1.0

    def series(self) -> list[Series]:
        """All lines, the lowest first: theories, ghosts, then what is measured now."""
        return [*(self.theory if self.with_theory else ()), *self.state.series(self.quantity)]

    def drawn(self) -> list[Series]:
        """Those lines that are drawn here."""
        return [s for s in self.series() if s.side in self.drawn_sides]

    @property
    def drawn_sides(self) -> tuple[Side, ...]:
        """The networks that are drawn here."""
        return tuple(s for s in SIDES if s != self.hidden and self.only in (None, s))

    def scale(self) -> LogScale:
        """The scale of the numbers shown: pinned, or all decades of now and before."""
        series = self.series()
        if self.pinned is not None:
            return pinned_scale(self.pinned, series)
        return automatic_scale(series)

    def scale_text(self) -> str:
        """The scale in words: `log, automatic`."""
        return f"log, {'automatic' if self.pinned is None else 'pinned'}"

    def plot(self) -> Plot:
        """Where numbers lie."""
        scale = self.scale()
        return Plot(
            left=self.axis.left,
            right=self.axis.right,
            top=2.0,
            bottom=self.height - 2.0 - (self.style.row + 4.0) * self.footed,
            scale=scale,
            row=self.style.row,
            floored=any(reaches(scale, s.smallest) for s in self.series() if s.kind != "theory"),
        )

    @property
    def shown(self) -> range:
        """Visible blocks and one more at each end, so that lines leave the plot."""
        visible = self.axis.visible
        return range(max(0, visible.start - 1), min(self.axis.n_blocks, visible.stop + 1))

    def theory_at(self, x: float, y: float, reach: float = 7.0) -> Series | None:
        """The theory whose line runs near a point."""
        index = self.axis.index_at(x)
        if index is None or not self.with_theory:
            return None
        plot = self.plot()
        for series in self.theory:
            heights = plot.unclipped(series.values)
            near = heights[max(0, index - 1) : index + 2]
            if np.isfinite(heights[index]) and near.min() - reach <= y <= near.max() + reach:
                at = np.interp(x, self.axis.centres(range(self.axis.n_blocks)), heights)
                if abs(float(at) - y) <= reach:
                    return series
        return None

    # --- painting --------------------------------------------------------------------------

    def paint_columns(self, painter: QPainter) -> None:
        """Light up the columns of the selected and of the hovered block."""
        one = self.state.one
        for index, alpha in ((one.selected, 1.0), (one.hovered, 0.55)):
            doubled = index == one.selected and alpha < 1
            if index is None or doubled or index not in self.axis.visible:
                continue
            left, right = self.axis.x(index), self.axis.x(index + 1)
            if right - left < 3:
                left, right = (left + right) / 2 - 1.5, (left + right) / 2 + 1.5
            left, right = max(left, self.axis.left), min(right, self.axis.right)
            column = QRectF(left, 0, right - left, self.height)
            painter.fillRect(column, self.style.color("highlight", alpha))

    def paint(self, painter: QPainter) -> None:
        """Paint everything that hover does not change."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.axis.n_blocks:
            return
        series, plot = self.series(), self.plot()
        if not any(s.kind == "now" for s in series):
            self._paint_waiting(painter, plot)
            return
        self._paint_grid(painter, plot, series)
        series = self.drawn()
        taken = self._paint_rows(painter, plot, series)
        self._paint_lines(painter, plot, series)
        if not self.bars:  # whose they are is said beside the chart
            self._paint_labels(painter, plot, series, taken)
        if self.footed:
            paint_names(painter, self.style, self.axis, self.state.one, plot.bottom + 3.0)

    def _paint_waiting(self, painter: QPainter, plot: Plot) -> None:
        painter.setFont(self.style.small)
        painter.setPen(self.style.pen("muted"))
        middle = (plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2
        draw_text(painter, *middle, WAITING, Anchor.CENTRE)

    def _paint_grid(self, painter: QPainter, plot: Plot, series: list[Series]) -> None:
        """Grid and ticks; no decades where not one value has a place on them."""
        measurable = self.pinned is not None or any(
            bool((np.isfinite(s.values) & (s.values > 0)).any()) for s in series
        )
        style = self.style
        height = plot.low_y - plot.high_y
        painter.setFont(style.small)
        painter.setPen(style.pen("muted"))
        for exponent, text in plot.scale.ticks(height, style.row * 1.3) if measurable else ():
            y = plot.exponent_y(exponent)
            line = QRectF(plot.left, round(y), plot.right - plot.left, 1.0)
            painter.fillRect(line, style.color("grid"))
            draw_text(painter, plot.left - 7, y, text, Anchor.RIGHT)

    def _paint_rows(self, painter: QPainter, plot: Plot, series: list[Series]) -> list[Box]:
        """What lies at the edges of the decades; where words stand there."""
        measured = [s for s in series if s.kind != "theory"]
        where = painter, self.style, self._inks, plot, self.axis
        taken = paint_floors(*where, measured)
        rows = pinned_scale(plot.scale, measured)  # of the numbers that are drawn
        if rows.floor:
            taken += paint_zero_row(*where, measured, self._figures_words())
        if rows.ceiling:
            taken += paint_ceiling(*where, measured)
        return taken

    @property
    def _inks(self) -> Inks:
        return Inks(self.style.theme)

    def _figures_words(self) -> str:
        sides = [self.state.sides[side] for side in self.drawn_sides]
        shown = [f for s in sides for f in (s.now, s.ghost) if f is not None]
        words = [w for f in shown if (w := exact_zero_words(self.quantity, f))]
        return words[0] if words else "0: below the pinned scale"

    def _paint_lines(self, painter: QPainter, plot: Plot, series: list[Series]) -> None:
        painter.save()
        clip = QRectF(plot.left - 1, 0, plot.right - plot.left + 2, self.height)
        painter.setClipRect(clip.toAlignedRect())
        for s in series:
            if s.kind == "theory":
                painter.save()  # beyond the decades are the rows of what has no place on them
                decades = QRectF(0, plot.high_y - 2, self.width, plot.low_y - plot.high_y + 4)
                painter.setClipRect(decades.toAlignedRect(), Qt.ClipOperation.IntersectClip)
                y = plot.unclipped(s.values)
                paint_theory(painter, self.style, self.axis, s, y, self.shown)
                painter.restore()
            else:
                self._paint_measured(painter, plot, s)
        painter.restore()

    def _paint_measured(self, painter: QPainter, plot: Plot, series: Series) -> None:
        y, marks = plot.positions(series)
        where = painter, self.style, self.axis, series, y, marks, self.shown
        if self.bars:
            paint_bars(*where, plot.low_y, self.quantity.colour)
        else:
            paint_series(*where)

    def _paint_labels(
        self, painter: QPainter, plot: Plot, series: list[Series], taken: list[Box]
    ) -> None:
        """Write beside each line what it is, as far as there is room."""
        ordered = series[::-1]
        lines, marker = [self._line(plot, s) for s in ordered], dot_radius(self.style, 1e3)
        places = place_labels(lines, self._area(plot), taken, margin=max(3.0, marker - 0.5))
        painter.setFont(self.style.small)
        for s, box in zip(ordered, places, strict=True):
            if box is None:
                continue
            rect = QRectF(box.left, box.top, box.width, box.height)
            look = look_of(s)
            painter.setPen(self._inks.ink(look.colour))  # type: ignore[arg-type]
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, label_text(s))

    def _area(self, plot: Plot) -> Box:
        return Box(plot.left + 2, plot.top, plot.right - plot.left - 4, plot.bottom - plot.top)

    def _line(self, plot: Plot, series: Series) -> Line:
        """A series as the labels see it."""
        window = slice(self.shown.start, self.shown.stop)
        visible = None
        if series.kind == "theory":
            y = plot.unclipped(series.values)[window]
            visible = (y >= plot.high_y) & (y <= plot.low_y)
        else:
            y, marks = plot.positions(series)
            y = y[window]
            y[marks[window] == Mark.NOT_A_NUMBER] = math.nan
        width = self.style.metrics.horizontalAdvance(label_text(series)) + 4
        return Line(self.axis.centres(self.shown), y, width, self.style.row, visible)


def label_text(series: Series) -> str:
    """The label beside a line, its marker in front."""
    return _GLYPHS.get((series.kind, series.side), "┈ ") + series.label

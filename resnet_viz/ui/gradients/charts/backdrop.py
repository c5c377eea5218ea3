"""What lies under the curves: the selected column, stages, underflow, lines to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen

from resnet_viz.lab.figures.scales import Scale
from resnet_viz.lab.findings import Chart
from resnet_viz.ui.gradients.charts.axes import stage_edges
from resnet_viz.ui.gradients.charts.look import pixel_pen
from resnet_viz.ui.theme import Theme

_COLUMN_PX = 5.0
_NO_PEN = QPen(Qt.PenStyle.NoPen)


class Backdrop:
    """Areas and lines that run across the plot.

    Args:
        view: the `pyqtgraph.ViewBox` they are drawn in.
    """

    def __init__(self, view: Any) -> None:
        self._view = view
        self.column = _area("vertical")
        self.underflow = _area("horizontal")
        self.empty = pg.TextItem("nothing measured yet", anchor=(0.5, 0.5))
        self._across: list[Any] = []
        self._stages: list[Any] = []
        for level, item in enumerate((self.column, self.underflow, self.empty)):
            item.setZValue(-100.0 + level)
            item.setVisible(False)
            view.addItem(item, ignoreBounds=True)

    def show_selected(self, index: int | None, theme: Theme, px: float) -> None:
        """Light up the column of a named position.

        Args:
            index: None for no column.
            theme: colours.
            px: pixels of one position; narrow columns are widened, or they would not be seen.
        """
        self.column.setVisible(index is not None)
        if index is not None:
            self.column.setBrush(QBrush(QColor(theme.highlight)))
            half = max(0.5, _COLUMN_PX / 2 / px)
            self.column.setRegion((index - half, index + half))

    def show(self, chart: Chart, y: Scale, theme: Theme, *, waits: bool = True) -> None:
        """Draw what belongs to a chart; of one without numbers say so if it waits for them."""
        self._show_underflow(y, theme)
        width = max(1.0, theme.line / 2) * theme.pixel
        dashed, dotted = (
            pixel_pen(theme.muted, width, (6.0, 3.0)),
            pixel_pen(theme.trouble, width, (1.0, 2.0)),
        )
        references = [float(p) for p in y.place(np.array([*chart.references.values()]))]
        edges = [p for p in (y.floor if y.floor is not None else y.foot, y.ceiling) if p]
        lines = [(p, dashed) for p in references if np.isfinite(p)] + [(p, dotted) for p in edges]
        self._lines(self._across, lines, angle=0)
        stage = pixel_pen(theme.ghost, theme.pixel, (1.0, 3.0))
        self._lines(self._stages, [(p, stage) for p in stage_edges(chart.ticks)], angle=90)
        self._show_empty(chart, y, theme, waits=waits)

    def _show_underflow(self, y: Scale, theme: Theme) -> None:
        edge = y.foot if y.floor is None else y.floor
        self.underflow.setVisible(edge is not None)
        if edge is not None:
            colour = QColor(theme.trouble)
            colour.setAlphaF(0.1)
            self.underflow.setBrush(QBrush(colour))
            self.underflow.setRegion((y.low, edge))

    def _show_empty(self, chart: Chart, y: Scale, theme: Theme, *, waits: bool) -> None:
        nothing = waits and all(np.isnan(curve.y).all() for curve in chart.curves)
        self.empty.setVisible(nothing)
        if nothing:
            low, high = self._view.viewRange()[0]
            self.empty.setColor(QColor(theme.muted))
            self.empty.setPos((low + high) / 2, (y.low + y.high) / 2)

    def _lines(self, pool: list[Any], wanted: Sequence[tuple[float, QPen]], *, angle: int) -> None:
        while len(pool) > len(wanted):
            self._view.removeItem(pool.pop())
        while len(pool) < len(wanted):
            line = pg.InfiniteLine(angle=angle, movable=False)
            line.setZValue(-50.0)
            self._view.addItem(line, ignoreBounds=True)
            pool.append(line)
        for line, (place, pen) in zip(pool, wanted, strict=True):
            line.setPen(pen)
            line.setValue(place)


def _area(orientation: str) -> Any:
    return pg.LinearRegionItem(orientation=orientation, movable=False, pen=_NO_PEN)

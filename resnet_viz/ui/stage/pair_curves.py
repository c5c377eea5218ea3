"""The gradients of a pair as curves, of which one can be hidden and guessed."""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtWidgets import QWidget

from resnet_viz.lab.settings import SIDES, Side
from resnet_viz.ui.gradients.gradient_chart import GradientChart
from resnet_viz.ui.gradients.plot import Plot
from resnet_viz.ui.stage.pair_board import PairBoard

Values = NDArray[np.float64]


class PairCurves:
    """The charts of a pair as a `Predictable`: x is the index of the block, curves are sides.

    Args:
        stage: whose pixels places are in.
        board: draws the charts.
    """

    def __init__(self, stage: QWidget, board: PairBoard) -> None:
        self._stage, self._board = stage, board
        self._side: Side = "plain"  # whose chart is guessed on

    def curve_names(self) -> tuple[str, ...]:
        """`residual` and `plain`."""
        return SIDES

    def hide_curve(self, name: str) -> None:
        """Hide a network's figures wherever they stand; empty shows all."""
        if name in get_args(Side):
            self._side = name  # type: ignore[assignment]
        side = self._side if name else None
        if side != self._board.charts.hidden:
            self._board.hide_side(side)

    def plot_area(self) -> QRectF:
        """Where the bars or the lines stand, in pixels of the stage view."""
        plot, at = self._plot, self._origin
        return QRectF(
            plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top
        ).translated(at)

    def logarithmic(self) -> bool:
        """Always: gradients span decades."""
        return True

    def to_pixels(self, x: Values, y: Values) -> tuple[Values, Values]:
        """Places of values; what is 0 or less has none."""
        plot, at, axis = self._plot, self._origin, self._chart.scene.axis
        with np.errstate(divide="ignore", invalid="ignore"):
            exponents = np.log10(np.where(np.asarray(y) > 0, y, np.nan))
        scale = plot.scale
        share = (exponents - scale.low) / (scale.high - scale.low)
        heights = plot.low_y - share * (plot.low_y - plot.high_y)
        return axis.x(0.5) + np.asarray(x) * axis.pitch + at.x(), heights + at.y()

    def to_values(self, px: Values, py: Values) -> tuple[Values, Values]:
        """Index of the block, not rounded, and value at places."""
        plot, at, axis = self._plot, self._origin, self._chart.scene.axis
        share = (plot.low_y - (np.asarray(py) - at.y())) / (plot.low_y - plot.high_y)
        scale = plot.scale
        blocks = (np.asarray(px) - at.x() - axis.x(0.5)) / axis.pitch
        return blocks, 10.0 ** (scale.low + share * (scale.high - scale.low))

    def measured(self, name: str) -> tuple[Values, Values]:
        """Index of each block and its figure."""
        now = self._board.state.now(self._board.charts.quantity)
        if name not in now:
            return np.empty(0), np.empty(0)
        values = now[name].values
        return np.arange(len(values), dtype=np.float64), values

    @property
    def _chart(self) -> GradientChart:
        return self._board.grid.chart_of(self._side)

    @property
    def _plot(self) -> Plot:
        return self._chart.scene.plot()

    @property
    def _origin(self) -> QPointF:
        return QPointF(self._chart.mapTo(self._stage, QPoint(0, 0)))

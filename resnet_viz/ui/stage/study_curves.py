"""The chart of a study as curves, of which one can be hidden and guessed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QWidget

from resnet_viz.lab.findings import Chart
from resnet_viz.lecture.finding_facts import curve_names
from resnet_viz.ui.gradients.charts.canvas import Canvas
from resnet_viz.ui.gradients.charts.chart_view import ChartView

Values = NDArray[np.float64]


class StudyCurves:
    """A chart of a finding as a `Predictable`; x and y are the chart's own.

    Curves are named as in `lecture/finding_facts`, by the slugs of their labels.

    Args:
        stage: whose pixels places are in.
        view: draws the chart.
    """

    def __init__(self, stage: QWidget, view: ChartView) -> None:
        self._stage, self._view = stage, view
        self._wanted = ""

    def curve_names(self) -> tuple[str, ...]:
        """Measured curves; none before the finding has begun."""
        chart = self._view.chart
        if chart is None:
            return ()
        named = zip(curve_names(chart), chart.curves, strict=True)
        return tuple(name for name, curve in named if curve.role != "theory")

    def hide_curve(self, name: str) -> None:
        """Hide a curve and all theory; empty shows all."""
        self._wanted = name
        self.follow()

    def follow(self) -> None:
        """Another version of the chart is shown: hide in it what is to be hidden."""
        chart = self._view.chart
        names = () if chart is None else curve_names(chart)
        self._view.hide_curve(names.index(self._wanted) if self._wanted in names else -1)

    def plot_area(self) -> QRectF:
        """Between the axes, in pixels of the stage view; empty without a chart."""
        if self._view.chart is None:
            return QRectF()
        canvas = self._canvas
        area = canvas.view.sceneBoundingRect()
        return QRectF(self._from_scene(area.topLeft()), self._from_scene(area.bottomRight()))

    def logarithmic(self) -> bool:
        """Whether y is on a log axis."""
        return self._canvas.y_axis.log

    def to_pixels(self, x: Values, y: Values) -> tuple[Values, Values]:
        """Places of values; NaN where one has none."""
        canvas, area = self._canvas, self.plot_area()
        (left, right), (low, high) = canvas.view.viewRange()
        across = (canvas.x_axis.place(np.asarray(x)) - left) / (right - left)
        up = (canvas.y_axis.place(np.asarray(y)) - low) / (high - low)
        return area.left() + across * area.width(), area.bottom() - up * area.height()

    def to_values(self, px: Values, py: Values) -> tuple[Values, Values]:
        """Values at places."""
        canvas, area = self._canvas, self.plot_area()
        (left, right), (low, high) = canvas.view.viewRange()
        x = left + (np.asarray(px) - area.left()) / area.width() * (right - left)
        y = low + (area.bottom() - np.asarray(py)) / area.height() * (high - low)
        return _value(x, log=canvas.x_axis.log), _value(y, log=canvas.y_axis.log)

    def measured(self, name: str) -> tuple[Values, Values]:
        """X and y of a curve where it is measured, ascending in x."""
        chart = self._view.chart
        if chart is None or name not in curve_names(chart):
            return np.empty(0), np.empty(0)
        return _sorted(chart, curve_names(chart).index(name))

    @property
    def _canvas(self) -> Canvas:
        return self._view.canvas

    def _from_scene(self, point: QPointF) -> QPointF:
        """A point of the plot's scene in pixels of the stage view."""
        graphics = self._canvas.graphics
        inside = graphics.viewportTransform().map(point)
        return QPointF(graphics.viewport().mapTo(self._stage, inside))


def _value(places: Values, *, log: bool) -> Values:
    return np.asarray(10.0**places if log else places)


def _sorted(chart: Chart, index: int) -> tuple[Values, Values]:
    curve = chart.curves[index]
    known = np.flatnonzero(~np.isnan(curve.y))
    order = known[np.argsort(curve.x[known], kind="stable")]
    return curve.x[order], curve.y[order]

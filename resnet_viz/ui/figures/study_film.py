"""An experiment's chart as a film: its points appear from left to right."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from resnet_viz.lab.findings import Chart, Curve, Finding
from resnet_viz.ui.figures.film import Film
from resnet_viz.ui.gradients.charts.chart_view import ChartView
from resnet_viz.ui.theme import Theme

_THEORY = "theory"


def study_film(finding: Finding, chart: Chart) -> Film:
    """A film of one of a finding's charts."""
    return Film(chart.title, finding.sentence, lambda theme: ChartReel(chart, theme))


def begun(chart: Chart, share: float) -> Chart:
    """A chart of which a share is measured: the places on x from the left, theory whole.

    Args:
        chart: the whole.
        share: 0 to 1.
    """
    measured = [curve.x for curve in chart.curves if curve.role != _THEORY]
    places = np.unique(np.concatenate([*measured, np.empty(0)]))
    n = math.floor(share * len(places) + 1e-9)
    last = places[n - 1] if n else -math.inf
    curves = (c if c.role == _THEORY else _until(c, last) for c in chart.curves)
    return replace(chart, curves=tuple(curves))


def _until(curve: Curve, last: float) -> Curve:
    """A curve without what lies right of a place; its arrays keep their lengths."""

    def kept(values: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        return None if values is None else np.where(curve.x <= last, values, np.nan)

    y = np.where(curve.x <= last, curve.y, np.nan)
    return replace(curve, y=y, low=kept(curve.low), high=kept(curve.high))


class ChartReel:
    """A chart whose points appear, on axes that stand still.

    Args:
        chart: the whole.
        theme: colours and sizes.
    """

    def __init__(self, chart: Chart, theme: Theme) -> None:
        self._chart = chart
        self._view = ChartView()
        self._view.set_bare(True)
        self._view.set_theme(theme)
        self._view.set_chart(chart)
        card = QFrame()
        card.setObjectName("card")
        within = QVBoxLayout(card)
        within.addWidget(self._view)
        self.widget = QWidget()
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(*[theme.font_px] * 4)
        column.addWidget(card)

    def show_share(self, share: float) -> None:
        """Show the chart with this share of its places on x."""
        if not self._view.pinned:
            self._view.set_pinned(True)
        self._view.set_chart(begun(self._chart, share))

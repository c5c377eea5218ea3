"""The held-out curves of a run, of which one can be hidden and guessed."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtWidgets import QWidget

from resnet_viz.lab.figures.scales import Scale
from resnet_viz.runs.reader import RunReader
from resnet_viz.ui.train.chart_card import ChartCard
from resnet_viz.ui.train.run_board import RunBoard
from resnet_viz.ui.train.session import TrainSession

Values = NDArray[np.float64]


class HeldOutCurves:
    """A chart of a run as a `Predictable`: x are steps, y the loss or the accuracy.

    Curves are named by their network: `network`, `rival`.

    Args:
        stage: whose pixels places are in.
        card: the chart that is drawn on.
        quantity: which of the two it shows.
        board: draws the curves, or does not.
        session: has the run.
    """

    def __init__(
        self,
        stage: QWidget,
        card: ChartCard,
        quantity: Literal["loss", "accuracy"],
        board: RunBoard,
        session: TrainSession,
    ) -> None:
        self._stage, self._chart, self._quantity = stage, card.chart, quantity
        self._board, self._session = board, session

    def curve_names(self) -> tuple[str, ...]:
        """Of each network; of both that there can be before the run is read."""
        reader = self._session.reader
        if reader is None:
            return "network", "rival"
        return tuple(network.key for network in reader.facts.networks)

    def hide_curve(self, name: str) -> None:
        """Hide the held-out curves of a network in all charts; empty shows all."""
        self._board.hide_network(name)

    def plot_area(self) -> QRectF:
        """Where curves are drawn, in pixels of the stage view."""
        return self._chart.plot.translated(self._origin)

    def logarithmic(self) -> bool:
        """Whether y is on a log axis."""
        return self._chart.log

    def to_pixels(self, x: Values, y: Values) -> tuple[Values, Values]:
        """Places of values; they may lie outside the plot."""
        plot, scale, at = self._chart.plot, self._scale(), self._origin
        share = (scale.place(y) - scale.low) / (scale.high - scale.low)
        return self._chart.axis.xs(x) + at.x(), plot.bottom() - share * plot.height() + at.y()

    def to_values(self, px: Values, py: Values) -> tuple[Values, Values]:
        """Values at places."""
        plot, scale, at = self._chart.plot, self._scale(), self._origin
        axis = self._chart.axis
        share = (plot.bottom() - (np.asarray(py) - at.y())) / plot.height()
        places = scale.low + share * (scale.high - scale.low)
        steps = axis.start + (np.asarray(px) - at.x() - axis.left) / axis.px
        return steps, 10.0**places if scale.log else places

    def measured(self, name: str) -> tuple[Values, Values]:
        """Steps and values of a held-out curve; of a run without any, of the training's."""
        reader = self._session.reader
        if reader is None:
            return np.empty(0), np.empty(0)
        return _measured(reader, name, self._quantity)

    @property
    def _origin(self) -> QPointF:
        return QPointF(self._chart.mapTo(self._stage, QPoint(0, 0)))

    def _scale(self) -> Scale:
        return self._chart.picture().scale


def _measured(reader: RunReader, key: str, quantity: str) -> tuple[Values, Values]:
    held_out = reader.evaluations(key)
    series = held_out if len(held_out) else reader.steps(key)
    return series.step.astype(np.float64), np.asarray(getattr(series, quantity))

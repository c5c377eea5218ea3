"""The charts of a pair on stage: one of bars for each network, one of curves for both."""

from __future__ import annotations

from collections.abc import Iterator

from resnet_viz.lab.settings import SIDES, Side
from resnet_viz.ui.gradients.chart_scene import ChartScene
from resnet_viz.ui.gradients.gradient_chart import GradientChart
from resnet_viz.ui.gradients.pair_state import SIDE_NAMES, PairState, Series
from resnet_viz.ui.gradients.quantities import Quantity, QuantityName
from resnet_viz.ui.overview.style import Style

_LEAST_ROWS = 3.2
"""Height of a chart, in rows of text, under which its decades could not be told apart."""


class PairCharts:
    """Keeps them on one figure, one scale and one theory.

    Args:
        state: what all of them show.
        style: fonts and pens.

    Attributes:
        bars: of each network, on the scale of both.
        shared: of both, with the names of the blocks under it.
    """

    def __init__(self, state: PairState, style: Style) -> None:
        self._state = state
        self.bars = {side: self._bar_chart(side, style) for side in SIDES}
        self.shared = GradientChart(state, style)
        self.shared.scene.footed = True

    def _bar_chart(self, side: Side, style: Style) -> GradientChart:
        chart = GradientChart(self._state, style)
        chart.scene.only, chart.scene.bars = side, True
        chart.setAccessibleName(f"Gradient chart of the network {SIDE_NAMES[side]}")
        return chart

    def __iter__(self) -> Iterator[GradientChart]:
        yield from (*self.bars.values(), self.shared)

    @property
    def scene(self) -> ChartScene:
        """What the chart of both shows; of scale and figure the others show the same."""
        return self.shared.scene

    @property
    def quantity(self) -> Quantity:
        """The figure."""
        return self.scene.quantity

    @property
    def hidden(self) -> Side | None:
        """The network whose figures are kept from the viewer."""
        return self.scene.hidden

    def set_style(self, style: Style) -> None:
        """Take another look."""
        for chart in self:
            chart.set_style(style)
            chart.setMinimumHeight(round(_LEAST_ROWS * style.row))

    def set_quantity(self, name: QuantityName) -> None:
        """Show another figure; its theory is not known yet."""
        for chart in self:
            chart.set_quantity(name)

    def set_theory(self, theory: tuple[Series, ...]) -> None:
        """Show what papers expect."""
        for chart in self:
            chart.set_theory(theory)

    def set_with_theory(self, shown: bool) -> None:
        """Draw what papers expect, or only what is measured."""
        for chart in self:
            chart.set_with_theory(shown)

    def set_pinned(self, pinned: bool) -> None:
        """Keep the scale, or let it follow the numbers."""
        for chart in self:
            chart.set_pinned(pinned)

    def hide(self, side: Side | None) -> None:
        """Keep a network's figures from the viewer; the scale stays that of both."""
        for chart in self:
            chart.scene.hidden = side

    def refresh(self) -> None:
        """Paint and describe anew: the data changed."""
        for chart in self:
            chart.refresh()

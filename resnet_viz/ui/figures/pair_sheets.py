"""The pair's chart without the networks, and one addition of both, as they stand in a figure."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Segment
from resnet_viz.ui.gradients.add_node_panel import AddNodePanel
from resnet_viz.ui.gradients.chart_scene import ChartScene
from resnet_viz.ui.gradients.gradient_chart import GradientChart
from resnet_viz.ui.gradients.pair_state import PairState
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.scene import Scene
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.theme import LIGHT, Theme

BESIDE_PX = 640
"""Width from which two additions stand side by side."""


class ChartSheet(QWidget):
    """The chart of both networks with the names of the blocks under it.

    Args:
        measured: what is drawn.
        ghost: what was measured before; None for nothing.
        like: a chart on screen, whose quantity, scale, theories and zoom it has.
    """

    def __init__(
        self, measured: PairMeasured, ghost: PairMeasured | None, like: ChartScene
    ) -> None:
        super().__init__()
        self._like = like.axis
        self._state = PairState()
        settings = measured.settings
        self._state.set_network(settings.spec("residual"), settings.spec("plain"))
        self._state.set_ghost(ghost)
        self._state.set_measured(measured)
        for state in self._state.sides.values():
            state.selected = None
        self._heading = LineLabel(Look(LIGHT), LIGHT.small_px)
        said = f"{like.quantity.title}, log scale"
        self._heading.set_line((Segment(said, bold=True),), (Segment(said),))
        self.chart = GradientChart(self._state, Style(LIGHT))
        scene = self.chart.scene
        scene.quantity, scene.pinned = like.quantity, like.pinned
        scene.theory, scene.with_theory, scene.footed = like.theory, like.with_theory, True
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._heading)
        column.addWidget(self.chart, 1)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self.chart.set_style(Style(theme))
        self._heading.set_look(Look(theme), theme.small_px + 1)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the new size."""
        self._place()

    def _place(self) -> None:
        """Give the chart the axis that the blocks above it would have."""
        above = Scene(self._state.one, self.chart.scene.style)
        spec = self._state.one.spec
        above.axis = BlockAxis(() if spec is None else spec.depths)
        above.resize(float(self.width()), 100.0)
        self.chart.set_axis(above.axis.following(self._like))


class NodeSheet(QWidget):
    """An addition of both networks: side by side, or one over the other where it is narrow."""

    def __init__(self) -> None:
        super().__init__()
        self.panels = {side: AddNodePanel(side, Style(LIGHT)) for side in SIDES}
        self._row = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(16)
        for panel in self.panels.values():
            self._row.addWidget(panel, 1)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        for panel in self.panels.values():
            panel.set_style(Style(theme))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put both where they have room."""
        beside = self.width() >= BESIDE_PX
        way = QBoxLayout.Direction
        self._row.setDirection(way.LeftToRight if beside else way.TopToBottom)

"""A residual network over its plain twin, and one chart of both under their blocks."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES, Side
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.gradients.chart_controls import ChartControls
from resnet_viz.ui.gradients.gradient_chart import GradientChart
from resnet_viz.ui.gradients.pair_link import PairLink
from resnet_viz.ui.gradients.pair_state import PairState, Series
from resnet_viz.ui.gradients.pair_words import block_lines, caption_lines, source_lines
from resnet_viz.ui.gradients.quantities import QuantityName
from resnet_viz.ui.gradients.side_view import SideView
from resnet_viz.ui.gradients.theory_desk import TheoryDesk
from resnet_viz.ui.overview.stale import StaleHint
from resnet_viz.ui.overview.style import Style, paint_card
from resnet_viz.ui.theme import LIGHT, Theme

# The plain twin has the names of the blocks under it; squares and arcs are equally large.
_SIDE_STRETCH: dict[Side, int] = {"residual": 94, "plain": 110}
_ROOMY = 440
"""Height, at normal type, from which there is room for more than the chart needs."""


class PairView(QWidget):
    """Both networks and their gradients; paints its own card.

    It shows what it is given and reports what the user asks for. Zoom, position, hover and
    selection are shared by the two overviews and the chart.

    Signals:
        skip_clicked(str, str): side and block whose skip is to be cut or restored.
        branch_clicked(str, str): side and block whose branch is to be dropped or restored.
        stage_skips_clicked(str, int): side and 1-based stage whose skips are.
        block_selected(str): the user chose this block; it is already shown as selected.
        block_hovered(str): the block under the pointer, empty for none.
    """

    skip_clicked = Signal(str, str)
    branch_clicked = Signal(str, str)
    stage_skips_clicked = Signal(str, int)
    block_selected = Signal(str)
    block_hovered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = Style(LIGHT)
        self.state = PairState()
        self.sides: dict[Side, SideView] = {
            side: SideView(side, self.state.sides[side], self._style, labelled=side == "plain")
            for side in SIDES
        }
        self.controls = ChartControls(self._style)
        self.chart = GradientChart(self.state, self._style)
        self.caption = LineLabel(Look(LIGHT), LIGHT.small_px)
        self.sources = LineLabel(Look(LIGHT), LIGHT.small_px)
        self.theory = TheoryDesk(self)
        self.link = PairLink(self.state, self.sides, (self.chart,), self)
        self._stale = StaleHint(self)
        self._stale.changed.connect(self._show_block)
        self._build_layout()
        self._connect()
        self.setAccessibleName("Residual network and plain twin")
        self.set_theme(LIGHT)

    # --- construction ------------------------------------------------------------------------

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 6)
        column.setSpacing(3)
        for side in SIDES:
            column.addWidget(self.sides[side], _SIDE_STRETCH[side])
        column.addWidget(self.controls)
        column.addWidget(self.chart, 225)
        column.addWidget(self.caption)
        column.addWidget(self.sources)

    def _connect(self) -> None:
        for view in self.sides.values():
            view.skip_clicked.connect(self.skip_clicked)
            view.branch_clicked.connect(self.branch_clicked)
            view.stage_skips_clicked.connect(self.stage_skips_clicked)
        self.link.moved.connect(self._on_moved)
        self.link.lit.connect(self._show_block)
        self.link.picked.connect(self.block_selected)
        self.link.hovered.connect(self.block_hovered)
        self.controls.quantity_chosen.connect(self.set_quantity)
        self.controls.pin_toggled.connect(self._on_pin)
        self.controls.theory_toggled.connect(self._on_theory)
        self.controls.fit_clicked.connect(self.fit)
        self.theory.ready.connect(self._on_theory_ready)

    # --- what is shown -----------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Take another look."""
        self._style = Style(theme)
        for view in self.sides.values():
            view.set_style(self._style)
        self.controls.set_style(self._style)
        self.chart.set_style(self._style)
        for label in (self.caption, self.sources):
            label.set_look(Look(theme), theme.small_px)
        self.link.show_axis(self.link.axis)
        self.update()

    def set_network(self, spec_residual: ResNetSpec, spec_plain: ResNetSpec) -> None:
        """Show two other networks, not measured yet, their first block selected.

        Raises:
            ValueError: if their blocks differ.
        """
        self.state.set_network(spec_residual, spec_plain)
        self.chart.scene.pinned = None
        self._ask_theory()
        for view in self.sides.values():
            view.show_network()
            view.show_measured(None)
        self.link.show_axis(self.link.axis)
        self._refresh()

    def set_gates(self, side: Side, gates: Mapping[str, Gate]) -> None:
        """Show one side's gates; blocks that are not named are fully open."""
        self.state.sides[side].set_gates(gates)
        self.sides[side].refresh()

    def set_measured(self, measured: PairMeasured | None) -> None:
        """Show these measurements; None says that there are none yet.

        Raises:
            ValueError: if they are of networks with other blocks.
        """
        self.state.set_measured(measured)
        for view in self.sides.values():
            view.show_measured(measured)
        self._ask_theory()
        self._refresh()

    def set_ghost(self, ghost: PairMeasured | None) -> None:
        """Show these measurements in grey, for comparison; those of other blocks are not."""
        self.state.set_ghost(ghost)
        self._refresh()

    def set_selected(self, name: str) -> None:
        """Select a block without telling; unknown names are ignored."""
        self.link.set_selected(name)

    def set_stale(self, stale: bool) -> None:
        """Say whether the figures are being measured anew; short measurements are not shown."""
        self._stale.set(stale)

    def set_quantity(self, name: QuantityName) -> None:
        """Show another figure in the chart, one of `QUANTITY_NAMES`."""
        self.chart.set_quantity(name)
        self.controls.show_quantity(name)
        self._ask_theory()
        self._refresh_chart()

    def set_controls(self, shown: bool) -> None:
        """Show or hide the chart's buttons and what they say; its caption goes with them."""
        self.controls.setVisible(shown)
        self.caption.setVisible(shown)

    def show_like(self, other: PairView) -> None:
        """Draw the same figure on the same scale, with the theories known there, zoomed alike."""
        theirs, scene = other.chart.scene, self.chart.scene
        self.chart.set_quantity(theirs.quantity.name)
        self.theory.forget()
        scene.pinned, scene.with_theory = theirs.pinned, theirs.with_theory
        self.chart.set_theory(theirs.theory)
        self.link.show_axis(other.link.axis)
        self._refresh_chart()

    def select_none(self) -> None:
        """Light up no block, until one is selected."""
        for state in self.state.sides.values():
            state.selected = None
        for view in self.sides.values():
            view.canvas.invalidate()
        self.chart.update()

    def fit(self) -> None:
        """Show all blocks."""
        self.link.fit()

    # --- reactions ---------------------------------------------------------------------------

    def _on_moved(self) -> None:
        self.controls.fit_button.setEnabled(self.link.axis.zoom > 1.0001)
        self._show_caption()

    def _on_pin(self, pinned: bool) -> None:
        self.chart.set_pinned(pinned)
        self._refresh_chart()

    def _on_theory(self, shown: bool) -> None:
        self.chart.set_with_theory(shown)
        self._refresh_chart()

    def _ask_theory(self) -> None:
        """Theories are of one measurement: those of the one before are no longer shown."""
        self.chart.set_theory(())
        if self.state.measured is None:
            self.theory.forget()
        else:
            self.theory.ask(self.state.measured, self.chart.scene.quantity)

    def _on_theory_ready(self, series: tuple[Series, ...]) -> None:
        self.chart.set_theory(series)
        self._refresh_chart()

    def _refresh(self) -> None:
        for view in self.sides.values():
            view.refresh()
        self._refresh_chart()

    def _refresh_chart(self) -> None:
        scene = self.chart.scene
        self.chart.refresh()
        self.controls.show_scale(scene.scale_text(), pinned=scene.pinned is not None)
        self.controls.pin_button.setEnabled(self.state.measured is not None)
        self.controls.show_theory([f"{s.label}: {s.source}" for s in scene.theory])
        self.sources.set_line(*source_lines(scene.theory))
        self._show_sources()
        self._show_caption()
        self._show_block()

    def _show_caption(self) -> None:
        """What is measured, and what the present zoom leaves out."""
        hint = self.sides["residual"].canvas.scene.hint() if self.state.one.blocks else ""
        quantity = self.chart.scene.quantity
        self.caption.set_line(*caption_lines(quantity, self.state.measured, hint))

    def _show_sources(self) -> None:
        """The legend of theories; in a low window it is left to the button's tool tip."""
        scene = self.chart.scene
        roomy = self.height() >= _ROOMY * self._style.scale
        self.sources.setVisible(roomy and scene.with_theory and bool(scene.theory))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the chart the room there is."""
        self._show_sources()

    def _show_block(self) -> None:
        """Write the hovered block's values, or the selected one's."""
        if self._stale.shown:
            self.controls.show_hint("measuring…")
            return
        one = self.state.one
        index = one.selected if one.hovered is None else one.hovered
        self.controls.readout.set_line(*block_lines(self.state, self.chart.scene.quantity, index))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card."""
        paint_card(self, self._style)

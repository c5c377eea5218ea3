"""A residual network over its plain twin, each with its own gradient, for the last row of a hall.

The networks, bars and curves are those of the Gradients workspace; what is different is where
they stand, and that nothing else is on the board.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.lecture.views import PairPart
from resnet_viz.models.gates import Gate
from resnet_viz.ui.gradients.chart_controls import ChartControls
from resnet_viz.ui.gradients.pair_link import PairLink
from resnet_viz.ui.gradients.pair_state import PairState, Series
from resnet_viz.ui.gradients.pair_words import block_lines
from resnet_viz.ui.gradients.quantities import QuantityName
from resnet_viz.ui.gradients.side_view import SideView
from resnet_viz.ui.gradients.theory_desk import TheoryDesk
from resnet_viz.ui.overview.stale import StaleHint
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.stage.pair_charts import PairCharts
from resnet_viz.ui.stage.pair_grid import PairGrid
from resnet_viz.ui.theme import LIGHT, Theme


class PairBoard(QWidget):
    """Both networks, their charts, and buttons for the speaker.

    It shows what it is given and reports what the user asks for.

    Attributes:
        state: what is shown.
        sides: the networks.
        charts: their charts.

    Signals:
        skip_clicked(str, str), branch_clicked(str, str), stage_skips_clicked(str, int),
            block_selected(str): as `PairView`'s.
        quantity_chosen(str), theory_toggled(bool): the user chose so.
    """

    skip_clicked = Signal(str, str)
    branch_clicked = Signal(str, str)
    stage_skips_clicked = Signal(str, int)
    block_selected = Signal(str)
    quantity_chosen = Signal(str)
    theory_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = Style(LIGHT)
        self._titles: dict[Side, str] = dict.fromkeys(SIDES, "")
        self.state = PairState()
        self.sides = {side: self._side(side) for side in SIDES}
        self.charts = PairCharts(self.state, self._style)
        self.link = PairLink(self.state, self.sides, tuple(self.charts), self)
        self.controls = ChartControls(self._style)
        self.grid = PairGrid(self.sides, self.charts, self.link)
        self.theory = TheoryDesk(self)
        self._stale = StaleHint(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.controls)
        column.addWidget(self.grid, 1)
        for part in self._parts():
            part.installEventFilter(self)
        self._connect()
        self.setAccessibleName("Residual network and plain twin")
        self.set_theme(LIGHT)
        self.set_controls(False)

    def _side(self, side: Side) -> SideView:
        view = SideView(side, self.state.sides[side], self._style, labelled=False)
        view.header.hide()  # a caption says what is needed
        return view

    def _parts(self) -> tuple[QWidget, ...]:
        """All that is clicked and hovered."""
        return (*self.charts, *(view.canvas for view in self.sides.values()))

    def _connect(self) -> None:
        for view in self.sides.values():
            view.skip_clicked.connect(self.skip_clicked)
            view.branch_clicked.connect(self.branch_clicked)
            view.stage_skips_clicked.connect(self.stage_skips_clicked)
        self.link.picked.connect(self.block_selected)
        self.link.lit.connect(self._show_block)
        self.link.moved.connect(
            lambda: self.controls.fit_button.setEnabled(self.link.axis.zoom > 1.0001)
        )
        self.controls.quantity_chosen.connect(self.quantity_chosen)
        self.controls.theory_toggled.connect(self.theory_toggled)
        self.controls.pin_toggled.connect(self._on_pin)
        self.controls.fit_clicked.connect(self.link.fit)
        self.theory.ready.connect(self._on_theory)
        self._stale.changed.connect(self._write)

    # --- what is shown -----------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Take another look."""
        self._style = Style(theme)
        for view in self.sides.values():
            view.set_style(self._style)
        self.charts.set_style(self._style)
        self.controls.set_style(self._style)
        self.grid.set_style(self._style)
        self.update()

    def set_part(self, part: PairPart) -> None:
        """Show the whole, the chart alone or the networks alone."""
        self.grid.set_part(part)

    def set_controls(self, shown: bool) -> None:
        """Show or hide the buttons of the chart; with them all is reached by keys as well."""
        self.controls.setVisible(shown)
        # Without them keys are the lecture's, and a click leaves no frame on the slide.
        policy = Qt.FocusPolicy.TabFocus if shown else Qt.FocusPolicy.NoFocus
        for part in self._parts():
            part.setFocusPolicy(policy)

    def set_network(self, settings: LabSettings) -> None:
        """Show other networks, not measured yet, no block selected."""
        self.state.set_network(settings.spec("residual"), settings.spec("plain"))
        self.charts.set_pinned(False)
        self._ask_theory()
        for view in self.sides.values():
            view.show_network()
        self.select("")
        self.link.show_axis(self.link.axis)
        self._refresh()

    def set_gates(self, side: Side, gates: Mapping[str, Gate], title: str) -> None:
        """Show one side's gates, and what it is called with them."""
        self.state.sides[side].set_gates(gates)
        self._titles[side] = title
        self.sides[side].refresh()
        self._write()

    def set_measured(self, measured: PairMeasured | None, ghost: PairMeasured | None) -> None:
        """Show measurements, those before as outlines; None for none."""
        self.state.set_ghost(ghost)
        self.state.set_measured(measured)
        for view in self.sides.values():
            view.show_measured(measured)
        self._ask_theory()
        self._refresh()

    def set_stale(self, stale: bool) -> None:
        """Say whether the figures are being measured anew; short measurements are not shown."""
        self._stale.set(stale)

    def select(self, name: str) -> None:
        """Light up a block; empty for none."""
        if name:
            self.link.set_selected(name)
            return
        for state in self.state.sides.values():
            state.selected = None
        for view in self.sides.values():
            view.canvas.invalidate()
        for chart in self.charts:
            chart.update()

    def set_quantity(self, name: QuantityName) -> None:
        """Show another figure in the charts."""
        self.charts.set_quantity(name)
        self.controls.show_quantity(name)
        self._ask_theory()
        self._refresh()

    def set_with_theory(self, shown: bool) -> None:
        """Draw what papers expect, or only what is measured."""
        self.charts.set_with_theory(shown)
        self.controls.theory_button.blockSignals(True)
        self.controls.theory_button.setChecked(shown)
        self.controls.theory_button.blockSignals(False)
        self._ask_theory()
        self._refresh()

    def hide_side(self, side: Side | None) -> None:
        """Keep a network's figures from the viewer; the scale stays that of both."""
        self.charts.hide(side)
        self._refresh()

    # --- inside ------------------------------------------------------------------------------

    def _on_pin(self, pinned: bool) -> None:
        self.charts.set_pinned(pinned)
        self._refresh()

    def _ask_theory(self) -> None:
        """Theories are of one measurement: those of the one before are no longer shown."""
        self.charts.set_theory(())
        if self.state.measured is None or not self.charts.scene.with_theory:
            self.theory.forget()
        else:
            self.theory.ask(self.state.measured, self.charts.quantity)

    def _on_theory(self, series: tuple[Series, ...]) -> None:
        self.charts.set_theory(series)
        self._refresh()

    def _refresh(self) -> None:
        for view in self.sides.values():
            view.refresh()
        self.charts.refresh()
        scene = self.charts.scene
        self.controls.show_scale(scene.scale_text(), pinned=scene.pinned is not None)
        self.controls.pin_button.setEnabled(self.state.measured is not None)
        # Offered whenever there may be any: they are computed only while they are shown.
        self.controls.show_theory([f"{s.label}: {s.source}" for s in scene.theory] or [_THEORY])
        self._write()
        self._show_block()

    def _write(self) -> None:
        """Say beside or over each network who it is and what its first numbers are."""
        now = {} if self._stale.shown else self.state.now(self.charts.quantity)
        self.grid.write(self._titles, now)

    def _show_block(self) -> None:
        one = self.state.one
        index = one.selected if one.hovered is None else one.hovered
        if self.charts.hidden is None:
            self.controls.readout.set_line(*block_lines(self.state, self.charts.quantity, index))
        else:
            self.controls.show_hint("a curve is hidden")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep tips away: nobody in the hall can read them, and they tell what may be hidden."""
        return event.type() == QEvent.Type.ToolTip or super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground that networks and charts stand on."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._style.brush("card"))


_THEORY = "What papers expect of networks like these, where a theory is known to hold"

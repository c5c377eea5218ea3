"""A residual network over its plain twin, each with its own gradient, for the last row of a hall.

The networks, bars and curves are those of the Gradients workspace; what is different is where
they stand, and that nothing else is on the board.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.lecture.views import PairPart
from resnet_viz.models.gates import Gate
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Line, Segment, joined
from resnet_viz.ui.gradients.chart_controls import ChartControls
from resnet_viz.ui.gradients.gradient_chart import GradientChart
from resnet_viz.ui.gradients.pair_link import PairLink
from resnet_viz.ui.gradients.pair_state import SIDE_NAMES, PairState, Series
from resnet_viz.ui.gradients.pair_words import block_lines
from resnet_viz.ui.gradients.quantities import Quantity, QuantityName
from resnet_viz.ui.gradients.side_view import SideView
from resnet_viz.ui.gradients.theory_desk import TheoryDesk
from resnet_viz.ui.overview.stale import StaleHint
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.stage.pair_captions import SideCaption, caption_segments, title_segment
from resnet_viz.ui.theme import LIGHT, Theme

_COLUMN_FROM = 42
"""Width, in heights of the type, from which captions stand beside the networks."""
_UNSEEN_PX = 100
_ALONG = "residual block, from the input to the output →"
_SHARED_ROW = 2
_SIDE_ROWS: dict[Side, int] = {"residual": 4, "plain": 7}
"""Rows of the grid in which the chart of both and each network's header stand."""
_CHART_ROWS = 3.2
"""Least height of a chart, in rows of text."""


class PairBoard(QWidget):
    """Both networks and their charts; captions beside them, or over them where it is narrow.

    Signals:
        skip_clicked(str, str), branch_clicked(str, str), stage_skips_clicked(str, int),
            block_selected(str): as `PairView`'s.
        quantity_chosen(str), theory_toggled(bool): the user chose so.
        scales_changed: values may lie elsewhere.
    """

    skip_clicked = Signal(str, str)
    branch_clicked = Signal(str, str)
    stage_skips_clicked = Signal(str, int)
    block_selected = Signal(str)
    quantity_chosen = Signal(str)
    theory_toggled = Signal(bool)
    scales_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = Style(LIGHT)
        self._part: PairPart = "both"
        self._titles: dict[Side, str] = dict.fromkeys(SIDES, "")
        self._hidden: Side | None = None
        self.state = PairState()
        self.sides = {side: self._side(side) for side in SIDES}
        self.charts = {side: self._bars(side) for side in SIDES}
        self.shared = GradientChart(self.state, self._style)
        self.shared.scene.footed = True
        self.titles = {side: SideCaption() for side in SIDES}
        self.captions = {side: SideCaption() for side in SIDES}
        self.headers = {side: LineLabel(Look(LIGHT), LIGHT.small_px) for side in SIDES}
        self.heading, self.foot = (LineLabel(Look(LIGHT), LIGHT.small_px) for _ in range(2))
        self.foot.set_line((Segment(_ALONG, "muted"),))
        self.controls = ChartControls(self._style)
        self.theory = TheoryDesk(self)
        self.link = PairLink(self.state, self.sides, self._all_charts(), self)
        for one in (*self._all_charts(), *(view.canvas for view in self.sides.values())):
            one.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves no frame on the slide
        self.shared.installEventFilter(self)
        self._stale = StaleHint(self)
        self._stale.changed.connect(self._write)
        self._grid = QGridLayout(self)
        self._lay_out()
        self._connect()
        self.setAccessibleName("Residual network and plain twin")
        self.set_theme(LIGHT)
        self.set_controls(False)

    # --- construction ------------------------------------------------------------------------

    def _side(self, side: Side) -> SideView:
        view = SideView(side, self.state.sides[side], self._style, labelled=False)
        view.header.hide()  # a caption says what is needed
        return view

    def _bars(self, side: Side) -> GradientChart:
        chart = GradientChart(self.state, self._style)
        chart.scene.only, chart.scene.bars = side, True
        chart.setAccessibleName(f"Gradient chart of the network {SIDE_NAMES[side]}")
        return chart

    def _all_charts(self) -> tuple[GradientChart, ...]:
        return (*self.charts.values(), self.shared)

    def _lay_out(self) -> None:
        grid = self._grid
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.controls, 0, 0, 1, 2)
        grid.addWidget(self.heading, 1, 0, 1, 2)
        grid.addWidget(self.shared, _SHARED_ROW, 0, 1, 2)
        grid.addWidget(self.foot, _SHARED_ROW + 1, 0, 1, 2, Qt.AlignmentFlag.AlignHCenter)
        for side, row in _SIDE_ROWS.items():
            grid.addWidget(self.headers[side], row, 0, 1, 2)
            grid.addWidget(self.titles[side], row + 1, 0)
            grid.addWidget(self.sides[side], row + 1, 1)
            grid.addWidget(self.captions[side], row + 2, 0)
            grid.addWidget(self.charts[side], row + 2, 1)

    def _connect(self) -> None:
        for view in self.sides.values():
            view.skip_clicked.connect(self.skip_clicked)
            view.branch_clicked.connect(self.branch_clicked)
            view.stage_skips_clicked.connect(self.stage_skips_clicked)
        self.link.picked.connect(self.block_selected)
        self.link.lit.connect(self._show_block)
        self.link.moved.connect(self._on_moved)
        self.controls.quantity_chosen.connect(self.quantity_chosen)
        self.controls.theory_toggled.connect(self.theory_toggled)
        self.controls.pin_toggled.connect(self._on_pin)
        self.controls.fit_clicked.connect(self.link.fit)
        self.theory.ready.connect(self._on_theory)

    # --- what is shown -----------------------------------------------------------------------

    @property
    def quantity(self) -> Quantity:
        """The figure of the charts."""
        return self.shared.scene.quantity

    @property
    def hidden(self) -> Side | None:
        """The network whose figures are kept from the viewer."""
        return self._hidden

    def chart_of(self, side: Side) -> GradientChart:
        """The chart that shows a network's figures."""
        return self.shared if self._part == "chart" else self.charts[side]

    def set_theme(self, theme: Theme) -> None:
        """Take another look."""
        self._style = Style(theme)
        for view in self.sides.values():
            view.set_style(self._style)
        for chart in self._all_charts():
            chart.set_style(self._style)
            chart.setMinimumHeight(round(_CHART_ROWS * self._style.row))
        self.controls.set_style(self._style)
        look = Look(theme)
        for side in SIDES:
            self.titles[side].set_look(theme, theme.title_px)
            self.captions[side].set_look(theme, theme.small_px)
            self.headers[side].set_look(look, theme.small_px)
        for label in (self.heading, self.foot):
            label.set_look(look, theme.small_px)
        self._grid.setHorizontalSpacing(round(0.4 * theme.font_px))
        self._arrange()
        self.update()

    def set_part(self, part: PairPart) -> None:
        """Show the whole, the chart alone or the networks alone."""
        self._part = part
        self._arrange()
        self._refresh()

    def set_controls(self, shown: bool) -> None:
        """Show or hide the buttons of the chart."""
        self.controls.setVisible(shown)

    def set_network(self, settings: LabSettings) -> None:
        """Show other networks, not measured yet, no block selected."""
        self.state.set_network(settings.spec("residual"), settings.spec("plain"))
        for chart in self._all_charts():
            chart.scene.pinned = None
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
        for chart in self._all_charts():
            chart.update()

    def set_quantity(self, name: QuantityName) -> None:
        """Show another figure in the charts."""
        for chart in self._all_charts():
            chart.set_quantity(name)
        self.controls.show_quantity(name)
        self._ask_theory()
        self._refresh()

    def set_with_theory(self, shown: bool) -> None:
        """Draw what papers expect, or only what is measured."""
        for chart in self._all_charts():
            chart.set_with_theory(shown)
        self.controls.theory_button.blockSignals(True)
        self.controls.theory_button.setChecked(shown)
        self.controls.theory_button.blockSignals(False)
        self._refresh()

    def hide_side(self, side: Side | None) -> None:
        """Keep a network's figures from the viewer; the scale stays that of both."""
        self._hidden = side
        for chart in self._all_charts():
            chart.scene.hidden = side
        self._refresh()

    # --- reactions ---------------------------------------------------------------------------

    def _on_moved(self) -> None:
        self.controls.fit_button.setEnabled(self.link.axis.zoom > 1.0001)
        self.scales_changed.emit()

    def _on_pin(self, pinned: bool) -> None:
        for chart in self._all_charts():
            chart.set_pinned(pinned)
        self._refresh()

    def _ask_theory(self) -> None:
        for chart in self._all_charts():
            chart.set_theory(())
        if self.state.measured is None or not self.shared.scene.with_theory:
            self.theory.forget()
        else:
            self.theory.ask(self.state.measured, self.quantity)

    def _on_theory(self, series: tuple[Series, ...]) -> None:
        for chart in self._all_charts():
            chart.set_theory(series)
        self._refresh()

    def _refresh(self) -> None:
        for view in self.sides.values():
            view.refresh()
        for chart in self._all_charts():
            chart.refresh()
        scene = self.shared.scene
        self.controls.show_scale(scene.scale_text(), pinned=scene.pinned is not None)
        self.controls.pin_button.setEnabled(self.state.measured is not None)
        self.controls.show_theory([f"{s.label}: {s.source}" for s in scene.theory])
        self._write()
        self._show_block()
        self.scales_changed.emit()

    def _write(self) -> None:
        """Say beside or over each network who it is and what its first numbers are."""
        now = {} if self._stale.shown else self.state.now(self.quantity)
        for side in SIDES:
            drawn = {series.kind for series in self.charts[side].scene.drawn()}
            lines = caption_segments(
                self.quantity,
                now.get(side),
                hidden=side == self._hidden,
                ghost="ghost" in drawn,
                theory="theory" in drawn,
            )
            title: Line = (title_segment(side, self._titles[side]),)
            self.titles[side].say(title)
            self.captions[side].say(*lines)
            full, brief = joined([title, *lines], "   "), joined([title, *lines[:2]], "   ")
            self.headers[side].set_line(full, brief, joined([title, lines[0]], "   "), title)
        q = self.quantity
        long = Segment(f"{q.title}, log scale", "muted"), Segment(f"{q.symbol}, log", "muted")
        self.heading.set_line((long[0],), (long[1],))

    def _show_block(self) -> None:
        one = self.state.one
        index = one.selected if one.hovered is None else one.hovered
        if self._hidden is None:
            self.controls.readout.set_line(*block_lines(self.state, self.quantity, index))
        else:
            self.controls.show_hint("a curve is hidden")

    # --- places ------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put captions where they have room."""
        self._arrange()

    def _arrange(self) -> None:
        chart, networks = self._part != "networks", self._part != "chart"
        both = chart and networks
        beside = self.width() >= _COLUMN_FROM * self._style.theme.small_px
        self._grid.setColumnMinimumWidth(0, self._column_width() if beside and networks else 0)
        self.heading.setVisible(not networks)
        self.foot.setVisible(not networks)
        self.shared.setVisible(not networks)
        for side in SIDES:
            self.headers[side].setVisible(networks and not beside)
            self.titles[side].setVisible(networks and beside)
            self.captions[side].setVisible(both and beside)
            self.sides[side].setVisible(networks)
            self.charts[side].setVisible(both)
        self._share_height(networks=networks, both=both)

    def _share_height(self, *, networks: bool, both: bool) -> None:
        """Rows that are not shown take no height; charts take what networks do not need."""
        self._grid.setRowStretch(_SHARED_ROW, 0 if networks else 1)
        for row in _SIDE_ROWS.values():
            self._grid.setRowStretch(row + 1, 10 if networks else 0)
            self._grid.setRowStretch(row + 2, 17 if both else 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A chart that stands alone has another width."""
        if event.type() == QEvent.Type.Resize and self._part == "chart":
            self._stand_alone()
        return super().eventFilter(watched, event)

    def _stand_alone(self) -> None:
        """Give the chart the axis of networks as wide as it is: they have none while hidden."""
        for view in self.sides.values():
            # Resized as well, for a hidden widget is told its size when it is grabbed at last.
            view.resize(self.shared.width(), _UNSEEN_PX)
            view.canvas.scene.resize(float(self.shared.width()), float(_UNSEEN_PX))
        self.link.show_axis(self.link.axis)

    def _column_width(self) -> int:
        style = self._style
        widest = style.metrics.horizontalAdvance("first ") + style.bold_metrics.horizontalAdvance(
            "0.00×10⁻⁰⁰"
        )
        return round(widest * 1.1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground that networks and charts stand on."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._style.brush("card"))

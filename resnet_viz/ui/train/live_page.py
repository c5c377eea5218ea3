"""A run over time: loss and accuracy, below them what every block did, all on one time axis."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from resnet_viz.runs.reader import RunReader
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.chart_card import ChartCard
from resnet_viz.ui.train.happenings import happenings
from resnet_viz.ui.train.heat_card import HeatCard
from resnet_viz.ui.train.live_controls import LiveControls
from resnet_viz.ui.train.run_curves import ACCURACY, LOSS, THIRD, RunCurves
from resnet_viz.ui.train.session import TrainSession
from resnet_viz.ui.train.timeline import Timeline

_SLICE_S = 0.006  # of every turn of the event loop that catching up may take
_CATCH_UP_MS = 12
_LOW_PX = 360  # in lower windows the charts take the controls' room


class LivePage(QWidget):
    """The run on screen, live or looked back at; nothing while there is none.

    Args:
        session: what is shown.

    Attributes:
        timeline: what all charts have in common.
        loss, accuracy, third: the charts.
        heat: the heatmaps.
    """

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme: Theme = LIGHT
        self._curves: RunCurves | None = None
        self._third = ""
        self.timeline = Timeline(self)
        self.loss = ChartCard(self.timeline, LOSS)
        self.accuracy = ChartCard(self.timeline, ACCURACY)
        self.third = ChartCard(self.timeline, THIRD["lr"])
        self.third.hide()
        self.heat = HeatCard(self.timeline)
        self.controls = LiveControls(self.timeline)
        self._catching_up = QTimer(self)
        self._catching_up.setInterval(_CATCH_UP_MS)
        self._catching_up.timeout.connect(self._catch_up)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._escape.activated.connect(lambda: session.scrub(None))
        self._lay_out()
        self._connect()
        self._on_run()

    def _lay_out(self) -> None:
        charts = QHBoxLayout()
        charts.setSpacing(8)
        for card in self._cards:
            charts.addWidget(card, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.controls)
        column.addLayout(charts, 4)
        column.addWidget(self.heat, 5)
        self.heat.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def _connect(self) -> None:
        session, timeline, controls = self._session, self.timeline, self.controls
        session.run_changed.connect(self._on_run)
        session.run_grew.connect(self._on_grew)
        session.state_changed.connect(self._on_state)
        session.position_changed.connect(self._on_position)
        session.selected_changed.connect(self.heat.set_selected)
        timeline.scrubbed.connect(session.scrub)
        self.heat.block_clicked.connect(session.select)
        self.heat.fell_behind.connect(self._catching_up.start)
        controls.smoothing_changed.connect(self._on_smoothing)
        controls.third_chosen.connect(self._on_third)

    @property
    def _cards(self) -> tuple[ChartCard, ...]:
        return self.loss, self.accuracy, self.third

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        for card in self._cards:
            card.set_theme(theme)
        self.heat.set_theme(theme)
        self.controls.set_theme(theme)

    # --- what the session tells ------------------------------------------------------------

    def _on_run(self) -> None:
        reader = self._session.reader
        self._curves = None if reader is None else RunCurves(reader)
        self.timeline.fit()
        self.heat.set_run(reader)
        if self._curves is not None:
            self.controls.offer_third(self._curves.third_offered())
            self.loss.chart.set_guides(self._curves.loss_guides())
            self.accuracy.chart.set_guides(self._curves.accuracy_guides())
        self.heat.set_selected(self._session.selected)
        self._on_position(self._session.position)
        self._show_growth()
        self._on_state()

    def _on_grew(self) -> None:
        reader = self._session.reader
        if self._curves is None or reader is None:
            return
        if reader.facts.networks != tuple(self._curves.networks):
            self._on_run()  # a folder that was replaced
            return
        self._curves.follow()
        self.heat.follow()
        self._show_growth()
        self._on_state()

    def _show_growth(self) -> None:
        reader, curves = self._session.reader, self._curves
        if reader is None or curves is None:
            return
        facts = reader.facts
        self.timeline.set_run(reader.last_step, facts.n_steps, facts.steps_per_epoch)
        self.controls.suit(reader.last_step)
        found = happenings(reader)
        self.heat.set_happenings(found)
        for card in self._cards:
            card.chart.set_happenings(found)
        self.loss.chart.set_lines(curves.loss())
        self.accuracy.chart.set_lines(curves.accuracy())
        if self._third:
            self.third.chart.set_lines(curves.third(self._third))
        self.heat.setVisible(_shows_blocks(reader))
        self._catching_up.start()

    def _catch_up(self) -> None:
        """Take in measured blocks, a little at a time, so that no frame is late."""
        more = self.heat.catch_up(_SLICE_S)
        if self._curves is not None and self._third:
            more |= self._curves.catch_up(_SLICE_S)
            self.third.chart.set_lines(self._curves.third(self._third))
        if not more:
            self._catching_up.stop()

    def _on_state(self) -> None:
        reader = self._session.reader
        self.controls.show_running(reader is not None and reader.state in ("running", "paused"))

    def _on_position(self, position: int | None) -> None:
        self.timeline.set_position(position)
        self._escape.setEnabled(position is not None)

    # --- what the user changes -------------------------------------------------------------

    def _on_smoothing(self, width: int) -> None:
        for card in self._cards:
            card.chart.set_width_of_mean(width)

    def _on_third(self, key: str) -> None:
        self._third = key
        self.third.setVisible(bool(key))
        if key and self._curves is not None:
            self.third.set_quantity(THIRD[key])
            self.third.chart.set_lines(self._curves.third(key))
            self._catching_up.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < _LOW_PX * self._theme.font_px / 13.0
        self.controls.setVisible(not low)


def _shows_blocks(reader: RunReader) -> bool:
    """Whether blocks were measured, or still may be; otherwise the curves take their room."""
    keys = (network.key for network in reader.facts.networks)
    return reader.state in ("running", "paused") or any(len(reader.blocks(k).steps) for k in keys)

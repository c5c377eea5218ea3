"""A run over time: loss and accuracy, below them what every block did, all on one time axis."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from resnet_viz.lecture.views import RunPart
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.live_controls import LiveControls
from resnet_viz.ui.train.run_board import RunBoard, shows_blocks
from resnet_viz.ui.train.session import TrainSession

_LOW_PX = 360  # in lower windows the charts take the controls' room


class LivePage(QWidget):
    """The run on screen, live or looked back at; nothing while there is none.

    Args:
        session: what is shown.

    Attributes:
        board: fills the charts.
        timeline: what they have in common.
        loss, accuracy, third: the charts.
        heat: the heatmaps.
    """

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._theme: Theme = LIGHT
        self.board = RunBoard(self)
        self.timeline, self.heat = self.board.timeline, self.board.heat
        self.loss, self.accuracy = self.board.add("loss"), self.board.add("accuracy")
        self.third = self.board.add("lr")
        self.third.hide()
        self.controls = LiveControls(self.timeline)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._escape.activated.connect(lambda: session.scrub(None))
        self._lay_out()
        self._connect()
        self._on_run()

    def _lay_out(self) -> None:
        charts = QHBoxLayout()
        charts.setSpacing(8)
        for card in self.board.cards:
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
        controls.smoothing_changed.connect(self.board.set_width_of_mean)
        controls.third_chosen.connect(self._on_third)

    @property
    def parts(self) -> tuple[RunPart, ...]:
        """The charts on screen, as a lecture names them."""
        third = self.controls.third.currentData() if self.third.isVisibleTo(self) else ""
        named = [p for p in get_args(RunPart) if p in ("loss", "accuracy", third)]
        return (*named, "gradients") if self.heat.isVisibleTo(self) else tuple(named)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        self.board.set_theme(theme)
        self.controls.set_theme(theme)

    # --- what the session tells ------------------------------------------------------------

    def _on_run(self) -> None:
        reader = self._session.reader
        self.board.set_reader(reader)
        if self.board.curves is not None:
            self.controls.offer_third(self.board.curves.third_offered())
        self.heat.set_selected(self._session.selected)
        self._on_position(self._session.position)
        self._show_growth()

    def _on_grew(self) -> None:
        self.board.follow()
        self._show_growth()

    def _show_growth(self) -> None:
        reader = self._session.reader
        if reader is not None:
            self.controls.suit(reader.last_step)
            self.heat.setVisible(shows_blocks(reader))
        self._on_state()

    def _on_state(self) -> None:
        reader = self._session.reader
        self.controls.show_running(reader is not None and reader.state in ("running", "paused"))

    def _on_position(self, position: int | None) -> None:
        self.timeline.set_position(position)
        self._escape.setEnabled(position is not None)

    # --- what the user changes -------------------------------------------------------------

    def _on_third(self, key: str) -> None:
        self.third.setVisible(bool(key))
        if key:
            self.board.show_in(self.third, key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < _LOW_PX * self._theme.font_px / 13.0
        self.controls.setVisible(not low)

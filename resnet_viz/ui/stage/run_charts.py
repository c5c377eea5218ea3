"""The charts of a session's run, which can be scrubbed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.stage.run_sheet import RunSheet
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.live_controls import LiveControls
from resnet_viz.ui.train.session import TrainSession


class RunCharts(RunSheet):
    """Follows a session.

    Args:
        session: has the run.

    Signals:
        moved_by_hand: the user looks back, or draws the curves otherwise.
        shown_changed: other figures are on screen.
    """

    moved_by_hand = Signal()
    shown_changed = Signal()

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.controls = LiveControls(self.board.timeline)
        self.controls.third.hide()
        self.column.insertWidget(0, self.controls)
        session.run_changed.connect(self._on_run)
        session.run_grew.connect(self.follow)
        session.state_changed.connect(self.say)
        session.position_changed.connect(self._on_position)
        timeline = self.board.timeline
        timeline.scrubbed.connect(self._on_scrubbed)
        timeline.changed.connect(self.say)
        self.board.heat.block_clicked.connect(self._on_block)
        self.board.settled.connect(self.shown_changed)
        self.controls.slider.actionTriggered.connect(lambda _: self._on_slider())
        self._on_run()

    def select(self, block: str) -> None:
        """Frame a block's row and tell its figure; empty for none."""
        self._session.select(block)
        self.board.heat.set_selected(block)

    def set_controls(self, shown: bool) -> None:
        super().set_controls(shown)
        self.controls.setVisible(shown)
        self.key.setVisible(not shown)  # the controls have one of their own

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.controls.set_theme(theme)

    def on_growth(self) -> None:
        super().on_growth()
        if self.reader is not None:
            self.controls.suit(self.reader.last_step)
        self.shown_changed.emit()

    def _on_run(self) -> None:
        self.set_reader(self._session.reader)
        self.select("")  # until somebody asks for one
        self._on_position(self._session.position)

    def _on_position(self, position: int | None) -> None:
        self.set_position(position)
        self.shown_changed.emit()

    def _on_scrubbed(self, step: int | None) -> None:
        self._session.scrub(step)
        self.moved_by_hand.emit()

    def _on_block(self, block: str) -> None:
        self.select(block)
        self.moved_by_hand.emit()

    def _on_slider(self) -> None:
        self.set_smoothing(self.controls.smoothing)
        self.moved_by_hand.emit()
        self.shown_changed.emit()

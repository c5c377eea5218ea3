"""What live views of recorded and of growing trainings have in common: charts of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.run_facts import run_facts
from resnet_viz.lecture.views import RunPart
from resnet_viz.ui.stage.chart_grid import ChartGrid, stands
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.fitted_line import FittedLine, shorter
from resnet_viz.ui.stage.held_out_curves import HeldOutCurves
from resnet_viz.ui.stage.run_arrays import run_arrays
from resnet_viz.ui.stage.stage_view import Predictable, StageView
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.chart_card import ChartCard
from resnet_viz.ui.train.line_key import LineKey
from resnet_viz.ui.train.listening import listen
from resnet_viz.ui.train.live_controls import LiveControls
from resnet_viz.ui.train.run_board import RunBoard, shows_blocks
from resnet_viz.ui.train.run_words import caption_words, place_in_run
from resnet_viz.ui.train.session import TrainSession
from resnet_viz.ui.train.smoothing import suited_width

_CHARTS_SHARE, _HEAT_SHARE = 5, 6  # of the height, where they stand under each other


class RunCharts(QWidget):
    """Charts, heatmaps and one line of words about the run of a session.

    Args:
        session: has the run.

    Attributes:
        board: fills the charts.
        cards: the charts on screen, by what they show, in order.

    Signals:
        moved_by_hand: the user looks back, or draws the curves otherwise.
        shown_changed: other figures are on screen.
    """

    moved_by_hand = Signal()
    shown_changed = Signal()

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._parts: tuple[RunPart, ...] = ()
        self._smoothing = 0
        self._controls_shown = True
        self.board = RunBoard(self)
        self.cards: dict[RunPart, ChartCard] = {}
        self.grid = ChartGrid()
        self.controls = LiveControls(self.board.timeline)
        self.controls.third.hide()
        self.words, self.key = FittedLine(), LineKey()
        self.words.setProperty("role", "muted")
        self._lay_out()
        self._connect()
        self._on_run()

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setContentsMargins(4, 0, 4, 0)
        foot.addWidget(self.words, 1)
        foot.addWidget(self.key)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.controls)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.addWidget(self.grid, 1)
        self._body.addWidget(self.board.heat, 1)
        self._column.addLayout(self._body, 1)
        self._column.addLayout(foot)
        expanding = QSizePolicy.Policy.Expanding
        self.board.heat.setSizePolicy(expanding, expanding)
        self.grid.setSizePolicy(expanding, expanding)

    def _connect(self) -> None:
        session, timeline = self._session, self.board.timeline
        session.run_changed.connect(self._on_run)
        session.run_grew.connect(self._on_grew)
        session.state_changed.connect(self._say)
        session.position_changed.connect(self._on_position)
        timeline.scrubbed.connect(self._on_scrubbed)
        timeline.changed.connect(self._say)
        self.board.heat.block_clicked.connect(self._on_block)
        self.board.settled.connect(self.shown_changed)
        self.controls.slider.actionTriggered.connect(lambda _: self._on_slider())

    # --- what is shown -----------------------------------------------------------------------

    @property
    def smoothing(self) -> int:
        """Steps that training curves are means over, as they were asked for; 0: as suits."""
        return self._smoothing

    @property
    def width_of_mean(self) -> int:
        """Steps that training curves are means over."""
        reader = self._session.reader
        return self._smoothing or suited_width(reader.last_step if reader is not None else 0)

    def set_parts(self, parts: Sequence[RunPart]) -> None:
        """Show these charts, from the left; heatmaps stand under them."""
        if tuple(parts) == self._parts:
            return
        self._parts = tuple(parts)
        charts = [part for part in dict.fromkeys(parts) if part != "gradients"]
        for part in [part for part in self.cards if part not in charts]:
            self.board.remove(self.cards.pop(part))
        self.cards = {part: self.cards.get(part) or self.board.add(part) for part in charts}
        for card in self.cards.values():
            card.set_controls(self._controls_shown)
        self.grid.set_widgets(list(self.cards.values()))
        self.grid.setVisible(bool(charts))
        self._show_heat()

    def select(self, block: str) -> None:
        """Frame a block's row and tell its figure; empty for none."""
        self._session.select(block)
        self.board.heat.set_selected(block)

    def set_smoothing(self, width: int) -> None:
        """Take means over so many steps; 0 for as many as suit the run."""
        self._smoothing = width
        self.board.set_width_of_mean(self.width_of_mean)

    def set_controls(self, shown: bool) -> None:
        """Show or hide what the audience does not need."""
        self._controls_shown = shown
        self.controls.setVisible(shown)
        self.key.setVisible(not shown)  # the controls have one of their own
        self.board.heat.set_controls(shown)
        for card in self.cards.values():
            card.set_controls(shown)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        gap = round(theme.font_px * 0.6)
        self._column.setSpacing(gap)
        self._body.setSpacing(gap)
        self.grid.set_spacing(gap)
        self.board.set_theme(theme)
        self.controls.set_theme(theme)
        self.key.set_theme(theme)

    # --- what the session tells ----------------------------------------------------------------

    def _on_run(self) -> None:
        self.board.set_reader(self._session.reader)
        self.select("")  # until somebody asks for one
        self._on_position(self._session.position)
        self._on_growth()

    def _on_grew(self) -> None:
        self.board.follow()
        self._on_growth()

    def _on_growth(self) -> None:
        reader = self._session.reader
        if reader is not None:
            self.controls.suit(reader.last_step)
        self.board.set_width_of_mean(self.width_of_mean)
        self._show_heat()
        self._say()
        self.shown_changed.emit()

    def _on_position(self, position: int | None) -> None:
        self.board.timeline.set_position(position)
        self._say()
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

    def _show_heat(self) -> None:
        reader = self._session.reader
        wanted = "gradients" in self._parts
        self.board.heat.setVisible(wanted and (reader is None or shows_blocks(reader)))

    def _say(self) -> None:
        reader = self._session.reader
        said = [] if reader is None else place_in_run(reader, self._session.position)
        self.words.say(*(shorter(said) or [""]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        way = QBoxLayout.Direction
        under = stands(self.width(), self.height(), 2)
        self._body.setDirection(way.TopToBottom if under else way.LeftToRight)
        self._body.setStretch(0, _CHARTS_SHARE if under else 1)
        self._body.setStretch(1, _HEAT_SHARE if under else 1)


class RecordedStage(StageView):
    """A live view of a run: charts that can be scrubbed, figures, a curve to be guessed.

    Args:
        engine: trains and answers, for this view alone.
        folder: that files named in the view are relative to.
        parent: owner.

    Attributes:
        session: has the run.
        charts: show it.
    """

    def __init__(self, engine: StageEngine, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._theme: Theme = LIGHT
        self._was_complete = False
        self.session = TrainSession(engine, parent=self)
        listen(self.session, engine)
        self.charts = RunCharts(self.session)
        self.charts.shown_changed.connect(self._on_shown)
        self.charts.moved_by_hand.connect(self.changed_by_hand)
        self.session.failed.connect(self.failed)

    @property
    def parts(self) -> tuple[RunPart, ...]:
        """What is drawn."""
        raise NotImplementedError

    def facts(self) -> Facts:
        """As in `lecture/run_facts.py`."""
        reader = self.session.reader
        if reader is None:
            return {}
        return run_facts(reader, self.session.position, self.charts.width_of_mean)

    def caption(self) -> str:
        """Networks, pictures, seed and step."""
        reader = self.session.reader
        return "" if reader is None else caption_words(reader, self.session.position)

    def data(self) -> Mapping[str, NDArray[Any]]:
        """As in `run_arrays`."""
        reader = self.session.reader
        return {} if reader is None else run_arrays(reader, self.parts)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.charts.set_theme(theme)

    def set_controls(self, shown: bool) -> None:
        self.charts.set_controls(shown)

    def predictable(self) -> Predictable | None:
        """The first of the charts of loss and accuracy; None if neither is shown."""
        for part in self.parts:
            if part == "loss" or part == "accuracy":
                card = self.charts.cards[part]
                return HeldOutCurves(self, card, part, self.charts.board, self.session)
        return None

    def close_down(self) -> None:
        self.session.close()

    def _on_shown(self) -> None:
        self.facts_changed.emit()
        self._tell_complete()

    def _tell_complete(self) -> None:
        if self.complete != self._was_complete:
            self._was_complete = self.complete
            self.complete_changed.emit(self.complete)

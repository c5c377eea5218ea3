"""Charts and heatmaps of a run, with one line of words, laid out as their place suits them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from resnet_viz.lecture.views import RunPart
from resnet_viz.runs.recorded import Recorded
from resnet_viz.ui.fitted_line import FittedLine, shorter
from resnet_viz.ui.stage.chart_grid import ChartGrid, stands
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.chart_card import ChartCard
from resnet_viz.ui.train.line_key import LineKey
from resnet_viz.ui.train.run_board import RunBoard, shows_blocks
from resnet_viz.ui.train.run_words import place_in_run
from resnet_viz.ui.train.smoothing import suited_width

_CHARTS_SHARE, _HEAT_SHARE = 5, 6  # of the height, where they stand under each other


class RunSheet(QWidget):
    """Shows what it is given of a run; who gives it, a session or a film, is theirs to know.

    Attributes:
        board: fills the charts.
        cards: the charts on screen, by what they show, in order.
        reader: the run; None while there is none.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[RunPart, ...] = ()
        self._smoothing = 0
        self._controls_shown = True
        self.reader: Recorded | None = None
        self.board = RunBoard(self)
        self.cards: dict[RunPart, ChartCard] = {}
        self.grid = ChartGrid()
        self.words, self.key = FittedLine(), LineKey()
        self.words.setProperty("role", "muted")
        foot = QHBoxLayout()
        foot.setContentsMargins(4, 0, 4, 0)
        foot.addWidget(self.words, 1)
        foot.addWidget(self.key)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.addWidget(self.grid, 1)
        self._body.addWidget(self.board.heat, 1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addLayout(self._body, 1)
        self.column.addLayout(foot)
        expanding = QSizePolicy.Policy.Expanding
        self.board.heat.setSizePolicy(expanding, expanding)
        self.grid.setSizePolicy(expanding, expanding)

    @property
    def smoothing(self) -> int:
        """Steps that training curves are means over, as they were asked for; 0: as suits."""
        return self._smoothing

    @property
    def width_of_mean(self) -> int:
        """Steps that training curves are means over."""
        return self._smoothing or suited_width(self.reader.last_step if self.reader else 0)

    def set_reader(self, reader: Recorded | None) -> None:
        """Show another run, or none."""
        self.reader = reader
        self.board.set_reader(reader)
        self.on_growth()

    def follow(self) -> None:
        """Take in what the run has got to since."""
        self.board.follow()
        self.on_growth()

    def on_growth(self) -> None:
        """Suit what is shown to how long the run is by now."""
        self.board.set_width_of_mean(self.width_of_mean)
        self._show_heat()
        self.say()

    def set_position(self, position: int | None) -> None:
        """Look back at a step; None for the newest."""
        self.board.timeline.set_position(position)
        self.say()

    def set_parts(self, parts: Sequence[RunPart]) -> None:
        """Show these charts, from the left; heatmaps stand beside or under them."""
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

    def set_smoothing(self, width: int) -> None:
        """Take means over so many steps; 0 for as many as suit the run."""
        self._smoothing = width
        self.board.set_width_of_mean(self.width_of_mean)

    def set_controls(self, shown: bool) -> None:
        """Show or hide what the audience does not need."""
        self._controls_shown = shown
        self.board.heat.set_controls(shown)
        for card in self.cards.values():
            card.set_controls(shown)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        gap = round(theme.font_px * 0.6)
        self.column.setSpacing(gap)
        self._body.setSpacing(gap)
        self.grid.set_spacing(gap)
        self.board.set_theme(theme)
        self.key.set_theme(theme)

    def say(self) -> None:
        """Say what is shown: whose run, on what, and which step of it."""
        position = self.board.timeline.position
        said = [] if self.reader is None else place_in_run(self.reader, position)
        self.words.say(*(shorter(said) or [""]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        way = QBoxLayout.Direction
        under = stands(self.width(), self.height(), 2)
        self._body.setDirection(way.TopToBottom if under else way.LeftToRight)
        self._body.setStretch(0, _CHARTS_SHARE if under else 1)
        self._body.setStretch(1, _HEAT_SHARE if under else 1)

    def _show_heat(self) -> None:
        wanted = "gradients" in self._parts
        self.board.heat.setVisible(wanted and (self.reader is None or shows_blocks(self.reader)))

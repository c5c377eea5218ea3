"""A training as a film: its curves and heatmaps grow as they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from resnet_viz.lecture.views import RunPart
from resnet_viz.runs.recorded import Recorded
from resnet_viz.runs.replay import Replay
from resnet_viz.ui.figures.film import Film
from resnet_viz.ui.stage.run_sheet import RunSheet
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.run_words import caption_words


def run_films(reader: Recorded, shown: Sequence[RunPart]) -> tuple[Film, ...]:
    """What of a run can be filmed: all that is shown, and its curves alone; nothing before step 1.

    Args:
        reader: the run.
        shown: what is drawn of it on screen.
    """
    if not reader.last_step:
        return ()
    curves = tuple(part for part in shown if part != "gradients")
    if not curves or len(curves) == len(shown):
        return (run_film(reader, shown),)
    alone = run_film(reader, curves)
    return run_film(reader, shown), replace(alone, title=f"{alone.title}: curves")


def run_film(reader: Recorded, parts: Sequence[RunPart], smoothing: int = 0) -> Film:
    """A film of what a run has recorded by now.

    Args:
        reader: the run.
        parts: what is drawn.
        smoothing: steps that training curves are means over; 0 for what suits the run.
    """
    replay = Replay(reader)
    caption = caption_words(reader, None)
    return Film(reader.title, caption, lambda theme: RunReel(replay, parts, smoothing, theme))


class RunReel:
    """A run that is trained once more, on axes that stand still.

    Args:
        replay: the run.
        parts: what is drawn.
        smoothing: see `run_film`.
        theme: colours and sizes.
    """

    def __init__(
        self, replay: Replay, parts: Sequence[RunPart], smoothing: int, theme: Theme
    ) -> None:
        self._replay, self._n_steps = replay, replay.facts.n_steps
        self.widget = QWidget()
        self._sheet = RunSheet()
        title = QLabel(replay.title)
        title.setProperty("role", "title")
        column = QVBoxLayout(self.widget)
        margin = theme.font_px
        column.setContentsMargins(margin, margin // 2, margin, margin // 2)
        column.addWidget(title)
        column.addWidget(self._sheet, 1)
        sheet = self._sheet
        sheet.set_parts(parts)
        sheet.set_controls(False)
        sheet.set_theme(theme)
        sheet.board.timeline.set_whole(True)
        sheet.set_reader(replay)
        # As of the whole run: means that widen and axes that jump would be seen as news.
        sheet.set_smoothing(smoothing or sheet.width_of_mean)
        self._pinned = False

    def show_share(self, share: float) -> None:
        """Show the run as it was after this share of its steps."""
        if not self._pinned:
            self._go_to(self._n_steps)
            self._sheet.board.pin_scales()
            self._pinned = True
        self._go_to(round(share * self._n_steps))

    def _go_to(self, step: int) -> None:
        self._replay.until = step
        self._sheet.follow()
        while self._sheet.board.behind:
            self._sheet.board.catch_up()

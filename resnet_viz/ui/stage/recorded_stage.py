"""What live views of recorded and of growing trainings have in common: charts of one run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.run_facts import run_facts
from resnet_viz.lecture.views import RunPart
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.held_out_curves import HeldOutCurves
from resnet_viz.ui.stage.run_arrays import run_arrays
from resnet_viz.ui.stage.run_charts import RunCharts
from resnet_viz.ui.stage.stage_view import Predictable, StageView
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.listening import listen
from resnet_viz.ui.train.run_words import caption_words
from resnet_viz.ui.train.session import TrainSession


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

"""One chart of an experiment on stage."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from resnet_viz.lab.findings import Finding
from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.finding_facts import finding_facts
from resnet_viz.lecture.views import Study, View
from resnet_viz.ui.gradients.chart_deck import ChartDeck
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.lab_stage import LabStage
from resnet_viz.ui.theme import Theme


class StudyStage(LabStage):
    """An experiment that begins by itself, and one of its charts, live."""

    def __init__(
        self, view: Study, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(view, engine, folder, parent)
        self._study = view
        self.deck = ChartDeck()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.deck)
        self.session.finding_changed.connect(self._on_finding)
        self.session.run(view.experiment)

    @property
    def finding(self) -> Finding | None:
        """What is known."""
        return self.session.findings.get(self._study.experiment.key)

    @property
    def complete(self) -> bool:
        """Whether the finding is."""
        return self.finding is not None and self.finding.complete

    def show_view(self, view: View) -> None:
        """Show another study."""
        assert isinstance(view, Study)
        self._study = self._view = view
        self.session.begin_with(view.settings)
        self.session.run(view.experiment)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self.deck.set_theme(theme)

    def facts(self) -> Facts:
        """As `lecture/finding_facts`."""
        if not self.complete or self.finding is None:
            return {}
        return finding_facts(self.finding, self._study.chart)

    def caption(self) -> str:
        """What was measured."""
        return " ".join(self.finding.notes) if self.finding else ""

    def _on_finding(self, key: str) -> None:
        if self.finding is not None:
            self.deck.set_charts(self.finding.charts)
        self._tell()

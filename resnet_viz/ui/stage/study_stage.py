"""An experiment of the laboratory on stage: one of its charts, filled while it is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from resnet_viz.lab.experiments import DepthCost, DepthSweep, Shattering
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.wording import conditions
from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.finding_facts import curve_names, finding_facts
from resnet_viz.lecture.views import Study
from resnet_viz.ui.gradients.chart_deck import ChartDeck
from resnet_viz.ui.gradients.run_bar import RunBar, run_words
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.lab_stage import LabStage, LabView
from resnet_viz.ui.stage.stage_view import Predictable
from resnet_viz.ui.stage.study_curves import StudyCurves
from resnet_viz.ui.theme import Theme


class StudyStage(LabStage):
    """An experiment that begins by itself, with a session of its own.

    Arguments are those of `LabStage`.
    """

    def __init__(
        self, view: Study, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(view, engine, folder, parent)
        self._study: Study = view
        self._asked: Study | None = None
        self._finding: Finding | None = None
        self.deck = ChartDeck()
        self.deck.set_bare(True)
        self.run_bar = RunBar()
        self.run_bar.hide()
        self.progress = QLabel()
        self.progress.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._curves = StudyCurves(self, self.deck.first)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.run_bar, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.deck, 1)
        layout.addWidget(self.progress)
        self._connect()
        self.show_view(view)

    def _connect(self) -> None:
        self.session.finding_changed.connect(self._on_finding)
        self.session.running_changed.connect(lambda _: self._show_run())
        self.deck.chosen.connect(self._on_chosen)
        self.deck.failed.connect(self.failed)
        self.run_bar.run_clicked.connect(self._run)
        self.run_bar.cancel_clicked.connect(self.session.cancel_run)

    # --- as a stage view -------------------------------------------------------------------

    @property
    def complete(self) -> bool:
        """Whether the experiment of the settings of now is finished."""
        finding = self._finding
        return finding is not None and finding.complete and not self.waiting_for_picture

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self.deck.set_theme(theme)
        self.run_bar.set_theme(theme)
        self.progress.setStyleSheet(f"color: {theme.muted}; font-size: {theme.small_px}px;")

    def set_controls(self, shown: bool) -> None:
        """Show or hide what runs the experiment, chooses a chart and saves it."""
        self.run_bar.setVisible(shown)
        self._show_run()
        self.deck.set_bare(not shown)

    def facts(self) -> Facts:
        """As `lecture/finding_facts` has them, once the experiment is finished."""
        if not self.complete or self._finding is None:
            return {}
        return finding_facts(self._finding, self._study.chart)

    def caption(self) -> str:
        """The network, where the experiment is of one, and what the chart's own note says."""
        chart, settings = self.deck.first.chart, self.session.settings
        if chart is None:
            return ""
        of_many = isinstance(self._study.experiment, DepthSweep | Shattering | DepthCost)
        title = "" if of_many else settings.spec("residual").title()
        return " · ".join(part for part in (title, chart.note or conditions(settings)) if part)

    def data(self) -> Mapping[str, NDArray[Any]]:
        """X and y of every curve of the chart, with its band if it has one."""
        chart = self.deck.first.chart
        if chart is None:
            return {}
        found: dict[str, NDArray[Any]] = {}
        if chart.ticks:
            found["ticks"] = np.array(chart.ticks)
        for name, curve in zip(curve_names(chart), chart.curves, strict=True):
            for part in ("x", "y", "low", "high"):
                values = getattr(curve, part)
                if values is not None:
                    found[f"{name}_{part}"] = values
        return found

    def predictable(self) -> Predictable | None:
        """The chart."""
        return self._curves

    # --- inside ----------------------------------------------------------------------------

    def _show_options(self) -> None:
        view = self._view
        assert isinstance(view, Study)
        self._study = view
        self._show_chart()

    def _ask(self, view: LabView) -> None:
        assert isinstance(view, Study)
        self.session.set_device(view.settings.device)
        self.session.begin_with(view.settings)
        same = self._asked is not None and replace(self._asked, chart=view.chart) == view
        if not same or not (self.complete or self.session.running):
            self._asked = view
            self._run()
        self._tell()

    def _run(self) -> None:
        self._finding = None  # what is on screen is of another question until this one answers
        self.session.run(self._study.experiment)
        self._tell()

    def _on_finding(self, key: str) -> None:
        if key != self._study.experiment.key:
            return
        self._finding = self.session.findings[key]
        self._show_chart()
        self._show_run()
        self._tell()

    def _show_chart(self) -> None:
        if self._finding is not None:
            self.deck.set_charts(self._finding.charts)
            self.deck.choose(self._study.chart)
            self._curves.follow()

    def _show_run(self) -> None:
        running = bool(self.session.running)
        self.run_bar.show_state(self._finding, running=running)
        words = run_words(self._finding, running=running)
        self.progress.setText(f"measuring: {words}" if running else words)
        told = not self.complete and self.run_bar.isHidden()
        self.progress.setVisible(told and bool(words))

    def _on_chosen(self) -> None:
        """The user chose another chart."""
        self._view = self._study = replace(self._study, chart=self.deck.number)
        self._curves.follow()
        self.facts_changed.emit()
        self.changed_by_hand.emit()

"""One tab of the laboratory: options, a run with its progress, and what was found.

Importing this does not import pyqtgraph: it comes when a page is first shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.lab.experiments import EXPERIMENTS, Experiment
from resnet_viz.lab.findings import Finding
from resnet_viz.ui.background import Background
from resnet_viz.ui.gradients.explanations import EXPLANATIONS
from resnet_viz.ui.gradients.finding_export import write_finding
from resnet_viz.ui.gradients.intro_card import IntroCard
from resnet_viz.ui.gradients.option_form import OptionForm
from resnet_viz.ui.gradients.run_bar import RunBar
from resnet_viz.ui.gradients.segments import Segments
from resnet_viz.ui.gradients.session import LabSession
from resnet_viz.ui.gradients.settings_words import differences
from resnet_viz.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from resnet_viz.ui.gradients.finding_view import FindingView

_MOST_DIFFERENCES = 4


class ExperimentPage(QWidget):
    """Shows the experiments of one tab.

    Args:
        session: runs them and keeps their findings.
        kinds: the tab's experiments; several are chosen between at the top.

    Signals:
        failed(object): a `UserError` of saving or exporting.
        said(str): what was saved, copied or exported.
    """

    failed = Signal(object)
    said = Signal(str)

    def __init__(
        self,
        session: LabSession,
        kinds: tuple[type[Experiment], ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._theme: Theme = LIGHT
        self.kinds = {kind.key: kind for kind in kinds}
        self.key = kinds[0].key
        self.finding_view: FindingView | None = None
        self.segments = Segments("Experiment")
        self.forms = {key: OptionForm(kind) for key, kind in self.kinds.items()}
        self.run_bar = RunBar()
        self.hint = QLabel()
        self.intro = IntroCard()
        self.body = QStackedWidget()
        self.exporter = Background(self)
        self._build()
        self._connect()
        self.set_theme(LIGHT)
        self._show_kind()

    def _build(self) -> None:
        self.segments.set_choices(
            [(key, _short_title(kind), kind.title) for key, kind in self.kinds.items()]
        )
        self.hint.setWordWrap(True)
        self.body.addWidget(self.intro)
        row = QHBoxLayout()
        row.setSpacing(12)
        for form in self.forms.values():
            row.addWidget(form, 1)
        row.addWidget(self.run_bar, 0, Qt.AlignmentFlag.AlignTop)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(6)
        box.addWidget(self.segments)
        # Not before it has a parent: it would be shown as a window of its own.
        self.segments.setVisible(len(self.kinds) > 1)
        box.addLayout(row)
        box.addWidget(self.hint)
        box.addWidget(self.body, 1)

    def _connect(self) -> None:
        s = self._session
        self.segments.chosen.connect(self.choose)
        for form in self.forms.values():
            form.changed.connect(self._on_options)
        self.run_bar.run_clicked.connect(self.run)
        self.run_bar.cancel_clicked.connect(s.cancel_run)
        self.intro.run_clicked.connect(self.run)
        self.exporter.done.connect(self.said)
        self.exporter.failed.connect(self.failed)
        s.finding_changed.connect(self._on_finding)
        s.running_changed.connect(self._on_running)
        s.settings_changed.connect(self._show_hint)
        s.picture_changed.connect(self._show_hint)
        s.selected_changed.connect(self._on_selected)

    # --- what the user does ----------------------------------------------------------------

    def choose(self, key: str) -> None:
        """Show another experiment of the tab."""
        self.key = key
        self.segments.choose(key)
        self._show_kind()

    def run(self) -> None:
        """Compute the experiment with the form's options and the session's settings."""
        form = self.forms[self.key]
        if form.error is None:
            self._session.run(form.experiment())

    def export_to(self, folder: Path) -> None:
        """Write the finding on screen into a folder; `said` or `failed` follows."""
        finding = self.finding
        if finding is not None:
            self.exporter.start(lambda: write_finding(finding, folder))

    def show_experiment(self, experiment: Experiment) -> None:
        """Fill the form with an experiment's options, and show it.

        Raises:
            KeyError: if it belongs to another tab.
        """
        self.forms[experiment.key].set_experiment(experiment)
        self.choose(experiment.key)

    @property
    def finding(self) -> Finding | None:
        """What is known about the experiment on screen."""
        return self._session.findings.get(self.key)

    @property
    def running(self) -> bool:
        """Whether the experiment on screen is being computed."""
        return self._session.running == self.key

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        self.segments.set_theme(theme)
        self.run_bar.set_theme(theme)
        self.intro.set_theme(theme)
        for form in self.forms.values():
            form.set_theme(theme)
        if self.finding_view is not None:
            self.finding_view.set_theme(theme)
        self.hint.setStyleSheet(
            f"color: {theme.text}; font-size: {theme.font_px}px; background: {theme.highlight};"
            " border-radius: 6px; padding: 4px 8px;"
        )

    def wait(self) -> None:
        """Let an export end; called before the window closes."""
        self.exporter.wait()

    # --- what is shown ---------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.finding_view is None:
            self._make_finding_view()
            self._show_kind()

    def _make_finding_view(self) -> None:
        from resnet_viz.ui.gradients.finding_view import FindingView

        view = self.finding_view = FindingView()
        view.set_theme(self._theme)
        view.set_selected(self._session.selected)
        view.block_clicked.connect(self._session.select)
        view.failed.connect(self.failed)
        view.said.connect(self.said)
        view.export_clicked.connect(self._ask_folder)
        self.body.addWidget(view)

    def _show_kind(self) -> None:
        form = self.forms[self.key]
        for other in self.forms.values():
            other.setVisible(other is form)
        self.intro.show_explanation(self.kinds[self.key].title, EXPLANATIONS[self.key])
        self._show_finding()
        self._show_run()

    def _show_finding(self) -> None:
        finding, view = self.finding, self.finding_view
        something = finding is not None and bool(finding.charts or finding.tables)
        if view is not None and finding is not None and something:
            view.set_finding(finding)
            self.body.setCurrentWidget(view)
        else:
            self.body.setCurrentWidget(self.intro)
        self._show_hint()

    def _show_run(self) -> None:
        error = self.forms[self.key].error
        self.run_bar.show_state(
            self.finding,
            running=self.running,
            other=self._other_running(),
            problem="" if error is None else error.message,
        )
        self.run_bar.setVisible(self.running or self.finding is not None)
        self.intro.show_state(running=self.running, possible=error is None)

    def _other_running(self) -> str:
        """Title of an experiment that is running and not on screen."""
        key = self._session.running
        return EXPERIMENTS[key].title if key and key != self.key else ""

    def _show_hint(self, *_: object) -> None:
        words = "" if self.running else self._outdated_words()
        self.hint.setText(words)
        self.hint.setVisible(bool(words))

    def _outdated_words(self) -> str:
        finding = self.finding
        if finding is None:
            return ""
        parts = differences(finding.settings, self._session.settings)
        if not parts and self._session.outdated(self.key):
            parts = ["another picture"]
        form = self.forms[self.key]
        if form.error is None and form.experiment() != finding.experiment:
            parts.append("other options")
        if not parts:
            return ""
        more = len(parts) - _MOST_DIFFERENCES
        shown = ", ".join(parts[:_MOST_DIFFERENCES]) + (f" and {more} more" if more > 0 else "")
        return f"Measured with other settings than those of now: {shown}. Run again to compare."

    # --- what happens ----------------------------------------------------------------------

    def _on_finding(self, key: str) -> None:
        if key == self.key:
            self._show_finding()
            self._show_run()

    def _on_running(self, _: str) -> None:
        self._show_run()
        self._show_hint()

    def _on_options(self) -> None:
        self._show_run()
        self._show_hint()

    def _on_selected(self, block: str) -> None:
        if self.finding_view is not None:
            self.finding_view.set_selected(block)

    def _ask_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Export into a folder")
        if path:
            self.export_to(Path(path))


def _short_title(kind: type[Experiment]) -> str:
    """`Gradient against depth` -> `Against depth`: the tab's buttons stand in one row."""
    words = kind.title.removeprefix("Gradient ")
    return words[:1].upper() + words[1:]

"""The Gradients workspace: causes on the left; both networks, and the experiments, on the right."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QSettings
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabWidget, QWidget

from resnet_viz.engine.messages import Failed
from resnet_viz.errors import UserError
from resnet_viz.lab import experiments
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.line import from_line, to_line
from resnet_viz.lab.settings import Weights
from resnet_viz.lecture.views import View
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.figures.film import Film
from resnet_viz.ui.gradients.cause_panel import CausePanel
from resnet_viz.ui.gradients.pair_page import PairPage
from resnet_viz.ui.gradients.scene_views import experiment_views, pair_views
from resnet_viz.ui.gradients.session import LabSession
from resnet_viz.ui.gradients.settings_text import SettingsText, is_settings_text
from resnet_viz.ui.measured_words import pair_words
from resnet_viz.ui.notify import Level, Notice, Notifier
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.workspace import Workspace

if TYPE_CHECKING:
    from resnet_viz.ui.gradients.experiment_page import ExperimentPage

_WEIGHTS: dict[Weights, str] = {
    "random": "random weights",
    "trained": "the same trained weights",
    "twins": "each trained on its own",
}

# Tabs after the first: title and experiments.
_PAGES: dict[str, tuple[type[Experiment], ...]] = {
    "Sweeps": (
        experiments.DepthSweep,
        experiments.AlphaSweep,
        experiments.ScaleSweep,
        experiments.SeedSweep,
    ),
    "Lesion": (experiments.Lesion,),
    "Paths": (experiments.PathLengths,),
    "Shattering": (experiments.Shattering,),
    "Identity": (experiments.Identity,),
    "Cost": (experiments.DepthCost,),
}


def laboratory(
    client: EngineClient, notifier: Notifier, torch_version: Callable[[], str]
) -> GradientsWorkspace:
    """The workspace with a session that listens to the engine.

    Args:
        client: the engine.
        notifier: tells what does not work.
        torch_version: of the engine, empty before it is up.
    """
    session = LabSession(client)
    client.pair_measured.connect(session.on_pair_measured)
    client.found.connect(session.on_found)
    client.failed.connect(session.on_failed)
    client.cancelled.connect(session.on_cancelled)
    return GradientsWorkspace(session, notifier, torch_version)


class GradientsWorkspace(Workspace):
    """Shows a laboratory's session and passes on what is clicked.

    Args:
        session: what is shown.
        notifier: tells what does not work.
        torch_version: of the engine, empty before it is up.
        parent: owner.
    """

    title = "Gradients"

    def __init__(
        self,
        session: LabSession,
        notifier: Notifier,
        torch_version: Callable[[], str] = lambda: "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        session.setParent(self)
        self._notifier = notifier
        self._theme: Theme = LIGHT
        self._picture: Picture | None = None
        self.pages: dict[str, ExperimentPage] = {}
        self.text = SettingsText(session, notifier, torch_version, self)
        self.causes = CausePanel(session, self.text)
        self.page = PairPage(session)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.page, "Gradients")
        self._holders = {name: QStackedWidget() for name in _PAGES}
        for name, holder in self._holders.items():
            self.tabs.addTab(holder, name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.causes)
        row.addWidget(self.tabs, 1)
        self._connect()

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._build_page)
        self.causes.refused.connect(self._on_refused)
        self.causes.too_large.connect(self._on_too_large)
        self.text.experiment = self._experiment
        self.text.experiment_named.connect(self._show_experiment)
        self.session.failed.connect(self._on_failed)
        self.session.measured_changed.connect(self._tell_measured)

    # --- as the window's workspace -------------------------------------------------------------

    @property
    def undo(self) -> QUndoStack:
        """Steps of the settings."""
        return self.session.undo

    @property
    def headline(self) -> str:
        """Both networks and their weights."""
        measured = self.session.measured
        settings = measured.settings if measured else self.session.settings
        residual, plain = settings.spec("residual").title(), settings.spec("plain").title()
        return f"{residual} and {plain} · {_WEIGHTS[settings.weights]}"

    @property
    def status(self) -> str:
        """Losses, batch, precision, mode and time of the pair on screen."""
        measured = self.session.measured
        return "" if measured is None else pair_words(measured)

    @property
    def export_name(self) -> str:
        """The tab and the network."""
        tab = self.tabs.tabText(self.tabs.currentIndex())
        return f"{tab} {self.session.spec.title()}"

    def scene_views(self) -> tuple[View, ...]:
        """The pair, or the experiment of the tab on screen."""
        page = self.pages.get(self.tabs.tabText(self.tabs.currentIndex()))
        if page is None:
            return pair_views(self.session, self.page, self._picture)
        return experiment_views(self.session, page, self._picture)

    def films(self) -> tuple[Film, ...]:
        """The charts of the experiment on screen; of all of them where the pair is."""
        from resnet_viz.ui.figures.study_film import study_film

        page = self.pages.get(self.tabs.tabText(self.tabs.currentIndex()))
        found = self.session.findings
        keys = list(found) if page is None else [page.key] if page.key in found else []
        return tuple(study_film(found[k], chart) for k in keys for chart in found[k].charts)

    def figures(self) -> tuple[Figure, ...]:
        """The pair and the charts of all findings, those of the tab on screen first."""
        from resnet_viz.ui.figures.chart_figures import finding_figures
        from resnet_viz.ui.figures.gradients_figures import pair_figures

        page = self.pages.get(self.tabs.tabText(self.tabs.currentIndex()))
        key = "" if page is None else page.key
        findings = self.session.findings
        here = finding_figures([findings[key]] if key in findings else [])
        others = finding_figures(f for k, f in findings.items() if k != key)
        pair = pair_figures(self.session, self.page.pair)
        return (*pair, *here, *others) if page is None else (*here, *pair, *others)

    def choose_network(self, button: QWidget) -> None:
        """Open the list of depths."""
        self.causes.network.layers.setFocus()
        self.causes.network.layers.showPopup()

    def walk_blocks(self, step: int) -> None:
        """Select a neighbour."""
        self.session.select_neighbour(step)

    def flip_skip(self) -> None:
        """Cut or restore the selected skip of the network that was clicked last."""
        if self._pair_is_shown:
            self.session.flip_skip(self.page.side, self.session.selected)

    def flip_branch(self) -> None:
        """Drop or restore the selected branch of the network that was clicked last."""
        if self._pair_is_shown:
            self.session.flip_branch(self.page.side, self.session.selected)

    def flip_stage(self) -> None:
        """Cut or restore the skips of the selected block's stage."""
        if self._pair_is_shown:
            self.session.flip_stage(self.page.side, self.page.block().stage)

    def flip_all(self) -> None:
        """Cut or restore all skips of the network that was clicked last."""
        if self._pair_is_shown:
            self.session.flip_all(self.page.side)

    @property
    def _pair_is_shown(self) -> bool:
        """Whether a cut would be seen: a key pressed before a chart should change nothing."""
        return self.tabs.currentIndex() == 0

    def fit(self) -> None:
        """Show the whole networks."""
        self.page.fit()

    def take(self, mime: QMimeData) -> bool:
        """Use a text of settings, good or bad; everything else is a picture or a file."""
        if mime.hasUrls() or mime.hasImage() or not mime.hasText():
            return False
        text = mime.text()
        if not is_settings_text(text):
            return False
        self.text.take(text)
        return True

    def enter(self) -> None:
        """Measure what has not been measured."""
        self.session.activate()

    def leave(self) -> None:
        """Let the engine serve another workspace."""
        self.session.deactivate()

    def show_picture(self, picture: Picture, *, chosen: bool) -> None:
        """Keep the picture for the batch; one that the user chose here becomes the batch."""
        self._picture = picture
        self.text.picture_name = picture.name
        self.session.set_picture(picture.rgb)
        if chosen and self.session.settings.batch != "picture":
            self.session.change(batch="picture")
            self._notifier.info(
                f"Both networks are measured on {picture.name}; Ctrl+Z goes back to the batch."
            )

    def set_device(self, device: str) -> None:
        """Compute where the window does."""
        self.session.set_device(device)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        self.causes.set_theme(theme)
        self.page.set_theme(theme)
        for page in self.pages.values():
            page.set_theme(theme)

    def save(self, settings: QSettings) -> None:
        """Remember the settings, as their line of text, and the tab."""
        settings.setValue("gradients/settings", to_line(self.session.settings))
        settings.setValue("gradients/tab", self.tabs.tabText(self.tabs.currentIndex()))
        settings.setValue("gradients/both", self.session.both)

    def restore(self, settings: QSettings) -> None:
        """Take up the settings of the last time; what cannot be read is left as it is."""
        try:
            line = str(settings.value("gradients/settings", ""))
            self.session.begin_with(from_line(line).settings)
        except UserError:
            pass  # of another version, or edited by hand
        tab = settings.value("gradients/tab")
        for index in range(self.tabs.count()):
            if self.tabs.tabText(index) == tab:
                self.tabs.setCurrentIndex(index)
        self.session.set_both(settings.value("gradients/both") in (True, "true"))

    # --- pages of experiments ------------------------------------------------------------------

    def _build_page(self, index: int) -> None:
        """Fill a tab when it is first shown: charts bring imports that take a while."""
        name = self.tabs.tabText(index)
        if name in self.pages or name not in _PAGES:
            return
        from resnet_viz.ui.gradients.experiment_page import ExperimentPage

        holder = self._holders[name]
        page = ExperimentPage(self.session, _PAGES[name], holder)
        page.set_theme(self._theme)
        page.said.connect(self._notifier.info)
        page.failed.connect(self._on_page_failed)
        holder.addWidget(page)
        self.pages[name] = page

    def _experiment(self) -> Experiment | None:
        """What the tab on screen asks; None where that is the pair, or not yet well-formed."""
        page = self.pages.get(self.tabs.tabText(self.tabs.currentIndex()))
        if page is None or page.forms[page.key].error is not None:
            return None
        return page.forms[page.key].experiment()

    def _show_experiment(self, experiment: Experiment) -> None:
        """Open the tab of an experiment that a text names, with its options."""
        titles = [title for title, kinds in _PAGES.items() if type(experiment) in kinds]
        if not titles:
            self.tabs.setCurrentIndex(0)
            return
        self.tabs.setCurrentWidget(self._holders[titles[0]])
        self.pages[titles[0]].show_experiment(experiment)

    # --- reactions -----------------------------------------------------------------------------

    def _on_refused(self, error: UserError) -> None:
        self._notifier.error(error.message, error.hint)

    def _on_too_large(self, sentence: str, go_on: Callable[[], None]) -> None:
        self._notifier.post(
            Notice(Level.WARNING, sentence, action="Build it anyway", on_action=go_on)
        )

    def _on_failed(self, failed: Failed) -> None:
        self._notifier.error(failed.message, failed.hint, failed.details)

    def _on_page_failed(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._on_refused(error)
        else:
            details = "".join(traceback.format_exception(error))
            self._notifier.error("An error of the program: it was not saved.", "", details)

    def _tell_measured(self) -> None:
        self.headline_changed.emit(self.headline)
        self.status_changed.emit(self.status)

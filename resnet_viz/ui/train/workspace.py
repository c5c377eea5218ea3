"""The Train workspace: recipe and transport on the left, what a run shows on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QMimeData, QSettings, Qt
from PySide6.QtGui import QKeyEvent, QUndoStack
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.engine.messages import DeviceInfo, Failed, TrainingStatus
from resnet_viz.errors import UserError
from resnet_viz.lecture.views import Run, View
from resnet_viz.runs.places import runs_folder
from resnet_viz.train.recipe import parse_config, to_toml
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.figures.film import Film
from resnet_viz.ui.hint_card import HintCard
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.dropping import Meant, is_recipe_text
from resnet_viz.ui.train.listening import listen
from resnet_viz.ui.train.pages import BLOCKS, DATA, LIVE, PAGES, RATE, RUNS, Page
from resnet_viz.ui.train.recipe_text import RecipeText
from resnet_viz.ui.train.run_folders import bundled_runs
from resnet_viz.ui.train.run_words import (
    broken_words,
    headline_words,
    invitation_words,
    preparing_words,
    status_words,
)
from resnet_viz.ui.train.scene_views import run_views
from resnet_viz.ui.train.session import TrainSession
from resnet_viz.ui.train.setup_panel import SetupPanel
from resnet_viz.ui.train.transport import Transport
from resnet_viz.ui.window_training import UNFINISHED
from resnet_viz.ui.workspace import Workspace

if TYPE_CHECKING:
    from resnet_viz.ui.train.block_page import BlockPage
    from resnet_viz.ui.train.live_page import LivePage

_STAYS = "Stop the training first: its recipe stays as it is."


def training_workspace(
    client: EngineClient, notifier: Notifier, devices: Sequence[DeviceInfo] = ()
) -> TrainWorkspace:
    """The workspace with a session that listens to the engine.

    Args:
        client: the engine.
        notifier: tells what does not work.
        devices: those that the engine has found by now.
    """
    session = TrainSession(client)
    listen(session, client)
    workspace = TrainWorkspace(session, notifier)
    workspace.set_devices(devices)
    client.training_resumed.connect(workspace.tell_resumed)
    client.engine_ready.connect(lambda ready: workspace.set_devices(ready.devices))
    return workspace


class TrainWorkspace(Workspace):
    """Shows a session and passes on what is clicked.

    Args:
        session: what is shown.
        notifier: tells what does not work.
        parent: owner.

    Attributes:
        pages: those made so far, by their tab's title.
    """

    title = "Train"

    def __init__(
        self, session: TrainSession, notifier: Notifier, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        session.setParent(self)
        self._notifier = notifier
        self._theme: Theme = LIGHT
        self._devices: tuple[DeviceInfo, ...] = ()
        self._device = "auto"
        self.pages: dict[str, QWidget] = {}
        self.text = RecipeText(session, notifier, self)
        self.setup = SetupPanel(session, self.text)
        self.transport = Transport(session)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self._holders = {name: QStackedWidget() for name in PAGES}
        for name, holder in self._holders.items():
            self.tabs.addTab(holder, name)
        # Before there is a run on screen, in place of empty charts.
        self.invitation = HintCard()
        self._holders[LIVE].addWidget(self.invitation)
        self._lay_out()
        self._connect()
        self._show_live()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.setup, 1)
        left.addWidget(self.transport)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addLayout(left)
        row.addWidget(self.tabs, 1)

    def _connect(self) -> None:
        session = self.session
        self.tabs.currentChanged.connect(self._build_page)
        self.invitation.run_clicked.connect(self.session.play)
        self.setup.find_wanted.connect(self.find_rate)
        self.setup.look_wanted.connect(self.look_at_data)
        self.setup.folder_chosen.connect(self._use_folder)
        session.failed.connect(self._on_failed)
        session.run_changed.connect(self._on_state)
        session.train_progressed.connect(self._show_live)
        session.config_changed.connect(self._show_live)
        session.run_grew.connect(self._tell_facts)
        session.state_changed.connect(self._on_state)
        session.status_changed.connect(self._tell_facts)
        session.data_changed.connect(self._tell_broken)

    # --- as the window's workspace -----------------------------------------------------------

    @property
    def undo(self) -> QUndoStack:
        """Steps of the recipe."""
        return self.session.undo

    @property
    def headline(self) -> str:
        """The networks of the run on screen and their data; before there is one, the recipe's."""
        return headline_words(self.session)

    @property
    def status(self) -> str:
        """How far the run on screen is, and where it was computed."""
        return status_words(self.session)

    @property
    def export_name(self) -> str:
        """The tab and the run."""
        tab = self.tabs.tabText(self.tabs.currentIndex())
        reader = self.session.reader
        return f"{tab} {reader.title}" if reader is not None else tab

    def scene_views(self) -> tuple[View, ...]:
        """The run on screen, or the training that the recipe describes."""
        page = cast("LivePage | None", self.pages.get(LIVE))
        parts = Run.parts if page is None else page.parts
        if self._blocks_are_shown:
            parts = ("gradients",)
        return run_views(self.session, parts)

    def films(self) -> tuple[Film, ...]:
        """The run on screen from its first step to its newest, as its charts are shown."""
        from resnet_viz.ui.figures.run_film import run_films

        reader = self.session.reader
        live = cast("LivePage | None", self.pages.get(LIVE))
        return () if reader is None else run_films(reader, live.parts if live else Run.parts)

    def figures(self) -> tuple[Figure, ...]:
        """Charts, heatmaps and blocks of the run, those of the tab on screen first."""
        from resnet_viz.ui.figures.train_figures import block_figure, live_figures

        reader = self.session.reader
        if reader is None:
            return ()
        live = cast("LivePage | None", self.pages.get(LIVE))
        blocks = cast("BlockPage | None", self.pages.get(BLOCKS))
        curves = () if live is None else live_figures(reader, live)
        if blocks is None:
            return curves
        block = block_figure(reader, blocks.recorded, self.session.position)
        return (block, *curves) if self._blocks_are_shown else (*curves, block)

    def choose_network(self, button: QWidget) -> None:
        """Show where the recipe names the networks."""
        self.setup.show_networks()

    def walk_blocks(self, step: int) -> None:
        """Select a neighbour."""
        self.session.select_neighbour(step)

    def flip_skip(self) -> None:
        """Cut or restore the selected block's skip in the first network, where blocks are seen."""
        if self._blocks_are_shown and self.session.selected:
            self.session.flip_skip("network", self.session.selected)

    def flip_branch(self) -> None:
        """Branches are not dropped while training."""

    def flip_stage(self) -> None:
        """Stages are not cut as a whole while training."""

    def flip_all(self) -> None:
        """Skips are cut one by one while training: each cut is recorded."""

    def fit(self) -> None:
        """Go back to the newest step."""
        self.session.scrub(None)

    def take(self, mime: QMimeData) -> bool:
        """Use the text of a recipe; files are sorted by the window."""
        if not mime.hasUrls() and mime.hasText() and is_recipe_text(mime.text()):
            self.text.take(mime.text())
            return True
        return False

    def use(self, meant: Meant) -> None:
        """Open what was dropped or chosen, by what it is."""
        if meant.kind == "run":
            self.session.open_run(meant.path)
            self._show_tab(LIVE)
        elif self.session.training:
            self._notifier.info(_STAYS)
        elif meant.kind == "recipe":
            self.text.open_from(meant.path)
        else:
            self._use_folder(meant.path)

    def look_at_data(self) -> None:
        """Load the recipe's pictures and show them."""
        self._show_tab(DATA)
        self.session.look_at_data()

    def find_rate(self) -> None:
        """Search a learning rate and show how."""
        self._show_tab(RATE)
        self.session.find_rate()

    def ask_run(self) -> None:
        """Choose a run folder to look at, and to follow while it grows."""
        name = QFileDialog.getExistingDirectory(self, "Open a run's folder", str(runs_folder()))
        if name:
            self.session.open_run(Path(name))
            self._show_tab(LIVE)

    def set_devices(self, devices: Sequence[DeviceInfo]) -> None:
        """Offer the devices that the engine has found, the best first."""
        self._devices = tuple(devices)
        self.setup.set_devices(devices)

    def tell_resumed(self, status: TrainingStatus) -> None:
        """Say that the engine died under a training, and that it goes on."""
        self._notifier.info(
            f"The training goes on from step {status.step:,}, its last checkpoint: "
            "a new engine repeats what the old one had done since then."
        )

    def enter(self) -> None:
        """It is on screen now."""
        self._on_state()
        self.transport.play.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of a player, where no control has use for them."""
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        act = _KEYS.get(event.key()) if plain else None
        if act is None:
            super().keyPressEvent(event)
        else:
            act(self)

    def show_picture(self, picture: Picture, *, chosen: bool) -> None:
        """Blocks are looked at with this picture."""
        self.session.set_picture(picture.rgb)

    def set_device(self, device: str) -> None:
        """The user lets the window compute elsewhere: so does the next run.

        The window also tells what `auto` has turned out to be, which changes no recipe.
        """
        best = self._devices[0].name if self._devices else device
        chosen = "auto" if device == best else device
        if chosen != self._device:
            self._device = chosen
            self.session.set_device(chosen)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        self.setup.set_theme(theme)
        self.transport.set_theme(theme)
        self.invitation.set_theme(theme)
        for page in self.pages.values():
            cast(Page, page).set_theme(theme)

    def save(self, settings: QSettings) -> None:
        """Remember the recipe, the run, and whether it was stopped by closing the window."""
        session = self.session
        settings.setValue("train/recipe", to_toml(session.config))
        settings.setValue("train/run", str(session.reader.path) if session.reader else "")
        settings.setValue("train/tab", self.tabs.tabText(self.tabs.currentIndex()))
        unfinished = session.status.folder if session.status is not None else ""
        settings.setValue(UNFINISHED, str(unfinished))

    def restore(self, settings: QSettings) -> None:
        """Take up the recipe and the run of the last time, or a run that came with the program."""
        try:
            text = str(settings.value("train/recipe", ""))
            self.session.begin_with(parse_config(text, "the recipe of the last time"))
        except UserError:
            pass  # of another version, or there was none
        self._restore_run(settings)
        tab = settings.value("train/tab")
        for index in range(self.tabs.count()):
            if self.tabs.tabText(index) == tab:
                self.tabs.setCurrentIndex(index)

    def close_down(self) -> None:
        """Stop what is under way; called before the window closes."""
        self.session.close()

    # --- inside ------------------------------------------------------------------------------

    @property
    def _blocks_are_shown(self) -> bool:
        """Whether a cut would be seen: a key pressed before a chart should change nothing."""
        return self.tabs.tabText(self.tabs.currentIndex()) == BLOCKS

    def _restore_run(self, settings: QSettings) -> None:
        last = Path(str(settings.value("train/run", "") or "."))
        shipped = bundled_runs()
        if (last / "run.json").is_file():
            self.session.open_run(last)
        elif shipped:
            self.session.open_run(shipped[0])

    def _build_page(self, index: int) -> None:
        """Fill a tab when it is first shown: charts bring imports that take a while."""
        name = self.tabs.tabText(index)
        if name in self.pages or (name == LIVE and self.session.reader is None):
            return
        page = PAGES[name](self.session)
        cast(Page, page).set_theme(self._theme)
        self._holders[name].addWidget(page)
        self.pages[name] = page
        if name == RUNS:
            cast(Any, page).opened.connect(lambda _: self._show_tab(LIVE))

    def _use_folder(self, path: Path) -> None:
        if self.session.training:
            self._notifier.info(_STAYS)
            return
        self._show_tab(DATA)
        self.session.use_folder(path)

    def _show_live(self) -> None:
        """Show the run's charts, or how to get one where there is no run yet."""
        session, holder = self.session, self._holders[LIVE]
        if session.reader is not None:
            if self.tabs.currentWidget() is holder:
                self._build_page(self.tabs.currentIndex())
            if LIVE in self.pages:
                holder.setCurrentWidget(self.pages[LIVE])
            return
        holder.setCurrentWidget(self.invitation)
        if session.training:
            self.invitation.say("Preparing", preparing_words(session))
            progress = session.train_progress
            self.invitation.show_progress(
                progress.done if progress else 0, progress.total if progress else 0
            )
        else:
            self.invitation.say("Watch networks learn", invitation_words(session.config), "▶ Play")

    def _show_tab(self, name: str) -> None:
        self.tabs.setCurrentWidget(self._holders[name])

    def _on_state(self) -> None:
        # While a training is under way its recipe stays as it is, so nothing can be undone.
        self.session.undo.setActive(self.isVisible() and not self.session.training)
        self._show_live()
        if self.session.phase == "preparing" and self.session.position is None:
            self._show_tab(LIVE)
        self._tell_facts()

    def _on_failed(self, failed: Failed) -> None:
        self._notifier.error(failed.message, failed.hint, failed.details)

    def _tell_broken(self) -> None:
        """Say that pictures were left out; the Data tab lists them."""
        data = self.session.data
        if data is not None and data.broken:
            self._notifier.warning(broken_words(data.broken), "See the Data tab.")

    def _tell_facts(self) -> None:
        self.headline_changed.emit(self.headline)
        self.status_changed.emit(self.status)


_KEYS: dict[int, Callable[[TrainWorkspace], None]] = {
    Qt.Key.Key_Space: lambda workspace: workspace.transport.press(),
    Qt.Key.Key_Period: lambda workspace: workspace.session.step_once(),
    Qt.Key.Key_End: lambda workspace: workspace.session.scrub(None),
}

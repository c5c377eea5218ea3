"""The Explore workspace: the picture on the left, the network above, one block below."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from resnet_viz.models.specs import BlockSpec
from resnet_viz.ui.block_view.view import BlockView
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.measured_words import snapshot_words
from resnet_viz.ui.overview.lanes import LANE_NAMES
from resnet_viz.ui.overview.widget import OverviewWidget
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.session import Session
from resnet_viz.ui.side_panel import SidePanel
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.workspace import Workspace

if TYPE_CHECKING:
    from resnet_viz.lecture.views import View


class ExploreWorkspace(Workspace):
    """Shows a session and passes on what is clicked.

    Args:
        session: what is explored.
        pick_network: opens the form that chooses a network, under the given button.
        parent: owner.
    """

    title = "Explore"

    def __init__(
        self,
        session: Session,
        pick_network: Callable[[QWidget], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._pick_network = pick_network
        self.side = SidePanel(session)
        self.overview = OverviewWidget()  # paints its own card
        self.block_view = BlockView()
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.overview)
        self.splitter.addWidget(_card(self.block_view))
        self.splitter.setStretchFactor(0, 55)
        self.splitter.setStretchFactor(1, 45)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(10)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.side)
        row.addWidget(self.splitter, 1)
        self._connect()
        self._on_network()

    # --- as the window's workspace -----------------------------------------------------------

    @property
    def undo(self) -> QUndoStack:
        """Steps of the toggles."""
        return self._session.undo

    @property
    def headline(self) -> str:
        """Network and weights."""
        network = self._session.network
        weights = network.weights_label if network else "loading…"
        return f"{self._session.spec.title()} · {weights}"

    @property
    def status(self) -> str:
        """Loss, precision, mode and time of the snapshot on screen."""
        snapshot = self._session.snapshot
        return "" if snapshot is None else snapshot_words(snapshot)

    @property
    def export_name(self) -> str:
        """Picture and network."""
        picture = self._session.picture
        stem = Path(picture.name).stem if picture else "network"
        return f"{stem} {self._session.spec.title()}"

    @property
    def has_channels(self) -> bool:
        """The block view shows them."""
        return True

    def scene_views(self) -> tuple[View, ...]:
        """The network with its lanes, and the selected block."""
        from resnet_viz.ui.explore_views import explore_views

        return explore_views(self._session, self.overview.lanes)

    def choose_network(self, button: QWidget) -> None:
        """Open the form."""
        self._pick_network(button)

    def walk_blocks(self, step: int) -> None:
        """Select a neighbour."""
        self._session.select_neighbour(step)

    def walk_channels(self, step: int) -> None:
        """Select the next channel, or the one before."""
        view = self.block_view
        (view.next_channel if step > 0 else view.previous_channel)()

    def flip_skip(self) -> None:
        """Cut or restore the selected skip."""
        self._session.flip_skip(self._session.selected)

    def flip_branch(self) -> None:
        """Drop or restore the selected branch."""
        self._session.flip_branch(self._session.selected)

    def flip_stage(self) -> None:
        """Cut or restore the skips of the selected block's stage."""
        self._session.flip_stage(self._selected_block().stage)

    def flip_all(self) -> None:
        """Cut or restore all skips."""
        self._session.flip_all()

    def fit(self) -> None:
        """Show the whole network."""
        self.overview.canvas.fit()

    def show_picture(self, picture: Picture, *, chosen: bool) -> None:
        """Put it through the network."""
        self._session.show_picture(picture)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        for part in (self.side, self.overview, self.block_view):
            part.set_theme(theme)

    def save(self, settings: QSettings) -> None:
        """Remember the layout."""
        settings.setValue("split", self.splitter.saveState())
        settings.setValue("lanes", sorted(self.overview.lanes))

    def restore(self, settings: QSettings) -> None:
        """Take up the layout of the last time; what cannot be read is left as it is."""
        split, lanes = settings.value("split"), settings.value("lanes")
        if isinstance(split, QByteArray):
            self.splitter.restoreState(split)
        lanes = [lanes] if isinstance(lanes, str) else lanes  # INI files write one as a string
        if isinstance(lanes, list) and set(lanes) <= set(LANE_NAMES):
            self.overview.set_lanes(set(lanes))

    def figures(self) -> tuple[Figure, ...]:
        """The network with its lanes, the selected block's maps, the photograph."""
        from resnet_viz.ui.figures.explore_figures import explore_figures

        return explore_figures(self._session, self.overview, self.block_view)

    # --- inside ----------------------------------------------------------------------------

    def _connect(self) -> None:
        s, o = self._session, self.overview
        o.skip_clicked.connect(s.flip_skip)
        o.branch_clicked.connect(s.flip_branch)
        o.block_selected.connect(s.select)
        o.stage_skips_clicked.connect(s.flip_stage)
        s.network_changed.connect(self._on_network)
        s.toggles_changed.connect(self._on_toggles)
        s.selected_changed.connect(self._on_selected)
        s.measured.connect(self._on_measured)
        s.maps_changed.connect(self._show_block)
        s.stale_changed.connect(o.set_stale)
        s.choice_changed.connect(self._tell_headline)
        s.network_changed.connect(self._tell_headline)

    def _tell_headline(self) -> None:
        self.headline_changed.emit(self.headline)

    def _on_network(self) -> None:
        self.overview.set_network(self._session.spec)
        self._on_toggles()
        self.overview.set_snapshot(None)
        self.overview.set_ghost(None)
        self.overview.set_selected(self._session.selected)
        self._show_block()

    def _on_toggles(self) -> None:
        s = self._session
        self.overview.set_gates({b.name: s.toggles.gate(b.name) for b in s.spec.blocks()})

    def _on_selected(self, name: str) -> None:
        self.overview.set_selected(name)
        self._show_block()

    def _on_measured(self) -> None:
        self.overview.set_ghost(self._session.ghost)
        self.overview.set_snapshot(self._session.snapshot)
        self.status_changed.emit(self.status)

    def _show_block(self) -> None:
        s = self._session
        block = self._selected_block()
        self.block_view.set_block(block, s.spec.order, s.spec.activation, s.stats, s.maps)

    def _selected_block(self) -> BlockSpec:
        return next(b for b in self._session.spec.blocks() if b.name == self._session.selected)


def _card(widget: QWidget) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(1, 1, 1, 1)
    layout.addWidget(widget)
    return card

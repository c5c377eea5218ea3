"""The Explore workspace: the picture on the left, the network above, one block below."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from resnet_viz.models.specs import BlockSpec
from resnet_viz.ui.actions import Command
from resnet_viz.ui.block_view.view import BlockView
from resnet_viz.ui.overview.lanes import LANE_NAMES
from resnet_viz.ui.overview.widget import OverviewWidget
from resnet_viz.ui.session import Session
from resnet_viz.ui.side_panel import SidePanel
from resnet_viz.ui.theme import Theme


class ExploreWorkspace(QWidget):
    """Shows a session and passes on what is clicked."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
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

    def commands(self) -> list[Command]:
        """What this workspace adds to the menus."""
        s, network = self._session, "&Network"
        view = self.block_view
        return [
            Command(network, "&Next block", lambda: s.select_neighbour(1), ("Right",), True),
            Command(network, "&Previous block", lambda: s.select_neighbour(-1), ("Left",)),
            Command(network, "Next c&hannel", view.next_channel, ("Down",)),
            Command(network, "Previous ch&annel", view.previous_channel, ("Up",)),
            Command(network, "Cut or restore the &skip", self._flip_skip, ("S",), True),
            Command(network, "Drop or restore the &branch", self._flip_branch, ("D",)),
            Command(network, "Cut or restore a&ll skips", s.flip_all, ("A",)),
            Command(network, "Skips of the selected s&tage", self._flip_stage, ("Shift+S",)),
            Command("&View", "&Whole network", self.overview.canvas.fit, ("Ctrl+0",)),
        ]

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

    def _show_block(self) -> None:
        s = self._session
        block = self._selected_block()
        self.block_view.set_block(block, s.spec.order, s.spec.activation, s.stats, s.maps)

    def _selected_block(self) -> BlockSpec:
        return next(b for b in self._session.spec.blocks() if b.name == self._session.selected)

    def _flip_skip(self) -> None:
        self._session.flip_skip(self._session.selected)

    def _flip_branch(self) -> None:
        self._session.flip_branch(self._session.selected)

    def _flip_stage(self) -> None:
        self._session.flip_stage(self._selected_block().stage)


def _card(widget: QWidget) -> QFrame:
    card = QFrame()
    card.setObjectName("card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(1, 1, 1, 1)
    layout.addWidget(widget)
    return card

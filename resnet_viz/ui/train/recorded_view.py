"""The networks of a run with their skips, over lanes of what was recorded at one step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from resnet_viz.models.gates import Gate
from resnet_viz.runs.layout import Quantity, RunFacts
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.lane_sheet import LaneSheet
from resnet_viz.ui.train.recorded_row import RecordedRow
from resnet_viz.ui.train.recorded_state import Values

_LEAST_PX = 60
KEYS: tuple[NetworkKey, ...] = ("network", "rival")


class RecordedView(QWidget):
    """Both networks and their lanes; zoom, hover and selection are shared.

    It shows what it is given and reports what the user asks for.

    Signals:
        skip_clicked(str, str), branch_clicked(str, str), stage_skips_clicked(str, int),
        block_opened(str, str): as `RecordedRow`.
        block_selected(str): the user chose this block; it is already shown as selected.
    """

    skip_clicked = Signal(str, str)
    branch_clicked = Signal(str, str)
    stage_skips_clicked = Signal(str, int)
    block_opened = Signal(str, str)
    block_selected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = Style(LIGHT)
        self.rows: dict[NetworkKey, RecordedRow] = {k: RecordedRow(k, self._style) for k in KEYS}
        self.lanes = LaneSheet(self._style)
        self.lane_area = QScrollArea()
        self.lane_area.setObjectName("page")
        self.lane_area.setWidgetResizable(True)
        self.lane_area.setWidget(self.lanes)
        self.lane_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.shown: tuple[NetworkKey, ...] = ()
        self._empty = ""
        self._labelled: set[NetworkKey] = set()
        self._linking = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for row in self.rows.values():
            column.addWidget(row)
            row.hide()
        column.addWidget(self.lane_area, 1)
        self._connect()

    def _connect(self) -> None:
        for row in self.rows.values():
            row.skip_clicked.connect(self.skip_clicked)
            row.branch_clicked.connect(self.branch_clicked)
            row.stage_skips_clicked.connect(self.stage_skips_clicked)
            row.block_opened.connect(self.block_opened)
            row.block_picked.connect(lambda _key, name: self._on_picked(name))
            row.block_hovered.connect(self._on_hovered)
            row.axis_wanted.connect(self._on_axis)
        self.lanes.block_picked.connect(
            lambda index: self._on_picked(self._first.state.name(index))
        )
        self.lanes.block_hovered.connect(
            lambda index: self._on_hovered(self._first.state.name(index) if self.shown else "")
        )
        self.lanes.zoomed.connect(self._on_zoom)

    # --- what is shown -----------------------------------------------------------------------

    @property
    def _first(self) -> RecordedRow:
        return self.rows[self.shown[0]]

    def set_theme(self, theme: Theme) -> None:
        """Take another look."""
        self._style = Style(theme)
        for row in self.rows.values():
            row.set_style(self._style)
        self.lanes.set_style(self._style)
        self._show_lanes()

    def show_run(self, facts: RunFacts | None) -> None:
        """Show the networks of another run, nothing of which is known yet."""
        networks = () if facts is None else facts.networks[: len(KEYS)]
        self.shown = tuple(cast(NetworkKey, network.key) for network in networks)
        self._labelled = set()
        for i, network in enumerate(networks):
            # Names stand under the last of several networks with the same blocks.
            if all(other.blocks != network.blocks for other in networks[i + 1 :]):
                self._labelled.add(cast(NetworkKey, network.key))
            self.rows[cast(NetworkKey, network.key)].show_network(network)
        for key, row in self.rows.items():
            row.setVisible(key in self.shown)
            row.set_labelled(key in self._labelled)
        self._show_lanes()

    def show_gates(self, key: NetworkKey, gates: Mapping[str, Gate]) -> None:
        """Show one network's gates; blocks that are not named are fully open."""
        row = self.rows[key]
        row.state.set_gates(gates)
        row.refresh()
        self._show_lanes()

    def show_values(
        self, values: Mapping[NetworkKey, Mapping[Quantity, Values]], empty: str = ""
    ) -> None:
        """Show what was recorded at a step; `empty` says why a network has nothing."""
        self._empty = empty
        for key in self.shown:
            self.rows[key].state.set_values(values.get(key, {}))
            self.rows[key].refresh()
        self._show_lanes()

    def show_selected(self, block: str) -> None:
        """Select a block without telling."""
        for key in self.shown:
            self.rows[key].select(block)
        self._show_lanes()

    def show_parts(self, *, lanes: bool, whole: bool, only: NetworkKey | None = None) -> None:
        """Show so much as there is room for.

        Args:
            lanes: whether the lanes are shown, or leave their room to something else.
            whole: whether all lanes are to be seen without scrolling.
            only: the one network to show; None for all.
        """
        self.lane_area.setVisible(lanes)
        least = self.lanes.minimumSizeHint().height() if whole else _LEAST_PX
        self.lane_area.setMinimumHeight(least)
        for key, row in self.rows.items():
            row.setVisible(key in self.shown and only in (None, key))
            row.set_labelled(key == only or key in self._labelled)

    def fit(self) -> None:
        """Show all blocks."""
        for key in self.shown:
            self.rows[key].canvas.fit()

    # --- reactions ---------------------------------------------------------------------------

    def _show_lanes(self) -> None:
        sides = [self.rows[key].side for key in self.shown if self.rows[key].state.values]
        self.lanes.show_sides(sides, self._empty)

    def _on_picked(self, name: str) -> None:
        self.show_selected(name)
        self.block_selected.emit(name)

    def _on_hovered(self, name: str) -> None:
        for key in self.shown:
            self.rows[key].canvas.show_hovered(self.rows[key].state.index(name))
        self.lanes.update()

    def _on_axis(self, key: str) -> None:
        """Show the same part of all networks, as a share of their blocks."""
        if self._linking or key not in self.shown:
            return
        self._linking = True
        leader = self.rows[key].canvas.scene.axis
        for other in self.shown:
            canvas = self.rows[other].canvas
            if other != key:
                canvas.set_axis(_following(canvas.scene.axis, leader))
        self._linking = False
        self._show_lanes()

    def _on_zoom(self, factor: float, x: float) -> None:
        canvas = self._first.canvas
        canvas.set_axis(canvas.scene.axis.zoomed(factor, x))


def _following(axis: BlockAxis, leader: BlockAxis) -> BlockAxis:
    """The same part of a network that may have other blocks."""
    per_block = axis.n_blocks / max(1, leader.n_blocks)
    wanted = BlockAxis(axis.depths, axis.left, axis.width, leader.zoom, leader.start * per_block)
    return axis.following(wanted)

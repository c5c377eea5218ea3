"""A network on stage: its chain of blocks with arcs, and lanes of figures under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.lecture.views import Lane, Overview, View
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.overview.figures import Figures
from resnet_viz.ui.overview.lanes import LANE_NAMES
from resnet_viz.ui.overview.widget import OverviewWidget
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.gradient_readout import gradient_lines
from resnet_viz.ui.stage.snapshot_stage import SnapshotStage
from resnet_viz.ui.theme import LIGHT, Theme


class OverviewStage(SnapshotStage):
    """The overview of Explore, bound to a session of its own.

    Arguments are those of `SnapshotStage`.
    """

    def __init__(
        self, view: Overview, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(view, engine, folder, parent)
        self._lanes: tuple[Lane, ...] = view.lanes
        self.overview = OverviewWidget()
        self.overview.set_roomy(True)
        self.readout = LineLabel(Look(LIGHT), LIGHT.title_px)
        self.readout.align_right()
        self.readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._fill(self.overview, 1).addWidget(self.readout)
        self._connect()
        self._on_network()
        self.show_view(view)

    @property
    def view(self) -> View:
        """What is on screen, with the lanes that the user chose."""
        return replace(cast(Overview, super().view), lanes=self._lanes)

    def show_view(self, view: View) -> None:
        """Show another network, other gates, other lanes."""
        assert isinstance(view, Overview)
        self._show_lanes(view.lanes)
        super().show_view(view)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self.overview.set_theme(theme)
        self.readout.set_look(Look(theme), theme.title_px)

    def set_controls(self, shown: bool) -> None:
        """Show or hide the buttons over the picture, and the line about the selected block."""
        self.overview.set_controls(shown)

    def data(self) -> Mapping[str, NDArray[Any]]:
        """Every lane's figures, block by block."""
        snapshot = self.session.snapshot
        if snapshot is None:
            return {}
        figures = Figures.of(snapshot)
        return {
            "block": np.array(figures.names),
            "skip": np.array([s.skip for s in figures.stats]),
            "main": np.array([s.main for s in figures.stats]),
            "grad_in": figures.grad_in,
            "forward_share": figures.forward_share,
            "backward_share": figures.backward_share,
            "mean_out": figures.mean_out,
            "zero_share": figures.zero_share,
            "parameters": figures.parameters,
            "macs": figures.macs,
        }

    # --- inside ----------------------------------------------------------------------------

    def _connect(self) -> None:
        s, o = self.session, self.overview
        o.skip_clicked.connect(s.flip_skip)
        o.branch_clicked.connect(s.flip_branch)
        o.block_selected.connect(s.select)
        o.stage_skips_clicked.connect(s.flip_stage)
        o.lanes_changed.connect(self._on_lanes)
        s.network_changed.connect(self._on_network)
        s.toggles_changed.connect(self._on_toggles)
        s.selected_changed.connect(o.set_selected)
        s.measured.connect(self._on_measured)
        s.stale_changed.connect(o.set_stale)

    def _on_network(self) -> None:
        self.overview.set_network(self.session.spec)
        self._on_toggles()
        self.overview.set_selected(self.session.selected)
        self._on_measured()

    def _on_toggles(self) -> None:
        s = self.session
        self.overview.set_gates({b.name: s.toggles.gate(b.name) for b in s.spec.blocks()})

    def _on_measured(self) -> None:
        s = self.session
        self.overview.set_ghost(s.ghost)
        self.overview.set_snapshot(s.snapshot)
        self.readout.set_line(*gradient_lines(s.snapshot, s.ghost))

    def _on_lanes(self, lanes: frozenset[str]) -> None:
        self._show_lanes(tuple(name for name in LANE_NAMES if name in lanes))
        self.changed_by_hand.emit()

    def _show_lanes(self, lanes: tuple[Lane, ...]) -> None:
        self._lanes = lanes
        self.overview.set_lanes(frozenset(lanes))
        self.readout.setVisible("gradient" in lanes)

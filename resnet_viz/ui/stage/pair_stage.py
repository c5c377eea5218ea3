"""A residual network and its plain twin on stage: click an arc, and the gradient follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from resnet_viz.lab.settings import SIDES, Side
from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.pair_facts import pair_facts
from resnet_viz.lecture.views import Pair
from resnet_viz.ui.gradients.quantities import QuantityName
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.lab_stage import PairedStage, pair_caption
from resnet_viz.ui.stage.pair_board import PairBoard
from resnet_viz.ui.stage.pair_captions import side_title
from resnet_viz.ui.stage.pair_curves import PairCurves
from resnet_viz.ui.stage.stage_view import Predictable
from resnet_viz.ui.theme import Theme


class PairStage(PairedStage):
    """A pair of networks with a session of its own.

    How it was before a click, or before a step made on screen, stays as outlines; a scene that
    is entered begins without.

    Arguments are those of `PairedStage`.
    """

    def __init__(
        self, view: Pair, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(view, engine, folder, parent)
        self._pair: Pair = view
        self._compares = False
        self.board = PairBoard()
        self._curves = PairCurves(self, self.board)
        self._fill(self.board)
        self._connect()
        self._on_network()
        self.show_view(view)

    def _connect(self) -> None:
        board, session = self.board, self.session
        board.skip_clicked.connect(lambda side, name: self._by_hand(session.flip_skip, side, name))
        board.branch_clicked.connect(
            lambda side, name: self._by_hand(session.flip_branch, side, name)
        )
        board.stage_skips_clicked.connect(
            lambda side, stage: self._by_hand(session.flip_stage, side, stage)
        )
        board.block_selected.connect(lambda name: self._by_hand(self._choose, selected=name))
        board.quantity_chosen.connect(lambda name: self._by_hand(self._choose, quantity=name))
        board.theory_toggled.connect(lambda shown: self._by_hand(self._choose, theory=shown))
        session.network_changed.connect(self._on_network)
        session.gates_changed.connect(self._show_gates)
        session.measured_changed.connect(self._on_measured)
        session.stale_changed.connect(self._on_stale)

    # --- as a stage view -------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self.board.set_theme(theme)

    def set_controls(self, shown: bool) -> None:
        """Show or hide the buttons of the chart."""
        self.board.set_controls(shown)

    def facts(self) -> Facts:
        """As `lecture/pair_facts` has them; none while they are measured anew."""
        return {} if self.current is None else pair_facts(self.current)

    def caption(self) -> str:
        """Networks, weights, conditions, batch and precision."""
        return "" if self.session.measured is None else pair_caption(self.session.measured)

    def data(self) -> Mapping[str, NDArray[Any]]:
        """Names of the blocks, and the figure of the chart for each network."""
        now = self.board.state.now(self.board.charts.quantity)
        if not now:
            return {}
        names = np.array([block.name for block in self.board.state.one.blocks])
        figures = {f"{self.board.charts.quantity.name}_{side}": s.values for side, s in now.items()}
        return {"block": names, **figures}

    def predictable(self) -> Predictable | None:
        """The charts; none where only the networks are shown."""
        return None if self._pair.part == "networks" else self._curves

    def close_down(self) -> None:
        """Nothing more is computed or decoded."""
        self.board.theory.wait()
        super().close_down()

    # --- inside ----------------------------------------------------------------------------

    def _show_options(self) -> None:
        view = self._view
        assert isinstance(view, Pair)
        self._pair = view
        self._compares = self.isVisible()
        self.board.set_part(view.part)
        self.board.set_with_theory(view.theory)
        self.board.set_quantity(view.quantity)

    def _show_asked(self) -> None:
        self.board.select(self._pair.selected)

    def _by_hand(self, change: Any, *args: Any, **fields: Any) -> None:
        self._compares = True
        change(*args, **fields)
        self.changed_by_hand.emit()

    def _choose(self, **fields: Any) -> None:
        """Take what the user chose on the board."""
        self._view = self._pair = replace(self._pair, **fields)
        self.board.set_with_theory(self._pair.theory)
        quantity: QuantityName = self._pair.quantity
        if quantity != self.board.charts.quantity.name:
            self.board.set_quantity(quantity)

    def _on_network(self) -> None:
        measured = self.session.measured
        settings = self.session.settings if measured is None else measured.settings
        self.board.set_network(settings)
        self._show_gates()
        self.board.select(self._pair.selected)

    def _show_gates(self) -> None:
        settings = self.session.settings
        if tuple(settings.spec("residual").blocks()) != tuple(self.session.spec.blocks()):
            return  # of networks that are not on screen yet
        for side in SIDES:
            self._show_side(side)

    def _show_side(self, side: Side) -> None:
        settings = self.session.settings
        self.board.set_gates(side, settings.gates(side), side_title(side, settings))

    def _on_stale(self, stale: bool) -> None:
        self.board.set_stale(stale)
        self._tell()

    def _on_measured(self) -> None:
        session = self.session
        self._show_gates()
        self.board.set_measured(session.measured, session.ghost if self._compares else None)
        self._tell()

"""One addition on stage: how much of y is x and how much F(x), forwards and backwards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from resnet_viz.lab.settings import SIDES
from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.pair_facts import node_facts
from resnet_viz.lecture.views import AddNode
from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.gradients.add_node import AddNodeView
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.lab_stage import PairedStage, pair_caption
from resnet_viz.ui.theme import Theme

_NUMBERS = (
    "skip", "main", "norm_in", "norm_shortcut", "norm_branch", "norm_out", "cosine",
    "grad_in", "grad_out", "grad_via_shortcut", "grad_via_branch",
)  # fmt: skip


class AddNodeStage(PairedStage):
    """The add node of one block of both networks, with a session of its own.

    Arguments are those of `PairedStage`.
    """

    def __init__(
        self, view: AddNode, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(view, engine, folder, parent)
        self._node: AddNode = view
        self.node = AddNodeView(stacked=True)
        self.node.set_controls(False)
        self._fill(self.node)
        self.session.network_changed.connect(self._show_block)
        self.session.measured_changed.connect(self._on_measured)
        self.session.stale_changed.connect(lambda _: self._tell())
        self.show_view(view)

    @property
    def block(self) -> str:
        """Whose addition is opened."""
        names = [block.name for block in self.session.spec.blocks()]
        return self._node.block if self._node.block in names else names[0]

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self.node.set_theme(theme)

    def set_controls(self, shown: bool) -> None:
        """Show or hide the buttons that choose a network where one has room."""
        self.node.set_controls(shown)

    def facts(self) -> Facts:
        """As `lecture/pair_facts` has them; none while they are measured anew."""
        return {} if self.current is None else node_facts(self.current, self.block)

    def caption(self) -> str:
        """Networks, weights, conditions, batch and precision."""
        measured = self.session.measured
        return "" if measured is None else f"{self.block} of {pair_caption(measured)}"

    def data(self) -> Mapping[str, NDArray[Any]]:
        """Gates, norms and gradients of the addition, for each network."""
        found = {side: self._stats(side) for side in SIDES}
        return {
            f"{name}_{side}": np.array([getattr(stats, name)])
            for side, stats in found.items()
            if stats is not None
            for name in _NUMBERS
        }

    # --- inside ----------------------------------------------------------------------------

    def _show_options(self) -> None:
        view = self._view
        assert isinstance(view, AddNode)
        self._node = view
        self._show_block()

    def _on_measured(self) -> None:
        self._show_block()
        self._tell()

    def _stats(self, side: str) -> BlockStats | None:
        measured = self.session.measured
        if measured is None:
            return None
        return (measured.residual if side == "residual" else measured.plain).block(self.block)

    def _show_block(self) -> None:
        spec, measured = self.session.spec, self.session.measured
        block = next(b for b in spec.blocks() if b.name == self.block)
        dtype = measured.residual.dtype if measured else "float32"
        self.node.set_block(block, spec, self._stats("residual"), self._stats("plain"), dtype)

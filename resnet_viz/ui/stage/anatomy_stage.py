"""The inside of one block on stage, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from resnet_viz.analysis.block_layers import opened
from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.snapshot_facts import anatomy_facts
from resnet_viz.lecture.views import Anatomy, View
from resnet_viz.models.specs import ResNetSpec, spec
from resnet_viz.ui.anatomy.widget import AnatomyWidget
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.stage_view import StageView
from resnet_viz.ui.theme import Theme


class AnatomyStage(StageView):
    """One block opened; nothing is measured, all follows from the specification.

    Args:
        view: what it shows.
        engine: not asked.
        folder: not used.
        parent: owner.

    Raises:
        UserError: if there is no such network or block.
    """

    def __init__(
        self, view: Anatomy, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.anatomy = AnatomyWidget()
        self._fill(self.anatomy)
        self.anatomy.row_chosen.connect(self.changed_by_hand)
        self.show_view(view)

    @property
    def view(self) -> View:
        """What is on screen."""
        return self._view

    @property
    def complete(self) -> bool:
        """Nothing has to be measured."""
        return True

    def show_view(self, view: View) -> None:
        """Open another block."""
        assert isinstance(view, Anatomy)
        self._spec = network_of(view)
        self._view = view
        self._layers = opened(self._spec, view.block or usual_block(self._spec))
        self.anatomy.show_block(self._spec, self._layers)
        self.facts_changed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self.anatomy.set_theme(theme)

    def facts(self) -> Facts:
        """Parameters, multiply-adds, convolutions and channels."""
        return anatomy_facts(self._spec, self._layers)

    def caption(self) -> str:
        """Network and block."""
        side = self._spec.input_size
        block = self._layers.block.name
        return f"{self._spec.title()} · {block} · for one image of {side} × {side} pixels"

    def data(self) -> Mapping[str, NDArray[Any]]:
        """Shape, parameters and multiply-adds of every layer."""
        layers = self._layers.layers
        return {
            "layer": np.array([layer.name for layer in layers]),
            "out_shape": np.array([layer.out_shape for layer in layers]),
            "parameters": np.array([layer.parameters for layer in layers]),
            "macs": np.array([layer.macs for layer in layers]),
        }


def network_of(view: Anatomy) -> ResNetSpec:
    """The network whose block is opened.

    Raises:
        UserError: if there is no such network.
    """
    order = spec(view.network).order if view.order == "post" else view.order
    return spec(view.network, order=order, norm=view.norm, activation=view.activation)


def usual_block(network: ResNetSpec) -> str:
    """The first block whose shortcut is the identity, or else the first."""
    blocks = tuple(network.blocks())
    return next((b.name for b in blocks if b.shortcut == "identity"), blocks[0].name)

"""A block on stage: the channels of x, of F(x) and of their sum y."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from numpy.typing import NDArray
from PySide6.QtWidgets import QVBoxLayout, QWidget

from resnet_viz.lecture.views import Maps, View
from resnet_viz.ui.block_view.view import BlockView
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.snapshot_stage import SnapshotStage
from resnet_viz.ui.theme import Theme


class MapsStage(SnapshotStage):
    """The block view of Explore, bound to a session of its own.

    Args:
        view: what it shows.
        engine: measures for it alone.
        folder: that files are relative to.
        parent: owner.
    """

    def __init__(
        self, view: Maps, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(view, engine, folder, parent)
        self.block_view = BlockView()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.block_view)
        for changed in (
            self.session.network_changed,
            self.session.maps_changed,
            self.session.selected_changed,
        ):
            changed.connect(self._show_block)
        self.block_view.channel_changed.connect(self._on_channel)
        self.show_view(view)
        self._show_block()

    @property
    def view(self) -> View:
        """What is on screen, with the channel that the user chose."""
        return cast(Maps, super().view)

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self.block_view.set_theme(theme)

    def data(self) -> Mapping[str, NDArray[Any]]:
        """The three tensors, (C, H, W)."""
        maps = self.session.maps
        if maps is None:
            return {}
        return {"x": maps.x, "shortcut": maps.shortcut, "branch": maps.branch, "y": maps.out}

    # --- inside ----------------------------------------------------------------------------

    def _ready(self) -> bool:
        return self.session.maps is not None

    def _show_block(self) -> None:
        s = self.session
        block = next(b for b in s.spec.blocks() if b.name == s.selected)
        self.block_view.set_block(block, s.spec.order, s.spec.activation, s.stats, s.maps)
        look = cast(Maps, self._look)
        if s.maps is not None and look.channel >= 0:
            self.block_view.set_channel(look.channel)
            self.block_view.magnify()

    def _on_channel(self, channel: int) -> None:
        self._look = replace(cast(Maps, self._look), channel=channel)

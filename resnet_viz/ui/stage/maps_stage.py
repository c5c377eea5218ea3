"""A block on stage: the channels of x, of F(x) and of their sum y."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from resnet_viz.lecture.views import Maps, View
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.panels import Pixel
from resnet_viz.ui.block_view.view import BlockView
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.snapshot_stage import SnapshotStage
from resnet_viz.ui.theme import LIGHT, Theme

_SUM_SIZE = 1.15  # type of the sum in numbers, relative to titles


class MapsStage(SnapshotStage):
    """The block view of Explore, bound to a session of its own.

    Arguments are those of `SnapshotStage`.
    """

    def __init__(
        self, view: Maps, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(view, engine, folder, parent)
        self._channel = view.channel
        self.block_view = BlockView()
        self.sum_line = LineLabel(Look(LIGHT), LIGHT.title_px)
        self.sum_line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        column = self._fill(self.block_view, 1)
        column.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(12, 0, 12, 0)  # under the maps, which have the same margins
        line.addWidget(self.sum_line)
        column.addLayout(line)
        for changed in (
            self.session.network_changed,
            self.session.maps_changed,
            self.session.selected_changed,
        ):
            changed.connect(self._show_block)
        self.block_view.channel_changed.connect(self._on_channel)
        self.block_view.magnified_changed.connect(self._on_channel)
        self.block_view.pointed.connect(self._write_sum)
        self.block_view.redrawn.connect(self._write_sum)
        self.show_view(view)

    @property
    def view(self) -> View:
        """What is on screen, with the channel that the user chose."""
        return replace(cast(Maps, super().view), channel=self._channel)

    def show_view(self, view: View) -> None:
        """Show another block, or one of its channels."""
        assert isinstance(view, Maps)
        self._channel = view.channel
        super().show_view(view)
        self._show_block()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self.block_view.set_theme(theme)
        self.sum_line.set_look(Look(theme), round(theme.title_px * _SUM_SIZE))

    def set_controls(self, shown: bool) -> None:
        """Show or hide the buttons, and the channel's figures."""
        self.block_view.set_controls(shown)

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
        with QSignalBlocker(self.block_view):  # the script's channel is not the user's
            self.block_view.set_block(block, s.spec.order, s.spec.activation, s.stats, s.maps)
            self._show_channel()
        self._write_sum()

    def _show_channel(self) -> None:
        view = self.block_view
        if self._channel < 0:
            view.restore()
        elif self.session.maps is not None:
            view.set_channel(self._channel)
            view.magnify()

    def _on_channel(self) -> None:
        view = self.block_view
        self._channel = view.channel if view.is_magnified else -1
        self.changed_by_hand.emit()

    def _write_sum(self, pointed: Pixel | None = None) -> None:
        """Write out the sum at the pixel under the pointer, or else at the strongest one."""
        view = self.block_view
        pixel = pointed or view.strongest()
        if pointed is None:
            view.mark(pixel)
        self.sum_line.set_line(*(view.sum_at(pixel) if pixel is not None else [()]))

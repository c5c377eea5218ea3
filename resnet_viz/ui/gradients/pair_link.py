"""What both networks of a pair and their charts share: the part in view, hover, selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from resnet_viz.lab.settings import Side
from resnet_viz.ui.gradients.gradient_chart import GradientChart
from resnet_viz.ui.gradients.pair_state import PairState
from resnet_viz.ui.gradients.side_view import SideView
from resnet_viz.ui.overview.layout import BlockAxis


class PairLink(QObject):
    """Keeps them together, whichever of them the user zooms, points at or clicks.

    Args:
        state: what all of them show.
        sides: both networks.
        charts: that stand in their columns.
        parent: owner.

    Signals:
        moved: another part of the networks is in view.
        lit: another block is selected or hovered.
        picked(str): the user chose this block; it is already shown as selected.
        hovered(str): another block is under the pointer, empty for none.
    """

    moved = Signal()
    lit = Signal()
    picked = Signal(str)
    hovered = Signal(str)

    def __init__(
        self,
        state: PairState,
        sides: Mapping[Side, SideView],
        charts: Sequence[GradientChart],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._sides = sides
        self._charts = charts
        self._linking = False
        parts: tuple[SideView | GradientChart, ...] = (*sides.values(), *charts)
        for one in parts:
            one.block_picked.connect(self._on_picked)
            one.block_hovered.connect(self._on_hovered)
            one.axis_wanted.connect(self.show_axis)

    @property
    def axis(self) -> BlockAxis:
        """The part in view."""
        return self._sides["residual"].canvas.scene.axis

    def show_axis(self, axis: BlockAxis) -> None:
        """Show the same part of both networks, and of the charts."""
        if self._linking:  # the others report what they are being told
            return
        self._linking = True
        for view in self._sides.values():
            view.canvas.set_axis(view.canvas.scene.axis.following(axis))
        self._linking = False
        for chart in self._charts:
            chart.set_axis(self.axis)
        self.moved.emit()

    def fit(self) -> None:
        """Show all blocks."""
        self.show_axis(self.axis.fitted())

    def set_selected(self, name: str) -> None:
        """Select a block without telling that the user did; unknown names are ignored."""
        index = self._state.one.index(name)
        if index is not None and index != self._state.one.selected:
            self._select(index)

    def _on_picked(self, index: int) -> None:
        before = tuple(s.selected for s in self._state.sides.values())
        self._select(index)
        if before != (index, index):
            self.picked.emit(self._state.one.name(index))

    def _select(self, index: int) -> None:
        for view in self._sides.values():
            view.canvas.show_selected(index)
            view.refresh()
        for chart in self._charts:
            chart.describe()
        self.lit.emit()

    def _on_hovered(self, index: int | None) -> None:
        changed = False
        for view in self._sides.values():
            changed = changed or view.state.hovered != index
            view.canvas.show_hovered(index)
        for chart in self._charts:
            chart.update()
        self.lit.emit()
        if changed:
            self.hovered.emit(self._state.one.name(index))

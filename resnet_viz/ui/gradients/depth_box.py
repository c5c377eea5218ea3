"""The control for depth: the published ones to choose from, and any other to type."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal

from resnet_viz.errors import UserError
from resnet_viz.models.specs import Order
from resnet_viz.ui.gradients import cause_words as words
from resnet_viz.ui.gradients import depths
from resnet_viz.ui.gradients.controls import Choice


class DepthBox(Choice):
    """Depth of both networks, in layers as the papers count them.

    Signals:
        chosen: name of a preset.
        refused: a `UserError`: there is no network of the typed depth.
    """

    chosen = Signal(str)
    refused = Signal(object)

    def __init__(self) -> None:
        super().__init__("Layers of both networks", {}, words.DEPTH_TIP)
        self.setEditable(True)
        self.setInsertPolicy(Choice.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(16)
        self.setCompleter(None)  # type: ignore[arg-type]  # it would make 56 of a 5
        self._network = ""
        self._order: Order | None = None
        self.activated.connect(self._on_activated)
        line = self.lineEdit()
        assert line is not None
        # Not in the middle of a number, and letters are shortcuts again afterwards.
        line.returnPressed.connect(lambda: line.clearFocus())
        line.editingFinished.connect(self._on_typed)

    def show_network(self, network: str, order: Order) -> None:
        """Show a preset's depth, without a signal."""
        if order != self._order:
            self._order = order
            self._fill(order)
        self._network = network
        self._show_text()

    def _fill(self, order: Order) -> None:
        cifar, imagenet = depths.offered(order)
        with QSignalBlocker(self):
            self.clear()
            for depth in cifar:
                self.addItem(depths.described(depth, order), depth)
            self.insertSeparator(self.count())
            for depth in imagenet:
                self.addItem(f"{depths.described(depth, order)}, 224 pixels", depth)

    def _show_text(self) -> None:
        with QSignalBlocker(self):
            self.setCurrentIndex(self.findData(depths.depth_of(self._network)))
            self.setEditText(str(depths.depth_of(self._network)))

    def _on_activated(self, index: int) -> None:
        depth = self.itemData(index)
        line = self.lineEdit()
        if isinstance(depth, int) and line is not None:
            self._choose(depth)
            line.clearFocus()

    def _on_typed(self) -> None:
        try:
            depth = depths.depth_in(self.currentText())
        except UserError as error:
            self._show_text()
            self.refused.emit(error)
        else:
            self._choose(depth)

    def _choose(self, depth: int) -> None:
        if depth == depths.depth_of(self._network):
            self._show_text()
            return
        try:
            name = depths.network_of(depth, self._order or "post")
        except UserError as error:
            self._show_text()
            self.refused.emit(error)
        else:
            self._show_text()  # until it is what is wanted
            self.chosen.emit(name)

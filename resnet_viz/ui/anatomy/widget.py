"""A residual block opened: its layers in order, the shortcut around them, the sum."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from resnet_viz.analysis.block_layers import BlockLayers
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.ui.overview.style import Style, draw_text
from resnet_viz.ui.theme import LIGHT, Theme


class AnatomyWidget(QWidget):
    """Paints one block; it is told what to show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = Style(LIGHT)
        self._layers: BlockLayers | None = None
        self.setAccessibleName("Inside of a block")

    def show_block(self, spec: ResNetSpec, layers: BlockLayers) -> None:
        """Open a block."""
        self._layers = layers
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes."""
        self._style = Style(theme)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the layers."""
        if self._layers is None:
            return
        with QPainter(self) as painter:
            painter.setFont(self._style.small)
            for row, layer in enumerate(self._layers.layers, 1):
                draw_text(painter, 10, row * self._style.row, layer.name)

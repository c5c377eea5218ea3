"""A widget that paints itself in the style of a theme."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.theme import LIGHT, Theme


class PaintedWidget(QWidget):
    """Its type decides its size, so another theme lays it out again.

    Args:
        parent: owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = Style(LIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._style = Style(theme)
        self.updateGeometry()
        self.update()

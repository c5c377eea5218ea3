"""The line under the grids: the selected channel always, and what is pointed at."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.panels import PanelRole, Pixel
from resnet_viz.ui.block_view.scene import Scene
from resnet_viz.ui.block_view.segments import Segment
from resnet_viz.ui.block_view.wording import channel_status, pixel_status

_GRID_HINTS = (
    "double-click or Enter opens one map  ·  wheel zooms  ·  Shift+wheel scrolls",
    "double-click opens one map  ·  wheel zooms",
    "",
)
_MAP_HINTS = (
    "↑ ↓ other channels  ·  wheel zooms until values are printed  ·  Esc goes back",
    "wheel zooms  ·  Esc goes back",
    "",
)


class StatusLine(QWidget):
    """Figures of the selected channel at the left, the pixel under the pointer at the right.

    Args:
        look: of the window.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.channel = LineLabel(look, look.theme.small_px)
        self.pointer = LineLabel(look, look.theme.small_px)
        self.pointer.align_right()
        self.pointer.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._magnified = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(18)
        row.addWidget(self.channel)
        row.addWidget(self.pointer, 1)

    def set_look(self, look: Look) -> None:
        """Change colours and sizes."""
        self.channel.set_look(look, look.theme.small_px)
        self.pointer.set_look(look, look.theme.small_px)

    def show_channel(self, scene: Scene) -> None:
        """Say mean and range of the selected channel in each grid that has it."""
        variants = channel_status(
            scene.panels,
            scene.channel_summaries(),
            scene.channel,
            scene.choices.sort,
            scene.context,
            scene.gradient(),
        )
        self.channel.set_line(*variants)

    def show_measuring(self) -> None:
        """Nothing to say yet."""
        self.channel.set_line((Segment("measuring…", "muted"),))
        self.pointer.set_line(())

    def show_pixel(self, scene: Scene, pixel: Pixel, source: PanelRole) -> None:
        """Say what is under the pointer in the grid `source`."""
        self.pointer.set_line(*pixel_status(scene.panels, pixel, source, scene.context))

    def show_hint(self, *, magnified: bool) -> None:
        """Say what can be done here."""
        hints = _MAP_HINTS if magnified else _GRID_HINTS
        self.pointer.set_line(*((Segment(text, "muted"),) for text in hints))

"""The add node of one block, opened: both networks side by side where there is room."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from resnet_viz.lab.settings import SIDES, Side
from resnet_viz.models.specs import BlockSpec, ResNetSpec
from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.gradients.add_node_panel import AddNodePanel
from resnet_viz.ui.gradients.add_node_words import spoken_node, title_lines
from resnet_viz.ui.gradients.pair_state import SIDE_NAMES
from resnet_viz.ui.overview.header import tool_button_sheet
from resnet_viz.ui.overview.style import Style, paint_card
from resnet_viz.ui.theme import LIGHT, Theme

_PANEL_PX = 430.0
"""Width that a panel needs at normal type to say everything."""

_MOST_PX = 300.0
"""Height at normal type that a larger one would only leave empty."""


class AddNodeView(QWidget):
    """Forward and backward pass through the sum of one block; paints its own card.

    Two panels, the residual network's and the plain twin's; in a narrow window one of them,
    chosen by the buttons at the top right.

    Args:
        parent: owner.
        stacked: one over the other instead of side by side, in all the height there is.
    """

    def __init__(self, parent: QWidget | None = None, *, stacked: bool = False) -> None:
        super().__init__(parent)
        self._stacked = stacked
        self._with_buttons = True
        self._style = Style(LIGHT)
        self.title = LineLabel(Look(LIGHT), LIGHT.small_px + 1)
        self.panels: dict[Side, AddNodePanel] = {
            side: AddNodePanel(side, self._style) for side in SIDES
        }
        self.buttons: dict[Side, QToolButton] = {}
        self._shown: Side = "residual"
        self._build_layout()
        self.setAccessibleName("Add node of the selected block")
        self.set_theme(LIGHT)

    def _build_layout(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.title, 1)
        group = QButtonGroup(self)
        for side in SIDES:
            button = QToolButton()
            button.setText(SIDE_NAMES[side])
            button.setCheckable(True)
            button.setChecked(side == self._shown)
            button.setAccessibleName(f"Show the add node of the network {SIDE_NAMES[side]}")
            button.clicked.connect(lambda _=False, s=side: self.show_side(s))
            group.addButton(button)
            top.addWidget(button)
            self.buttons[side] = button
        row = QVBoxLayout() if self._stacked else QHBoxLayout()
        row.setSpacing(18)
        for panel in self.panels.values():
            row.addWidget(panel, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*((0, 2, 0, 2) if self._stacked else (12, 5, 10, 4)))
        column.setSpacing(1)
        column.addLayout(top)
        column.addLayout(row, 1)

    def set_theme(self, theme: Theme) -> None:
        """Take another look."""
        self._style = Style(theme)
        self.title.set_look(Look(theme), theme.small_px + 1)
        if not self._stacked:
            self.setMaximumHeight(round(_MOST_PX * self._style.scale))
        checked = f"QToolButton:checked {{ background: {theme.raised}; font-weight: 600; }}"
        for button in self.buttons.values():
            button.setStyleSheet(tool_button_sheet(self._style) + checked)
        for panel in self.panels.values():
            panel.set_style(self._style)
        self._arrange()
        self.update()

    def set_block(
        self,
        block_spec: BlockSpec,
        spec: ResNetSpec,
        residual: BlockStats | None,
        plain: BlockStats | None,
        dtype: str = "float32",
    ) -> None:
        """Show a block of both networks.

        Args:
            block_spec: the block.
            spec: of the network, for the order of its parts and its activation.
            residual: the block's figures with skips, None before they are measured.
            plain: those of the plain twin.
            dtype: precision of the measurement, for what a zero means.
        """
        self.title.set_line(*title_lines(block_spec, spec))
        spoken = [self.title.text()]
        for side, stats in (("residual", residual), ("plain", plain)):
            self.panels[side].set_stats(spec, stats, dtype)  # type: ignore[index]
            spoken.append(spoken_node(SIDE_NAMES[side], stats, dtype))  # type: ignore[index]
        self.setAccessibleDescription(". ".join(spoken))

    def show_side(self, side: Side) -> None:
        """Choose the side to see where only one has room."""
        self._shown = side
        self.buttons[side].setChecked(True)
        self._arrange()

    def set_controls(self, shown: bool) -> None:
        """Show or hide the buttons that choose a side."""
        self._with_buttons = shown
        self._arrange()

    @property
    def both(self) -> bool:
        """Whether there is room for both sides."""
        if self._stacked:
            panels = sum(panel.minimumHeight() for panel in self.panels.values())
            return self.height() >= panels + 2.5 * self._style.row
        return self.width() >= 2 * _PANEL_PX * self._style.scale + 40

    def minimumSizeHint(self) -> QSize:
        """Room for one panel; whether there is room for two is found out when there is."""
        panel = self.panels["residual"].minimumSize()
        return panel + QSize(22, round(2.0 * self._style.row))

    def _arrange(self) -> None:
        both = self.both
        for side in SIDES:
            self.panels[side].setVisible(both or side == self._shown)
            self.buttons[side].setVisible(not both and self._with_buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many sides as have room."""
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card; where it fills a slide only its ground."""
        if not self._stacked:
            paint_card(self, self._style)
            return
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._style.brush("card"))

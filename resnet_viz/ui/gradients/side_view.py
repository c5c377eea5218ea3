"""One network of the pair: a line of figures over its blocks."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import Side
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import plain
from resnet_viz.ui.gradients.pair_words import side_lines
from resnet_viz.ui.overview.captions import spoken
from resnet_viz.ui.overview.compact import CompactCanvas
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Style


class SideView(QWidget):
    """Header and blocks of one side.

    Args:
        side: which.
        state: what it shows.
        style: fonts and pens.
        labelled: whether block names stand under the blocks.
        parent: owner.

    Signals:
        As `PairView`, for this side; `block_picked` and `block_hovered` carry an index or None.
    """

    skip_clicked = Signal(str, str)
    branch_clicked = Signal(str, str)
    stage_skips_clicked = Signal(str, int)
    block_picked = Signal(int)
    block_hovered = Signal(object)
    axis_wanted = Signal(object)

    def __init__(
        self,
        side: Side,
        state: OverviewState,
        style: Style,
        *,
        labelled: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.side = side
        self.state = state
        self.header = LineLabel(Look(style.theme), style.theme.small_px + 1)
        self.canvas = CompactCanvas(state, style, labelled=labelled)
        self.canvas.setAccessibleName(
            "Network with skips" if side == "residual" else "Plain twin, without skips"
        )
        # Height limits are for the canvas; the header is as high as its type.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.header)
        column.addWidget(self.canvas, 1)
        self._connect()

    def _connect(self) -> None:
        canvas, side = self.canvas, self.side
        canvas.skip_clicked.connect(lambda name: self.skip_clicked.emit(side, name))
        canvas.branch_clicked.connect(lambda name: self.branch_clicked.emit(side, name))
        canvas.stage_skips_clicked.connect(lambda n: self.stage_skips_clicked.emit(side, n))
        canvas.block_selected.connect(lambda name: self.block_picked.emit(self.state.index(name)))
        canvas.block_hovered.connect(lambda name: self.block_hovered.emit(self.state.index(name)))
        canvas.view_changed.connect(lambda: self.axis_wanted.emit(canvas.scene.axis))

    def set_style(self, style: Style) -> None:
        """Take another look."""
        self.header.set_look(Look(style.theme), style.theme.small_px + 1)
        self.canvas.scene.style = style
        self.canvas.fit_height()
        self.setMaximumHeight(self.header.sizeHint().height() + 1 + self.canvas.maximumHeight())
        self.canvas.scene.refit()
        self.canvas.invalidate()

    def show_network(self) -> None:
        """The state holds another network."""
        self.canvas.forget_pointer()
        self.canvas.scene.axis = BlockAxis(
            () if self.state.spec is None else self.state.spec.depths
        )
        self.canvas.scene.refit()
        self.canvas.invalidate()

    def show_measured(self, measured: PairMeasured | None) -> None:
        """The state holds another measurement: state its figures."""
        if self.state.spec is not None:
            lines = side_lines(self.side, self.state.spec.title(), measured)
            self.header.set_line(*lines)
            self.header.setToolTip(plain(lines[0]))

    def refresh(self) -> None:
        """Paint and describe anew what is measured, cut and selected."""
        self.canvas.invalidate()
        state, index = self.state, self.state.selected
        if index is not None:
            stats = None if state.now is None else state.now.stats[index]
            text = f"{self.header.text()}. {spoken(state.blocks[index], state.gate(index), stats)}"
            self.canvas.setAccessibleDescription(text)

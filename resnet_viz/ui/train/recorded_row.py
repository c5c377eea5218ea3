"""One network of a run: its name, and its blocks with their skips."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from resnet_viz.runs.layout import NetworkFacts
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Line, Role, Segment
from resnet_viz.ui.overview.compact import CompactCanvas, CompactScene
from resnet_viz.ui.overview.geometry import Part
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.style import Style
from resnet_viz.ui.train.recorded_lanes import GLYPHS, LaneSide
from resnet_viz.ui.train.recorded_state import RecordedState

INKS: dict[NetworkKey, Role] = {"network": "output", "rival": "trouble"}


class RecordedScene(CompactScene):
    """A compact overview that tells of what was recorded."""

    state: RecordedState

    def set_labelled(self, labelled: bool) -> bool:
        """Write the blocks' names under them or not; whether that is a change."""
        changed = labelled != self._labelled
        self._labelled = labelled
        return changed

    def tip_text(self, index: int) -> str:
        """The hovered block's recorded figures in one line."""
        return "  ·  ".join(self.state.words(index))


class RecordedCanvas(CompactCanvas):
    """A compact overview that tells which block was clicked, also if it is selected already.

    Signals:
        block_opened(str): a square was clicked.
    """

    block_opened = Signal(str)

    def _click(self, position: QPointF) -> None:
        super()._click(position)
        hit = self.scene.hit(position.x(), position.y())
        if hit is not None and hit.part is Part.SQUARE:
            self.block_opened.emit(self.state.name(hit.index))


class RecordedRow(QWidget):
    """Header and blocks of one network.

    Args:
        key: of the network.
        style: fonts and pens.
        parent: owner.

    Signals:
        skip_clicked(str, str): network and block whose skip is to be cut or restored.
        branch_clicked(str, str): the same for the branch.
        stage_skips_clicked(str, int): the same for all skips of a 1-based stage.
        block_picked(str, str): network and block that were selected.
        block_opened(str, str): network and block whose square was clicked.
        block_hovered(str): the block under the pointer, empty for none.
        axis_wanted(str): the network whose axis was zoomed or panned.
    """

    skip_clicked = Signal(str, str)
    branch_clicked = Signal(str, str)
    stage_skips_clicked = Signal(str, int)
    block_picked = Signal(str, str)
    block_opened = Signal(str, str)
    block_hovered = Signal(str)
    axis_wanted = Signal(str)

    def __init__(self, key: NetworkKey, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key: NetworkKey = key
        self.title = ""
        self.state = RecordedState()
        self.header = LineLabel(Look(style.theme), style.theme.small_px + 1)
        self._scene = RecordedScene(self.state, style, labelled=True)
        self.canvas = RecordedCanvas(self.state, style, labelled=True, scene=self._scene)
        # Height limits are for the canvas; the header is as high as its type.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.header)
        column.addWidget(self.canvas, 1)
        self._connect()

    def _connect(self) -> None:
        canvas, key = self.canvas, self.key
        canvas.skip_clicked.connect(lambda name: self.skip_clicked.emit(key, name))
        canvas.branch_clicked.connect(lambda name: self.branch_clicked.emit(key, name))
        canvas.stage_skips_clicked.connect(lambda n: self.stage_skips_clicked.emit(key, n))
        canvas.block_selected.connect(lambda name: self.block_picked.emit(key, name))
        canvas.block_opened.connect(lambda name: self.block_opened.emit(key, name))
        canvas.block_hovered.connect(self.block_hovered)
        canvas.view_changed.connect(lambda: self.axis_wanted.emit(key))

    @property
    def side(self) -> LaneSide:
        """The network as the lanes draw it."""
        return LaneSide(self.key, self.title, self.state, self.canvas.scene.axis)

    def set_style(self, style: Style) -> None:
        """Take another look."""
        self.header.set_look(Look(style.theme), style.theme.small_px + 1)
        self._scene.style = style
        self._fit()

    def _fit(self) -> None:
        self.canvas.fit_height()
        self.setMaximumHeight(self.header.sizeHint().height() + 1 + self.canvas.maximumHeight())
        self._scene.refit()
        self.canvas.invalidate()

    def set_labelled(self, labelled: bool) -> None:
        """Whether names stand under the blocks: not where those of another network do."""
        if self._scene.set_labelled(labelled):
            self._fit()

    def show_network(self, facts: NetworkFacts) -> None:
        """Show another network, nothing of which is measured yet."""
        self.canvas.forget_pointer()
        self.title = facts.title
        self.state.set_facts(facts)
        self._scene.axis = BlockAxis(self.state.depths)
        self.canvas.setAccessibleName(f"Blocks of {facts.title}")
        self._fit()
        self.refresh()

    def select(self, block: str) -> None:
        """Select a block; one that this network does not have leaves none selected."""
        index = self.state.index(block)
        if index is not None:
            self.canvas.show_selected(index)
        else:
            self.state.selected = None
        self.refresh()

    def refresh(self) -> None:
        """Paint and describe anew what is recorded, cut and selected."""
        self.header.set_line(*self._lines())
        self.canvas.invalidate()
        if self.state.selected is not None:
            words = ", ".join(self.state.words(self.state.selected))
            self.canvas.setAccessibleDescription(f"{self.header.text()}. {words}")

    def _lines(self) -> tuple[Line, ...]:
        """Name and state of the skips, the longest wording first."""
        name = Segment(f"{GLYPHS[self.key]} {self.title}", INKS[self.key], bold=True)
        cut, n_blocks = self.state.n_cut, len(self.state.blocks)
        if cut == n_blocks and n_blocks:
            gates = "no skips: every skip is cut"
        elif cut:
            gates = f"{cut} of {n_blocks} skips cut"
        else:
            gates = "every skip open"
        foreign = "" if self.state.ours else ", blocks as its script named them"
        return (
            (name, Segment(f"   {n_blocks} blocks, {gates}{foreign}", "muted")),
            (name, Segment(f"   {gates}", "muted")),
            (name,),
        )

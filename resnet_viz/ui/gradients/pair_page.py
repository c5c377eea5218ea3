"""The tab "Gradients": both networks with their chart, what the numbers say, one add node."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.lab.settings import SIDES, Side
from resnet_viz.lab.wording import pair_sentence
from resnet_viz.models.specs import BlockSpec
from resnet_viz.ui.gradients.add_node import AddNodeView
from resnet_viz.ui.gradients.controls import Sentence
from resnet_viz.ui.gradients.pair_state import SIDE_NAMES
from resnet_viz.ui.gradients.pair_view import PairView
from resnet_viz.ui.gradients.session import LabSession
from resnet_viz.ui.labels import muted
from resnet_viz.ui.theme import Theme


class PairPage(QScrollArea):
    """Shows a session's pair and passes on what is clicked; scrolls where it is low.

    Attributes:
        side: the network that keys act on: the one clicked or focused last.
    """

    def __init__(self, session: LabSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.side: Side = "residual"
        self._hovered = ""
        self.pair = PairView()  # paints its own card
        self.sentence = Sentence("What the numbers say")
        self.both = QCheckBox("Cut in both networks")
        self.both.setToolTip("A click on a skip or a block, and the keys S, D and A, act on both")
        self.keys = muted("")
        self.add_node = AddNodeView()  # paints its own card
        self._lay_out()
        self._connect()
        self._on_network()
        self._on_measured()
        self._show_keys()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.pair.set_theme(theme)
        self.add_node.set_theme(theme)
        # Less, and the curves of the chart can no longer be told apart.
        self.pair.setMinimumHeight(440 if theme.name == "projector" else 340)

    def fit(self) -> None:
        """Show all blocks."""
        self.pair.fit()

    def block(self) -> BlockSpec:
        """The selected block of the network on screen."""
        return self._block(self._session.selected)

    # --- construction --------------------------------------------------------------------------

    def _lay_out(self) -> None:
        switch = QVBoxLayout()
        switch.setSpacing(0)
        switch.addWidget(self.both)
        switch.addWidget(self.keys)
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(16)
        row.addWidget(self.sentence, 1)
        row.addLayout(switch)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.pair, 1)
        column.addLayout(row)
        column.addWidget(self.add_node)
        self.setObjectName("page")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(body)

    def _connect(self) -> None:
        s, pair = self._session, self.pair
        pair.skip_clicked.connect(self._on_skip)
        pair.branch_clicked.connect(self._on_branch)
        pair.stage_skips_clicked.connect(self._on_stage)
        pair.block_selected.connect(s.select)
        pair.block_hovered.connect(self._on_hovered)
        for view in pair.sides.values():
            view.canvas.installEventFilter(self)
        self.both.toggled.connect(s.set_both)
        s.both_changed.connect(self.both.setChecked)
        s.both_changed.connect(self._show_keys)
        s.network_changed.connect(self._on_network)
        s.gates_changed.connect(self._show_gates)
        s.selected_changed.connect(self._on_selected)
        s.measured_changed.connect(self._on_measured)
        s.stale_changed.connect(pair.set_stale)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys act on the network that has the focus."""
        if event.type() == QEvent.Type.FocusIn:
            for side, view in self.pair.sides.items():
                if watched is view.canvas:
                    self._use(side)
        return super().eventFilter(watched, event)

    # --- what is clicked -----------------------------------------------------------------------

    def _on_skip(self, side: Side, name: str) -> None:
        self._use(side)
        self._session.flip_skip(side, name)

    def _on_branch(self, side: Side, name: str) -> None:
        self._use(side)
        self._session.flip_branch(side, name)

    def _on_stage(self, side: Side, stage: int) -> None:
        self._use(side)
        self._session.flip_stage(side, stage)

    def _use(self, side: Side) -> None:
        self.side = side
        self._show_keys()

    def _show_keys(self) -> None:
        both = self._session.both
        where = "in both" if both else f"in the network {SIDE_NAMES[self.side]}"
        if not both and self.side == "plain":
            where = "in the plain twin"
        self.keys.setText(f"keys S, D, A act {where}")

    # --- what the session tells ----------------------------------------------------------------

    def _on_network(self) -> None:
        measured = self._session.measured
        settings = measured.settings if measured is not None else self._session.settings
        self.pair.set_network(settings.spec("residual"), settings.spec("plain"))
        self._show_gates()
        self.pair.set_selected(self._session.selected)
        self._show_block()

    def _show_gates(self) -> None:
        for side in SIDES:
            self.pair.set_gates(side, self._session.settings.gates(side))

    def _on_selected(self, name: str) -> None:
        self.pair.set_selected(name)
        self._show_block()

    def _on_hovered(self, name: str) -> None:
        self._hovered = name
        self._show_block()

    def _on_measured(self) -> None:
        measured = self._session.measured
        self.pair.set_ghost(self._session.ghost)
        self.pair.set_measured(measured)
        self.pair.set_stale(self._session.stale)
        if measured is None:
            self.sentence.say("Measuring both networks…")
        else:
            words = pair_sentence(measured.settings, measured.residual, measured.plain)
            self.sentence.say(words)
        self._show_block()

    def _block(self, name: str) -> BlockSpec:
        return next(b for b in self._session.spec.blocks() if b.name == name)

    def _show_block(self) -> None:
        """Open the add node of the hovered block, or of the selected one."""
        session = self._session
        names = {b.name for b in session.spec.blocks()}
        name = self._hovered if self._hovered in names else session.selected
        measured = session.measured
        residual = measured.residual.block(name) if measured else None
        plain = measured.plain.block(name) if measured else None
        dtype = measured.residual.dtype if measured else "float32"
        self.add_node.set_block(self._block(name), session.spec, residual, plain, dtype)

"""The overview card: readout and buttons above, the canvas with blocks and lanes below."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QAction, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QScrollBar, QToolButton, QWidget

from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.ui.overview.canvas import OverviewCanvas
from resnet_viz.ui.overview.captions import spoken
from resnet_viz.ui.overview.header import Readout, tool_button_sheet
from resnet_viz.ui.overview.lanes import LANE_NAMES, LaneName
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.stale import StaleHint
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Style, paint_card
from resnet_viz.ui.theme import LIGHT, Theme

_CARD_MARGINS = (14, 8, 8, 8)


class OverviewWidget(QWidget):
    """The network as a line of blocks with skip arcs, figures below block under block.

    It shows what it is given and reports what the user asks for; gates and measurements are
    changed by its owner, who hands them back with `set_gates` and `set_snapshot`.

    Signals:
        skip_clicked(str): cut or restore this block's skip.
        branch_clicked(str): drop or restore this block's branch.
        block_selected(str): the user chose this block; it is already shown as selected.
        block_hovered(str): the block under the pointer, empty for none.
        stage_skips_clicked(int): cut or restore all skips of this 1-based stage.
        lanes_changed(object): frozenset of the names of the lanes now shown.
    """

    skip_clicked = Signal(str)
    branch_clicked = Signal(str)
    block_selected = Signal(str)
    block_hovered = Signal(str)
    stage_skips_clicked = Signal(int)
    lanes_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = Style(LIGHT)
        self._framed = True
        self.state = OverviewState()
        self.canvas = OverviewCanvas(self.state, self._style)
        self.readout = Readout(self.state, self._style)
        self._stale = StaleHint(self)
        self._stale.changed.connect(self._update_hint)
        self._build_buttons()
        self._build_layout()
        self._connect()
        self.setFocusProxy(self.canvas)
        self.setAccessibleName("Network overview")
        self.set_theme(LIGHT)

    # --- construction --------------------------------------------------------------------

    def _build_buttons(self) -> None:
        self.fit_button = QToolButton()
        self.fit_button.setText("Fit")
        self.fit_button.setToolTip("Show all blocks (Ctrl+0)")
        self.fit_button.setAccessibleName("Fit all blocks")
        self.lanes_button = QToolButton()
        self.lanes_button.setText("Lanes ▾")
        self.lanes_button.setToolTip("Choose what is shown under the blocks")
        self.lanes_button.setAccessibleName("Lanes")
        self.lanes_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.lanes_button)
        self.lane_actions: dict[LaneName, QAction] = {}
        for lane in self.canvas.scene.lanes:
            action = menu.addAction(lane.menu_text)
            action.setCheckable(True)
            action.setChecked(lane.name in self.canvas.scene.shown)
            action.triggered.connect(self._on_lane_toggled)
            self.lane_actions[lane.name] = action
        menu.addSeparator()
        self.pin_action = menu.addAction("Pin the gradient's scale")
        self.pin_action.setCheckable(True)
        self.pin_action.triggered.connect(self.canvas.toggle_pin)
        self.lanes_button.setMenu(menu)

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.readout, 1)
        row.addWidget(self.fit_button)
        row.addWidget(self.lanes_button)
        self.scroll_bar = QScrollBar(Qt.Orientation.Vertical)
        self.scroll_bar.setAccessibleName("Scroll the lanes")
        grid = QGridLayout(self)
        grid.setContentsMargins(*_CARD_MARGINS)
        grid.setSpacing(4)
        grid.addLayout(row, 0, 0, 1, 2)
        grid.addWidget(self.canvas, 1, 0)
        grid.addWidget(self.scroll_bar, 1, 1)
        grid.setRowStretch(1, 1)
        grid.setColumnStretch(0, 1)
        self.scroll_bar.hide()

    def _connect(self) -> None:
        canvas = self.canvas
        canvas.skip_clicked.connect(self.skip_clicked)
        canvas.branch_clicked.connect(self.branch_clicked)
        canvas.block_hovered.connect(self.block_hovered)
        canvas.stage_skips_clicked.connect(self.stage_skips_clicked)
        canvas.block_selected.connect(self._update_texts)
        canvas.block_selected.connect(self.block_selected)
        canvas.view_changed.connect(self._on_view_changed)
        self.fit_button.clicked.connect(canvas.fit)
        self.scroll_bar.valueChanged.connect(canvas.set_scroll)

    # --- what is shown -------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Take another look."""
        self._style = Style(theme)
        self.canvas.scene.style = self._style
        self.readout.look = self._style
        sheet = tool_button_sheet(self._style)
        self.fit_button.setStyleSheet(sheet)
        self.lanes_button.setStyleSheet(sheet)
        self.canvas.scene.refit()
        self.readout.updateGeometry()
        self.readout.update()
        self._refresh()
        self.update()

    def set_network(self, spec: ResNetSpec) -> None:
        """Show another network, not measured yet, its first block selected."""
        self.canvas.forget_pointer()
        self.state.set_network(spec)
        self.canvas.scene.axis = BlockAxis(spec.depths)
        self.canvas.scene.gradient.pinned = None
        self.canvas.scene.refit()
        self._refresh()

    def set_gates(self, gates: Mapping[str, Gate]) -> None:
        """Show these gates; blocks that are not named are fully open."""
        self.state.set_gates(gates)
        self._refresh()

    def set_snapshot(self, snapshot: Snapshot | None) -> None:
        """Show these measurements; None says that there are none yet.

        Raises:
            ValueError: if the snapshot is of a network with other blocks.
        """
        self.state.set_now(snapshot)
        self._refresh()

    def set_ghost(self, snapshot: Snapshot | None) -> None:
        """Show these measurements dashed, for comparison; None removes them.

        Raises:
            ValueError: if the snapshot is of a network with other blocks.
        """
        self.state.set_ghost(snapshot)
        self._refresh()

    def set_selected(self, name: str) -> None:
        """Select a block without telling; unknown names are ignored."""
        index = self.state.index(name)
        if index is None or index == self.state.selected:
            return
        self.canvas.show_selected(index)
        self._refresh()

    def set_stale(self, stale: bool) -> None:
        """Say whether the figures are being measured anew; short measurements are not shown."""
        self._stale.set(stale)

    def set_roomy(self, roomy: bool) -> None:
        """Be part of a slide: larger blocks, and no frame; or else a card of the window."""
        self._framed = not roomy
        if (layout := self.layout()) is not None:
            layout.setContentsMargins(*((0, 0, 0, 0) if roomy else _CARD_MARGINS))
        self.canvas.scene.roomy = roomy
        self.canvas.scene.refit()
        self._refresh()

    def set_controls(self, shown: bool) -> None:
        """Show or hide the line over the blocks, with its buttons, and the scale's pin."""
        for part in (self.readout, self.fit_button, self.lanes_button):
            part.setVisible(shown)
        self.canvas.scene.gradient.with_pin = shown
        self.canvas.invalidate()

    def set_lanes(self, visible: AbstractSet[str]) -> None:
        """Show these lanes, of `LANE_NAMES`.

        Raises:
            ValueError: if there is no lane of that name.
        """
        if unknown := sorted(set(visible) - set(LANE_NAMES)):
            raise ValueError(f"no lane is called {unknown[0]!r}; lanes are {LANE_NAMES}")
        self.canvas.scene.shown = frozenset(n for n in LANE_NAMES if n in visible)
        for name, action in self.lane_actions.items():
            action.setChecked(name in visible)
        self.canvas.scene.refit()
        self._on_view_changed()
        self.canvas.invalidate()

    @property
    def lanes(self) -> frozenset[LaneName]:
        """Names of the lanes shown."""
        return frozenset(self.canvas.scene.shown)

    # --- reactions -----------------------------------------------------------------------

    def _refresh(self) -> None:
        self.canvas.invalidate()
        self._on_view_changed()
        self._update_texts()

    def _on_lane_toggled(self) -> None:
        chosen = frozenset(n for n, action in self.lane_actions.items() if action.isChecked())
        self.set_lanes(chosen)
        self.lanes_changed.emit(chosen)

    def _on_view_changed(self) -> None:
        scene = self.canvas.scene
        overflow = round(scene.overflow)
        self.scroll_bar.setVisible(overflow > 0)
        self.scroll_bar.setRange(0, overflow)
        self.scroll_bar.setPageStep(max(1, round(self.canvas.height() - scene.lanes_top)))
        self.scroll_bar.setValue(round(scene.scroll))
        self.fit_button.setEnabled(scene.axis.zoom > 1.0001)
        self.pin_action.setEnabled(self.state.now is not None)
        self.pin_action.setChecked(scene.gradient.pinned is not None)
        self._update_hint()

    def _update_hint(self) -> None:
        measuring = self._stale.shown
        hint = "measuring…" if measuring else self.canvas.scene.hint()
        if hint != self.readout.hint:
            self.readout.hint = hint
            self.readout.update()

    def _update_texts(self) -> None:
        """Tell screen readers about the selected block."""
        self.readout.update()
        index, state = self.state.selected, self.state
        text = ""
        if index is not None:
            stats = None if state.now is None else state.now.stats[index]
            text = spoken(state.blocks[index], state.gate(index), stats)
        if text != self.canvas.accessibleDescription():
            for widget in (self, self.canvas):
                widget.setAccessibleDescription(text)
            QAccessible.updateAccessibility(
                QAccessibleEvent(self.canvas, QAccessible.Event.DescriptionChanged)
            )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card."""
        if self._framed:
            paint_card(self, self._style)

"""The block view: one block's sum x + F(x) = y, its numbers and its maps."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from resnet_viz.models.specs import BlockSpec
from resnet_viz.probe.snapshot import BlockMaps, BlockStats
from resnet_viz.ui.block_view.controls import ControlLine, ModuleStrip, stylesheet
from resnet_viz.ui.block_view.formula import activation_name
from resnet_viz.ui.block_view.header import Header
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.panels import (
    ROLES,
    Choices,
    Limits,
    Panel,
    PanelRole,
    Pixel,
    Tensors,
    build_panels,
    limits_of,
)
from resnet_viz.ui.block_view.segments import Segment, plain
from resnet_viz.ui.block_view.status import StatusLine
from resnet_viz.ui.block_view.sum_row import SumRow
from resnet_viz.ui.block_view.wording import (
    BlockContext,
    link_note,
    part_words,
    reduction_words,
    rows_words,
    symbol,
    title,
)
from resnet_viz.ui.theme import LIGHT, Theme

_NO_BLOCK = "Click a square F in the overview to see what its block does to the picture."


class BlockView(QWidget):
    """One residual block: equation with today's numbers, and x, F(x), y as channel grids.

    Keys: up and down (channel), Page up and Page down (scroll), Home and End (first and last
    channel), Enter (one map), Esc (back), + and − (size). All others are left to the window.

    Signals:
        channel_changed: another channel is selected.
    """

    channel_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._block: BlockSpec | None = None
        self._tensors: Tensors | None = None
        self._panels: dict[PanelRole, Panel] = {}
        self._context = BlockContext()
        self._choices = Choices()
        self._pinned: Limits = {}
        self._channel = 0
        # Selected channels of grids that are not linked with y.
        self._own_channels: dict[PanelRole, int] = dict.fromkeys(ROLES, 0)
        self._magnified = False
        self._card = QColor(LIGHT.card)
        look = Look(LIGHT)
        self.header = Header(look)
        self.strip = ModuleStrip()
        self.sum_row = SumRow(look)
        self.hint = LineLabel(look, look.theme.font_px)
        self.status = StatusLine(look)
        self.controls = ControlLine(look)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        for part in (self.header, self.strip):
            column.addWidget(part)
        column.addWidget(self.sum_row, 1)
        column.addWidget(self.hint, 1, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.status)
        column.addWidget(self.controls)
        self._connect()
        self.set_theme(LIGHT)
        self.clear()

    def _connect(self) -> None:
        self.strip.chosen.connect(self._choose)
        self.controls.changed.connect(lambda: self._choose(self._choices.inner))
        self.controls.pinned.connect(self._on_pinned)
        self.controls.inside.connect(self._on_inside)
        self.controls.opened.connect(self._set_magnified)
        self.controls.zoomed.connect(self.sum_row.zoom)
        self.sum_row.hovered.connect(self._on_hovered)
        self.sum_row.chosen.connect(self._on_chosen)
        self.sum_row.opened.connect(self._on_opened)
        self.sum_row.closed.connect(self.restore)
        self.sum_row.rows_changed.connect(self._show_rows)

    # --- public -----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Change colours and sizes."""
        look = Look(theme)
        self.setStyleSheet(stylesheet(theme))
        self._card = QColor(theme.card)
        self.hint.set_look(look, theme.font_px)
        for part in (self.header, self.sum_row, self.status, self.controls):
            part.set_look(look)

    def set_block(
        self,
        block: BlockSpec | None,
        order: str = "post",
        activation: str = "relu",
        stats: BlockStats | None = None,
        maps: BlockMaps | None = None,
    ) -> None:
        """Show a block.

        Args:
            block: which; None for no block.
            order: `post` or `pre` activation.
            activation: name of the network's nonlinearity.
            stats: its figures, None while they are measured.
            maps: its tensors, None while they are measured.
        """
        if block is None:
            self.clear()
            return
        self._block = block
        self._tensors = Tensors(maps) if maps is not None else None
        self._context = BlockContext(
            shortcut=block.shortcut,
            skip=stats.skip if stats is not None else 1.0,
            main=stats.main if stats is not None else 1.0,
            activation=activation_name(order, activation),
        )
        self.header.set_block(block, order, activation, stats)
        self.controls.set_available(
            inner=maps is not None and bool(maps.inner), raw=block.shortcut != "identity"
        )
        self._show_parts()
        self._choose(self._choices.inner)

    def clear(self) -> None:
        """Show no block, and how to choose one."""
        self.restore()
        self._block = self._tensors = None
        self._panels = {}
        self.hint.set_line((Segment(_NO_BLOCK, "muted"),))
        self._show_parts()

    @property
    def channel(self) -> int:
        """The selected channel of y."""
        return self._channel

    def set_channel(self, channel: int) -> None:
        """Select a channel; the nearest one if there are not so many."""
        if self._panels:
            channel = min(channel, self._panels["output"].n_channels - 1)
        channel = max(0, channel)
        changed = channel != self._channel
        self._channel = channel
        self._select()
        self.sum_row.reveal("output")
        if changed:
            self.channel_changed.emit(channel)

    def next_channel(self) -> None:
        """Select the next channel in the sorted order."""
        self._step(1)

    def previous_channel(self) -> None:
        """Select the previous channel in the sorted order."""
        self._step(-1)

    @property
    def is_magnified(self) -> bool:
        """Whether one channel is shown large."""
        return self._magnified

    def magnify(self) -> None:
        """Show the selected channel large, three maps side by side."""
        self._set_magnified(True)

    def restore(self) -> None:
        """Back to the grids."""
        self._set_magnified(False)

    # --- choices ----------------------------------------------------------------------------

    def _choose(self, inner: str) -> None:
        """Show the tensors under the present choices."""
        if self._tensors is None or inner not in self._tensors.maps.inner:
            inner = ""
        choices = self.controls.choices(inner)
        rescoped = choices.scope != self._choices.scope
        resorted = choices.sort != self._choices.sort
        self._choices = choices
        if rescoped:
            self._pinned = {}  # limits of another scope mean nothing in this one
        self._panels = {}
        if self._tensors is not None:
            self._panels = build_panels(self._tensors, choices, self._pinned)
            shapes = {name: t.shape for name, t in self._tensors.maps.inner.items()}
            self.strip.set_modules(shapes, inner, link_note(self._panels["branch"]))
        if rescoped and self.controls.pin.isChecked():
            self._on_pinned(True)
            return
        self._show_panels()
        if resorted:  # whoever sorts wants to see the first ones
            for role in ROLES:
                self.sum_row.scroll_to(role, 0)

    def _on_pinned(self, pinned: bool) -> None:
        self._pinned = limits_of(self._panels, self._choices.scope) if pinned else {}
        if self._tensors is not None:
            self._panels = build_panels(self._tensors, self._choices, self._pinned)
        self._show_panels()

    def _on_inside(self, inside: bool) -> None:
        self.strip.setVisible(inside and self._block is not None)
        self._choose("" if not inside else self._choices.inner)

    def _set_magnified(self, magnified: bool) -> None:
        self._magnified = magnified and bool(self._panels)
        with QSignalBlocker(self.controls.open):
            self.controls.open.setChecked(self._magnified)
        self.sum_row.set_magnified(self._magnified)
        self.status.show_hint(magnified=self._magnified)
        self._show_rows()

    # --- showing ----------------------------------------------------------------------------

    def _show_parts(self) -> None:
        shown = self._block is not None
        for part in (self.header, self.sum_row, self.status, self.controls):
            part.setVisible(shown)
        self.hint.setVisible(not shown)
        self.strip.setVisible(shown and self.controls.inner.isChecked())
        if (layout := self.layout()) is not None:
            layout.activate()  # now, or the tiles would be laid out once more a moment later

    def _show_panels(self) -> None:
        for role, pane in self.sum_row.panes.items():
            pane.announce(plain(title(role, self._panels.get(role), self._context)))
        adds_up = not (self._choices.inner or self._choices.raw_input)
        self.sum_row.set_panels(self._panels, self._context, adds_up=adds_up)
        if not self._panels:
            self.restore()
            self.status.show_measuring()
        else:
            self.status.show_hint(magnified=self._magnified)
            self._channel = min(self._channel, self._panels["output"].n_channels - 1)
        self._select()
        self.sum_row.reveal("output")

    def _channel_of(self, role: PanelRole) -> int:
        """The channel that is framed in a grid."""
        panel = self._panels.get(role)
        if panel is None or panel.linked:
            return self._channel
        return min(self._own_channels[role], panel.n_channels - 1)

    def _select(self) -> None:
        self.sum_row.select({role: self._channel_of(role) for role in ROLES}, self._choices.scope)
        if not self._panels:
            return
        summaries = {
            role: self.sum_row.panes[role].map_summary(self._channel)
            for role, panel in self._panels.items()
            if panel.linked
        }
        self.status.show_channel(
            self._panels, summaries, self._channel, self._choices.sort, self._context
        )

    def _show_rows(self) -> None:
        """How much is in sight."""
        pane = self.sum_row.panes["output"]
        words = ""
        if self._magnified and pane.big.view is not None:
            words = part_words(pane.big.view)
        elif pane.grid.tiles is not None:
            reductions = {
                symbol(panel, self._context): tiles.scale.reduce
                for role, panel in self._panels.items()
                if (tiles := self.sum_row.panes[role].grid.tiles) is not None
            }
            words = rows_words(pane.grid.tiles, pane.grid.first_row)
            if reduced := reduction_words(reductions):
                words = f"{reduced}  ·  {words}"
        self.controls.rows.set_line((Segment(words, "muted"),))

    # --- events -----------------------------------------------------------------------------

    def _step(self, by: int) -> None:
        """Select a neighbour in the order of the grid that has the focus, or else of y."""
        for role, pane in self.sum_row.panes.items():
            focused = pane.grid.hasFocus() or pane.big.hasFocus()
            if focused and pane.panel is not None and not pane.panel.linked:
                place = int(pane.panel.places[self._channel_of(role)]) + by
                place = min(max(place, 0), pane.panel.n_channels - 1)
                self._choose_channel(role, int(pane.panel.order[place]))
                return
        if self._panels:
            output = self._panels["output"]
            place = int(output.places[self._channel]) + by
            self.set_channel(int(output.order[min(max(place, 0), output.n_channels - 1)]))

    def _choose_channel(self, role: PanelRole, channel: int) -> None:
        if self._panels[role].linked:
            self.set_channel(channel)
            return
        self._own_channels[role] = channel
        self._select()
        self.sum_row.reveal(role)

    def _on_chosen(self, role: PanelRole, channel: int) -> None:
        self._choose_channel(role, channel)

    def _on_opened(self, role: PanelRole, channel: int) -> None:
        self._choose_channel(role, channel)
        self.magnify()

    def _on_hovered(self, role: PanelRole, pixel: Pixel | None) -> None:
        if pixel is None or not self._panels:
            self.status.show_hint(magnified=self._magnified)
        else:
            self.status.show_pixel(self._panels, pixel, role, self._context)

    def paintEvent(self, event: QPaintEvent) -> None:
        # By hand: a style sheet switches off what the palette says of backgrounds.
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._card)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        count = self._panels["output"].n_channels if self._panels else 0
        match key:
            case Qt.Key.Key_Up:
                self.previous_channel()
            case Qt.Key.Key_Down:
                self.next_channel()
            case Qt.Key.Key_Home | Qt.Key.Key_End if count:
                self._step(-count if key == Qt.Key.Key_Home else count)
            case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                self.sum_row.scroll_page("output", -1 if key == Qt.Key.Key_PageUp else 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._set_magnified(not self._magnified)
            case Qt.Key.Key_Escape if self._magnified:
                self.restore()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.sum_row.zoom(1)
            case Qt.Key.Key_Minus:
                self.sum_row.zoom(-1)
            case _:
                super().keyPressEvent(event)

"""The block view: one block's sum x + F(x) = y, its numbers and its maps."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from resnet_viz.models.specs import BlockSpec
from resnet_viz.probe.snapshot import BlockMaps, BlockStats
from resnet_viz.ui.block_view.controls import ControlLine, ModuleStrip, stylesheet
from resnet_viz.ui.block_view.formula import activation_name
from resnet_viz.ui.block_view.header import Header
from resnet_viz.ui.block_view.line import LineLabel
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.panels import ROLES, PanelRole, Pixel
from resnet_viz.ui.block_view.scene import Scene
from resnet_viz.ui.block_view.segments import Line, Segment, plain
from resnet_viz.ui.block_view.status import StatusLine
from resnet_viz.ui.block_view.sum_row import SumRow
from resnet_viz.ui.block_view.wording import BlockContext, link_note, pixel_status, title
from resnet_viz.ui.theme import LIGHT, Theme

_NO_BLOCK = "Click a square F in the overview to see what its block does to the picture."
_CORNER = 8  # as round as the cards that views lie on
_FAR = 1 << 20  # more channels than any block has


class BlockView(QWidget):
    """One residual block: equation with today's numbers, and x, F(x), y as channel grids.

    Keys: up and down (channel), Page up and Page down (scroll), Home and End (first and last
    channel), Enter (one map), Esc (back), + and − (size). All others are left to the window.

    Signals:
        channel_changed: another channel is selected.
        magnified_changed: one channel is shown large, or no longer.
        pointed: the `Pixel` under the pointer, None if there is none.
        redrawn: other numbers, another channel or another scale are shown.
    """

    channel_changed = Signal(int)
    magnified_changed = Signal(bool)
    pointed = Signal(object)
    redrawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = Scene()
        self._has_block = False
        self._magnified = False
        self._with_controls = True
        self._card = QColor(LIGHT.card)
        look = Look(LIGHT)
        self.header = Header(look)
        self.strip = ModuleStrip(look)
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
        self.controls.changed.connect(lambda: self._choose(self._scene.choices.inner))
        self.controls.pinned.connect(self._on_pinned)
        self.controls.inside.connect(self._on_inside)
        self.controls.opened.connect(self._set_magnified)
        self.controls.zoomed.connect(self.sum_row.zoom)
        self.sum_row.hovered.connect(self._on_hovered)
        self.sum_row.chosen.connect(self._choose_channel)
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
        for part in (self.header, self.strip, self.sum_row, self.status, self.controls):
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
        context = BlockContext(
            shortcut=block.shortcut,
            skip=stats.skip if stats is not None else 1.0,
            main=stats.main if stats is not None else 1.0,
            activation=activation_name(order, activation),
        )
        self.header.set_block(block, order, activation, stats)
        self.controls.set_available(
            inner=maps is not None and bool(maps.inner), raw=block.shortcut != "identity"
        )
        self._show_parts(True)
        self._scene.set_maps(maps, context)
        self._choose(self._scene.choices.inner)

    def clear(self) -> None:
        """Show no block, and how to choose one."""
        self._scene.set_maps(None, BlockContext())
        self.restore()
        self.hint.set_line((Segment(_NO_BLOCK, "muted"),))
        self._show_parts(False)

    def set_controls(self, shown: bool) -> None:
        """Show or hide everything that is there to be clicked, and what the pointer tells."""
        self._with_controls = shown
        self._show_parts(self._has_block)

    def show_like(self, other: BlockView) -> None:
        """Show the block as another view does: order, scale, module of the branch, one map."""
        mine, its = self.controls, other.controls
        mine.sort.choose(its.sort.value)
        mine.scope.choose(its.scope.value)
        mine.raw.setChecked(its.raw.isChecked())
        mine.inner.setChecked(its.inner.isChecked())
        self._choose(other._scene.choices.inner)
        self.set_channel(other.channel)
        self._set_magnified(other.is_magnified)

    def frame_none(self) -> None:
        """Frame no channel, until another one is selected."""
        for pane in self.sum_row.panes.values():
            pane.grid.set_selected(-1)

    def strongest(self) -> Pixel | None:
        """Where the selected channel of y is largest; None while it is measured."""
        return self._scene.strongest()

    def sum_at(self, pixel: Pixel) -> list[Line]:
        """The sum at one pixel of y with its numbers, in several lengths, the longest first."""
        return pixel_status(self._scene.panels, pixel, "output", self._scene.context)

    def mark(self, pixel: Pixel | None) -> None:
        """Frame a pixel in all three grids."""
        self.sum_row.mark(pixel)

    @property
    def channel(self) -> int:
        """The selected channel of y."""
        return self._scene.channel

    def set_channel(self, channel: int) -> None:
        """Select a channel; the nearest one if there are not so many."""
        self._choose_channel("output", channel)

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
        """Apply what the controls say, with a module of the branch in place of F(x) or "" ."""
        before = self._scene.choices.sort
        self._scene.choose(self.controls.choices(inner))
        self._show_panels()
        if self._scene.choices.sort != before:  # whoever sorts wants to see the first ones
            for role in ROLES:
                self.sum_row.scroll_to(role, 0)

    def _on_pinned(self, pinned: bool) -> None:
        self._scene.pin(pinned)
        self._show_panels()

    def _on_inside(self, inside: bool) -> None:
        self._show_parts(self._has_block)
        self._choose(self._scene.choices.inner if inside else "")

    def _choose_channel(self, role: PanelRole, channel: int) -> None:
        before = self.channel
        self._scene.select(role, channel)
        self._select()
        self.sum_row.reveal(role)
        if self.channel != before:
            self.channel_changed.emit(self.channel)

    def _step(self, by: int) -> None:
        """Select a neighbour in the order of the grid that has the focus, or else of y."""
        role = self.sum_row.focused_role()
        self._choose_channel(role, self._scene.neighbour(role, by))

    def _set_magnified(self, magnified: bool) -> None:
        before, self._magnified = self._magnified, magnified and bool(self._scene.panels)
        with QSignalBlocker(self.controls.open):
            self.controls.open.setChecked(self._magnified)
        self.sum_row.set_magnified(self._magnified)
        self.status.show_hint(magnified=self._magnified)
        if self._magnified != before:
            self.magnified_changed.emit(self._magnified)

    # --- showing ----------------------------------------------------------------------------

    def _show_parts(self, block: bool) -> None:
        self._has_block = block
        self.header.setVisible(block)
        self.sum_row.setVisible(block)
        self.status.setVisible(block and self._with_controls)
        self.controls.setVisible(block and self._with_controls)
        self.hint.setVisible(not block)
        inside = self.controls.inner.isChecked() and self._with_controls
        self.strip.setVisible(block and inside)
        if (layout := self.layout()) is not None:
            layout.activate()  # now, or the tiles would be laid out once more a moment later

    def _show_panels(self) -> None:
        scene = self._scene
        for role, pane in self.sum_row.panes.items():
            pane.announce(plain(title(role, scene.panels.get(role), scene.context)))
        self.sum_row.set_panels(scene.panels, scene.context, adds_up=scene.adds_up)
        if scene.panels:
            note = link_note(scene.panels["branch"])
            self.strip.set_modules(scene.inner_shapes, scene.choices.inner, note)
            self.status.show_hint(magnified=self._magnified)
        else:
            self.restore()
        self._select()
        self.sum_row.reveal("output")

    def _select(self) -> None:
        scene = self._scene
        channels = {role: scene.channel_of(role) for role in ROLES}
        self.sum_row.select(channels, scene.choices.scope)
        if scene.panels:
            self.status.show_channel(scene)
        else:
            self.status.show_measuring()
        self.redrawn.emit()

    def _show_rows(self) -> None:
        """How much is in sight."""
        self.controls.rows.set_line(*self.sum_row.sight())

    # --- events -----------------------------------------------------------------------------

    def _on_opened(self, role: PanelRole, channel: int) -> None:
        self._choose_channel(role, channel)
        self.magnify()

    def _on_hovered(self, role: PanelRole, pixel: Pixel | None) -> None:
        if pixel is None or not self._scene.panels:
            self.status.show_hint(magnified=self._magnified)
        else:
            self.status.show_pixel(self._scene, pixel, role)
        self.pointed.emit(pixel if self._scene.panels else None)

    def paintEvent(self, event: QPaintEvent) -> None:
        # By hand: a style sheet switches off what the palette says of backgrounds.
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._card)
        painter.drawRoundedRect(self.rect(), _CORNER, _CORNER)
        painter.end()

    def _button_focused(self) -> bool:
        """Whether Enter is meant for a control rather than for a map."""
        return isinstance(self.focusWidget(), QToolButton)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        match key:
            case Qt.Key.Key_Up:
                self.previous_channel()
            case Qt.Key.Key_Down:
                self.next_channel()
            case Qt.Key.Key_Home:
                self._step(-_FAR)
            case Qt.Key.Key_End:
                self._step(_FAR)
            case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                self.sum_row.scroll_page("output", -1 if key == Qt.Key.Key_PageUp else 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not self._button_focused():
                self._set_magnified(not self._magnified)
            case Qt.Key.Key_Escape if self._magnified:
                self.restore()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.sum_row.zoom(1)
            case Qt.Key.Key_Minus:
                self.sum_row.zoom(-1)
            case _:
                super().keyPressEvent(event)

"""The three panes with + and = between them: placed alike, scrolled and zoomed together."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from resnet_viz.ui.block_view.focus import Focus, Window, panned, zoomed
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.pane import Pane
from resnet_viz.ui.block_view.panels import ROLES, Panel, PanelRole, Pixel, Scope
from resnet_viz.ui.block_view.segments import Line, Segment
from resnet_viz.ui.block_view.wording import (
    BlockContext,
    part_words,
    reduction_words,
    rows_words,
)

_BAR = 10  # width of a scroll bar
_SIGNS: dict[PanelRole, str] = {"shortcut": "+", "branch": "="}
_SHORT_ACTIVATIONS = {"LeakyReLU": "leaky"}


class SumRow(QWidget):
    """x + F = y.

    A layout's stretch factors may differ by a pixel, and one pixel can be a column of tiles
    more or less; so the panes are placed by hand.

    Args:
        look: of the window.

    Signals:
        hovered: (role, `Pixel` or None).
        chosen: (role, channel) was clicked.
        opened: (role, channel) was double-clicked.
        closed: a big map was double-clicked.
        rows_changed: other channels are in sight.
    """

    hovered = Signal(str, object)
    chosen = Signal(str, int)
    opened = Signal(str, int)
    closed = Signal()
    rows_changed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._activation = ""
        self._adds_up = True
        self._both_enter = True
        self._focus = Focus()
        self._channels: dict[PanelRole, int] = dict.fromkeys(ROLES, 0)
        self._scope: Scope = "shared"
        self.panes: dict[PanelRole, Pane] = {role: Pane(role, look) for role in ROLES}
        self.bars: dict[PanelRole, QScrollBar] = {}
        for role, pane in self.panes.items():
            pane.setParent(self)
            bar = QScrollBar(Qt.Orientation.Vertical, self)
            bar.setAccessibleName(f"scroll the channels of {role}")
            bar.hide()
            self.bars[role] = bar
            self._connect(role, pane, bar)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def _connect(self, role: PanelRole, pane: Pane, bar: QScrollBar) -> None:
        grid, big = pane.grid, pane.big
        grid.hovered.connect(lambda pixel: self._on_hovered(role, pixel))
        big.hovered.connect(lambda pixel: self._on_hovered(role, pixel))
        grid.chosen.connect(lambda channel: self.chosen.emit(role, channel))
        grid.opened.connect(lambda channel: self.opened.emit(role, channel))
        big.closed.connect(self.closed)
        big.panned.connect(lambda down, across: self._pan_maps(big.view, down, across))
        big.scrolled.connect(lambda steps: self._pan_maps(big.view, -steps, 0))
        grid.zoomed.connect(lambda steps, _pixel: self.zoom(steps, role))
        big.zoomed.connect(lambda steps, pixel: self._zoom_maps(role, steps, pixel))
        grid.scrolled.connect(lambda steps: self.scroll_to(role, grid.first_row - steps))
        grid.layout_changed.connect(self._refresh_bars)
        bar.valueChanged.connect(lambda row: self.scroll_to(role, row))

    # --- what is shown ----------------------------------------------------------------------

    def set_look(self, look: Look) -> None:
        """Change colours and sizes."""
        self._look = look
        for pane in self.panes.values():
            pane.set_look(look)
        self.updateGeometry()
        self._place()
        self.update()

    def set_panels(
        self, panels: Mapping[PanelRole, Panel], context: BlockContext, *, adds_up: bool
    ) -> None:
        """Show three tensors, or placeholders if `panels` is empty.

        Args:
            panels: by place in the sum.
            context: of the block.
            adds_up: the left two panes show what is added; otherwise the signs are ghosts.
        """
        self._activation, self._adds_up = context.activation, adds_up
        self._both_enter = bool(context.skip and context.main)
        for role, pane in self.panes.items():
            pane.set_panel(panels.get(role), context)
        self._refresh_bars()
        self.update()

    def mark(self, pixel: Pixel | None) -> None:
        """Frame a pixel of y, and the same one wherever the grids are linked with it."""
        for role in self.linked_with("output"):
            self.panes[role].set_mark(pixel)

    def select(self, channels: Mapping[PanelRole, int], scope: Scope) -> None:
        """Frame one channel in each pane and caption it."""
        self._channels, self._scope = dict(channels), scope
        for role, pane in self.panes.items():
            pane.show_channel(self._channels[role], scope, self._focus)

    def set_magnified(self, magnified: bool) -> None:
        """Show one large map in each pane, or the grids again."""
        self._focus = Focus()
        for pane in self.panes.values():
            pane.set_magnified(magnified)
        self.select(self._channels, self._scope)
        self._refresh_bars()

    def linked_with(self, role: PanelRole) -> list[PanelRole]:
        """The panes whose channels are those of the given one, itself included."""
        panel = self.panes[role].panel
        if panel is None or not panel.linked:
            return [role]
        return [r for r, pane in self.panes.items() if pane.panel and pane.panel.linked]

    def focused_role(self) -> PanelRole:
        """The pane that keys act on: the one with the focus, or else y."""
        for role, pane in self.panes.items():
            if pane.grid.hasFocus() or pane.big.hasFocus():
                return role
        return "output"

    def sight(self) -> list[Line]:
        """How much is in sight, the longest form first."""
        pane = self.panes["output"]
        view, tiles = pane.big.view, pane.grid.tiles
        if pane.magnified and view is not None:
            return [(Segment(part_words(view), "muted"),)]
        if tiles is None:
            return [()]
        rows = rows_words(tiles, pane.grid.first_row)
        reductions = {
            role: other.grid.tiles.scale.reduce
            for role, other in self.panes.items()
            if other.grid.tiles is not None
        }
        reduced = reduction_words(reductions)
        short = rows.removesuffix(" channels")
        words = [rows, short]
        if reduced:
            words = [f"{reduced}  ·  {rows}", f"{reduced}  ·  {short}", reduced]
        return [(Segment(text, "muted"),) for text in words]

    # --- scrolling and zooming --------------------------------------------------------------

    def scroll_to(self, role: PanelRole, row: int) -> None:
        """Bring a row of tiles to the top, in linked panes too."""
        for other in self.linked_with(role):
            self.panes[other].grid.set_first_row(row)
        self._refresh_bars()

    def scroll_page(self, role: PanelRole, pages: int) -> None:
        """Scroll by as many rows as are in sight."""
        pane = self.panes[role]
        grid = pane.grid
        if pane.magnified:
            view = pane.big.view
            self._pan_maps(view, pages * view.rows if view is not None else 0, 0)
        elif grid.tiles is not None:
            self.scroll_to(role, grid.first_row + pages * grid.tiles.full_rows)

    def reveal(self, role: PanelRole) -> None:
        """Scroll as little as brings the selected channel into sight."""
        grid = self.panes[role].grid
        if grid.tiles is None:
            return
        row = grid.row_of(self._channels[role])
        last = grid.first_row + grid.tiles.full_rows - 1
        if row < grid.first_row:
            self.scroll_to(role, row)
        elif row > last:
            self.scroll_to(role, row - grid.tiles.full_rows + 1)

    def zoom(self, steps: int, role: PanelRole = "output") -> None:
        """Make tiles larger or smaller by `steps` sizes; the row aimed at keeps its place."""
        if self.panes[role].magnified:
            self._zoom_maps(role, steps, None)
            return
        grid = self.panes[role].grid
        if grid.tiles is None:
            return
        aim = grid.mark.channel if grid.mark is not None else self._channels[role]
        above = (grid.row_of(aim) - grid.first_row) * grid.tiles.pitch[0]
        target = grid.zoom_target(steps)
        for pane in self.panes.values():
            pane.grid.set_target(target)
        self.scroll_to(role, grid.row_of(aim) - round(above / grid.tiles.pitch[0]))
        self._refresh_captions()

    def _zoom_maps(self, role: PanelRole, steps: int, pixel: Pixel | None) -> None:
        big = self.panes[role].big
        view = big.view
        if view is None:
            return
        at = (view.row + view.rows // 2, view.column + view.columns // 2)
        if pixel is not None:
            at = (pixel.row, pixel.column)
        self._set_focus(zoomed(self._focus, big.whole_cell, at, steps))

    def _pan_maps(self, view: Window | None, down: float, across: float) -> None:
        if view is not None:
            self._set_focus(panned(self._focus, view, down, across))

    def _set_focus(self, focus: Focus) -> None:
        self._focus = focus
        self.select(self._channels, self._scope)
        self.rows_changed.emit()

    def _refresh_captions(self) -> None:
        for role, pane in self.panes.items():
            pane.refresh_bar(self._channels[role], self._scope)

    def _refresh_bars(self) -> None:
        for role, bar in self.bars.items():
            pane = self.panes[role]
            tiles = pane.grid.tiles
            alone = role == "output" or self.linked_with(role) == [role]
            with QSignalBlocker(bar):
                bar.setRange(0, tiles.last_first_row if tiles else 0)
                bar.setPageStep(tiles.full_rows if tiles else 1)
                bar.setValue(pane.grid.first_row)
            bar.setVisible(
                alone
                and tiles is not None
                and tiles.last_first_row > 0
                and not pane.magnified
                and not self._look.theme.printed
            )
        self.rows_changed.emit()

    def _on_hovered(self, role: PanelRole, pixel: Pixel | None) -> None:
        linked = self.linked_with(role)
        for other, pane in self.panes.items():
            pane.set_mark(pixel if other in linked else None)
        self.hovered.emit(role, pixel)

    # --- geometry and painting --------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        pane = self.panes["shortcut"].minimumSizeHint()
        return QSize(3 * pane.width() + 2 * self._gutter(), pane.height())

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint() + QSize(0, 80)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _gutter(self) -> int:
        """Width between two panes, for an operator and sometimes a scroll bar."""
        if self._look.theme.printed:
            return round(self._look.theme.title_px * 2.6)  # the nonlinearity's name in full
        return max(28, int(self._look.theme.title_px * 2))

    def _canvas(self) -> tuple[int, int]:
        """Top and height of the grids, the same in all panes."""
        canvas = self.panes["shortcut"].canvas
        return canvas.y(), canvas.height()

    def _place(self) -> None:
        gutter = self._gutter()
        bar = 0 if self._look.theme.printed else _BAR + 2
        width = max(1, (self.width() - 2 * gutter - bar) // 3)
        for index, (role, pane) in enumerate(self.panes.items()):
            left = index * (width + gutter)
            pane.setGeometry(left, 0, width, self.height())
            if (layout := pane.layout()) is not None:
                layout.activate()  # now, because the bars follow the grids inside
            top, height = self._canvas()
            self.bars[role].setGeometry(left + width + 2, top, _BAR, height)
        self._refresh_captions()

    def _activation_px(self, name: str, room: float) -> int:
        """Size of the nonlinearity's name: that of captions where it fits between two panes."""
        size = self._look.theme.small_px
        width = QFontMetricsF(self._look.font(size)).horizontalAdvance(name)
        return size if width <= room else max(9, size - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._look.theme
        top, height = self._canvas()
        middle = top + height / 2
        for role, sign in _SIGNS.items():
            left = self.panes[role].geometry().right() + 1
            if self.bars[role].isVisible():
                left += _BAR
            right = left + self._gutter() - (_BAR if self.bars[role].isVisible() else 0)
            box = QRectF(left, middle - 16, right - left, 32)
            in_force = self._adds_up and (sign == "=" or self._both_enter)
            painter.setPen(self._look.ink("text" if in_force else "ghost"))
            painter.setFont(self._look.font(round(theme.title_px * 1.4), bold=True))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, sign)
            if sign == "=" and self._activation and self._adds_up:
                name = _SHORT_ACTIVATIONS.get(self._activation, self._activation)
                painter.setFont(self._look.font(self._activation_px(name, right - left)))
                painter.setPen(self._look.ink("muted"))
                below = box.translated(0, theme.title_px * 1.2)
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)
        painter.end()

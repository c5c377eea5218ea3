"""A grid with what explains it: coloured line and caption above, colour bar below."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from resnet_viz.ui.block_view.colour import BAD_COLOUR, N_LEVELS
from resnet_viz.ui.block_view.focus import Focus
from resnet_viz.ui.block_view.grid import ChannelGrid
from resnet_viz.ui.block_view.line import LineLabel, draw_line, line_width
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.magnifier import BigMap
from resnet_viz.ui.block_view.panels import Panel, PanelRole, Pixel, Scope
from resnet_viz.ui.block_view.segments import Line, Role, Segment, joined, plain, superscript
from resnet_viz.ui.block_view.summary import Summary, summarise
from resnet_viz.ui.block_view.wording import (
    BlockContext,
    bad_words,
    map_figures,
    notes,
    scale_ends,
    scale_words,
    tensor_figures,
    title,
)

_BAR_WIDTH = 84


class TopLine(QWidget):
    """The line over a grid in the colour of its meaning; dashed when it takes no part."""

    def __init__(self, look: Look, role: PanelRole) -> None:
        super().__init__()
        self._look, self._role, self._off = look, role, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_look(self, look: Look) -> None:
        """Change the colours."""
        self._look = look
        self.updateGeometry()
        self.update()

    def set_off(self, off: bool) -> None:
        """Whether the gate is closed."""
        self._off = off
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(40, round(self._look.theme.line + 0.8))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if not self._off:
            painter.fillRect(rect, self._look.colour(self._role))
        else:
            dash = 6.0
            for left in np.arange(0, rect.width(), 2 * dash):
                painter.fillRect(QRectF(left, 0, dash, rect.height()), self._look.colour("ghost"))
        painter.end()


class ColourBar(QWidget):
    """The scale of a grid with its numbers and whom it speaks for."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._signed = False
        self._ends = ("", "")
        self._words: list[Line] = []
        self._bad = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_look(self, look: Look) -> None:
        """Change colours and sizes."""
        self._look = look
        self.updateGeometry()
        self.update()

    def set_scale(
        self, signed: bool, ends: tuple[str, str], words: list[Line], bad: str = ""
    ) -> None:
        """Show a scale; `bad` says how many values are not finite, beside their colour."""
        self._signed, self._ends, self._words, self._bad = signed, ends, words, bad
        spoken = [f"colour scale {ends[0]} to {ends[1]}", plain(words[0]), bad]
        self.setAccessibleName(", ".join(word for word in spoken if word))
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._ends, self._words = ("", ""), []
        self.setAccessibleName("")
        self.update()

    def text(self) -> str:
        """What is printed, in full."""
        if not self._words:
            return ""
        return f"{self._ends[0]} … {self._ends[1]}  {self._bad}  {plain(self._words[0])}"

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self._look.font(self._look.theme.small_px))
        rows = 2 if self._look.theme.printed else 1
        return QSize(120, rows * (int(metrics.height()) + 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._words:
            return
        with QPainter(self) as painter:
            if self._look.theme.printed:
                self._paint_printed(painter)
            else:
                self._paint_line(painter)

    def _paint_line(self, painter: QPainter) -> None:
        """Everything in one line: the numbers before and behind the bar."""
        size, gap = self._look.theme.small_px, self._gap
        rest = QRectF(self.rect())
        rest.setLeft(self._text(painter, self._ends[0], rest) + 5)
        # The numbers at both ends are said in full, however narrow the bar gets.
        width = min(_BAR_WIDTH, 0.22 * self.width(), rest.width() - self._width(1) - 10)
        bar = QRectF(rest.left(), rest.center().y() - size * 0.36, max(8.0, width), size * 0.72)
        self._paint_ramp(painter, bar)
        rest.setLeft(bar.right() + 5)
        rest.setLeft(self._text(painter, self._ends[1], rest) + gap)
        self._paint_words(painter, rest)

    def _paint_printed(self, painter: QPainter) -> None:
        """The numbers under the ends of the bar: a column of a paper is narrow."""
        size, row = self._look.theme.small_px, self.height() / 2
        least = self._width(0) + self._width(1) + self._gap
        width = min(max(_BAR_WIDTH, least), float(self.width()))
        bar = QRectF(0, (row - size * 0.72) / 2, width, size * 0.72)
        self._paint_ramp(painter, bar)
        ends = QRectF(0, row, width, row)
        self._text(painter, self._ends[0], ends)
        ends.setLeft(max(0.0, width - self._width(1) - 0.5))
        self._text(painter, self._ends[1], ends)
        rest = QRectF(width + self._gap, 0, self.width() - width - self._gap, row)
        if rest.width() > self._gap:
            self._paint_words(painter, rest)

    @property
    def _gap(self) -> float:
        return 2 * QFontMetricsF(self._look.font(self._look.theme.small_px)).averageCharWidth()

    def _width(self, end: int) -> float:
        """Of the number at an end."""
        line: Line = (Segment(self._ends[end]),)
        return line_width(line, self._look, self._look.theme.small_px)

    def _paint_ramp(self, painter: QPainter, bar: QRectF) -> None:
        ramp = np.arange(N_LEVELS, dtype=np.uint8)[None]
        painter.drawImage(bar, self._look.image(ramp, self._signed))
        painter.setPen(QColor(self._look.theme.border))
        painter.drawRect(bar)

    def _paint_words(self, painter: QPainter, rest: QRectF) -> None:
        """What is not finite, and whom the scale speaks for, as far as there is room."""
        size = self._look.theme.small_px
        if self._bad:
            rest.setLeft(self._swatch(painter, rest) + self._gap)
        widths = (line_width(words, self._look, size) for words in self._words)
        fitting = (w for w, px in zip(self._words, widths, strict=True) if px <= rest.width())
        words = next(fitting, () if self._look.theme.printed else self._words[-1])
        draw_line(painter, words, rest, self._look, size)

    def _swatch(self, painter: QPainter, rect: QRectF) -> float:
        """The colour of values that are not finite, and its name; where it ends."""
        side = self._look.theme.small_px * 0.72
        square = QRectF(rect.left(), rect.center().y() - side / 2, side, side)
        painter.fillRect(square, QColor(BAD_COLOUR))
        return self._text(painter, self._bad, rect.adjusted(side + 4, 0, 0, 0), "trouble")

    def _text(self, painter: QPainter, text: str, rect: QRectF, role: Role = "text") -> float:
        """Draw a number at the left of `rect`; where it ends."""
        line: Line = (Segment(text, role),)
        size = self._look.theme.small_px
        draw_line(painter, line, rect, self._look, size)
        return rect.left() + line_width(line, self._look, size)


class Pane(QWidget):
    """One of the three: caption, grid or big map, colour bar.

    Args:
        role: its place in the sum.
        look: of the window.
    """

    def __init__(self, role: PanelRole, look: Look) -> None:
        super().__init__()
        self.role = role
        self._look = look
        self._panel: Panel | None = None
        self._context = BlockContext()
        self.top = TopLine(look, role)
        self.caption = LineLabel(look, look.theme.font_px)
        self.figures = LineLabel(look, look.theme.small_px)
        self.figures.align_right()
        self.figures.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.grid = ChannelGrid(look)
        self.big = BigMap(look)
        self.bar = ColourBar(look)
        heading = QHBoxLayout()
        heading.setSpacing(8)
        heading.addWidget(self.caption)
        heading.addWidget(self.figures, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self.big)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.top)
        column.addLayout(heading)
        column.addWidget(self._stack, 1)
        column.addWidget(self.bar)

    @property
    def panel(self) -> Panel | None:
        """What is shown."""
        return self._panel

    @property
    def canvas(self) -> QWidget:
        """Where the grid or the map is."""
        return self._stack

    @property
    def magnified(self) -> bool:
        """Whether one map fills the pane."""
        return self._stack.currentWidget() is self.big

    def set_look(self, look: Look) -> None:
        """Change colours and sizes."""
        self._look = look
        self.caption.set_look(look, look.theme.font_px)
        self.figures.set_look(look, look.theme.small_px)
        for part in (self.top, self.grid, self.big, self.bar):
            part.set_look(look)

    def set_panel(self, panel: Panel | None, context: BlockContext) -> None:
        """Show a tensor; None while it is being measured."""
        self._panel, self._context = panel, context
        off = context.gate(self.role) == 0
        self.top.set_off(off)
        self.grid.set_panel(panel, dimmed=off)

    def set_magnified(self, magnified: bool) -> None:
        """Swap the grid for one large map, or back."""
        self._stack.setCurrentWidget(self.big if magnified else self.grid)

    def show_channel(self, channel: int, scope: Scope, focus: Focus) -> None:
        """Select a channel in the grid, or show it large, and caption it."""
        name = title(self.role, self._panel, self._context)
        if self._panel is None:
            self.caption.set_line(name, name[:1])
            self.figures.set_line((Segment("measuring…", "muted"),))
            self.bar.clear()
            self.big.show_map(None, 0, focus)
            return
        self.grid.set_selected(channel)
        self.big.show_map(self._panel, channel, focus)
        shown = self.map_summary(channel) if self.magnified else self._panel.summary
        if self.magnified:
            self._caption_map(channel, name[:1])
            figures = map_figures(shown)
            brief = figures[-1:]
        else:
            lines = [joined([name, (Segment(note, "muted"),)]) for note in notes(self._panel)]
            # Too narrow for both: the symbol goes, that the link is off is still said.
            lines += [joined([name[1:], (Segment(n, "muted"),)], ", ") for n in notes(self._panel)]
            self.caption.set_line(*lines, name, name[:1])
            figures = tensor_figures(shown)
            brief = figures[:1]
        self.figures.set_line(figures, brief, ())
        self.refresh_bar(channel, scope)

    def _caption_map(self, channel: int, name: Line) -> None:
        short = joined([name, (Segment(f"ch. {channel}", bold=True),)], " ")
        line = joined([name, (Segment(f"channel {channel}", bold=True),)])
        if self.big.exponent and self.big.prints_values:
            power = superscript(self.big.exponent)
            line = joined([line, (Segment(f"values ×10{power}", "muted"),)])
        self.caption.set_line(line, short)

    def refresh_bar(self, channel: int, scope: Scope) -> None:
        """Write the colour bar anew: its words follow the tiles' size."""
        if self._panel is None:
            return
        single = self.magnified or self._panel.scale.per_map
        summary = self.map_summary(channel) if single else self._panel.summary
        scale = self._panel.scale
        self.bar.set_scale(
            scale.signed,
            scale_ends(scale, channel, summary),
            scale_words(scale, scope, channel, summary),
            bad_words(summary),
        )

    def map_summary(self, channel: int) -> Summary:
        """Figures of one channel's map."""
        assert self._panel is not None
        return summarise(self._panel.tensor[channel])

    def set_mark(self, pixel: Pixel | None) -> None:
        """Frame a pixel in whichever of grid and map is shown."""
        self.grid.set_mark(pixel)
        self.big.set_mark(pixel)

    def announce(self, text: str) -> None:
        """Name the grid for screen readers."""
        self.grid.setAccessibleName(f"{text}, channels")
        self.big.setAccessibleName(f"{text}, one channel")

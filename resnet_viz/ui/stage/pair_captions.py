"""What stands beside the networks of a pair on stage: who they are, and their first numbers."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.numerals import figure
from resnet_viz.ui.block_view.look import Look
from resnet_viz.ui.block_view.segments import Line, Role, Segment
from resnet_viz.ui.gradients.chart_notes import UNDERFLOW
from resnet_viz.ui.gradients.pair_state import SIDE_NAMES, Series
from resnet_viz.ui.gradients.pair_words import SIDE_MARKS, SIDE_ROLES
from resnet_viz.ui.gradients.quantities import Quantity
from resnet_viz.ui.theme import LIGHT, Theme

HIDDEN = "?"
"""In place of a number that the audience is to guess."""


def side_title(side: Side, settings: LabSettings) -> str:
    """A network by what is true of its gates: `with skips`, `3 skips cut`, `skips cut`."""
    total = settings.spec(side).n_blocks
    if side == "plain":
        kept = len(settings.plain_restored)
        return f"plain, {kept} skip{'s' * (kept != 1)} back" if kept else SIDE_NAMES[side]
    cut = len(settings.cut)
    if cut == total or settings.alpha == 0.0:
        return "skips cut"
    if cut:
        return f"{cut} skip{'s' * (cut != 1)} cut"
    return SIDE_NAMES[side] if settings.alpha == 1.0 else f"skips × {settings.alpha:g}"


def end_texts(series: Series | None, *, hidden: bool) -> tuple[str, str]:
    """The figure at the first block and at the last one, in words."""
    if hidden or series is None:
        return (HIDDEN, HIDDEN) if hidden else ("…", "…")

    def text(index: int) -> str:
        return UNDERFLOW if series.underflow[index] else figure(float(series.values[index]))

    return text(0), text(-1)


def caption_segments(
    quantity: Quantity,
    series: Series | None,
    *,
    hidden: bool = False,
    ghost: bool = False,
    theory: bool = False,
) -> tuple[Line, ...]:
    """The lines beside a network's chart.

    Args:
        quantity: that is drawn.
        series: of the network, None before it is measured.
        hidden: whether its numbers are kept from the viewer.
        ghost: whether outlines show how it was before.
        theory: whether a dotted line shows what papers expect.
    """
    role: Role = "gradient" if quantity.gradient else "output"
    first, last = end_texts(series, hidden=hidden)
    lines: list[Line] = [
        (Segment(quantity.symbol, role, bold=True), Segment(" log", "muted")),
        (Segment("first ", "muted"), Segment(first, "text", bold=True)),
        (Segment("last ", "muted"), Segment(last, "text", bold=True)),
    ]
    if ghost:
        lines.append((Segment("dashed: before", "muted"),))
    if theory:
        lines.append((Segment("dotted: theory", "muted"),))
    return tuple(lines)


def title_segment(side: Side, title: str) -> Segment:
    """A network's name in its colour, with its mark."""
    return Segment(f"{SIDE_MARKS[side]} {title}", SIDE_ROLES[side], bold=True)


class SideCaption(QLabel):
    """Some lines of segments, one under another, in a column beside what they are about."""

    def __init__(self) -> None:
        super().__init__()
        self._look, self._size_px = Look(LIGHT), LIGHT.small_px
        self._lines: tuple[Line, ...] = ()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def set_look(self, theme: Theme, size_px: int) -> None:
        """Take colours and a size of type."""
        self._look, self._size_px = Look(theme), size_px
        self.setStyleSheet(f"font-size: {size_px}px; background: transparent;")
        self._write()

    def say(self, *lines: Line) -> None:
        """Write these lines."""
        if lines != self._lines:
            self._lines = lines
            self._write()

    def _write(self) -> None:
        self.setText("<br>".join("".join(map(self._html, line)) for line in self._lines))

    def _html(self, segment: Segment) -> str:
        weight = 700 if segment.bold else 400
        colour = self._look.ink(segment.role).name()
        return f'<span style="color: {colour}; font-weight: {weight}">{escape(segment.text)}</span>'

"""The overview's top row: the selected block in numbers, and what the picture leaves out."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from resnet_viz.ui.overview.captions import facts, path_state
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Anchor, Style, draw_text

_GAP = 14.0


class Readout(QWidget):
    """One painted line: name, state and figures of the selected block; a hint at the right.

    Args:
        state: what is shown.
        style: fonts and colours.
    """

    def __init__(self, state: OverviewState, style: Style, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.look = style
        self.hint = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """One row of text."""
        return QSize(300, round(self.look.row + 8))

    def pieces(self) -> list[tuple[str, str]]:
        """(label, value) pairs, the most important first; a label may be empty."""
        state = self.state
        if state.selected is None:
            return []
        block = state.blocks[state.selected]
        pieces = [(block.name, "")]
        if gate := path_state(state.gate(state.selected)):
            pieces.append(("", gate))
        if state.now is not None:
            pieces += facts(state.now.stats[state.selected])
        if block.shortcut != "identity":
            pieces.append(("shortcut", block.shortcut))
        return pieces

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as many figures as fit beside the hint."""
        style = self.look
        y = self.height() / 2
        with QPainter(self) as painter:
            painter.setFont(style.small)
            painter.setPen(style.pen("muted"))
            right = float(self.width())
            if self.hint:
                draw_text(painter, right - 4, y, self.hint, Anchor.RIGHT)
                right -= style.metrics.horizontalAdvance(self.hint) + _GAP
            x = 0.0
            for k, (label, value) in enumerate(self.pieces()):
                width = self._piece_width(label, value, first=k == 0)
                if x + width > right:
                    break
                self._paint_piece(painter, x, y, label, value, first=k == 0)
                x += width + _GAP

    def _piece_width(self, label: str, value: str, *, first: bool) -> float:
        if first:
            return self.look.bold_metrics.horizontalAdvance(label)
        gap = 5.0 if label and value else 0.0
        advance = self.look.metrics.horizontalAdvance
        return advance(label) + gap + advance(value)

    def _paint_piece(
        self, painter: QPainter, x: float, y: float, label: str, value: str, *, first: bool
    ) -> None:
        style = self.look
        painter.setFont(style.bold if first else style.small)
        painter.setPen(style.pen("text" if first else "muted"))
        draw_text(painter, x, y, label)
        if value:
            shift = style.metrics.horizontalAdvance(label) + 5 if label else 0.0
            painter.setPen(style.pen("text" if label else "trouble"))
            draw_text(painter, x + shift, y, value)


def tool_button_sheet(style: Style) -> str:
    """Style sheet of the small buttons beside the readout."""
    theme = style.theme
    return (
        f"QToolButton {{ color: {theme.text}; background: {theme.card};"
        f" border: 1px solid {theme.border}; border-radius: 6px;"
        f" padding: 2px 9px; font-size: {theme.small_px}px; }}"
        f"QToolButton:hover, QToolButton:pressed {{ background: {theme.raised}; }}"
        f"QToolButton:focus {{ border-color: {theme.text}; }}"
        f"QToolButton:disabled {{ color: {theme.ghost}; }}"
        "QToolButton::menu-indicator { image: none; }"
    )

"""How a curve looks: its role decides colour, marker and dashes, never colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen

from resnet_viz.lab.findings import Curve, Role
from resnet_viz.ui.theme import Theme


@dataclass(frozen=True)
class Look:
    """Colour and form of one curve.

    Attributes:
        colour: field of the theme.
        symbol: of the points, by pyqtgraph's names; empty for none.
        dashes: of the line in widths of the pen; empty for solid.
        width: of the line, 1 is the theme's.
        hatched: whether bars are hatched instead of filled.
        fade: 1 for the full colour, less for a mixture with the card.
        hollow: whether markers are outlines.
    """

    colour: str
    symbol: str = ""
    dashes: tuple[float, ...] = ()
    width: float = 1.0
    hatched: bool = False
    fade: float = 1.0
    hollow: bool = False

    def ink(self, theme: Theme) -> QColor:
        """The colour of lines, markers and bars."""
        full, card = QColor(getattr(theme, self.colour)), QColor(theme.card)

        def mixed(a: int, b: int) -> int:
            return round(self.fade * a + (1.0 - self.fade) * b)

        return QColor(
            mixed(full.red(), card.red()),
            mixed(full.green(), card.green()),
            mixed(full.blue(), card.blue()),
        )

    def pen(self, theme: Theme) -> QPen:
        """The pen of the line."""
        width = max(1.0, self.width * theme.line)
        pen = pixel_pen(self.ink(theme), width * theme.pixel, self.dashes)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        # Mitred joins spike where a steep curve turns.
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
        return pen

    def outline(self, theme: Theme, width: float = 1.0, dashes: tuple[float, ...] = ()) -> QPen:
        """A thin pen of the curve's colour."""
        width *= max(1.0, theme.line / 2.2)
        return pixel_pen(self.ink(theme), width * theme.pixel, dashes)

    def fill(self, theme: Theme, *, narrow: bool = False) -> QBrush:
        """Inside of a bar; narrow ones are filled, for a hatching could not be seen."""
        hatched = self.hatched and not narrow
        style = Qt.BrushStyle.BDiagPattern if hatched else Qt.BrushStyle.SolidPattern
        return QBrush(self.ink(theme), style)

    def marker(self, theme: Theme) -> tuple[QPen, QBrush]:
        """Rim and inside of a marker."""
        if self.hollow:
            return self.outline(theme, 1.5), QBrush(QColor(theme.card))
        return pixel_pen(theme.card, 0.8 * theme.pixel), QBrush(self.ink(theme))

    def marker_px(self, theme: Theme) -> float:
        """Diameter of a marker."""
        big = self.symbol in ("d", "t", "t1", "star", "p")
        return (8.5 if big else 7.0) * theme.font_px / 13.0


def pixel_pen(colour: QColor | str, width: float, dashes: tuple[float, ...] = ()) -> QPen:
    """A pen whose width is in pixels, whatever the scale of the axes.

    Args:
        colour: of the line.
        width: in pixels of the device.
        dashes: lengths of dashes and gaps in widths of the pen; empty for solid.
    """
    pen = QPen(QColor(colour), width)
    pen.setCosmetic(True)
    if dashes:
        pen.setDashPattern(dashes)
    return pen


LOOKS: dict[Role, Look] = {
    "residual": Look("output", "o"),
    "plain": Look("trouble", "s", (4.0, 2.0), hatched=True),
    "gradient": Look("gradient", "d"),
    "shortcut": Look("shortcut", "t1"),
    "branch": Look("branch", "t", (6.0, 1.5), hatched=True),
    "output": Look("output", "p"),
    "theory": Look("text", "", (1.0, 1.8), 0.55),
    "ghost": Look("ghost", "", (4.0, 3.0), 0.75, hatched=True),
}

# Curves of one role in one chart: the first is full, later ones fade and change marker and dashes.
_FADES = (1.0, 0.8, 0.55)
_SYMBOLS = ("", "", "t1")
_DASHES: tuple[tuple[float, ...], ...] = ((), (7.0, 1.5), (2.0, 1.2))
_THIN_DASHES: tuple[tuple[float, ...], ...] = ((), (5.0, 1.8, 1.0, 1.8), (1.0, 4.5))


def looks(curves: Sequence[Curve]) -> list[Look]:
    """The look of every curve of a chart."""
    seen: dict[Role, int] = {}
    found = []
    for curve in curves:
        turn = seen.get(curve.role, 0)
        seen[curve.role] = turn + 1
        found.append(_varied(LOOKS[curve.role], min(turn, len(_FADES) - 1)))
    return found


def _varied(look: Look, turn: int) -> Look:
    if turn == 0:
        return look
    symbol = (_SYMBOLS[turn] or look.symbol) if look.symbol else ""
    dashes = look.dashes or _DASHES[turn] if look.symbol else _THIN_DASHES[turn]
    fade = look.fade * _FADES[turn]
    return replace(look, symbol=symbol, dashes=dashes, fade=fade, hollow=turn == 1)

"""Text broken into lines for a given width, so that a type size can be chosen before painting.

Parts of a text can be marked: what stands between `OPEN` and `CLOSE` is painted bold.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextCharFormat, QTextLayout, QTextOption

OPEN, CLOSE = "\ue000", "\ue001"  # code points that no text uses
_LINE_SEPARATOR = "\u2028"  # what QTextLayout takes for a line break
_DOTS = "…"


@dataclass(frozen=True)
class Run:
    """Part of a line.

    Attributes:
        text: without marks.
        bold: whether it was marked.
    """

    text: str
    bold: bool = False


Line = tuple[Run, ...]


def sized(family: QFont, px: int, *, bold: bool = False) -> QFont:
    """The font in another size, in logical pixels."""
    font = QFont(family)
    font.setPixelSize(max(1, px))
    font.setBold(bold)
    return font


def plain(text: str) -> str:
    """A text without its marks."""
    return text.replace(OPEN, "").replace(CLOSE, "")


def runs(text: str) -> Line:
    """The parts of a text that are painted alike."""
    parts = []
    for piece in text.split(OPEN):
        marked, closed, rest = piece.partition(CLOSE)
        parts += [Run(marked, True), Run(rest)] if closed else [Run(piece)]
    return tuple(part for part in parts if part.text)


def wrap(text: str, font: QFont, width: float) -> list[Line]:
    """Lines of a text; words that are wider than `width` alone are broken too."""
    parts = runs(text.strip().replace("\n", _LINE_SEPARATOR))
    if not parts:
        return []
    layout = QTextLayout("".join(part.text for part in parts), font)
    layout.setFormats(_formats(parts))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    lines = []
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1.0, width))
        lines.append(_between(parts, line.textStart(), line.textStart() + line.textLength()))
    layout.endLayout()
    return lines


def clipped(lines: list[Line], most: int, font: QFont, width: float) -> list[Line]:
    """At most `most` lines; the last ends in dots where something is left out."""
    most = max(1, most)
    if len(lines) <= most:
        return lines
    words = "".join(run.text for run in lines[most - 1])
    room = width - QFontMetricsF(font).horizontalAdvance(_DOTS)
    cut = QFontMetricsF(font).elidedText(words, Qt.TextElideMode.ElideRight, room)
    return [*lines[: most - 1], (Run(cut if cut.endswith(_DOTS) else f"{cut} {_DOTS}"),)]


def line_height(font: QFont) -> float:
    """Distance of two lines."""
    return QFontMetricsF(font).lineSpacing()


def _units(text: str) -> int:
    """Length as Qt counts it."""
    return len(text.encode("utf-16-le")) // 2


def _formats(parts: Line) -> list[QTextLayout.FormatRange]:
    formats, at = [], 0
    for part in parts:
        if part.bold:
            made = QTextLayout.FormatRange()
            made.start, made.length = at, _units(part.text)
            style = QTextCharFormat()
            style.setFontWeight(QFont.Weight.Bold)
            made.format = style
            formats.append(made)
        at += _units(part.text)
    return formats


def _between(parts: Line, start: int, end: int) -> Line:
    """The parts from `start` to `end`, counted as Qt does."""
    found, at = [], 0
    for part in parts:
        units = part.text.encode("utf-16-le")
        first, last = max(0, start - at), min(len(units) // 2, end - at)
        if first < last:
            text = units[2 * first : 2 * last].decode("utf-16-le").rstrip(_LINE_SEPARATOR)
            found.append(Run(text, part.bold))
        at += len(units) // 2
    return tuple(found)

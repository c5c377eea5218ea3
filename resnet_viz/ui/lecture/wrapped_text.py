"""Text broken into lines for a given width, so that a type size can be chosen before painting."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextLayout, QTextOption

_LINE_SEPARATOR = "\u2028"  # what QTextLayout takes for a line break


def sized(family: QFont, px: int, *, bold: bool = False) -> QFont:
    """The font in another size, in logical pixels."""
    font = QFont(family)
    font.setPixelSize(max(1, px))
    font.setBold(bold)
    return font


def wrap(text: str, font: QFont, width: float) -> list[str]:
    """Lines of a text; words that are wider than `width` alone are broken too."""
    shown = text.strip().replace("\n", _LINE_SEPARATOR)
    if not shown:
        return []
    layout = QTextLayout(shown, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    units = shown.encode("utf-16-le")  # Qt counts in these
    lines = []
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1.0, width))
        start, end = line.textStart(), line.textStart() + line.textLength()
        lines.append(units[2 * start : 2 * end].decode("utf-16-le").rstrip())
    layout.endLayout()
    return lines


def clipped(lines: list[str], most: int, font: QFont, width: float) -> list[str]:
    """At most `most` lines; the last ends in dots where something is left out."""
    if len(lines) <= most:
        return lines
    kept = lines[: max(1, most)]
    rest = " ".join(lines[len(kept) - 1 :])
    kept[-1] = QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, width)
    return kept


def line_height(font: QFont) -> float:
    """Distance of two lines."""
    return QFontMetricsF(font).lineSpacing()

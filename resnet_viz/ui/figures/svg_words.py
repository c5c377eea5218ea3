"""Qt's numbers, paths, pens and brushes in the words of SVG."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontInfo, QPainterPath, QPen, QTransform

FALLBACKS = ("Verdana", "Bitstream Vera Sans", "Arial", "Helvetica", "sans-serif")
"""Where the font is missing; in the order of how alike their widths are to the usual one's."""

_CAPS = {Qt.PenCapStyle.RoundCap: "round", Qt.PenCapStyle.SquareCap: "square"}
_JOINS = {Qt.PenJoinStyle.RoundJoin: "round", Qt.PenJoinStyle.BevelJoin: "bevel"}
_MOVE = QPainterPath.ElementType.MoveToElement
_LINE = QPainterPath.ElementType.LineToElement

HATCHINGS: dict[Qt.BrushStyle, str] = {
    Qt.BrushStyle.BDiagPattern: "M-1,1 l2,-2 M0,8 l8,-8 M7,9 l2,-2",
    Qt.BrushStyle.FDiagPattern: "M-1,7 l2,2 M0,0 l8,8 M7,-1 l2,2",
    Qt.BrushStyle.DiagCrossPattern: "M0,8 l8,-8 M0,0 l8,8",
    Qt.BrushStyle.HorPattern: "M0,4 h8",
    Qt.BrushStyle.VerPattern: "M4,0 v8",
    Qt.BrushStyle.CrossPattern: "M0,4 h8 M4,0 v8",
}
"""Lines of a pattern 8 units wide and high."""


def number(value: float) -> str:
    """A coordinate: three decimals at most, which is finer than any printer."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def pair(point: QPointF) -> str:
    """`x,y`."""
    return f"{number(point.x())},{number(point.y())}"


def path_data(path: QPainterPath) -> str:
    """A path's `d`."""
    words: list[str] = []
    count, i = path.elementCount(), 0
    while i < count:
        element = path.elementAt(i)
        place = f"{number(element.x)},{number(element.y)}"
        if element.type in (_MOVE, _LINE):
            words.append(("M" if element.type == _MOVE else "L") + place)
            i += 1
        else:  # a curve, whose other two points follow
            rest = (path.elementAt(i + 1), path.elementAt(i + 2))
            more = " ".join(f"{number(e.x)},{number(e.y)}" for e in rest)
            words.append(f"C{place} {more}")
            i += 3
    return " ".join(words)


def rect_attributes(rect: QRectF) -> str:
    """`x`, `y`, `width`, `height`."""
    sides = zip(("x", "y", "width", "height"), rect.getRect(), strict=True)  # type: ignore[call-overload]
    return " ".join(f'{name}="{number(value)}"' for name, value in sides)


def matrix(transform: QTransform) -> str:
    """A `transform` attribute; empty where nothing is transformed."""
    if transform.isIdentity():
        return ""
    t = transform
    numbers = (t.m11(), t.m12(), t.m21(), t.m22(), t.dx(), t.dy())
    return f' transform="matrix({",".join(f"{n:.6g}" for n in numbers)})"'


def paint(kind: str, colour: QColor, opacity: float) -> str:
    """`fill` or `stroke` with its opacity."""
    alpha = colour.alphaF() * opacity
    faint = f' {kind}-opacity="{alpha:.3g}"' if alpha < 0.999 else ""
    return f' {kind}="{colour.name()}"{faint}'


def stroke(pen: QPen, scale: float, opacity: float) -> str:
    """Everything about a line; empty for none.

    Args:
        pen: of the painter.
        scale: of the painter, which widens all pens but those whose width is in pixels.
        opacity: of the painter, 0 to 1.
    """
    if pen.style() == Qt.PenStyle.NoPen:
        return ""
    width = stroke_width(pen, scale)
    words = [paint("stroke", pen.color(), opacity), f' stroke-width="{number(width)}"']
    if cap := _CAPS.get(pen.capStyle()):
        words.append(f' stroke-linecap="{cap}"')
    if join := _JOINS.get(pen.joinStyle()):
        words.append(f' stroke-linejoin="{join}"')
    if pen.style() != Qt.PenStyle.SolidLine:
        dashes = ",".join(number(length * width) for length in pen.dashPattern())
        words.append(f' stroke-dasharray="{dashes}"')
        if pen.dashOffset():
            words.append(f' stroke-dashoffset="{number(pen.dashOffset() * width)}"')
    return "".join(words)


def stroke_width(pen: QPen, scale: float) -> float:
    """Width in the figure's units; a pen of width 0 is as thin as a pixel."""
    width = pen.widthF() or 1.0
    return width if pen.isCosmetic() else width * scale


def fill(brush: QBrush, opacity: float, pattern: str) -> str:
    """Inside of a shape: a colour, a pattern by its name, or nothing."""
    if brush.style() == Qt.BrushStyle.NoBrush:
        return ' fill="none"'
    if pattern:
        return f' fill="url(#{pattern})"'
    return paint("fill", brush.color(), opacity)


def font_attributes(font: QFont, scale: float) -> str:
    """Family with others to fall back on, size, weight and style."""
    info = QFontInfo(font)
    names = dict.fromkeys((info.family(), *FALLBACKS))
    family = ", ".join(f"'{name}'" if " " in name else name for name in names)
    size = font.pixelSize() if font.pixelSize() > 0 else info.pixelSize()
    words = [f' font-family="{family}" font-size="{number(size * scale)}"']
    if font.weight() != QFont.Weight.Normal:
        words.append(f' font-weight="{int(font.weight())}"')
    if font.italic():
        words.append(' font-style="italic"')
    if font.strikeOut():
        words.append(' text-decoration="line-through"')
    return "".join(words)

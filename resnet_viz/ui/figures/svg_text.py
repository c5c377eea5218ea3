"""What Qt's SVGs lack: exact sizes, fonts for other machines, strokes that scale with the rest."""

from __future__ import annotations

import re

_FALLBACKS = ("Verdana", "Bitstream Vera Sans", "Arial", "Helvetica", "sans-serif")
"""In the order of how alike their widths are to the window's usual font."""

_EMPTY = re.compile(r"<g [^<>]*>\s*</g>\s*")
_GROUP = re.compile(
    r'<g (?P<head>[^<>]*?)transform="matrix\((?P<matrix>[^)]*)\)"(?P<tail>[^<>]*)>'
    r"(?P<body>(?:(?!<g |</g>).)*)</g>",
    re.DOTALL,
)
_FIXED = 'vector-effect="non-scaling-stroke"'
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PAIR = re.compile(rf"({_NUMBER}),({_NUMBER})")
_ELEMENT = re.compile(r"<(?:path|polyline|polygon)\b[^<>]*>")
_POINTS = re.compile(r'\b(points|d)="([^"]*)"')

Matrix = tuple[float, float, float, float, float, float]


def finished(svg: bytes, width_mm: float, height_mm: float, family: str) -> bytes:
    """A file of `QSvgGenerator` made ready for other programs.

    Args:
        svg: as generated, one unit per logical pixel.
        width_mm: in print.
        height_mm: in print.
        family: the font that was laid out with, by the name that other programs know.
    """
    text = svg.decode("utf-8")
    text = re.sub(
        r'<svg width="[^"]*" height="[^"]*"',
        f'<svg width="{width_mm:.4f}mm" height="{height_mm:.4f}mm"',
        text,
        count=1,
    )
    names = ", ".join(_quoted(name) for name in dict.fromkeys((family, *_FALLBACKS)))
    text = re.sub(r'font-family="[^"]*"', f'font-family="{names}"', text)
    while (slimmer := _EMPTY.sub("", text)) != text:
        text = slimmer
    text = _GROUP.sub(_scaling, text).replace(' vector-effect="none"', "")
    return text.encode("utf-8")


def _quoted(name: str) -> str:
    return f"'{name}'" if " " in name else name


def _scaling(match: re.Match[str]) -> str:
    """A group with its strokes' widths in the figure's units, whatever its points' are.

    Qt leaves such strokes at the width that they have on the screen: in a figure that is
    printed larger or smaller they would not grow or shrink with it.
    """
    body = match["body"]
    if _FIXED not in body:
        return match[0]
    a, b, c, d, e, f = (float(n) for n in match["matrix"].split(","))
    moved = _ELEMENT.sub(lambda m: _moved_element(m[0], (a, b, c, d, e, f)), body)
    if _FIXED in moved:  # a shape that has no points
        return match[0]
    return f"<g {match['head']}{match['tail']}>{moved}</g>"


def _moved_element(element: str, matrix: Matrix) -> str:
    a, b, c, d, e, f = matrix

    def place(m: re.Match[str]) -> str:
        x, y = float(m[1]), float(m[2])
        return f"{a * x + c * y + e:.6g},{b * x + d * y + f:.6g}"

    moved = _POINTS.sub(lambda m: f'{m[1]}="{_PAIR.sub(place, m[2])}"', element)
    return moved.replace(f" {_FIXED}", "")

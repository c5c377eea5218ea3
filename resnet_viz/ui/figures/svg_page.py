"""An SVG under construction: its elements in order, the clips and patterns that they share."""

from __future__ import annotations

from xml.sax.saxutils import escape

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainterPath

from resnet_viz.ui.figures.svg_words import number, path_data

_EPS = 0.01


class SvgPage:
    """Collects elements.

    Args:
        size: of the page, in units.
        width_mm: of the page in print.
        height_mm: of the page in print.
        title: of the document.
        description: of the document.
    """

    def __init__(
        self, size: QSize, width_mm: float, height_mm: float, title: str, description: str
    ) -> None:
        self.rect = QRectF(0, 0, size.width(), size.height())
        self._mm = width_mm, height_mm
        self._about = title, description
        self._definitions: dict[str, str] = {}  # names by definition
        self._parts: list[str] = []
        self._open = ""  # name of the clip of the group under way

    def add(self, element: str, bounds: QRectF, clip: QPainterPath | None) -> None:
        """Append an element.

        Args:
            element: finished.
            bounds: of what it paints; what lies outside of page and clip is left out.
            clip: in units of the page; None for the whole page.
        """
        seen = self.rect if clip is None else clip.boundingRect() & self.rect
        if not bounds.intersects(seen.adjusted(-_EPS, -_EPS, _EPS, _EPS)):
            return
        self._enter("" if _within(bounds, clip) else self._clip_name(clip or _path(self.rect)))
        self._parts.append(element)

    def pattern(self, lines: str, paint: str) -> str:
        """The name of a hatching.

        Args:
            lines: of a square of 8 by 8 units.
            paint: attributes of its strokes.
        """
        body = (
            f'patternUnits="userSpaceOnUse" width="8" height="8">'
            f'<path d="{lines}" fill="none" stroke-width="1"{paint}/></pattern>'
        )
        return self._define("pattern", body)

    def text(self) -> str:
        """The document."""
        self._enter("")
        width, height = self.rect.width(), self.rect.height()
        title, description = self._about
        return "\n".join(
            (
                '<?xml version="1.0" encoding="UTF-8"?>',
                f'<svg xmlns="http://www.w3.org/2000/svg" '
                f'xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" '
                f'width="{self._mm[0]:.4f}mm" height="{self._mm[1]:.4f}mm" '
                f'viewBox="0 0 {number(width)} {number(height)}" '
                f'text-rendering="geometricPrecision">',
                f"<title>{escape(title)}</title>",
                f"<desc>{escape(description)}</desc>",
                "<defs>",
                *self._definitions,
                "</defs>",
                *self._parts,
                "</svg>\n",
            )
        )

    def _enter(self, clip: str) -> None:
        """Continue in the group of a clip, or in none."""
        if clip == self._open:
            return
        if self._open:
            self._parts.append("</g>")
        if clip:
            self._parts.append(f'<g clip-path="url(#{clip})">')
        self._open = clip

    def _clip_name(self, clip: QPainterPath) -> str:
        body = f'clipPathUnits="userSpaceOnUse"><path d="{path_data(clip)}"/></clipPath>'
        return self._define("clipPath", body)

    def _define(self, kind: str, body: str) -> str:
        for definition, name in self._definitions.items():
            if definition.startswith(f"<{kind} ") and definition.endswith(body):
                return name
        name = f"{kind}{len(self._definitions) + 1}"
        self._definitions[f'<{kind} id="{name}" {body}'] = name
        return name


def _within(bounds: QRectF, clip: QPainterPath | None) -> bool:
    """Whether a clip takes nothing away."""
    if clip is None:
        return True
    box = clip.boundingRect().adjusted(-_EPS, -_EPS, _EPS, _EPS)
    upright = clip.elementCount() == 5  # a rectangle, for Qt closes it with a fifth point
    return upright and box.contains(bounds)


def _path(rect: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRect(rect)
    return path

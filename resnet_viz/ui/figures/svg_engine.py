"""A paint engine that writes SVG.

`QSvgGenerator` neither moves clips with the painter nor takes them back on `restore`, and leaves
pens whose width is in pixels at that width when the figure is scaled. Here everything is written
in the units of the page, clips and strokes too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QImage,
    QPaintDevice,
    QPaintEngine,
    QPaintEngineState,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
    QTextItem,
    QTransform,
)

from resnet_viz.ui.figures.svg_page import SvgPage
from resnet_viz.ui.figures.svg_words import (
    HATCHINGS,
    fill,
    font_attributes,
    matrix,
    number,
    paint,
    pair,
    path_data,
    rect_attributes,
    stroke,
    stroke_width,
)
from resnet_viz.ui.paint_targets import FINE

_Dirty = QPaintEngine.DirtyFlag
_CLIP = _Dirty.DirtyClipPath | _Dirty.DirtyClipRegion
_UNITS_PER_INCH = 96


class SvgDevice(QPaintDevice):
    """Something to paint on whose picture is a page of SVG."""

    def __init__(self, page: SvgPage) -> None:
        super().__init__()
        self._size = page.rect.size().toSize()
        self._engine = SvgEngine(page)

    def paintEngine(self) -> QPaintEngine:
        return self._engine

    def metric(self, metric: QPaintDevice.PaintDeviceMetric) -> int:
        of = QPaintDevice.PaintDeviceMetric
        width, height = self._size.width(), self._size.height()
        known = {
            of.PdmWidth: width,
            of.PdmHeight: height,
            of.PdmWidthMM: round(width / _UNITS_PER_INCH * 25.4),
            of.PdmHeightMM: round(height / _UNITS_PER_INCH * 25.4),
            of.PdmDpiX: _UNITS_PER_INCH,
            of.PdmDpiY: _UNITS_PER_INCH,
            of.PdmPhysicalDpiX: _UNITS_PER_INCH,
            of.PdmPhysicalDpiY: _UNITS_PER_INCH,
            of.PdmDepth: 32,
            of.PdmDevicePixelRatio: 1,
        }
        return known[metric] if metric in known else super().metric(metric)


class SvgEngine(QPaintEngine):
    """Turns what is painted into elements of a page."""

    def __init__(self, page: SvgPage) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self._page = page
        self._pen, self._brush = QPen(), QBrush()
        self._transform = QTransform()
        self._opacity = 1.0
        self._smooth = False
        self._clip: QPainterPath | None = None
        self._clips = True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def begin(self, device: QPaintDevice) -> bool:
        self.setActive(True)
        return True

    def end(self) -> bool:
        self.setActive(False)
        return True

    # --- state -----------------------------------------------------------------------------

    def updateState(self, state: QPaintEngineState) -> None:
        flags = state.state()
        if flags & _Dirty.DirtyPen:
            self._pen = QPen(state.pen())
        if flags & _Dirty.DirtyBrush:
            self._brush = QBrush(state.brush())
        if flags & _Dirty.DirtyTransform:
            self._transform = QTransform(state.transform())
        if flags & _Dirty.DirtyOpacity:
            self._opacity = state.opacity()
        if flags & _Dirty.DirtyHints:
            hint = QPainter.RenderHint.SmoothPixmapTransform
            self._smooth = bool(state.renderHints() & hint)
        if flags & _Dirty.DirtyClipEnabled:
            self._clips = state.isClipEnabled()
        if flags & _CLIP:
            self._take_clip(state)

    def _take_clip(self, state: QPaintEngineState) -> None:
        """A clip is given in the painter's units of the moment; it is kept in the page's."""
        operation = state.clipOperation()
        if operation == Qt.ClipOperation.NoClip:
            self._clip = None
            return
        given = QPainterPath()
        if state.state() & _Dirty.DirtyClipPath:
            given = state.clipPath()
        else:
            given.addRegion(state.clipRegion())
        given = state.transform().map(given)
        if operation == Qt.ClipOperation.IntersectClip and self._clip is not None:
            given = _intersection(self._clip, given)
        self._clip = given

    @property
    def _scale(self) -> float:
        """Units of the page per unit of the painter."""
        return math.sqrt(abs(self._transform.determinant()))

    # --- shapes ----------------------------------------------------------------------------

    def drawPath(self, path: QPainterPath) -> None:
        self._shape(path, closed=True)

    def drawRects(self, rects: Iterable[Any]) -> None:
        for rect in rects:
            path = QPainterPath()
            path.addRect(QRectF(rect))
            self._shape(path, closed=True)

    def drawEllipse(self, rect: QRect | QRectF) -> None:
        path = QPainterPath()
        path.addEllipse(QRectF(rect))
        self._shape(path, closed=True)

    def drawLines(self, lines: Iterable[Any]) -> None:
        path = QPainterPath()
        for line in lines:
            path.moveTo(QPointF(line.p1()))
            path.lineTo(QPointF(line.p2()))
        self._shape(path, closed=False)

    def drawPolygon(self, points: Iterable[Any], mode: QPaintEngine.PolygonDrawMode) -> None:
        path = QPainterPath()
        path.addPolygon(QPolygonF([QPointF(point) for point in points]))
        closed = mode != QPaintEngine.PolygonDrawMode.PolylineMode
        if closed:
            path.closeSubpath()
        if mode == QPaintEngine.PolygonDrawMode.WindingMode:
            path.setFillRule(Qt.FillRule.WindingFill)
        self._shape(path, closed=closed)

    def drawPoints(self, points: Iterable[Any]) -> None:
        """Points are as large as the pen is wide: discs, or squares."""
        reach = stroke_width(self._pen, self._scale) / 2
        look = paint("fill", self._pen.color(), self._opacity)
        for point in points:
            at = self._transform.map(QPointF(point))
            box = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
            if self._pen.capStyle() == Qt.PenCapStyle.RoundCap:
                place = f'cx="{number(at.x())}" cy="{number(at.y())}" r="{number(reach)}"'
                self._add(f"<circle {place}{look}/>", box)
            else:
                self._add(f"<rect {rect_attributes(box)}{look}/>", box)

    def _shape(self, path: QPainterPath, *, closed: bool) -> None:
        lines = stroke(self._pen, self._scale, self._opacity)
        brush = self._brush if closed else QBrush()
        if path.isEmpty() or not (lines or brush.style() != Qt.BrushStyle.NoBrush):
            return
        moved = self._transform.map(path)
        bounds = moved.boundingRect()
        if lines:
            # Caps and mitred joins reach further than half the width.
            reach = stroke_width(self._pen, self._scale)
            bounds = bounds.adjusted(-reach, -reach, reach, reach)
        rule = "" if path.fillRule() == Qt.FillRule.WindingFill else ' fill-rule="evenodd"'
        inside = fill(brush, self._opacity, self._pattern(brush))
        if "none" in inside:
            rule = ""
        self._add(f'<path d="{path_data(moved)}"{inside}{rule}{lines}/>', bounds)

    def _pattern(self, brush: QBrush) -> str:
        """The name of a brush's hatching, empty for a plain one."""
        lines = HATCHINGS.get(brush.style(), "")
        if not lines:
            return ""
        return self._page.pattern(lines, paint("stroke", brush.color(), self._opacity))

    # --- text and images -------------------------------------------------------------------

    def drawTextItem(self, at: Any, item: QTextItem) -> None:
        text = item.text()
        if not text.strip():
            return
        place, scale, turned = self._placed(at)
        box = QRectF(at.x(), at.y() - item.ascent(), item.width(), item.ascent() + item.descent())
        look = paint("fill", self._pen.color(), self._opacity)
        self._add(
            f'<text xml:space="preserve" {place}{font_attributes(item.font(), scale)}{look}'
            f"{turned}>{escape(text)}</text>",
            self._transform.mapRect(box),
        )

    def _placed(self, at: QPointF) -> tuple[str, float, str]:
        """Where a text is, how much larger, and its `transform` where it is turned."""
        t = self._transform
        if t.m12() or t.m21() or abs(t.m11() - t.m22()) > 1e-6:
            return f'x="{number(at.x())}" y="{number(at.y())}"', 1.0, matrix(t)
        x, y = pair(t.map(at)).split(",")
        return f'x="{x}" y="{y}"', t.m11(), ""

    def drawImage(self, rect: Any, image: QImage, source: Any, flags: Any = None) -> None:
        part = QRectF(source).toAlignedRect()
        shown = image if part == image.rect() else image.copy(part)
        if not self._smooth:
            shown = _with_large_pixels(shown, self._transform.mapRect(QRectF(rect)))
        faint = f' opacity="{self._opacity:.3g}"' if self._opacity < 0.999 else ""
        element = (
            f'<image {rect_attributes(QRectF(rect))} preserveAspectRatio="none"{faint}'
            f'{matrix(self._transform)} xlink:href="data:image/png;base64,{_base64(shown)}"/>'
        )
        self._add(element, self._transform.mapRect(QRectF(rect)))

    def drawPixmap(self, rect: Any, pixmap: Any, source: Any) -> None:
        self.drawImage(rect, pixmap.toImage(), source)

    # ---------------------------------------------------------------------------------------

    def _add(self, element: str, bounds: QRectF) -> None:
        self._page.add(element, bounds, self._clip if self._clips else None)


def _intersection(one: QPainterPath, other: QPainterPath) -> QPainterPath:
    """What lies in both; of upright rectangles another one, without rounding."""
    boxes = one.boundingRect(), other.boundingRect()
    path = QPainterPath()
    if all(_is_box(p, box) for p, box in zip((one, other), boxes, strict=True)):
        path.addRect(boxes[0] & boxes[1])
        return path
    return one.intersected(other)


def _is_box(path: QPainterPath, box: QRectF) -> bool:
    return path.elementCount() == 5 and path.contains(box.adjusted(0.01, 0.01, -0.01, -0.01))


def _with_large_pixels(image: QImage, rect: QRectF) -> QImage:
    """An image whose pixels are to be seen as squares: most programs would blur them."""
    times = rect.width() * FINE / max(1, image.width())
    if times < 1.5:
        return image
    return image.scaled(image.size() * math.ceil(times))


def _base64(image: QImage) -> str:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    text = bytes(buffer.data().toBase64().data()).decode("ascii")
    buffer.close()
    return text

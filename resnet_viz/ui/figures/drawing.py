"""A laid out figure as pixels, as an SVG and as a PDF."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter

from resnet_viz import __version__
from resnet_viz.ui.figures.laid_out import LaidOut
from resnet_viz.ui.figures.sheet import MM_PER_INCH, PT_PER_INCH, Sheet
from resnet_viz.ui.figures.svg_engine import SvgDevice
from resnet_viz.ui.figures.svg_page import SvgPage

_CREATOR = f"ResNet Visualizer {__version__}"


def image(made: LaidOut, sheet: Sheet) -> QImage:
    """The figure in pixels, `sheet.dpi` of them to an inch.

    Raises:
        UserError: if there would be too many.
    """
    sheet.check_pixels(made.height_mm)
    size = QSize(sheet.dots(made.width_mm), sheet.dots(made.height_mm))
    picture = QImage(size, QImage.Format.Format_RGB32)
    picture.fill(made.background)
    per_metre = round(sheet.dpi / MM_PER_INCH * 1000)
    picture.setDotsPerMeterX(per_metre)
    picture.setDotsPerMeterY(per_metre)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.scale(size.width() / made.size.width(), size.height() / made.size.height())
        made.paint(painter)
    return picture


def png_bytes(picture: QImage, title: str, caption: str) -> bytes:
    """A picture as the bytes of a PNG that says what it is."""
    for key, text in (("Title", title), ("Description", caption), ("Software", _CREATOR)):
        picture.setText(key, text)
    buffer = _buffer()
    picture.save(buffer, "PNG")  # type: ignore[call-overload]
    return _bytes(buffer)


def svg_bytes(made: LaidOut, title: str, caption: str) -> bytes:
    """The figure as an SVG whose text is text; it is as large as in print."""
    page = SvgPage(made.size, made.width_mm, made.height_mm, title, caption)
    device = SvgDevice(page)
    with QPainter(device) as painter:
        made.paint(painter)
    return page.text().encode("utf-8")


def pdf_bytes(made: LaidOut, title: str) -> bytes:
    """The figure as a PDF of one page, which is as large as the figure in print."""
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator(_CREATOR)
    points = QSizeF(made.width_mm, made.height_mm) * (PT_PER_INCH / MM_PER_INCH)
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", _EXACT))
    writer.setPageMargins(QMarginsF())
    # One unit of the device per logical pixel: pens whose width is in pixels know no other.
    writer.setResolution(round(made.size.width() / made.width_mm * MM_PER_INCH))
    page = writer.pageLayout().fullRect(QPageLayout.Unit.Point)  # in whole points
    dots_per_pt = writer.resolution() / PT_PER_INCH
    with QPainter(writer) as painter:
        painter.scale(
            page.width() * dots_per_pt / made.size.width(),
            page.height() * dots_per_pt / made.size.height(),
        )
        made.paint(painter)
    return _bytes(buffer)


_EXACT = QPageSize.SizeMatchPolicy.ExactMatch


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


def _bytes(buffer: QBuffer) -> bytes:
    data: QByteArray = buffer.data()
    buffer.close()
    return bytes(data.data())

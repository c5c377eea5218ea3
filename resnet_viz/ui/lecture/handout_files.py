"""A handout as a PDF to print, or as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSizeF, QUrl
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from resnet_viz import __version__
from resnet_viz.errors import UserError
from resnet_viz.files import write_atomically, writing
from resnet_viz.lecture.handout import Handout, body, page

SUFFIXES = (".pdf", ".html")
_MARGIN_MM = 15.0
_DPI = 144
_CSS_DPI = 96
_STYLE = """
body { font-family: "DejaVu Sans", sans-serif; font-size: 10pt; color: #000000; }
h1 { font-size: 20pt; }
h2 { font-size: 14pt; }
h2.sheet { page-break-before: always; }
.said { font-weight: bold; }
.muted { color: #5F6873; font-size: 8pt; }
"""


def write_handout(handout: Handout, path: Path) -> Path:
    """Write a handout, whole or not at all; returns the path.

    Raises:
        UserError: if the suffix is neither `.pdf` nor `.html`, or the file cannot be written.
    """
    content = pdf(handout) if check_suffix(path) == ".pdf" else page(handout).encode()

    def fill(file: BinaryIO) -> None:
        file.write(content)

    with writing(path):
        write_atomically(path, fill)
    return path


def check_suffix(path: Path) -> str:
    """The suffix of a path, if a handout can be written so.

    Raises:
        UserError: if not.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(
            f"A handout cannot be written as `{path.name}`.", f"Choose {' or '.join(SUFFIXES)}."
        )
    return suffix


def pdf(handout: Handout) -> bytes:
    """The handout on pages of A4, each scene on its own, questions and answers apart."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(handout.title)
    writer.setCreator(f"ResNet Visualizer {__version__}")
    writer.setResolution(_DPI)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM),
            QPageLayout.Unit.Millimeter,
        )
    )
    document = _document(handout, QSizeF(writer.width(), writer.height()), writer)
    document.print_(writer)
    return bytes(buffer.data().data())


def _document(handout: Handout, size: QSizeF, writer: QPdfWriter) -> QTextDocument:
    document = QTextDocument()
    document.documentLayout().setPaintDevice(writer)
    document.setDocumentMargin(0)
    document.setPageSize(size)
    document.setDefaultStyleSheet(_STYLE)
    for number, scene in enumerate(handout.scenes):
        for moment, shown in enumerate(scene.shown):
            image = QImage.fromData(shown.picture)
            document.addResource(
                QTextDocument.ResourceType.ImageResource, QUrl(_name(number, moment)), image
            )
    # The document's pixels are those of CSS, whatever the device's are.
    width = size.width() * _CSS_DPI / _DPI
    document.setHtml(body(handout, _name, f'width="{round(0.98 * width)}"'))
    return document


def _name(scene: int, moment: int) -> str:
    return f"slide-{scene}-{moment}.png"

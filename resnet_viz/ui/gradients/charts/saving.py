"""A chart as a picture or as numbers: into a file or onto the clipboard."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from resnet_viz.errors import UserError

_HINT = "Choose a folder that exists and that you may write to."


def write_svg(widget: QWidget, background: str, title: str, path: Path) -> Path:
    """Write the widget as it is on screen, as vectors; returns the path, which ends in `.svg`.

    Raises:
        UserError: if the file cannot be written.
    """
    path = with_suffix(path, ".svg")
    write_text("", path)  # Qt says nothing useful where it cannot write
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setTitle(title)
    generator.setSize(widget.size())
    generator.setViewBox(QRect(QPoint(), widget.size()))
    with QPainter(generator) as painter:
        painter.fillRect(widget.rect(), background)
        widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
    return path


def write_text(text: str, path: Path) -> Path:
    """Write a text file.

    Raises:
        UserError: if it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"Cannot write `{path}`: {reason}.", _HINT) from error
    return path


def with_suffix(path: Path, suffix: str) -> Path:
    """The path, with the suffix where it has another or none."""
    return path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)


def with_tabs(text: str) -> str:
    """CSV as a spreadsheet pastes it."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()

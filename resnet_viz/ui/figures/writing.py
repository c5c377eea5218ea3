"""Figures as files, by their suffix: PNG, SVG, PDF; numbers as CSV or NPZ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from PySide6.QtCore import QMimeData

from resnet_viz.errors import UserError
from resnet_viz.files import write_atomically, writing
from resnet_viz.ui.figures import drawing, numbers
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.figures.laid_out import laid_out
from resnet_viz.ui.figures.paper import LookName
from resnet_viz.ui.figures.sheet import DOUBLE, Sheet

PICTURES = (".png", ".svg", ".pdf")
NUMBERS = (".csv", ".npz")


@dataclass(frozen=True)
class Options:
    """How a figure is drawn.

    Attributes:
        sheet: its size.
        look: its theme.
        caption: whether its caption stands under it.
    """

    sheet: Sheet = DOUBLE
    look: LookName = "paper"
    caption: bool = True


def write(figure: Figure, path: Path, options: Options | None = None) -> Path:
    """Write a figure; nothing is left behind where that fails.

    Args:
        figure: what.
        path: its suffix says how; without one it is a PNG.
        options: how a picture is drawn; numbers have none.

    Returns:
        The path written.

    Raises:
        UserError: if the suffix is unknown, the file cannot be written, the figure does not fit
            or has no numbers of that form.
    """
    path = path if path.suffix else path.with_name(path.name + ".png")
    content = encoded(figure, path.suffix.lower(), options or Options())

    def fill(file: BinaryIO) -> None:
        file.write(content)

    with writing(path):
        write_atomically(path, fill)
    return path


def encoded(figure: Figure, suffix: str, options: Options) -> bytes:
    """A figure as the bytes of a file.

    Raises:
        UserError: as `write`.
    """
    form = _forms(figure, options).get(suffix)
    if form is None:
        known = ", ".join((*PICTURES, *NUMBERS))
        raise UserError(f"A figure cannot be written as `{suffix}`.", f"Choose one of {known}.")
    return form()


def _forms(figure: Figure, options: Options) -> dict[str, Callable[[], bytes]]:
    return {
        ".png": partial(png, figure, options),
        ".svg": partial(svg, figure, options),
        ".pdf": partial(pdf, figure, options),
        ".csv": lambda: numbers.csv_text(figure.data()).encode("utf-8"),
        ".npz": lambda: numbers.npz_bytes(figure.data(), figure.title, figure.caption),
    }


def png(figure: Figure, options: Options) -> bytes:
    """The figure as pixels."""
    with laid_out(
        figure, options.sheet, options.look, caption=options.caption, pixels=True
    ) as made:
        image = drawing.image(made, options.sheet)
    return drawing.png_bytes(image, figure.title, figure.caption)


def svg(figure: Figure, options: Options) -> bytes:
    """The figure as vectors and text."""
    with laid_out(figure, options.sheet, options.look, caption=options.caption) as made:
        return drawing.svg_bytes(made, figure.title, figure.caption)


def pdf(figure: Figure, options: Options) -> bytes:
    """The figure as a page of its size, with its fonts."""
    with laid_out(figure, options.sheet, options.look, caption=options.caption) as made:
        return drawing.pdf_bytes(made, figure.title)


def clipboard(figure: Figure, options: Options) -> QMimeData:
    """The figure for the clipboard: pixels for most programs, vectors for those that can.

    Raises:
        UserError: if it does not fit.
    """
    mime = QMimeData()
    with laid_out(
        figure, options.sheet, options.look, caption=options.caption, pixels=True
    ) as made:
        image = drawing.image(made, options.sheet)
    mime.setImageData(image)
    mime.setData("image/png", drawing.png_bytes(image, figure.title, figure.caption))
    mime.setData("image/svg+xml", svg(figure, options))
    return mime

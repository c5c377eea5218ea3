"""Pictures of the workspace: into a file or onto the clipboard, sharper than the screen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QWidget

from resnet_viz.errors import UserError

SCALE = 2


def render(widget: QWidget, background: str) -> QImage:
    """The widget at `SCALE` times its size, on a `#rrggbb` background."""
    image = QImage(widget.size() * SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SCALE)
    image.fill(background)
    with QPainter(image) as painter:
        widget.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
    return image


def write_png(widget: QWidget, background: str, path: Path) -> Path:
    """Write a picture of the widget; returns the path, which ends in `.png`.

    Raises:
        UserError: if the file cannot be written.
    """
    if path.suffix.lower() != ".png":
        path = path.with_name(path.name + ".png")
    if not render(widget, background).save(str(path)):
        raise UserError(
            f"Cannot write `{path}`.", "Choose a folder that exists and that you may write to."
        )
    return path


def copy(widget: QWidget, background: str) -> None:
    """Put a picture of the widget on the clipboard."""
    QGuiApplication.clipboard().setImage(render(widget, background))

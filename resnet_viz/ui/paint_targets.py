"""What a painter paints on: the screen, or something that is not made of its pixels."""

from __future__ import annotations

from PySide6.QtGui import QPaintEngine, QPainter
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.theme import Theme

FINE = 4.0
"""Pixels per logical one of images in vector files: 400 a printed inch where type is 8 pt."""


def on_screen(painter: QPainter, widget: QWidget) -> bool:
    """Whether a picture kept in the widget's own pixels looks right there.

    In an SVG or a PDF it would be an image instead of lines and text, in an enlarged picture it
    would be blurred.
    """
    if is_vector(painter):
        return False
    return abs(painter.deviceTransform().m11() - widget.devicePixelRatioF()) < 1e-3


def is_vector(painter: QPainter) -> bool:
    """Whether lines stay lines there, each an element of its own."""
    return painter.paintEngine().type() is not QPaintEngine.Type.Raster


def pixels_per_unit(painter: QPainter) -> float:
    """How many pixels an image should have per logical pixel to be sharp."""
    if is_vector(painter):
        return FINE
    return max(1.0, float(painter.deviceTransform().m11()))


def image_ratio(theme: Theme, widget: QWidget) -> float:
    """The same where it must be known before painting, because a layout depends on it."""
    if not theme.printed:
        return widget.devicePixelRatioF()
    return FINE

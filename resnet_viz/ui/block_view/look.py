"""What a theme means for the block view: fonts, inks and colour tables ready for Qt."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QColor, QFont, QImage

from resnet_viz.ui.block_view.colour import (
    Levels,
    TableName,
    colour_table,
    contrast,
    readable,
)
from resnet_viz.ui.block_view.segments import Role
from resnet_viz.ui.theme import Theme


@cache
def _qt_table(name: TableName) -> list[int]:
    """A colour table as QImage wants it: 256 ARGB numbers, transparent ones all zero."""
    return [
        (a << 24 | r << 16 | g << 8 | b) if a else 0 for r, g, b, a in colour_table(name).tolist()
    ]


@cache
def _ink(theme: Theme, role: Role) -> QColor:
    colour = getattr(theme, role)
    # Ghosts are meant to be faint, yet still to be read.
    return QColor(readable(colour, theme.card, 3.0 if role == "ghost" else 4.5))


class Look:
    """A theme with what follows from it.

    Args:
        theme: of the window.
    """

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.dark = contrast(theme.card, "#000000") < contrast(theme.card, "#FFFFFF")

    def ink(self, role: Role) -> QColor:
        """The colour of text with a meaning, at least 4.5:1 against the card."""
        return _ink(self.theme, role)

    def colour(self, role: Role) -> QColor:
        """The colour of lines and areas with a meaning."""
        return QColor(getattr(self.theme, role))

    def font(self, size_px: int, *, bold: bool = False, struck: bool = False) -> QFont:
        """The window's font in a size."""
        font = QFont()
        font.setPixelSize(max(1, size_px))
        font.setBold(bold)
        font.setStrikeOut(struck)
        if self.theme.printed:
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    def table_name(self, signed: bool) -> TableName:
        """The colour table for maps with or without negative values."""
        if not signed:
            return "sequential"
        return "diverging_dark" if self.dark else "diverging"

    def image(self, levels: Levels, signed: bool, ratio: float = 1.0) -> QImage:
        """Levels as an image, (H, W) uint8; `ratio` is device pixels per logical pixel."""
        height, width = levels.shape
        pixels = levels.tobytes()  # named, for QImage reads them without owning them
        indexed = QImage(pixels, width, height, width, QImage.Format.Format_Indexed8)
        indexed.setColorTable(_qt_table(self.table_name(signed)))
        # Converted once here, or QPainter would convert it again at every repaint.
        image = indexed.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        return image

"""The sheet that a figure is laid out on: its size in print, and the size of its type."""

from __future__ import annotations

from dataclasses import dataclass

from resnet_viz.errors import UserError
from resnet_viz.ui.figures.paper import SMALL_PX

MM_PER_INCH = 25.4
PT_PER_INCH = 72.0
LEAST_PT = 6.0
"""Smaller type is not written: nobody could read it."""
_MOST_PIXELS = 200_000_000


@dataclass(frozen=True)
class Sheet:
    """Where a figure is going to be printed or shown.

    Attributes:
        width_mm: of the figure.
        height_mm: None for the height that suits it.
        text_pt: size of its smallest type in print.
        dpi: pixels per inch of a PNG.

    Raises:
        UserError: if a size cannot be used.
    """

    width_mm: float = 180.0
    height_mm: float | None = None
    text_pt: float = 8.0
    dpi: int = 300

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("width", self.width_mm, 20.0, 2000.0),
            ("height", self.height_mm or 20.0, 10.0, 2000.0),
            ("type", self.text_pt, LEAST_PT, 72.0),
            ("resolution", self.dpi, 50, 2400),
        ):
            if not low <= value <= high:
                raise UserError(
                    f"A figure's {name} must lie between {low:g} and {high:g}, got {value:g}."
                )

    @property
    def px_per_mm(self) -> float:
        """Logical pixels per millimetre, at which the smallest type has the size wanted."""
        return SMALL_PX * PT_PER_INCH / self.text_pt / MM_PER_INCH

    @property
    def width_px(self) -> float:
        """Width in logical pixels."""
        return self.width_mm * self.px_per_mm

    @property
    def height_px(self) -> float | None:
        """Height in logical pixels; None for the one that suits."""
        return None if self.height_mm is None else self.height_mm * self.px_per_mm

    def dots(self, mm: float) -> int:
        """Pixels of a PNG along so many millimetres."""
        return max(1, round(mm / MM_PER_INCH * self.dpi))

    def check_pixels(self, height_mm: float) -> None:
        """Make sure that a picture of this height fits into memory.

        Raises:
            UserError: if it would not.
        """
        width, height = self.dots(self.width_mm), self.dots(height_mm)
        if width * height > _MOST_PIXELS:
            raise UserError(
                f"A picture of {width:,} × {height:,} pixels is too large.",
                "Choose a lower resolution, or SVG or PDF, which have no pixels.",
            )


SINGLE = Sheet(85.0)
"""One column of a paper."""
DOUBLE = Sheet(180.0)
"""Both columns of a paper."""
SLIDE = Sheet(338.7, 190.5, text_pt=14.0, dpi=144)
"""A slide of 16:9, 1920 × 1080 pixels."""

PRESETS: dict[str, Sheet] = {
    "Single column, 85 mm": SINGLE,
    "Double column, 180 mm": DOUBLE,
    "Slide 16:9": SLIDE,
}

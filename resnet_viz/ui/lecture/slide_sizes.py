"""How large everything around the views of a slide is: all from the size of the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QSize

from resnet_viz.ui.stage.stage_theme import LEAST_SHARE

WIDEST_COLUMN = 3 / 4
"""Height over width of the squarest screen; what is squarer is treated as if it were lower."""


@dataclass(frozen=True)
class SlideSizes:
    """Sizes in logical pixels.

    Attributes:
        width: of the slide.
        height: that type follows; less than the slide's where that is squarer than any screen.
        least: the smallest type.
        title, sentence: type of the headline where it is short.
        margin: left and right of everything.
        top: above the headline.
        gap: between the headline, the views and the footer.
        footer: height of the footer.
        headline: height that the headline should keep to.
    """

    width: int
    height: int
    least: int
    title: int
    sentence: int
    margin: int
    top: int
    gap: int
    footer: int
    headline: int

    @classmethod
    def of(cls, size: QSize) -> SlideSizes:
        """Sizes of a slide that is as large as `size`."""
        width = max(1, size.width())
        height = max(1, min(size.height(), round(width * WIDEST_COLUMN)))
        least = math.ceil(height * LEAST_SHARE)
        return cls(
            width=width,
            height=height,
            least=least,
            title=max(least, round(height * 0.052)),
            sentence=max(least, round(height * 0.031)),
            margin=round(height * 0.055),
            top=round(height * 0.035),
            gap=round(height * 0.016),
            footer=round(least * 2.6),
            headline=round(height * 0.17),
        )

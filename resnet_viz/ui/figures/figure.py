"""A figure: what can be taken out of a workspace, as a picture and as numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

Numbers = Mapping[str, NDArray[Any]]


def _none() -> Numbers:
    return {}


@dataclass(frozen=True)
class Figure:
    """One figure of what is on screen.

    Attributes:
        title: for the list of figures, and a file's name.
        caption: what the numbers depend on: model, weights, seed, mode, picture.
        make: a new widget with `set_theme`, filled with what is on screen now, without
            selection, hover or buttons; the widgets on screen are left as they are.
        data: the numbers drawn, by name.
        share: height as a share of the width, where that is more than `least_px`.
        least_px: height at normal type, logical pixels.
    """

    title: str
    caption: str
    make: Callable[[], QWidget]
    data: Callable[[], Numbers] = _none
    share: float = 0.5
    least_px: float = 220.0

    @property
    def file_name(self) -> str:
        """The title as the name of a file, without suffix."""
        return re.sub(r"[^\w.+-]+", "-", self.title).strip("-").lower()

    def height_px(self, width_px: float) -> float:
        """A good height of the picture alone, logical pixels at normal type."""
        return max(self.least_px, self.share * width_px)

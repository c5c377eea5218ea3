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
        height_px: a good height of the picture alone for a width; logical pixels at normal type.
        name: for its file, where the title does not make a good one.
    """

    title: str
    caption: str
    make: Callable[[], QWidget]
    data: Callable[[], Numbers] = _none
    height_px: Callable[[float], float] = lambda width: max(220.0, 0.5 * width)
    name: str = ""

    @property
    def file_name(self) -> str:
        """A name for its file, without suffix."""
        return re.sub(r"[^\w.+-]+", "-", self.name or self.title).strip("-").lower()

"""A film: a figure in which time passes, and how large, how long and how smooth it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import QWidget

from resnet_viz.errors import UserError
from resnet_viz.ui.theme import Theme

SIZES = ((640, 360), (960, 540), (1280, 720), (1920, 1080))
"""Sizes that are offered, pixels."""
MOST_FPS, LONGEST_S = 30, 60.0
_MOST_PIXELS = 160_000_000
"""Of all frames together, where they are kept until the file is written: half a gigabyte."""


@dataclass(frozen=True)
class FilmSettings:
    """How large, how long and how smooth a film is.

    Attributes:
        width, height: pixels, even numbers, since most codecs take no others.
        fps: frames per second.
        seconds: from the beginning to the end of what is shown.
        hold_s: for which the last picture stays.

    Raises:
        UserError: if no player or codec would take that, or nobody would watch it.
    """

    width: int = 960
    height: int = 540
    fps: int = 12
    seconds: float = 8.0
    hold_s: float = 2.0

    def __post_init__(self) -> None:
        for side in (self.width, self.height):
            if not 64 <= side <= 3840 or side % 2:
                raise UserError(
                    f"A film cannot be {self.width} × {self.height} pixels.",
                    "Choose even numbers between 64 and 3,840.",
                )
        if not 1 <= self.fps <= MOST_FPS:
            raise UserError(f"A film has 1 to {MOST_FPS} pictures a second, not {self.fps}.")
        if not 1.0 <= self.seconds <= LONGEST_S or not 0.0 <= self.hold_s <= LONGEST_S:
            raise UserError(f"A film lasts 1 to {LONGEST_S:.0f} seconds, not {self.seconds:g}.")

    @property
    def n_frames(self) -> int:
        """Pictures, the last one once."""
        return max(2, round(self.fps * self.seconds))

    def require_room(self) -> None:
        """Refuse what would not fit into memory, where all frames are kept.

        Raises:
            UserError: if it would not.
        """
        if self.n_frames * self.width * self.height > _MOST_PIXELS:
            raise UserError(
                f"{self.n_frames} pictures of {self.width} × {self.height} pixels are too many.",
                "Choose a smaller size, fewer seconds or fewer pictures a second; MP4 has no "
                "such limit.",
            )


class Reel(Protocol):
    """What a film shows, at any share of its time."""

    widget: QWidget
    """Painted frame by frame, of the film's size; not on screen."""

    def show_share(self, share: float) -> None:
        """Show what it was like after this share of the time, 0 to 1."""


@dataclass(frozen=True)
class Film:
    """Something that can be filmed.

    Attributes:
        title: for the list of films, and a file's name.
        caption: what the numbers depend on.
        make: what is filmed, in a theme; asked for once a film is made.
    """

    title: str
    caption: str
    make: Callable[[Theme], Reel]

    @property
    def file_name(self) -> str:
        """The title as the name of a file, without suffix."""
        return re.sub(r"[^\w.+-]+", "-", self.title).strip("-").lower()

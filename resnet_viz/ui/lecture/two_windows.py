"""Slides and presenter view on their screens."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.lecture.screens import Place, choose, put, rectangle


class TwoWindows:
    """Puts two windows where they belong.

    Args:
        slides: for the hall.
        notes: for the speaker.

    Attributes:
        place: where the slides are.
        beside: where the notes are; None where there is no other screen for them.
    """

    def __init__(self, slides: QWidget, notes: QWidget) -> None:
        self._slides, self._notes = slides, notes
        self.place: Place | None = None
        self.beside: Place | None = None

    def settle(self, place: Place | None, beside: Place | None, chosen: str) -> None:
        """Decide where both go, before anything is shown.

        Args:
            place: for the slides; None for a screen that the speaker's window is not on.
            beside: for the notes; None for another screen, if the slides' was not given.
            chosen: name of the screen that the user prefers for the slides.
        """
        usual, other = choose(self._slides.parentWidget(), chosen)
        self.place = place or usual
        self.beside = beside or (other if place is None else None)

    def show(self) -> None:
        """Show the slides, and the notes where there is a screen for them."""
        self._put_slides()
        if self.beside is not None:
            put(self._notes, self.beside)

    def flip_notes(self) -> None:
        """Show the notes or put them away; with one screen they are a window on it."""
        if self._notes.isVisible():
            self._notes.hide()
        elif self.beside is not None:
            put(self._notes, self.beside)
        else:
            self._notes.show()
        self._slides.activateWindow()

    def swap(self) -> bool:
        """Change the screens; False where there is only one."""
        if self.place is None or self.beside is None:
            return False
        self.place, self.beside = self.beside, self.place
        self._put_slides()
        if self._notes.isVisible():
            put(self._notes, self.beside)
        self._slides.activateWindow()
        return True

    @property
    def size(self) -> QSize:
        """Of the slides, logical pixels."""
        return rectangle(self.place).size() if self.place is not None else self._slides.size()

    @property
    def screen_name(self) -> str:
        """Name of the slides' screen; empty for a part of one."""
        return self.place.name() if isinstance(self.place, QScreen) else ""

    def _put_slides(self) -> None:
        if self.place is not None:
            put(self._slides, self.place)

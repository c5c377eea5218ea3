"""Tells a click from a drag, and how far a drag went."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication


class Drag:
    """The left button between press and release.

    Attributes:
        panning: whether the pointer has left the place of the press by more than a tremble.
    """

    def __init__(self) -> None:
        self.panning = False
        self._at: QPointF | None = None

    @property
    def held(self) -> bool:
        """Whether the button is down."""
        return self._at is not None

    def press(self, at: QPointF) -> None:
        """The button went down."""
        self._at, self.panning = at, False

    def move(self, to: QPointF) -> float:
        """The pointer moved; pixels to the right since the last move, 0 before a drag begins."""
        if self._at is None:
            return 0.0
        moved = to - self._at
        if not self.panning and moved.manhattanLength() < QApplication.startDragDistance():
            return 0.0
        self.panning, self._at = True, to
        return moved.x()

    def release(self) -> bool:
        """The button went up, or what lay under it is gone; whether that was a click."""
        clicked = self.held and not self.panning
        self._at, self.panning = None, False
        return clicked

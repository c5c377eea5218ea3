"""Hides the mouse cursor while it would only disturb."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

_IDLE_MS = 3000


class CursorGuard(QObject):
    """The cursor goes when the mouse rests, and while a pointer is drawn in its place.

    Args:
        parent: owner.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._hidden = False
        self._replaced = False
        self._rest = QTimer(self, singleShot=True, interval=_IDLE_MS)
        self._rest.timeout.connect(lambda: self._hide(True))

    @property
    def hidden(self) -> bool:
        """Whether the cursor is away."""
        return self._hidden

    def set_replaced(self, replaced: bool) -> None:
        """Whether something else is drawn at the mouse."""
        self._replaced = replaced
        self._hide(replaced)

    def moved(self) -> None:
        """The mouse moved over the slide."""
        self._hide(self._replaced)
        self._rest.start()

    def left(self) -> None:
        """The mouse is elsewhere, or the presentation is over."""
        self._rest.stop()
        self._hide(False)

    def _hide(self, hidden: bool) -> None:
        if hidden == self._hidden:
            return
        self._hidden = hidden
        if hidden:
            QGuiApplication.setOverrideCursor(Qt.CursorShape.BlankCursor)
        else:
            QGuiApplication.restoreOverrideCursor()

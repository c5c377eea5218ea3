"""A text of one or several lines that tells every letter, and shows texts without telling."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit


class TextBox(QPlainTextEdit):
    """Plain text.

    Args:
        name: for screen readers, and as a placeholder.
        lines: how many are in sight.

    Signals:
        typed: the whole text, after each letter.
        left: the focus went elsewhere.
    """

    typed = Signal(str)
    left = Signal()

    def __init__(self, name: str, lines: int, *, placeholder: str = "") -> None:
        super().__init__()
        self._lines = lines
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder or name)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(lambda: self.typed.emit(self.toPlainText()))

    def show_text(self, text: str) -> None:
        """Show a text, without a signal; the cursor stays where it is."""
        if text == self.toPlainText():
            return
        place = self.textCursor().position()
        with QSignalBlocker(self):
            self.setPlainText(text)
            cursor = QTextCursor(self.document())
            cursor.setPosition(min(place, len(text)))
            self.setTextCursor(cursor)

    def fit_lines(self) -> None:
        """Be as high as the lines that are to be in sight."""
        margin = 2 * (self.frameWidth() + round(self.document().documentMargin()))
        self.setFixedHeight(self._lines * self.fontMetrics().lineSpacing() + margin + 4)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

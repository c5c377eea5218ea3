"""A text that is edited where it stands on the slide."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from resnet_viz.ui.theme import LIGHT, Theme


class InPlaceEditor(QPlainTextEdit):
    """Lies over the text while it is edited: Enter takes it, Esc gives it up.

    Measured figures stand in it as their names in braces.

    Signals:
        taken: the new text.
        left: it is gone, whether the text was taken or not.
    """

    taken = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._open = False
        self._theme: Theme = LIGHT
        self.setObjectName("inPlace")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()

    def edit(self, name: str, text: str, place: QRect, *, px: int, bold: bool) -> None:
        """Begin.

        Args:
            name: what is edited, for screen readers.
            text: as it is now.
            place: of the text, in the parent's pixels.
            px: size of its type.
            bold: whether the type is bold.
        """
        font = self.font()
        font.setPixelSize(px)
        font.setBold(bold)
        self.setFont(font)
        self.setStyleSheet(self._sheet(px, bold=bold))
        self.setAccessibleName(name)
        self.setPlainText(text)
        self.setGeometry(place.adjusted(-8, -6, 8, 10))
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.selectAll()
        self._open = True
        self.show()
        self.raise_()
        self.setFocus()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme

    def finish(self) -> None:
        """Take the text."""
        if self._open:
            self.taken.emit(" ".join(self.toPlainText().split()))
            self._close()

    def give_up(self) -> None:
        """Leave the text as it was."""
        if self._open:
            self._close()

    # --- inside ------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        # Esc would leave the full screen, letters would cut skips.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.give_up()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish()

    def _close(self) -> None:
        self._open = False
        self.hide()
        self.left.emit()

    def _sheet(self, px: int, *, bold: bool) -> str:
        t = self._theme
        return (
            f"#inPlace {{ background: {t.card}; color: {t.text}; border: 2px solid {t.branch};"
            f" border-radius: 4px; font-size: {px}px; font-weight: {700 if bold else 400}; }}"
        )

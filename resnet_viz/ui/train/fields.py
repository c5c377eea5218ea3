"""Controls of the set-up panel beside those of the laboratory: numbers as the field writes them."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy

from resnet_viz.errors import UserError


class TypedField(QLineEdit):
    """A line that tells its text when it is finished; Escape takes back what was typed.

    Signals:
        typed: the finished text.
    """

    typed = Signal(str)

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self._shown = ""
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setMinimumWidth(50)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.editingFinished.connect(self._on_finished)

    def show_text(self, text: str) -> None:
        """Show a text, without a signal."""
        self._shown = text
        self.setText(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._shown:
            self.setText(self._shown)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Typed digits and letters are meant for the line, not for the window's shortcuts.
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.text().isprintable():
            event.setAccepted(bool(event.text()))
        return super().event(event)

    def _on_finished(self) -> None:
        text = self.text().strip()
        if text != self._shown:
            self._shown = text
            self.typed.emit(text)


def written(value: float) -> str:
    """A number as one types it: `0.1`, `5e-4`, `0`."""
    text = f"{value:.4g}"
    if "e" in text or 0 < abs(value) < 1e-3:
        mantissa, _, exponent = f"{value:.3e}".partition("e")
        short = mantissa.rstrip("0").rstrip(".")
        return f"{short}e{int(exponent)}"
    return text


def number_in(text: str, what: str) -> float:
    """The number that somebody typed; a comma may stand for the point.

    Raises:
        UserError: if it is none; names `what` it is for.
    """
    try:
        return float(text.replace(",", ".").replace("−", "-"))
    except ValueError:
        raise UserError(f"{text!r} is no {what}.", "Type a number such as 0.1 or 5e-4.") from None


def whole_numbers_in(text: str, what: str) -> tuple[int, ...]:
    """The numbers of a list such as `80, 120`; empty for an empty text.

    Raises:
        UserError: if something else is in it; names `what` they are for.
    """
    parts = [part for part in re.split(r"[\s,;]+", text.strip()) if part]
    if not all(part.isdigit() for part in parts):
        raise UserError(f"{text!r} are no {what}.", "Type whole numbers such as 80, 120.")
    return tuple(int(part) for part in parts)

"""The one door for what the user must be told: a strip in the window, never in the way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

_log = logging.getLogger(__name__)


class Level(Enum):
    """How serious a notice is."""

    INFO = "info"
    """Something happened that is worth a line."""
    WARNING = "warning"
    """It works, but not as well as it could."""
    ERROR = "error"
    """What was asked for did not happen; what was there before still is."""


@dataclass(frozen=True)
class Notice:
    """One message to the user.

    Attributes:
        level: how serious.
        message: what happened, on what.
        hint: what to do about it.
        details: traceback or log, shown on demand.
        action: text of a button, such as "Restart the engine".
        on_action: called when the button is pressed.
        about_engine: it stays until the engine is back, whatever else happens.
    """

    level: Level
    message: str
    hint: str = ""
    details: str = ""
    action: str = ""
    on_action: Callable[[], None] | None = None
    about_engine: bool = False


class Notifier(QObject):
    """Collects notices; a strip shows the newest. Those posted before the strip exists wait."""

    posted = Signal(object)
    withdrawn = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history: list[Notice] = []

    def post(self, notice: Notice) -> None:
        """Show a notice and keep it in the history."""
        _log.info("%s: %s %s", notice.level.value, notice.message, notice.hint)
        self.history.append(notice)
        self.posted.emit(notice)

    def error(self, message: str, hint: str = "", details: str = "") -> None:
        """What was asked for failed."""
        self.post(Notice(Level.ERROR, message, hint, details))

    def warning(self, message: str, hint: str = "") -> None:
        """It works, with a reservation."""
        self.post(Notice(Level.WARNING, message, hint))

    def info(self, message: str) -> None:
        """Good to know."""
        self.post(Notice(Level.INFO, message))

    def withdraw(self) -> None:
        """The reason for the notice on screen is gone."""
        self.withdrawn.emit()


class NoticeStrip(QFrame):
    """The strip above the workspace; hidden while there is nothing to say."""

    def __init__(self, notifier: Notifier, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noticeStrip")
        self.setAccessibleName("Notice")
        self._notice: Notice | None = None

        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._action = QPushButton()
        self._action.setAccessibleName("Do what the notice offers")
        self._action.clicked.connect(self._on_action)
        self._more = QPushButton("Details")
        self._more.setCheckable(True)
        self._close = QToolButton()
        self._close.setText("×")
        self._close.setAccessibleName("Dismiss the notice")
        self._close.setToolTip("Dismiss (Esc)")
        self._close.clicked.connect(self.dismiss)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setMaximumHeight(160)
        self._details.setAccessibleName("Details of the notice")
        self._details.hide()
        self._more.toggled.connect(self._details.setVisible)

        row = QHBoxLayout()
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._more)
        row.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.addLayout(row)
        layout.addWidget(self._details)
        self.hide()

        for notice in notifier.history[-1:]:
            self.show_notice(notice)
        notifier.posted.connect(self.show_notice)
        notifier.withdrawn.connect(self.dismiss)

    @property
    def notice(self) -> Notice | None:
        """What is on screen."""
        return self._notice

    def show_notice(self, notice: Notice) -> None:
        """Put a notice on screen in place of the last one."""
        self._notice = notice
        words = {Level.INFO: "", Level.WARNING: "Note: ", Level.ERROR: "⚠ "}[notice.level]
        self._text.setText(f"{words}{notice.message} {notice.hint}".strip())
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._action.setVisible(bool(notice.action))
        self._action.setText(notice.action)
        self._more.setVisible(bool(notice.details))
        self._more.setChecked(False)
        self._details.setPlainText(notice.details)
        self.setProperty("level", notice.level.value)
        self.style().unpolish(self)
        self.style().polish(self)
        self.setAccessibleDescription(self._text.text())
        self.show()

    def dismiss(self) -> None:
        """Take the notice off the screen."""
        self._notice = None
        self.hide()

    def _on_action(self) -> None:
        notice = self._notice
        self.dismiss()
        if notice is not None and notice.on_action is not None:
            notice.on_action()

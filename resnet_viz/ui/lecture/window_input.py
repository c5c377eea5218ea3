"""Keys and mouse of a window before any widget in it gets them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from resnet_viz.ui.lecture.remote import Remote, remote_of

_KEYS = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)


class WindowInput(QObject):
    """Takes the remote's keys wherever the focus is in a window.

    Space presses no focused button, arrows move no slider, PgDn scrolls no list; only text that
    is being edited keeps its keys. Works on the native window, so it costs nothing for all the
    events of widgets.

    Args:
        window: a top-level widget.
        handle: does what a key asks for; False to let the widgets have it.

    Signals:
        mouse_moved: where to, in the window's coordinates.
        mouse_left: the mouse is no longer over the window.
    """

    mouse_moved = Signal(QPointF)
    mouse_left = Signal()

    def __init__(self, window: QWidget, handle: Callable[[Remote, QKeyEvent], bool]) -> None:
        super().__init__(window)
        self._window = window
        self._handle = handle
        self._watched: QObject | None = None
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._window:
            if kind in (QEvent.Type.Show, QEvent.Type.WinIdChange):
                self._watch()
            return False
        if kind in _KEYS and isinstance(event, QKeyEvent):
            return self.take_key(event)
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self.mouse_moved.emit(event.position())
        elif kind == QEvent.Type.Leave:
            self.mouse_left.emit()
        return False

    def take_key(self, event: QKeyEvent) -> bool:
        """Act on a key of the remote; False where it is for the widgets."""
        remote = remote_of(event)
        if remote is None or QApplication.activePopupWidget() is not None:
            return False
        if edits_text(focus := self._window.focusWidget()):
            return self._while_editing(event, remote)
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # it becomes no shortcut, but a key press, which is taken below
            return True
        if event.isAutoRepeat() and remote not in (Remote.CLOSER, Remote.FARTHER):
            return True
        if self._handle(remote, event):
            return True
        if remote is Remote.ENTER and isinstance(focus, QAbstractButton):
            focus.click()  # Space is the remote's, so that Enter must do it
            return True
        return False

    def _while_editing(self, event: QKeyEvent, remote: Remote) -> bool:
        """Escape and Enter end the editing, so that the remote has its keys again."""
        if event.type() != QEvent.Type.KeyPress or remote not in (Remote.LEAVE, Remote.ENTER):
            return False
        if remote is Remote.ENTER and isinstance(self._window.focusWidget(), _MANY_LINES):
            return False
        QTimer.singleShot(0, self._window, self._window.setFocus)
        return remote is Remote.LEAVE

    def _watch(self) -> None:
        """Watch the native window; a widget gets a new one when its flags change."""
        native = self._window.windowHandle()
        if native is self._watched:
            return
        self._watched = native
        if native is not None:
            native.installEventFilter(self)


_MANY_LINES = (QTextEdit, QPlainTextEdit)


def edits_text(widget: QWidget | None) -> bool:
    """Whether keys are for a text in this widget."""
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    if isinstance(widget, (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)):
        return not widget.isReadOnly()
    return False

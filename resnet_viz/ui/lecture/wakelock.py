"""Keeps the screen awake during a presentation, where the desktop offers it."""

from __future__ import annotations

import itertools
import logging
import sys

from PySide6.QtCore import QObject

_log = logging.getLogger(__name__)

_SERVICE = "org.freedesktop.ScreenSaver"
_PATH = "/org/freedesktop/ScreenSaver"
_numbers = itertools.count()


class Wakelock(QObject):
    """Asks the desktop's screen saver over D-Bus; where there is none it does nothing.

    It has a connection of its own: the screen saver wakes up when that ends, so nothing stays
    behind if the program dies.

    Args:
        parent: owner.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = f"resnet-viz-wakelock-{next(_numbers)}"
        self._connected = False
        self._held = False

    @property
    def held(self) -> bool:
        """Whether the desktop granted it."""
        return self._held

    def hold(self, reason: str) -> None:
        """Ask for it; the answer comes later."""
        if self._connected or not sys.platform.startswith("linux"):
            return
        try:
            from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
        except ImportError:  # some distributions package it apart
            _log.info("Without QtDBus the screen saver is left as it is")
            return
        bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, self._name)
        self._connected = True
        if not bus.isConnected():
            self.release()
            return
        question = QDBusMessage.createMethodCall(_SERVICE, _PATH, _SERVICE, "Inhibit")
        question.setArguments(["ResNet Visualizer", reason])
        self._watcher = QDBusPendingCallWatcher(bus.asyncCall(question), self)
        self._watcher.finished.connect(self._on_answer)

    def release(self) -> None:
        """Give it back."""
        if not self._connected:
            return
        from PySide6.QtDBus import QDBusConnection

        QDBusConnection.disconnectFromBus(self._name)
        self._connected = self._held = False

    def _on_answer(self) -> None:
        self._held = self._connected and not self._watcher.isError()
        if not self._held:
            _log.info("The screen saver cannot be held off: %s", self._watcher.error().message())

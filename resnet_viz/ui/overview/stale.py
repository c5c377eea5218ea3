"""Whether to say that figures are being measured anew: not of what comes at once."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

STALE_AFTER_MS = 150
"""Measurements that come sooner are not announced: the hint would only flicker."""


class StaleHint(QObject):
    """Decides when "measuring…" is shown.

    Signals:
        changed: `shown` is another.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._stale = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(STALE_AFTER_MS)
        self._patience.timeout.connect(self.changed)

    @property
    def shown(self) -> bool:
        """Whether the figures have been old for long enough to say so."""
        return self._stale and not self._patience.isActive()

    def set(self, stale: bool) -> None:
        """The figures on screen are old, or are not."""
        if stale == self._stale:
            return
        self._stale = stale
        if stale:
            self._patience.start()
        else:
            self._patience.stop()
            self.changed.emit()

"""One line of words that says as much as it has room for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_LEAST_EM = 8


class FittedLine(QLabel):
    """Shows the first of several wordings that fits; the last one is cut where none does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wordings: tuple[str, ...] = ("",)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def say(self, *wordings: str) -> None:
        """Say one of these, the longest first."""
        self._wordings = wordings
        self.setAccessibleName(wordings[0])
        self.updateGeometry()
        self._choose()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._wordings[0])
        return QSize(width + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for the shortest wording, unless that is a long one."""
        metrics = self.fontMetrics()
        width = min(metrics.horizontalAdvance(self._wordings[-1]), _LEAST_EM * metrics.height())
        return QSize(width + 2, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._choose()

    def _choose(self) -> None:
        metrics, room = self.fontMetrics(), self.width()
        fits = (w for w in self._wordings if metrics.horizontalAdvance(w) <= room)
        last = metrics.elidedText(self._wordings[-1], Qt.TextElideMode.ElideRight, room)
        self.setText(next(fits, last))
        self.setToolTip(self._wordings[0] if self.text() != self._wordings[0] else "")


def shorter(parts: Sequence[str], separator: str = " · ") -> list[str]:
    """Wordings of a list of parts, each without the first part of the one before it."""
    return [separator.join(parts[i:]) for i in range(len(parts))]

"""Charts beside each other or under each other, whichever is the better shape for them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

_BEST_SHAPE = 1.6  # width by height of a chart over time


def stands(width: float, height: float, n: int) -> bool:
    """Whether `n` charts should stand under each other rather than side by side."""
    if n < 2 or min(width, height) <= 0:
        return False
    beside, under = (width / n) / height, width / (height / n)
    return abs(math.log(under / _BEST_SHAPE)) < abs(math.log(beside / _BEST_SHAPE))


class ChartGrid(QWidget):
    """A row or a column of widgets of one size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._widgets: tuple[QWidget, ...] = ()

    def set_widgets(self, widgets: Sequence[QWidget]) -> None:
        """Hold these, in this order; those that were held before are let go."""
        for old in self._widgets:
            self._box.removeWidget(old)
        self._widgets = tuple(widgets)
        for widget in widgets:
            self._box.addWidget(widget, 1)
            widget.show()
        self._turn()

    def set_spacing(self, px: int) -> None:
        """Pixels between two of them."""
        self._box.setSpacing(px)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        way = QBoxLayout.Direction
        under = stands(self.width(), self.height(), len(self._widgets))
        self._box.setDirection(way.TopToBottom if under else way.LeftToRight)

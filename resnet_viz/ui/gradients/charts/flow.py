"""A row of widgets that goes on in the next line where it does not fit."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Lines of widgets from the left.

    Args:
        parent: the widget it lays out.
        gap: between widgets, pixels.
        line_gap: between lines.
    """

    def __init__(self, parent: QWidget | None = None, gap: int = 16, line_gap: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._line_gap = line_gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        """All in one line."""
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() for size in sizes) + self._gap * max(0, len(sizes) - 1)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Place the widgets, or only find out how high they are in this width."""
        x, y, height = rect.left(), rect.top(), 0
        line: list[tuple[QLayoutItem, int, QSize]] = []
        for item in self._shown():
            size = item.sizeHint()
            size.setWidth(min(size.width(), rect.width()))
            if line and x + size.width() > rect.right() + 1:
                _settle(line, y, height, move=move)
                x, y, line = rect.left(), y + height + self._line_gap, []
                height = 0
            line.append((item, x, size))
            x += size.width() + self._gap
            height = max(height, _height(item, size))
        _settle(line, y, height, move=move)
        return y + height - rect.top()


def _height(item: QLayoutItem, size: QSize) -> int:
    if item.hasHeightForWidth():
        return item.heightForWidth(size.width())
    return size.height()


def _settle(line: list[tuple[QLayoutItem, int, QSize]], y: int, height: int, *, move: bool) -> None:
    for item, x, size in line if move else ():
        own = _height(item, size)
        item.setGeometry(QRect(QPoint(x, y + (height - own) // 2), QSize(size.width(), own)))

"""Panels laid over the window: where to drop, and which keys there are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget


class Overlay(QFrame):
    """Covers its parent, follows its size, hidden until shown."""

    MARGIN = 18

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        parent.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._covered and event.type() == QEvent.Type.Resize and self.isVisible():
            self._cover()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QEvent) -> None:
        self._cover()
        self.raise_()
        super().showEvent(event)  # type: ignore[arg-type]

    def _cover(self) -> None:
        m = self.MARGIN
        self.setGeometry(self._covered.rect().adjusted(m, m, -m, -m))


class DropOverlay(Overlay):
    """Shown while something is dragged over the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dropZone")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        title = QLabel("Drop it anywhere")
        title.setProperty("role", "title")
        body = QLabel("a picture, several pictures, or a checkpoint (.pth, .pt, .safetensors)")
        train = QLabel("to train: a folder of class folders, a recipe (.toml), or a run's folder")
        layout = QVBoxLayout(self)
        layout.addStretch()
        lecture = QLabel("to present: a lecture (.toml, .rvl)")
        for label in (title, body, train, lecture):
            layout.addWidget(label, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()


class KeysOverlay(Overlay):
    """All keys on one sheet; any key or click closes it."""

    ROWS = 18

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sheet")
        self.setAccessibleName("Keyboard shortcuts")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        title = QLabel("Keys")
        title.setProperty("role", "title")
        foot = QLabel("Press any key to close")
        foot.setProperty("role", "muted")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(28)
        self._grid.setVerticalSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 30, 40, 30)
        layout.addWidget(title)
        layout.addSpacing(10)
        layout.addLayout(self._grid)
        layout.addStretch()
        layout.addWidget(foot)

    def set_keys(self, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        """Fill the sheet: groups of (keys, what they do), as many to a column as find room."""
        column, top = 0, 0
        for heading, rows in groups:
            if top and top + len(rows) + 1 > self.ROWS:
                column, top = column + 1, 0
            self._add_group(top, column, heading, rows)
            top += len(rows) + 1
        self._grid.setRowStretch(self.ROWS, 1)
        self._grid.setColumnStretch(2 * column + 2, 1)

    def _add_group(
        self, top: int, column: int, heading: str, rows: Sequence[tuple[str, str]]
    ) -> None:
        label = QLabel(heading)
        label.setProperty("role", "title")
        self._grid.addWidget(label, top, 2 * column, 1, 2)
        for row, (keys, what) in enumerate(rows, top + 1):
            key_label = QLabel(keys)
            key_label.setProperty("role", "muted")
            self._grid.addWidget(key_label, row, 2 * column)
            self._grid.addWidget(QLabel(what), row, 2 * column + 1)

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        # While the sheet is up every key closes it; none reaches the window's shortcuts.
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()

"""A row of small pictures to pick from: the sample gallery, or several dropped files."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRunnable, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QIcon, QImage, QImageReader, QKeyEvent, QPixmap
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

_ARROWS = {Qt.Key.Key_Left, Qt.Key.Key_Right}


class Strip(QListWidget):
    """Small pictures in a row; a click or Enter picks one.

    Signals:
        picked: the path given with the picture.
    """

    picked = Signal(str)

    SIDE = 32

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setFlow(QListWidget.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListWidget.Movement.Static)
        self.setIconSize(QSize(self.SIDE, self.SIDE))
        self.setGridSize(QSize(self.SIDE + 5, self.SIDE + 5))
        self.setFixedHeight(self.SIDE + 10)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.itemActivated.connect(self._on_item)
        self.itemClicked.connect(self._on_item)
        # Photographs are decoded off the window's thread, and small.
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._thumbnails = _Thumbnails(self)
        self._thumbnails.done.connect(self._on_thumbnail)
        self._generation = 0

    def set_pictures(self, pictures: Sequence[tuple[str, str]]) -> None:
        """Show (title, path) pairs; grey squares stand in until, or unless, one can be drawn."""
        self._generation += 1
        self._pool.clear()
        self.clear()
        blank = QPixmap(self.SIDE, self.SIDE)
        blank.fill(Qt.GlobalColor.lightGray)
        for index, (title, path) in enumerate(pictures):
            item = QListWidgetItem(QIcon(blank), "")
            item.setToolTip(title)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, title)
            item.setData(Qt.ItemDataRole.UserRole, path)
            self.addItem(item)
            job = _Thumbnail(self._generation, index, path, 2 * self.SIDE, self._thumbnails)
            self._pool.start(job)

    def wait(self) -> None:
        """Let the running decode end; called when the window closes."""
        self._generation += 1
        self._pool.clear()
        self._pool.waitForDone(2000)

    def event(self, event: QEvent) -> bool:
        # With the focus here the arrow keys walk along the strip, not along the network.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _ARROWS
        ):
            event.accept()
            return True
        return super().event(event)

    def _on_item(self, item: QListWidgetItem) -> None:
        self.picked.emit(item.data(Qt.ItemDataRole.UserRole))

    def _on_thumbnail(self, generation: int, index: int, image: QImage) -> None:
        item = self.item(index)
        if generation != self._generation or item is None:
            return
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(2)
        item.setIcon(QIcon(pixmap))


class _Thumbnails(QObject):
    done = Signal(int, int, QImage)


class _Thumbnail(QRunnable):
    def __init__(
        self, generation: int, index: int, path: str, side: int, results: _Thumbnails
    ) -> None:
        super().__init__()
        self._key = (generation, index)
        self._path = path
        self._side = side
        self._results = results

    def run(self) -> None:
        reader = QImageReader(self._path)
        reader.setAutoTransform(True)
        size = reader.size()
        if not size.isValid() or size.width() * size.height() > 100_000_000:
            return
        # JPEG decodes straight to the small size.
        reader.setScaledSize(
            size.scaled(self._side, self._side, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        )
        image = reader.read()
        if image.isNull():
            return
        x, y = (image.width() - self._side) // 2, (image.height() - self._side) // 2
        self._results.done.emit(*self._key, image.copy(x, y, self._side, self._side))

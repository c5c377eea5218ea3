"""The scenes of a lecture as a list model: titles, thumbnails, and dragging them about."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QPixmap

from resnet_viz.lecture.scenes import Lecture, Scene

THUMBNAIL = Qt.ItemDataRole.DecorationRole
KINDS = Qt.ItemDataRole.UserRole
"""Role: the kinds of a scene's views, `overview · pair`."""

_DRAGGED = "application/x-resnet-viz-scene"

Index = QModelIndex | QPersistentModelIndex


class SceneModel(QAbstractListModel):
    """Shows a lecture; dragging asks for a move and changes nothing itself.

    Signals:
        move_wanted: from, to: the number that the scene is to have.
    """

    move_wanted = Signal(int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lecture = Lecture()
        self._thumbnails: list[tuple[Scene, QPixmap]] = []

    def set_lecture(self, lecture: Lecture) -> None:
        """Show another lecture; thumbnails of scenes that it still has stay."""
        same_length = len(lecture.scenes) == len(self._lecture.scenes)
        if same_length:
            self._lecture = lecture
            if lecture.scenes:
                self.dataChanged.emit(self.index(0), self.index(len(lecture.scenes) - 1))
        else:
            self.beginResetModel()
            self._lecture = lecture
            self.endResetModel()
        kept = [t for t in self._thumbnails if any(t[0] is s for s in lecture.scenes)]
        self._thumbnails = kept

    def set_thumbnail(self, index: int, picture: QPixmap) -> None:
        """How a scene looks; forgotten when the scene is changed."""
        scene = self._lecture.scenes[index]
        self._thumbnails = [t for t in self._thumbnails if t[0] is not scene]
        self._thumbnails.append((scene, picture))
        self.dataChanged.emit(self.index(index), self.index(index))

    # --- as Qt's model -----------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own default)
        return 0 if parent.isValid() else len(self._lecture.scenes)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._lecture.scenes):
            return None
        scene = self._lecture.scenes[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return scene.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"Scene {index.row() + 1}: {scene.title}"
        if role == THUMBNAIL:
            return next((p for s, p in self._thumbnails if s is scene), None)
        if role == KINDS:
            return " + ".join(view.kind for view in scene.views) or "words only"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_DRAGGED]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        mime.setData(_DRAGGED, QByteArray(str(indexes[0].row()).encode()))
        return mime

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Ask for the move. False, or the view would take the dragged row out afterwards."""
        if data.hasFormat(_DRAGGED):
            dragged = int(bytes(data.data(_DRAGGED).data()).decode())
            gap = row if row >= 0 else parent.row() if parent.isValid() else self.rowCount()
            self.move_wanted.emit(dragged, gap - 1 if gap > dragged else gap)
        return False

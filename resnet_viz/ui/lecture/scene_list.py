"""The scenes of a lecture in a column: choose, drag, duplicate, delete."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from resnet_viz.lecture.scenes import Lecture
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.scene_card import SceneCard
from resnet_viz.ui.lecture.scene_model import SceneModel
from resnet_viz.ui.theme import Theme

_Keys = tuple[int, Qt.KeyboardModifier]
_Index = QModelIndex | QPersistentModelIndex


class SceneList(QListView):
    """Shows the scenes of a document, and changes it.

    Keys: up and down choose, Alt+up and Alt+down move, Delete deletes, Ctrl+D duplicates.

    Args:
        document: what is edited.
        parent: owner.
    """

    def __init__(self, document: LectureDocument, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.scenes = SceneModel(self)
        self._card = SceneCard(self)
        self.setModel(self.scenes)
        self.setItemDelegate(self._card)
        self.setObjectName("sceneList")
        self.setAccessibleName("Scenes of the lecture")
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self.scenes.move_wanted.connect(document.move)
        document.lecture_changed.connect(self._show_lecture)
        document.selected_changed.connect(lambda _index: self._show_selected())
        self._show_lecture(document.lecture)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._card.theme = theme
        self.setStyleSheet(
            f"#sceneList {{ background: {theme.card}; border: none; outline: none; }}"
        )
        self.scheduleDelayedItemsLayout()

    def set_thumbnail(self, index: int, picture: QPixmap) -> None:
        """How a scene looks."""
        self.scenes.set_thumbnail(index, picture)

    # --- what the user does ------------------------------------------------------------------

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            self._document.select(current.row())

    def event(self, event: QEvent) -> bool:
        # The list's keys come before the window's, which walk through blocks and channels.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            walking = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
            if walking or _keys(event) in self._acts():
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = self._acts().get(_keys(event))
        if act is None:
            super().keyPressEvent(event)
        else:
            act()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()  # cards are as high as they are wide

    def _acts(self) -> dict[_Keys, Callable[[], object]]:
        document, at = self._document, self._document.selected
        none, alt = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
        return {
            (Qt.Key.Key_Up, alt): lambda: document.move(at, at - 1),
            (Qt.Key.Key_Down, alt): lambda: document.move(at, at + 1),
            (Qt.Key.Key_Delete, none): document.delete,
            (Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier): document.duplicate,
        }

    def _show_menu(self, place: QPoint) -> None:
        document, at = self._document, self._document.selected
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, act in (
            ("Duplicate\tCtrl+D", document.duplicate),
            ("Delete\tDel", document.delete),
            ("Move up\tAlt+↑", lambda: document.move(at, at - 1)),
            ("Move down\tAlt+↓", lambda: document.move(at, at + 1)),
        ):
            action = menu.addAction(text)
            action.setEnabled(at >= 0)
            action.triggered.connect(lambda _=False, act=act: act())
        menu.popup(self.viewport().mapToGlobal(place))

    # --- what the document tells -------------------------------------------------------------

    def _show_lecture(self, lecture: Lecture) -> None:
        blocked = self.signalsBlocked()
        self.scenes.set_lecture(lecture)
        self.blockSignals(blocked)
        self._show_selected()

    def _show_selected(self) -> None:
        index = self.scenes.index(self._document.selected)
        if index.isValid() and index != self.currentIndex():
            self.setCurrentIndex(index)
            self.scrollTo(index)


def _keys(event: QKeyEvent) -> _Keys:
    return event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier

"""The left column: whose lecture it is, its scenes, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.lecture.scenes import Lecture
from resnet_viz.ui.lecture.bundle_check import BundleCheck
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.scene_list import SceneList
from resnet_viz.ui.lecture.scene_pool import ScenePool
from resnet_viz.ui.theme import Theme

_WIDTH_EM = 16


class SceneColumn(QFrame):
    """Shows a document and changes it.

    Args:
        document: what is edited.
        pool: measures its scenes.
        parent: owner.

    Attributes:
        list: the scenes.
        check: how a bundle compares.

    Signals:
        add_wanted: a new scene.
        open_wanted: another lecture; the button that was pressed.
    """

    add_wanted = Signal()
    open_wanted = Signal(QWidget)

    def __init__(
        self, document: LectureDocument, pool: ScenePool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._document = document
        self.list = SceneList(document)
        self.check = BundleCheck(pool)
        self.title = self._line("Title of the lecture", document.edit_title)
        self.author = self._line("Author", document.edit_author)
        self.add = QPushButton("+ Scene")
        self.add.setAccessibleName("Add a scene")
        self.add.setToolTip("Add an empty scene behind the chosen one")
        self.add.clicked.connect(self.add_wanted)
        self.buttons = [
            self._button("Copy", "Duplicate the scene (Ctrl+D)", document.duplicate),
            self._button("↑", "Move the scene up (Alt+↑)", lambda: self._move(-1)),
            self._button("↓", "Move the scene down (Alt+↓)", lambda: self._move(1)),
            self._button("✕", "Delete the scene (Del)", document.delete),
        ]
        self._lay_out()
        document.lecture_changed.connect(self._show)
        document.selected_changed.connect(lambda _index: self._show(document.lecture))
        self._show(document.lecture)

    def _lay_out(self) -> None:
        opener = QToolButton()
        opener.setText("▾")
        opener.setAccessibleName("Open another lecture")
        opener.setToolTip("Lectures opened last, and those that ship with the program")
        opener.clicked.connect(lambda: self.open_wanted.emit(opener))
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.title, 1)
        head.addWidget(opener)
        foot = QHBoxLayout()
        foot.setSpacing(4)
        for button in self.buttons:
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.author)
        column.addWidget(self.list, 1)
        column.addWidget(self.check)
        column.addWidget(self.add)
        column.addLayout(foot)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.list.set_theme(theme)
        self.setMinimumWidth(round(_WIDTH_EM * theme.font_px))
        self.title.setStyleSheet(f"font-weight: 600; font-size: {theme.title_px}px;")
        self.check.setStyleSheet(f"text-align: left; font-size: {theme.small_px}px;")

    def _line(self, name: str, edit: Callable[[str], None]) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(name)
        line.setPlaceholderText(name)
        line.textEdited.connect(edit)
        line.editingFinished.connect(self._document.end_typing)
        return line

    def _button(self, text: str, tip: str, act: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip.partition(" (")[0])
        button.clicked.connect(lambda: act())
        return button

    def _move(self, by: int) -> None:
        self._document.move(self._document.selected, self._document.selected + by)

    def _show(self, lecture: Lecture) -> None:
        for line, text in ((self.title, lecture.title), (self.author, lecture.author)):
            if line.text() != text:
                line.setText(text)
                line.setCursorPosition(0)  # its beginning is seen where it is too long
                line.setCursorPosition(0)
        chosen = self._document.selected
        for button in self.buttons:
            button.setEnabled(chosen >= 0)
        self.buttons[1].setEnabled(chosen > 0)
        self.buttons[2].setEnabled(0 <= chosen < len(lecture.scenes) - 1)

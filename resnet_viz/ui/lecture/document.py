"""The lecture that is edited: its value, where it is kept, which scene is chosen, its undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from resnet_viz.lecture import editing
from resnet_viz.lecture.scenes import Lecture, Scene


@dataclass(frozen=True)
class Place:
    """Where a lecture comes from.

    Attributes:
        path: its file; None for one that was never saved.
        folder: that files named in it are relative to.
        built_in: it ships with the program: saving asks for another place.
    """

    path: Path | None = None
    folder: Path = field(default_factory=Path)
    built_in: bool = False


class LectureDocument(QObject):
    """Every edit goes through here and is one step of undo.

    Attributes:
        lecture: as it is now.
        selected: number of the chosen scene; -1 where there is none.
        place: where it is kept.
        undo: the steps.

    Signals:
        lecture_changed: the new `Lecture`.
        selected_changed: number of the chosen scene.
        place_changed: another lecture was opened, or this one was saved elsewhere.
        unsaved_changed: the new `unsaved`.
    """

    lecture_changed = Signal(object)
    selected_changed = Signal(int)
    place_changed = Signal()
    unsaved_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lecture = Lecture()
        self.selected = -1
        self.place = Place()
        self.undo = QUndoStack(self)
        self.undo.cleanChanged.connect(self._on_clean)
        self._typing = 0  # number of the text that is being typed, or the next one

    @property
    def unsaved(self) -> bool:
        """Whether there are changes that no file holds."""
        return not self.undo.isClean()

    @property
    def scene(self) -> Scene | None:
        """The chosen scene."""
        return self.lecture.scenes[self.selected] if self.selected >= 0 else None

    # --- opening and saving ------------------------------------------------------------------

    def begin_with(self, lecture: Lecture, place: Place, *, unsaved: bool = False) -> None:
        """Show another lecture, from its first scene; steps of the one before are forgotten.

        Args:
            lecture: the lecture.
            place: where it is kept.
            unsaved: whether it holds changes that its file does not.
        """
        self.undo.clear()
        if unsaved:
            self.undo.resetClean()
        self.place = place
        self._take(lecture, 0)
        self.place_changed.emit()

    def saved_as(self, lecture: Lecture, place: Place) -> None:
        """It is in a file now.

        Args:
            lecture: as it was written: its files may be named from another folder.
            place: of the file.
        """
        if lecture != self.lecture:
            self.undo.clear()  # its steps name files from another folder
            self._take(lecture, self.selected)
        self.undo.setClean()
        self.place = place
        self.place_changed.emit()

    # --- what the user does ------------------------------------------------------------------

    def select(self, index: int) -> None:
        """Choose a scene; numbers that are too large choose the last."""
        index = min(max(index, 0), len(self.lecture.scenes) - 1)
        if index != self.selected:
            self.end_typing()
            self.selected = index
            self.selected_changed.emit(index)

    def edit_title(self, text: str) -> None:
        """Change the lecture's title while it is typed: letters are one step."""
        made = replace(self.lecture, title=text)
        self._push("Edit the lecture's title", made, self.selected, "title of all")

    def edit_author(self, text: str) -> None:
        """Change the author while it is typed."""
        made = replace(self.lecture, author=text)
        self._push("Edit the author", made, self.selected, "author")

    def change_scene(self, text: str, *, typed: str = "", **fields: Any) -> None:
        """Change fields of the chosen scene; nothing happens where there is none.

        Args:
            text: what is done, for the menu.
            typed: name of the text that is being typed: letters of one text are one step.
            **fields: of `Scene`.

        Raises:
            UserError: if a value cannot be used.
        """
        if self.selected >= 0:
            made = editing.changed_scene(self.lecture, self.selected, **fields)
            self._push(text, made, self.selected, typed)

    def end_typing(self) -> None:
        """The text was left: the next letter begins a step of its own."""
        self._typing += 1

    def add(self, scenes: Sequence[Scene], text: str = "Add a scene") -> None:
        """Put scenes behind the chosen one, and choose the first of them."""
        at = self.selected + 1
        self._push(text, editing.with_scenes(self.lecture, at, scenes), at)

    def duplicate(self) -> None:
        """Put a copy behind the chosen scene, and choose it."""
        if self.selected >= 0:
            made = editing.duplicated_scene(self.lecture, self.selected)
            self._push("Duplicate the scene", made, self.selected + 1)

    def delete(self) -> None:
        """Take the chosen scene out; the next one is chosen."""
        if self.selected >= 0:
            made = editing.without_scene(self.lecture, self.selected)
            self._push("Delete the scene", made, min(self.selected, len(made.scenes) - 1))

    def move(self, index: int, to: int) -> None:
        """Give a scene another number, and choose it; numbers beyond the ends are the ends'."""
        to = min(max(to, 0), len(self.lecture.scenes) - 1)
        if index >= 0 and index != to:
            self._push("Move the scene", editing.moved_scene(self.lecture, index, to), to)

    # --- inside ------------------------------------------------------------------------------

    def _on_clean(self, clean: bool) -> None:
        self.unsaved_changed.emit(not clean)

    def _push(self, text: str, lecture: Lecture, selected: int, typed: str = "") -> None:
        if lecture == self.lecture:
            return
        if not typed:
            self.end_typing()
        before, after = (self.lecture, self.selected), (lecture, selected)
        key = (self._typing, typed) if typed else None
        self.undo.push(_Edit(self, text, before, after, key))

    def _take(self, lecture: Lecture, selected: int) -> None:
        """Show a lecture without a step of undo."""
        before, self.lecture = self.selected, lecture
        self.selected = min(selected, len(lecture.scenes) - 1)
        self.lecture_changed.emit(lecture)
        if self.selected != before:
            self.selected_changed.emit(self.selected)


class _Edit(QUndoCommand):
    """One step; the letters of one text merge into one."""

    def __init__(
        self,
        document: LectureDocument,
        text: str,
        before: tuple[Lecture, int],
        after: tuple[Lecture, int],
        typed: tuple[int, str] | None,
    ) -> None:
        super().__init__(text)
        self._document = document
        self._before = before
        self._after = after
        self._typed = typed

    def id(self) -> int:
        return -1 if self._typed is None else 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Edit) or other._typed != self._typed:
            return False
        self._after = other._after
        return True

    def redo(self) -> None:
        self._document._take(*self._after)

    def undo(self) -> None:
        self._document.end_typing()
        self._document._take(*self._before)

"""One control for each kind of field of a view: shows a value as in a file, tells another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.errors import UserError
from resnet_viz.ui.gradients.controls import Choice
from resnet_viz.ui.lecture.view_fields import Field
from resnet_viz.ui.pictures import CHECKPOINT_SUFFIXES, IMAGE_SUFFIXES
from resnet_viz.ui.train.fields import TypedField

_PATTERNS = {
    "picture": "Pictures (" + " ".join(f"*{s}" for s in IMAGE_SUFFIXES) + ");;All files (*)",
    "recipe": "Recipes (*.toml);;All files (*)",
    "checkpoint": "Checkpoints (" + " ".join(f"*{s}" for s in CHECKPOINT_SUFFIXES) + ")",
}


class FieldEditor(QWidget):
    """Edits one field.

    Args:
        field: which.

    Signals:
        wanted: the new value, as in a file.
        refused: a `UserError` of what was typed.
    """

    wanted = Signal(object)
    refused = Signal(object)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_value(self, value: Any) -> None:
        """Show a value, without a signal."""
        raise NotImplementedError


class ChoiceEditor(FieldEditor):
    """One of a few values."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.box = Choice(field.label, dict(field.choices), field.label)
        self.box.activated.connect(lambda _i: self.wanted.emit(self.box.currentData()))
        self._column.addWidget(self.box)

    def show_value(self, value: Any) -> None:
        self.box.show_data(value)


class FlagEditor(FieldEditor):
    """Yes or no."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.box = QCheckBox()
        self.box.setAccessibleName(field.label)
        self.box.clicked.connect(lambda checked: self.wanted.emit(bool(checked)))
        self._column.addWidget(self.box)

    def show_value(self, value: Any) -> None:
        self.box.setChecked(bool(value))


class LineEditor(FieldEditor):
    """A number, a text or a list of blocks, typed."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        tip = "all, or names with commas: layer1.0, layer2.3" if field.kind == "blocks" else ""
        self.line = TypedField(field.label, tip)
        if field.kind == "blocks":
            self.line.setPlaceholderText("none")
        self.line.typed.connect(self._on_typed)
        self._column.addWidget(self.line)

    def show_value(self, value: Any) -> None:
        text = ", ".join(value) if isinstance(value, list) else str(value)
        if not self.line.hasFocus() or not self.line.isModified():
            self.line.show_text(text)

    def _on_typed(self, text: str) -> None:
        self.line.setModified(False)
        try:
            self.wanted.emit(_read(self.field, text))
        except UserError as error:
            self.refused.emit(error)


class TicksEditor(FieldEditor):
    """Several of a few values, in their order."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        grid = QGridLayout()
        grid.setSpacing(2)
        self.boxes: dict[str, QCheckBox] = {}
        for number, (value, words) in enumerate(field.choices):
            box = QCheckBox(words)
            box.clicked.connect(lambda _checked: self._on_clicked())
            self.boxes[value] = box
            grid.addWidget(box, number // 2, number % 2)
        self._column.addLayout(grid)

    def show_value(self, value: Any) -> None:
        for name, box in self.boxes.items():
            box.setChecked(name in value)

    def _on_clicked(self) -> None:
        self.wanted.emit([name for name, box in self.boxes.items() if box.isChecked()])


class OpenEditor(FieldEditor):
    """One of the values that are known, or another: typed, or a file that is chosen."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self._shown = ""
        self.box = QComboBox()
        self.box.setEditable(not field.file)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setAccessibleName(field.label)
        self.box.setMinimumContentsLength(6)
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        for value, words in field.choices:
            self.box.addItem(words, value)
        self.box.activated.connect(lambda index: self._want(str(self.box.itemData(index))))
        line = self.box.lineEdit()
        if line is not None:
            line.editingFinished.connect(lambda: self._want(line.text().strip()))
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.box, 1)
        if field.file:
            row.addWidget(self._file_button())
        self._column.addLayout(row)

    def show_value(self, value: Any) -> None:
        self._shown = str(value)
        with QSignalBlocker(self.box):
            index = self.box.findData(self._shown)
            if index < 0 and self.field.file:
                self.box.addItem(Path(self._shown).name or "none", self._shown)
                self.box.setItemData(self.box.count() - 1, self._shown, Qt.ItemDataRole.ToolTipRole)
                index = self.box.count() - 1
            if index >= 0:
                self.box.setCurrentIndex(index)
            else:
                self.box.setEditText(self._shown)

    def _want(self, value: str) -> None:
        if value != self._shown:
            self._shown = value
            self.wanted.emit(value)

    def _file_button(self) -> QToolButton:
        button = QToolButton()
        button.setText("…")
        button.setAccessibleName(f"Choose a file: {self.field.label}")
        button.setToolTip("Choose a file or folder of your own")
        button.clicked.connect(self._ask)
        return button

    def _ask(self) -> None:
        title = f"Choose: {self.field.label}"
        if self.field.file in ("run", "folder"):
            name = QFileDialog.getExistingDirectory(self, title)
        else:
            name, _ = QFileDialog.getOpenFileName(self, title, "", _PATTERNS[self.field.file])
        if name:
            self._want(name)


def make_editor(field: Field) -> FieldEditor:
    """The control for a field."""
    return _EDITORS.get(field.kind, LineEditor)(field)


_EDITORS: dict[str, Callable[[Field], FieldEditor]] = {
    "choice": ChoiceEditor,
    "flag": FlagEditor,
    "ticks": TicksEditor,
    "open": OpenEditor,
}


def _read(field: Field, text: str) -> Any:
    """What was typed, as in a file.

    Raises:
        UserError: if it is no number where one is needed.
    """
    if field.kind == "blocks":
        return [name.strip() for name in text.split(",") if name.strip()]
    if field.kind == "text":
        return text
    try:
        return int(text) if field.kind == "whole" else float(text)
    except ValueError as error:
        what = "a whole number" if field.kind == "whole" else "a number"
        raise UserError(f"{field.label}: {text!r} is not {what}.") from error

"""The list of runs as a table: ticked to be compared, renamed in place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont

from resnet_viz.runs.library import RunEntry
from resnet_viz.ui.train.following import MAX_COMPARED

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
SORT = _Role.UserRole

COLUMNS = ("Name", "Networks", "Data", "State", "Steps", "Accuracy", "Begun")


class RunModel(QAbstractTableModel):
    """Runs by row.

    Attributes:
        ticked: runs to compare, in the order in which they were ticked.
        current: the run on screen.

    Signals:
        ticked_changed(): other runs are to be compared.
        renamed(object, str): path of a run, and its new name.
        refused(str): why something was not done.
    """

    ticked_changed = Signal()
    renamed = Signal(object, str)
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[RunEntry] = []
        self.ticked: list[Path] = []
        self.current: Path | None = None

    def set_entries(self, entries: Sequence[RunEntry], current: Path | None) -> None:
        """Show these runs; where they are the same ones, only their figures change."""
        same = [e.path for e in entries] == [e.path for e in self.entries]
        if same:
            self.entries, self.current = list(entries), current
            if self.entries:
                corner = self.index(len(self.entries) - 1, len(COLUMNS) - 1)
                self.dataChanged.emit(self.index(0, 0), corner)
            return
        self.beginResetModel()
        self.entries, self.current = list(entries), current
        self.endResetModel()
        there = {entry.path for entry in entries}
        if any(path not in there for path in self.ticked):
            self.ticked = [path for path in self.ticked if path in there]
            self.ticked_changed.emit()

    def row_of(self, path: Path) -> int:
        """Row of a run, -1 if it is not in the list."""
        return next((i for i, entry in enumerate(self.entries) if entry.path == path), -1)

    # --- as Qt's model -------------------------------------------------------------------------

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.entries)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == _Role.DisplayRole:
                return COLUMNS[section]
            if role == _Role.ToolTipRole and COLUMNS[section] == "Accuracy":
                return "Newest measurement on the held-out pictures, of each network"
        return super().headerData(section, orientation, role)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == 0:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
            if not self.entries[index.row()].bundled:
                flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        entry, column = self.entries[index.row()], index.column()
        if role == _Role.DisplayRole:
            return cells(entry)[column]
        if role == _Role.EditRole and column == 0:
            return entry.title
        if role == _Role.ToolTipRole:
            return f"{cells(entry)[column]}\n{entry.path}"
        if role == _Role.CheckStateRole and column == 0:
            on = entry.path in self.ticked
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        if role == _Role.FontRole and entry.path == self.current:
            return _bold()
        if role == SORT:
            return _sort_key(entry, column)
        if role == _Role.TextAlignmentRole and column in (4, 5):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:
        entry = self.entries[index.row()]
        if role == _Role.CheckStateRole:
            return self._tick(entry.path, Qt.CheckState(value) == Qt.CheckState.Checked, index)
        if role == _Role.EditRole and str(value).strip() != entry.title:
            self.renamed.emit(entry.path, str(value))
            return True
        return False

    def _tick(self, path: Path, on: bool, index: _Index) -> bool:
        if on and path not in self.ticked and len(self.ticked) >= MAX_COMPARED:
            self.refused.emit(f"Up to {MAX_COMPARED} runs are compared. Untick another one first.")
            return False
        self.ticked = [p for p in self.ticked if p != path] + [path] * on
        self.dataChanged.emit(index, index, [_Role.CheckStateRole])
        self.ticked_changed.emit()
        return True


def cells(entry: RunEntry) -> tuple[str, ...]:
    """What the columns say of a run."""
    facts = entry.facts
    steps = f"{entry.last_step:,}"
    if facts.n_steps and entry.last_step < facts.n_steps:
        steps += f" / {facts.n_steps:,}"
    return (
        entry.title,
        ", ".join(network.title for network in facts.networks),
        facts.dataset or "–",
        state_words(entry),
        steps,
        " | ".join(_accuracy(entry, network.key) for network in facts.networks),
        time.strftime("%Y-%m-%d", time.localtime(entry.created)) if entry.created else "–",
    )


def state_words(entry: RunEntry) -> str:
    """The state of a run for people."""
    if entry.bundled:
        return "bundled"
    if entry.interrupted:
        return "interrupted"
    return {"running": "training", "failed": "ended with an error"}.get(entry.state, entry.state)


def _accuracy(entry: RunEntry, key: str) -> str:
    figures = entry.figures.get(key)
    return "–" if figures is None else f"{100 * figures.accuracy:.1f} %"


def _sort_key(entry: RunEntry, column: int) -> Any:
    if column == 4:
        return entry.last_step
    if column == 5:
        return max((f.accuracy for f in entry.figures.values()), default=-1.0)
    if column == 6:
        return entry.created
    return cells(entry)[column].lower()


def _bold() -> QFont:
    font = QFont()
    font.setBold(True)
    return font

"""A table of a finding: sortable, and copied as a spreadsheet wants it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from resnet_viz.lab.csv_text import table_csv
from resnet_viz.lab.findings import Table
from resnet_viz.numerals import figure
from resnet_viz.ui.gradients.charts import saving
from resnet_viz.ui.theme import LIGHT, Theme

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_SORT = _Role.UserRole
_WIDEST_PX = 340


class TableModel(QAbstractTableModel):
    """A table's cells; numbers are shown with four digits and kept in full."""

    def __init__(self) -> None:
        super().__init__()
        self.table = Table("", "", (), ())

    def set_table(self, table: Table) -> None:
        """Show another table; a longer one of the same columns keeps what is there."""
        old = self.table
        grown = old.columns == table.columns and len(table.rows) >= len(old.rows)
        if not grown:
            self.beginResetModel()
            self.table = table
            self.endResetModel()
            return
        more = len(table.rows) > len(old.rows)
        if more:
            self.beginInsertRows(QModelIndex(), len(old.rows), len(table.rows) - 1)
        self.table = table
        if more:
            self.endInsertRows()
        if old.rows:
            corner = self.index(len(old.rows) - 1, len(table.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), corner)

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.table.columns)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        value = self.table.rows[index.row()][index.column()]
        if role == _Role.DisplayRole:
            return written(value)
        if role == _Role.ToolTipRole:
            return "" if value is None else str(value)
        if role == _SORT:
            return float("-inf") if value is None else value
        if role == _Role.TextAlignmentRole and not isinstance(value, str):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        across = orientation == Qt.Orientation.Horizontal
        if role in (_Role.DisplayRole, _Role.ToolTipRole) and across:
            return self.table.columns[section]
        return super().headerData(section, orientation, role)


class _Sorted(QSortFilterProxyModel):
    def lessThan(self, left: _Index, right: _Index) -> bool:
        a, b = (self.sourceModel().data(i, _SORT) for i in (left, right))
        if isinstance(a, str) or isinstance(b, str):
            return str(a) < str(b)
        return bool(a < b)


class TableView(QTableView):
    """Shows a table; Ctrl+C copies the chosen cells with their headers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = TableModel()
        self.sorted = _Sorted(self)
        self.sorted.setSourceModel(self.source)
        self.setModel(self.sorted)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)  # as it came, until a header is clicked
        self.setAlternatingRowColors(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setWordWrap(False)
        self._add_actions()
        self.set_theme(LIGHT)

    def _add_actions(self) -> None:
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        chosen = QAction("Copy chosen cells", self)
        chosen.setShortcut(QKeySequence.StandardKey.Copy)
        chosen.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        chosen.triggered.connect(lambda: self.copy_chosen())
        whole = QAction("Copy whole table (for a spreadsheet)", self)
        whole.triggered.connect(lambda: self.copy_all(tabs=True))
        as_csv = QAction("Copy whole table as CSV", self)
        as_csv.triggered.connect(lambda: self.copy_all(tabs=False))
        self.addActions([chosen, whole, as_csv])

    def set_table(self, table: Table) -> None:
        """Show a table in place of the last one."""
        other = table.columns != self.source.table.columns or not self.source.table.rows
        self.source.set_table(table)
        self.setAccessibleName(table.title)
        if other and table.rows:
            self.resizeColumnsToContents()
            for column in range(len(table.columns)):
                self.setColumnWidth(column, min(_WIDEST_PX, self.columnWidth(column) + 10))

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        t = theme
        self.setStyleSheet(
            f"QTableView {{ background: {t.card}; alternate-background-color: {t.window};"
            f" color: {t.text}; border: none; gridline-color: {t.grid};"
            f" selection-background-color: {t.highlight}; selection-color: {t.text};"
            f" font-size: {t.font_px}px; }}"
            f"QHeaderView {{ background: {t.card}; }}"
            f"QHeaderView::section {{ background: {t.card}; color: {t.muted}; border: none;"
            f" border-bottom: 1px solid {t.border}; padding: 4px 6px;"
            f" font-size: {t.small_px}px; }}"
        )

    def copy_all(self, *, tabs: bool) -> None:
        """Put the whole table on the clipboard, in full precision."""
        text = table_csv(self.source.table)
        QGuiApplication.clipboard().setText(saving.with_tabs(text) if tabs else text)

    def copy_chosen(self) -> None:
        """Put the chosen cells on the clipboard as on screen, in full precision, with headers."""
        table = self.source.table
        cells = self.selectedIndexes()
        columns = sorted({cell.column() for cell in cells})
        rows = [
            self.sorted.mapToSource(self.sorted.index(row, 0)).row()
            for row in sorted({cell.row() for cell in cells})
        ]
        picked = Table(
            table.key,
            table.title,
            tuple(table.columns[c] for c in columns),
            tuple(tuple(table.rows[row][c] for c in columns) for row in rows),
        )
        QGuiApplication.clipboard().setText(saving.with_tabs(table_csv(picked)))


def written(value: float | int | str | None) -> str:
    """A cell for reading."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    return figure(value, 4)

"""The list of runs on screen."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from resnet_viz.assets import assets_dir
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.run_model import COLUMNS

_DATES_FROM_EM, _DATA_FROM_EM = 62, 46


class RunTable(QTableView):
    """Rows of runs: Enter or a double click opens, F2 renames, Space ticks for comparing.

    Args:
        runs: sorted.

    Signals:
        opened(): the chosen run is to be put on screen.
        chosen(): another row is chosen.
    """

    opened = Signal()
    chosen = Signal()

    def __init__(self, runs: QSortFilterProxyModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._em = LIGHT.font_px
        self.setModel(runs)
        self.setAccessibleName("Runs")
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)  # as they come: the newest first
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.doubleClicked.connect(lambda _: self.opened.emit())
        self.selectionModel().currentRowChanged.connect(lambda *_: self.chosen.emit())

    def row(self) -> int:
        """The chosen row, -1 if there is none."""
        return self.currentIndex().row()

    def choose(self, row: int) -> None:
        """Choose a row; -1 for the first."""
        if self.model().rowCount():
            self.setCurrentIndex(
                self.model().index(max(row, 0), max(self.currentIndex().column(), 0))
            )

    def rename(self) -> None:
        """Edit the name of the chosen run in place."""
        if self.row() >= 0:
            index = self.model().index(self.row(), 0)
            self.setCurrentIndex(index)
            self.edit(index)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        t = theme
        tick = "black" if t.name == "dark" else "white"
        image = (assets_dir() / "icons" / f"tick-{tick}.svg").as_posix()
        self.setStyleSheet(
            f"QTableView {{ background: {t.card}; alternate-background-color: {t.window};"
            f" color: {t.text}; border: none; font-size: {t.font_px}px;"
            f" selection-background-color: {t.highlight}; selection-color: {t.text}; }}"
            f"QTableView::item {{ padding: 2px 6px; }}"
            f"QTableView::indicator {{ width: {t.font_px}px; height: {t.font_px}px;"
            f" border: 1px solid {t.ghost}; border-radius: 3px; background: {t.card}; }}"
            f"QTableView::indicator:checked {{ background: {t.accent}; border-color: {t.accent};"
            f" image: url({image}); }}"
            f"QHeaderView {{ background: {t.card}; }}"
            f"QHeaderView::section {{ background: {t.card}; color: {t.muted}; border: none;"
            f" border-bottom: 1px solid {t.border}; padding: 4px 6px;"
            f" font-size: {t.small_px}px; }}"
        )
        self.verticalHeader().setDefaultSectionSize(round(2.1 * t.font_px))
        self.setMinimumHeight(round(8 * t.font_px))
        self.horizontalHeader().setMinimumSectionSize(round(4 * t.font_px))
        self._em = t.font_px
        self.resizeColumnsToContents()  # or a header keeps the widths of other type
        self._fit()

    def _fit(self) -> None:
        """In a narrow window names need the room of what is least asked for."""
        width = self.viewport().width() / self._em
        self.setColumnHidden(COLUMNS.index("Begun"), width < _DATES_FROM_EM)
        self.setColumnHidden(COLUMNS.index("Data"), width < _DATA_FROM_EM)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not editing:
            self.opened.emit()
            return
        if event.key() == Qt.Key.Key_Space and self.row() >= 0:
            self._flip(self.model().index(self.row(), 0))
            return
        super().keyPressEvent(event)

    def _flip(self, index: QModelIndex) -> None:
        role = Qt.ItemDataRole.CheckStateRole
        on = Qt.CheckState(self.model().data(index, role)) == Qt.CheckState.Checked
        after = Qt.CheckState.Unchecked if on else Qt.CheckState.Checked
        self.model().setData(index, after, role)

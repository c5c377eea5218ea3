"""What an experiment has found: the sentence, the charts, tables behind a toggle, notes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.lab.findings import Finding
from resnet_viz.ui.gradients.chart_deck import ChartDeck
from resnet_viz.ui.gradients.charts.table_view import TableView
from resnet_viz.ui.gradients.segments import Segments
from resnet_viz.ui.theme import LIGHT, Theme

# Where the page is this high there is room for the notes under the charts.
_NOTES_FROM_PX = 640
# Where it is lower than this the sentence takes plain type.
_LOW_PX = 460
_ASIDE_SHARE = 0.42


class FindingView(QWidget):
    """Shows a finding, and its next version in place of it.

    Signals:
        block_clicked(str): a block's column was clicked.
        failed(object): a `UserError` of saving.
        said(str): what was saved or copied.
        export_clicked(): all of it is wanted as files.
    """

    export_clicked = Signal()
    block_clicked = Signal(str)
    failed = Signal(object)
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme = LIGHT
        self.finding: Finding | None = None
        self.sentence, self.notes, self.notes_below = QLabel(), QLabel(), QLabel()
        self.deck = ChartDeck()
        self.table = TableView()
        self.table_choice = QComboBox()
        self.what = Segments("Show")
        self.export = QPushButton("Export…")
        self.export.setToolTip("Figures, CSV and JSON of this finding into a folder")
        self.stack = QStackedWidget()
        self._build()
        self.deck.block_clicked.connect(self.block_clicked)
        self.deck.failed.connect(self.failed)
        self.deck.said.connect(self.said)
        self.export.clicked.connect(self.export_clicked)
        self.what.chosen.connect(self.show_part)
        self.table_choice.currentIndexChanged.connect(lambda _: self._show_table())
        self.set_theme(LIGHT)

    def _build(self) -> None:
        for label in (self.sentence, self.notes, self.notes_below):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.notes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.notes.setMargin(12)
        self.table_choice.setAccessibleName("Which table")
        tables = QWidget()
        column = QVBoxLayout(tables)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table_choice, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.table, 1)
        self._parts = {"charts": self.deck, "table": tables, "notes": self.notes}
        for part in self._parts.values():
            self.stack.addWidget(part)
        head = QHBoxLayout()
        head.addWidget(self.sentence, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.what)
        buttons.addWidget(self.export)
        self._aside = QVBoxLayout()
        self._aside.addLayout(buttons)
        self._aside.addStretch(1)
        head.addLayout(self._aside)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addLayout(head)
        box.addWidget(self.stack, 1)
        box.addWidget(self.notes_below)

    def set_finding(self, finding: Finding) -> None:
        """Show a finding, partial or complete."""
        self.finding = finding
        self.sentence.setText(finding.sentence)
        self.deck.set_charts(finding.charts)
        self._offer_parts(finding)
        titles = [table.title for table in finding.tables]
        if titles != [self.table_choice.itemText(i) for i in range(self.table_choice.count())]:
            self.table_choice.clear()
            self.table_choice.addItems(titles)
        self.table_choice.setVisible(len(titles) > 1)
        self._show_table()
        notes = [*finding.notes, *_sources(finding)]
        if self.notes.text() != "\n\n".join(notes):
            self.notes.setText("\n\n".join(notes))
            self.notes_below.setText(" ".join(finding.notes))
        self._fit_height()
        self._place_tabs()

    def show_part(self, part: str) -> None:
        """Show `charts`, `table` or `notes`."""
        self.what.choose(part)
        self.stack.setCurrentWidget(self._parts[part])
        self.deck.show_bar(part == "charts")
        self._fit_height()

    def set_selected(self, block: str) -> None:
        """Light up a block in every chart that has it."""
        self.deck.set_selected(block)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        for part in (self.deck, self.table, self.what):
            part.set_theme(theme)
        self.notes.setStyleSheet(f"color: {theme.text}; font-size: {theme.font_px}px;")
        self.export.setStyleSheet(f"font-size: {theme.small_px + 1}px; padding: 3px 10px;")
        self.notes_below.setStyleSheet(f"color: {theme.muted}; font-size: {theme.small_px}px;")
        self._fit_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()
        self._place_tabs()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        # How wide new tabs are is known only once they have their look.
        if event.type() == QEvent.Type.LayoutRequest:
            self._place_tabs()
        return handled

    def _offer_parts(self, finding: Finding) -> None:
        tip = "What limits these numbers"
        parts = [("charts", "Charts", "")]
        parts += [("table", "Table", "The numbers, to sort and to copy")] * bool(finding.tables)
        n_notes = len(finding.notes) + len(_sources(finding))
        parts += [("notes", f"Notes ({n_notes})", tip)] * bool(n_notes)
        self.what.set_choices(parts)
        self.what.setVisible(len(parts) > 1)
        self.show_part(self.what.value)

    def _show_table(self) -> None:
        tables = () if self.finding is None else self.finding.tables
        index = max(0, self.table_choice.currentIndex())
        if index < len(tables):
            self.table.set_table(tables[index])

    def _place_tabs(self) -> None:
        """Few tabs stand beside the sentence, where its lines leave room; many over the charts."""
        aside = self.deck.bar_width() <= _ASIDE_SHARE * self.width()
        if aside and self._aside.indexOf(self.deck.bar) < 0:
            self._aside.insertWidget(1, self.deck.bar)
        elif not aside and self._aside.indexOf(self.deck.bar) >= 0:
            self.deck.take_bar()

    def _fit_height(self) -> None:
        """Large type and the notes where there is room; where there is little, the chart first."""
        theme = self._theme
        room = self.height() >= _NOTES_FROM_PX * theme.font_px / 13.0
        low = self.height() < _LOW_PX * theme.font_px / 13.0
        look = f"color: {theme.text}; font-size: {theme.font_px if low else theme.title_px + 1}px;"
        if self.sentence.styleSheet() != look:
            self.sentence.setStyleSheet(look)
        charts = self.stack.currentWidget() is self.deck
        self.notes_below.setVisible(room and charts and bool(self.notes_below.text()))


def _sources(finding: Finding) -> list[str]:
    """Whose theories are drawn, one sentence each."""
    named = {
        f"{curve.label}: {curve.source}.": None
        for chart in finding.charts
        for curve in chart.curves
        if curve.source
    }
    return list(named)

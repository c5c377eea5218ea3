"""The glossary as a window of its own: a search field, the words, and what they mean."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.glossary import Term, terms
from resnet_viz.ui.theme import Theme


class GlossaryWindow(QDialog):
    """The field's words; stays beside the window and does not stop work there.

    Args:
        theme: colours and sizes.
        parent: owner.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle("Glossary")
        self.resize(round(62 * theme.font_px), round(42 * theme.font_px))
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search, e.g. skip, gradient, bottleneck")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search the glossary")
        self.words = QListWidget()
        self.words.setAccessibleName("Words")
        self.page = QTextBrowser()
        self.page.setAccessibleName("What the word means")
        self._lay_out()
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.words.currentItemChanged.connect(self._show)
        self._fill("")

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.words)
        split.addWidget(self.page)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        row = QHBoxLayout()
        row.addWidget(self.search)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addWidget(split, 1)

    def open_at(self, name: str) -> None:
        """Show a word, whatever was searched."""
        self.search.clear()
        for index in range(self.words.count()):
            term = self.words.item(index).data(Qt.ItemDataRole.UserRole)
            if isinstance(term, Term) and term.name == name:
                self.words.setCurrentRow(index)

    def _fill(self, wanted: str) -> None:
        """List the words that are searched for under their groups, and show the first."""
        self.words.clear()
        group = ""
        for term in terms():
            if not term.matches(wanted):
                continue
            if term.group != group:
                group = term.group
                self.words.addItem(self._heading(group))
            item = QListWidgetItem(f"  {term.name}")
            item.setData(Qt.ItemDataRole.UserRole, term)
            self.words.addItem(item)
        if self.words.count():
            self.words.setCurrentRow(1)
        else:
            self.page.setHtml(self._styled("<p>No word like this here.</p>"))

    def _heading(self, group: str) -> QListWidgetItem:
        heading = QListWidgetItem(group)
        heading.setFlags(Qt.ItemFlag.NoItemFlags)
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        return heading

    def _show(self, item: QListWidgetItem | None) -> None:
        term = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if isinstance(term, Term):
            self.page.setHtml(self._styled(_body(term, self._theme)))

    def _styled(self, body: str) -> str:
        t = self._theme
        return f'<div style="font-size: {t.font_px + 1}px; color: {t.text};">{body}</div>'

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows walk through the words while the search has the focus."""
        arrows = (Qt.Key.Key_Up, Qt.Key.Key_Down)
        if watched is self.search and isinstance(event, QKeyEvent) and event.key() in arrows:
            if event.type() == QEvent.Type.KeyPress:
                self.words.event(event)
            return True
        return super().eventFilter(watched, event)


def _body(term: Term, theme: Theme) -> str:
    parts = [f"<h2>{escape(term.name[0].upper() + term.name[1:])}</h2>"]
    if term.also:
        parts.append(f'<p style="color: {theme.muted};">also: {escape(", ".join(term.also))}</p>')
    parts.append(f"<p>{escape(term.says)}</p>")
    if term.formula:
        parts.append(
            f'<p style="font-size: {theme.title_px + 3}px; color: {theme.branch};">'
            f"{escape(term.formula)}</p>"
        )
    if term.source:
        parts.append(f'<p style="color: {theme.muted};">{escape(term.source)}</p>')
    return "".join(parts)

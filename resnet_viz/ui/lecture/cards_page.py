"""What the pages of a scene's steps, views and questions have in common: a card for each."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from resnet_viz.ui.labels import muted
from resnet_viz.ui.lecture.document import LectureDocument


class CardsPage(QScrollArea):
    """A column that scrolls: what the page is for, cards, and a button that adds one.

    Args:
        document: what is edited.
        hint: what the page is for.
        add: on the button.
        name: of the button, for those who hear it.

    Attributes:
        hint: above the cards.
        add: below the cards; what it does is the subclass's.
    """

    def __init__(self, document: LectureDocument, hint: str, add: str, name: str) -> None:
        super().__init__()
        self._document = document
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setObjectName("page")
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(0, 6, 6, 0)
        self.hint = muted(hint)
        self.hint.setWordWrap(True)
        self.add = QPushButton(add)
        self.add.setAccessibleName(name)
        self._column.addWidget(self.hint)
        self._column.addWidget(self.add)
        self._column.addStretch(1)
        self.setWidget(body)

    def _put(self, index: int, card: QWidget) -> None:
        """Show a card as the one of this number, from 0."""
        self._column.insertWidget(1 + index, card)  # under the hint

    def _drop(self, card: QWidget) -> None:
        """A card is not needed any more."""
        card.hide()
        card.deleteLater()

"""The tab "Data": the pictures of the recipe, looked at before anything learns from them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.engine.messages import DataSeen
from resnet_viz.numerals import counted
from resnet_viz.ui.hint_card import HintCard
from resnet_viz.ui.labels import muted, title
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.class_bars import Balance, ClassBars
from resnet_viz.ui.train.data_words import (
    broken_text,
    invitation,
    progress_words,
    shown_words,
    summary,
)
from resnet_viz.ui.train.sample_grid import SampleGrid
from resnet_viz.ui.train.session import TrainSession

_LEFT_EM = 23  # width of the column with the counts


class DataPage(QWidget):
    """Shows what a look at the recipe's pictures has found, and offers to look."""

    def __init__(self, session: TrainSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._data: DataSeen | None = None
        self.hint = HintCard()
        self.heading, self.shown = title(""), muted("")
        self.again = QPushButton("Look again")
        self.balance_words, self.note = QLabel(), muted("")
        self.bars = ClassBars()
        self.grid = SampleGrid()
        self.broken_heading = QLabel()
        self.broken = QPlainTextEdit()
        self.copy = QPushButton("Copy the list")
        self._lay_out()
        self._connect()
        self.set_theme(LIGHT)
        self._show()

    # --- construction ------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.again.setToolTip("Read the pictures anew, as the recipe says now")
        self.broken.setReadOnly(True)
        self.broken.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.broken.setAccessibleName("Files that were left out, with the reasons")
        for label in (self.heading, self.balance_words, self.note, self.shown, self.broken_heading):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card = QFrame()
        card.setObjectName("card")
        head = QHBoxLayout()
        head.addWidget(self.heading, 1)
        head.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addWidget(self._counts())
        row.addLayout(self._pictures(), 1)
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 10, 14, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(row, 1)
        self.body = QStackedWidget()
        self.body.addWidget(self.hint)
        self.body.addWidget(card)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 6, 0, 0)
        box.addWidget(self.body)

    def _counts(self) -> QWidget:
        """The column at the left: how many there are, how they were parted, what is broken."""
        self.left = QWidget()
        column = QVBoxLayout(self.left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.balance_words)
        column.addWidget(self.bars, 3)
        column.addWidget(self.note)
        row = QHBoxLayout()
        row.addWidget(self.broken_heading, 1)
        row.addWidget(self.copy)
        column.addLayout(row)
        column.addWidget(self.broken, 1)
        return self.left

    def _pictures(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(self.shown)
        column.addWidget(self.grid, 1)
        return column

    def _connect(self) -> None:
        session = self._session
        self.hint.run_clicked.connect(self._on_hint)
        self.again.clicked.connect(session.look_at_data)
        self.copy.clicked.connect(self._copy)
        session.data_changed.connect(self._show)
        session.state_changed.connect(self._show)
        session.look_progressed.connect(self._show)
        session.config_changed.connect(lambda _: self._show())

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        for part in (self.hint, self.bars, self.grid):
            part.set_theme(theme)
        self.left.setFixedWidth(round(_LEFT_EM * theme.font_px))
        self.broken.setMinimumHeight(round(4.5 * theme.font_px))
        self.broken_heading.setStyleSheet(f"color: {theme.text}; font-weight: 600;")

    # --- what is shown -----------------------------------------------------------------------

    def _show(self) -> None:
        session = self._session
        if session.looking:
            self._show_progress()
        elif session.data is None:
            self.hint.say(*invitation(session.config.data))
            self.body.setCurrentWidget(self.hint)
        else:
            self._show_data(session.data)
            self.body.setCurrentIndex(1)

    def _show_progress(self) -> None:
        progress = self._session.look_progress
        self.hint.say(*progress_words(progress), "Cancel")
        done, total = (progress.done, progress.total) if progress is not None else (0, 0)
        self.hint.show_progress(done, total)
        self.body.setCurrentWidget(self.hint)

    def _show_data(self, data: DataSeen) -> None:
        self.again.setEnabled(not self._session.training)
        if data is self._data:
            return
        self._data = data
        balance = Balance(data.classes, data.n_train, data.n_held_out)
        self.heading.setText(summary(data, self._session.config.data.dataset))
        self.balance_words.setText(balance.words())
        self.bars.set_balance(balance)
        self.note.setText(data.note)
        self.note.setVisible(bool(data.note))
        self.shown.setText(shown_words(data))
        self.grid.set_samples(data.classes, data.samples, data.labels)
        self.broken_heading.setText(f"{counted(len(data.broken), 'file')} left out")
        self.broken.setPlainText(broken_text(data.broken))
        for part in (self.broken_heading, self.broken, self.copy):
            part.setVisible(bool(data.broken))

    # --- reactions ---------------------------------------------------------------------------

    def _on_hint(self) -> None:
        if self._session.looking:
            self._session.cancel_look()
        else:
            self._session.look_at_data()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.broken.toPlainText())

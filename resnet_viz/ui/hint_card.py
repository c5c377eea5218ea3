"""What stands where there is nothing to show yet: what it is, and the one thing to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.ui.theme import LIGHT, Theme

_WIDTH_EM = 46


class HintCard(QFrame):
    """A heading, a few sentences and one button in the middle of a card.

    Args:
        button: words on the button; empty for none.
        parent: owner.

    Signals:
        run_clicked(): the button.
    """

    run_clicked = Signal()

    def __init__(self, button: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hintCard")
        self.title, self.text = QLabel(), QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.run_button = QPushButton(button)
        self.run_button.setProperty("role", "primary")
        self.run_button.setVisible(bool(button))
        self.run_button.clicked.connect(self.run_clicked)
        # Wrapped text gets its height from its width: the column's is fixed, not theirs.
        self.column = QWidget()
        self._lines = QVBoxLayout(self.column)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(12)
        for label in (self.title, self.text):
            self.add_line(label)
        self._lines.addWidget(self.bar)
        self._lines.addWidget(self.run_button, 0, Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.column)
        row.addStretch()
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 16, 24, 16)
        box.addStretch(2)
        box.addLayout(row)
        box.addStretch(3)
        self.set_theme(LIGHT)

    def add_line(self, label: QLabel, at: int = -1) -> None:
        """Put a centred, wrapped line into the column."""
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lines.insertWidget(at, label)

    def say(self, title: str, text: str, button: str = "") -> None:
        """Say something else; a card that says nothing new about progress shows no bar."""
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.run_button.setText(button)
        self.run_button.setAccessibleDescription(text)
        self.run_button.setVisible(bool(button))
        self.bar.hide()

    def show_progress(self, done: int, total: int) -> None:
        """Show a bar; a `total` of 0 means that nobody knows how far it is."""
        self.bar.setRange(0, max(0, total))
        self.bar.setValue(min(done, total))
        self.bar.setAccessibleName(self.title.text())
        self.bar.show()

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        t = theme
        self.setStyleSheet(
            f"#hintCard {{ background: {t.card}; border: 1px solid {t.border};"
            " border-radius: 8px; }"
        )
        self.title.setStyleSheet(
            f"color: {t.text}; font-size: {t.title_px + 4}px; font-weight: 600;"
        )
        self.text.setStyleSheet(f"color: {t.text}; font-size: {t.title_px + 1}px;")
        self.column.setFixedWidth(round(_WIDTH_EM * t.font_px))

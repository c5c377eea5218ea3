"""What stands where nothing has been measured yet: what would be, the formula, the source."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from resnet_viz.ui.gradients.explanations import Explanation
from resnet_viz.ui.theme import LIGHT, Theme

_WIDTH_EM = 46


class IntroCard(QFrame):
    """Explains an experiment and offers to run it.

    Signals:
        run_clicked(): the button.
    """

    run_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("introCard")
        self.title, self.text, self.formula, self.source = (QLabel() for _ in range(4))
        self.formula.setTextFormat(Qt.TextFormat.RichText)
        self.run_button = QPushButton("Run")
        self.run_button.setProperty("role", "primary")
        self.run_button.clicked.connect(self.run_clicked)
        # Wrapped text gets its height from its width: the column's is fixed, not theirs.
        self.column = QWidget()
        column = QVBoxLayout(self.column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for label in (self.title, self.text, self.formula, self.source):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addWidget(self.run_button, 0, Qt.AlignmentFlag.AlignHCenter)
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

    def show_explanation(self, title: str, explanation: Explanation) -> None:
        """Explain another experiment."""
        self.title.setText(title)
        self.text.setText(explanation.text)
        self.formula.setText(explanation.formula)
        self.source.setText(explanation.source)
        self.source.setVisible(bool(explanation.source))

    def show_state(self, *, running: bool, possible: bool) -> None:
        """Whether it can be run now."""
        self.run_button.setEnabled(possible and not running)
        self.run_button.setText("Running…" if running else "Run")

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        t = theme
        self.setStyleSheet(
            f"#introCard {{ background: {t.card}; border: 1px solid {t.border};"
            " border-radius: 8px; }"
        )
        self.title.setStyleSheet(
            f"color: {t.text}; font-size: {t.title_px + 4}px; font-weight: 600;"
        )
        self.text.setStyleSheet(f"color: {t.text}; font-size: {t.title_px + 1}px;")
        self.formula.setStyleSheet(f"color: {t.gradient}; font-size: {t.title_px + 2}px;")
        self.source.setStyleSheet(f"color: {t.muted}; font-size: {t.small_px + 1}px;")
        self.column.setFixedWidth(round(_WIDTH_EM * t.font_px))

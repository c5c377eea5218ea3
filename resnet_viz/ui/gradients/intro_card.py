"""What stands where nothing has been measured yet: what would be, the formula, the source."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from resnet_viz.ui.gradients.explanations import Explanation
from resnet_viz.ui.hint_card import HintCard
from resnet_viz.ui.theme import LIGHT, Theme


class IntroCard(HintCard):
    """Explains an experiment and offers to run it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.formula, self.source = QLabel(), QLabel()
        super().__init__("Run", parent)
        self.formula.setTextFormat(Qt.TextFormat.RichText)
        for place, label in ((2, self.formula), (3, self.source)):
            self.add_line(label, place)
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
        super().set_theme(theme)
        t = theme
        self.formula.setStyleSheet(f"color: {t.gradient}; font-size: {t.title_px + 2}px;")
        self.source.setStyleSheet(f"color: {t.muted}; font-size: {t.small_px + 1}px;")

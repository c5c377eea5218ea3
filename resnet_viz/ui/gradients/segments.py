"""One choice of a few, all of which are on screen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QWidget

from resnet_viz.ui.gradients.charts.flow import FlowLayout
from resnet_viz.ui.theme import LIGHT, Theme


class Segments(QWidget):
    """Buttons in a row, or in more where it is narrow; one of them is down.

    Args:
        name: what is chosen, for screen readers.

    Signals:
        chosen(str): the value of the button that went down.
    """

    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._theme: Theme = LIGHT
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.buttons: dict[str, QPushButton] = {}
        self._row = FlowLayout(self, gap=0, line_gap=2)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(name)

    @property
    def value(self) -> str:
        """What is chosen; empty if there is nothing to choose."""
        return next((v for v, button in self.buttons.items() if button.isChecked()), "")

    def set_choices(self, choices: Sequence[tuple[str, str, str]]) -> None:
        """Offer values as buttons: (value, words, tip). The chosen one stays if it is there."""
        before = self.value
        if [value for value, _, _ in choices] != list(self.buttons):
            self._rebuild([value for value, _, _ in choices])
        for value, words, tip in choices:
            self.buttons[value].setText(words)
            self.buttons[value].setToolTip(tip)
            self.buttons[value].setAccessibleName(f"{self._name}: {words}")
        if self.buttons:
            self.choose(before if before in self.buttons else next(iter(self.buttons)))
        self.set_theme(self._theme)

    def choose(self, value: str) -> None:
        """Put a button down, without a signal."""
        self.buttons[value].setChecked(True)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        last = len(self.buttons) - 1
        for i, button in enumerate(self.buttons.values()):
            left, right = (6 if i == 0 else 0), (6 if i == last else 0)
            button.setStyleSheet(
                f"QPushButton {{ color: {theme.text}; background: {theme.card};"
                f" border: 1px solid {theme.border}; font-size: {theme.small_px + 1}px;"
                f" border-top-left-radius: {left}px; border-bottom-left-radius: {left}px;"
                f" border-top-right-radius: {right}px; border-bottom-right-radius: {right}px;"
                f" margin-left: {-1 if i else 0}px; padding: 3px 11px; }}"
                f"QPushButton:hover {{ background: {theme.raised}; }}"
                f"QPushButton:focus {{ border-color: {theme.text}; }}"
                f"QPushButton:checked {{ background: {theme.accent}; color: {theme.on_accent}; }}"
            )

    def _rebuild(self, values: list[str]) -> None:
        for button in self.buttons.values():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.setParent(None)
            button.deleteLater()
        self.buttons = {}
        for value in values:
            button = QPushButton(self)
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, v=value: self.chosen.emit(v))
            self._group.addButton(button)
            self._row.addWidget(button)
            self.buttons[value] = button

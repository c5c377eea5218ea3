"""Under the live scene: its steps, and what to do with changes that were made by hand."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from resnet_viz.ui.theme import Theme


class PreviewBar(QWidget):
    """Shows what it is told.

    Signals:
        stepped: 1 or -1.
        reset: forget what was changed by hand.
        keep_in_script, keep_as_step: keep it.
        controls_toggled: whether the audience's view has its controls.
        present: show the lecture full screen from here.
    """

    stepped = Signal(int)
    reset = Signal()
    keep_in_script = Signal()
    keep_as_step = Signal()
    controls_toggled = Signal(bool)
    present = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = self._arrow(Qt.ArrowType.LeftArrow, "The step before", -1)
        self.forward = self._arrow(Qt.ArrowType.RightArrow, "The next step", 1)
        self.words = QLabel()
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.keep = QPushButton("Keep what I changed")
        self.keep.setToolTip("Write into the scene what you changed on it by hand")
        self.keep.clicked.connect(self.keep_in_script)
        self.as_step = QPushButton("Keep as a step")
        self.as_step.setToolTip("Show it when the next key is pressed")
        self.as_step.clicked.connect(self.keep_as_step)
        self.undo = QPushButton("Back to the script")
        self.undo.setToolTip("Show again what the lecture says")
        self.undo.clicked.connect(self.reset)
        self.controls = QCheckBox("Controls")
        self.controls.setToolTip("Show the buttons and menus that a presentation hides (key H)")
        self.controls.toggled.connect(self.controls_toggled)
        self.start = QPushButton("▶ Present  F5")
        self.start.setProperty("role", "primary")
        self.start.setAccessibleName("Present from this scene")
        self.start.clicked.connect(self.present)
        self._lay_out()
        self.show_nothing()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.back)
        row.addWidget(self.forward)
        row.addWidget(self.words, 1)
        for widget in (self.undo, self.keep, self.as_step, self.controls, self.start):
            row.addWidget(widget)

    def _arrow(self, arrow: Qt.ArrowType, name: str, by: int) -> QToolButton:
        button = QToolButton()
        button.setArrowType(arrow)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.clicked.connect(lambda: self.stepped.emit(by))
        return button

    def show_nothing(self) -> None:
        """There is no scene."""
        self.words.setText("")
        for button in (self.back, self.forward, self.controls, self.start):
            button.setEnabled(False)
        self._offer_keeping(offered=False)

    def show_step(self, step: int, n_steps: int, *, improvised: bool) -> None:
        """Say where the scene stands."""
        self.back.setEnabled(step > 0)
        self.forward.setEnabled(step < n_steps)
        self.controls.setEnabled(True)
        self.start.setEnabled(True)
        if improvised:
            words = "By hand"
        elif n_steps == 0:
            words = "No steps"
        else:
            words = f"Step {step} of {n_steps}" if step else f"Before {_steps(n_steps)}"
        self.words.setText(words)
        self._offer_keeping(offered=improvised)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's sizes."""
        self.words.setStyleSheet(f"color: {theme.muted}; font-size: {theme.font_px}px;")

    def _offer_keeping(self, *, offered: bool) -> None:
        for button in (self.undo, self.keep, self.as_step):
            button.setVisible(offered)
        self.controls.setHidden(offered)


def _steps(count: int) -> str:
    return "the one step" if count == 1 else f"the first of {count} steps"

"""One step of a scene: what is said, what changes, what happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout

from resnet_viz.errors import UserError
from resnet_viz.lecture.scenes import Step
from resnet_viz.ui.gradients.controls import Choice
from resnet_viz.ui.lecture.step_text import change_text, parse_change
from resnet_viz.ui.lecture.text_box import TextBox
from resnet_viz.ui.train.fields import TypedField

_ACTIONS = {
    "": "no action",
    "train": "begin the training",
    "pause": "pause the training",
    "reveal": "reveal the curve",
}
_VIEWS = {"1": "first view", "2": "second view"}


class StepCard(QFrame):
    """Shows a step and tells what the user wants to have instead.

    Args:
        number: from 1.

    Signals:
        wanted: the new `Step`, and whether it is being typed.
        moved: -1 or 1.
        removed: the step shall go.
        shown: the preview shall show it.
        left: a text was left.
    """

    wanted = Signal(object, bool)
    moved = Signal(int)
    removed = Signal()
    shown = Signal()
    left = Signal()

    def __init__(self, number: int) -> None:
        super().__init__()
        self._step = Step()
        self.say = TextBox(f"Sentence of step {number}", 3, placeholder="the sentence stays")
        self.say.typed.connect(lambda text: self._want(replace(self._step, say=text), typed=True))
        self.say.left.connect(self.left)
        self.change = TypedField(f"Change of step {number}", _CHANGE)
        self.change.setPlaceholderText('nothing changes; cut = ["all"]')
        self.change.typed.connect(self._on_change)
        self.view = Choice(f"View of step {number}", _VIEWS, "Which view is changed")
        self.view.activated.connect(
            lambda _i: self._want(replace(self._step, view=int(self.view.currentData())))
        )
        self.action = Choice(f"Action of step {number}", _ACTIONS, "What happens")
        self.action.activated.connect(
            lambda _i: self._want(replace(self._step, do=self.action.currentData()))
        )
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setProperty("role", "problem")
        self._lay_out(number)

    def show_step(self, step: Step, n_views: int) -> None:
        """Show a step, without a signal."""
        self._step = step
        self.say.show_text(step.say)
        self.change.show_text(change_text(step.change))
        self.change.setCursorPosition(0)
        self.view.show_data(str(step.view))
        self.view.setVisible(n_views > 1)
        self.action.show_data(step.do)
        self._tell(None)

    def fit(self) -> None:
        """Fit type that has changed."""
        self.say.fit_lines()

    def _lay_out(self, number: int) -> None:
        head = QHBoxLayout()
        head.setSpacing(2)
        title = self._button(f"Step {number}", f"Show step {number}", self.shown.emit)
        title.setObjectName("fold")
        title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        head.addWidget(title, 1)
        head.addWidget(self._button("↑", f"Move step {number} up", lambda: self.moved.emit(-1)))
        head.addWidget(self._button("↓", f"Move step {number} down", lambda: self.moved.emit(1)))
        head.addWidget(self._button("✕", f"Remove step {number}", self.removed.emit))
        row = QHBoxLayout()
        row.addWidget(self.view, 1)
        row.addWidget(self.action, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.say)
        column.addWidget(self.change)
        column.addLayout(row)
        column.addWidget(self.problem)

    def _button(self, text: str, name: str, act: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.clicked.connect(lambda: act())
        return button

    def _on_change(self, text: str) -> None:
        try:
            change = parse_change(text)
        except UserError as error:
            self._tell(error)
        else:
            self._want(replace(self._step, change=change))

    def _want(self, step: Step, *, typed: bool = False) -> None:
        self._step = step
        self.wanted.emit(step, typed)

    def _tell(self, error: UserError | None) -> None:
        self.problem.setText("" if error is None else str(error))
        self.problem.setVisible(error is not None)


_CHANGE = "Fields of the view and their new values, as in a lecture's file"

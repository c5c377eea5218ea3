"""The questions of a scene, for the handout."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout

from resnet_viz.lecture.scenes import Question, Scene
from resnet_viz.ui.labels import muted
from resnet_viz.ui.lecture.cards_page import CardsPage
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.text_box import TextBox
from resnet_viz.ui.theme import Theme


class QuestionsPage(CardsPage):
    """Shows the questions of the chosen scene and changes them.

    Args:
        document: what is edited.

    Attributes:
        asks, answers: texts of each question.
    """

    def __init__(self, document: LectureDocument) -> None:
        super().__init__(document, _HINT, "+ Question", "Add a question")
        self._cards: list[QFrame] = []
        self.asks: list[TextBox] = []
        self.answers: list[TextBox] = []
        self.add.clicked.connect(
            lambda: self._set("Add a question", [*self._questions(), Question("")])
        )

    def show_scene(self, scene: Scene) -> None:
        """Show a scene, without a signal."""
        while len(self._cards) > len(scene.questions):
            self._drop(self._cards.pop())
            self.asks.pop()
            self.answers.pop()
        while len(self._cards) < len(scene.questions):
            self._add_card()
        for ask, answer, question in zip(self.asks, self.answers, scene.questions, strict=True):
            ask.show_text(question.ask)
            answer.show_text(question.answer)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        for box in (*self.asks, *self.answers):
            box.fit_lines()

    # --- inside ------------------------------------------------------------------------------

    def _add_card(self) -> None:
        index = len(self._cards)
        ask = self._box(f"Question {index + 1}", index, "ask", 3)
        answer = self._box(f"Answer {index + 1}, may name figures", index, "answer", 4)
        remove = QToolButton()
        remove.setText("✕")
        remove.setAccessibleName(f"Remove question {index + 1}")
        remove.clicked.connect(lambda: self._remove(index))
        head = QHBoxLayout()
        head.addWidget(muted(f"Question {index + 1}"), 1)
        head.addWidget(remove)
        card = QFrame()
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 0, 0, 8)
        column.addLayout(head)
        column.addWidget(ask)
        column.addWidget(answer)
        self.asks.append(ask)
        self.answers.append(answer)
        self._put(index, card)
        self._cards.append(card)

    def _box(self, name: str, index: int, field: str, lines: int) -> TextBox:
        box = TextBox(name, lines)
        box.fit_lines()
        box.typed.connect(lambda text: self._type(index, field, text))
        box.left.connect(self._document.end_typing)
        return box

    def _questions(self) -> list[Question]:
        return [] if self._document.scene is None else list(self._document.scene.questions)

    def _set(self, text: str, questions: list[Question], typed: str = "") -> None:
        self._document.change_scene(text, typed=typed, questions=tuple(questions))

    def _type(self, index: int, field: str, text: str) -> None:
        questions = self._questions()
        questions[index] = replace(questions[index], **{field: text})
        self._set(f"Edit the {field}", questions, f"{field} {index}")

    def _remove(self, index: int) -> None:
        questions = self._questions()
        del questions[index]
        self._set("Remove a question", questions)


_HINT = "For the handout: questions stand with the scene, answers on a page of their own."

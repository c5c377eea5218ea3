"""The steps of a scene in their order."""

from __future__ import annotations

from PySide6.QtCore import Signal

from resnet_viz.lecture.scenes import Scene, Step
from resnet_viz.ui.lecture.cards_page import CardsPage
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.step_card import StepCard
from resnet_viz.ui.theme import Theme


class StepsPage(CardsPage):
    """Shows the steps of the chosen scene and changes them.

    Args:
        document: what is edited.

    Attributes:
        cards: one for each step.

    Signals:
        step_wanted: the preview shall show this step, from 1.
    """

    step_wanted = Signal(int)

    def __init__(self, document: LectureDocument) -> None:
        super().__init__(document, _HINT, "+ Step", "Add a step")
        self.cards: list[StepCard] = []
        self.add.clicked.connect(lambda: self._set("Add a step", [*self._steps(), Step()]))

    def show_scene(self, scene: Scene) -> None:
        """Show a scene, without a signal."""
        while len(self.cards) > len(scene.steps):
            self._drop(self.cards.pop())
        while len(self.cards) < len(scene.steps):
            self._add_card()
        for card, step in zip(self.cards, scene.steps, strict=True):
            card.show_step(step, len(scene.views))
        self.hint.setVisible(not scene.steps)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        for card in self.cards:
            card.fit()

    # --- inside ------------------------------------------------------------------------------

    def _add_card(self) -> None:
        card, index = StepCard(len(self.cards) + 1), len(self.cards)
        card.fit()
        card.wanted.connect(lambda step, typed: self._change(index, step, typed=typed))
        card.moved.connect(lambda by: self._move(index, by))
        card.removed.connect(lambda: self._remove(index))
        card.shown.connect(lambda: self.step_wanted.emit(index + 1))
        card.left.connect(self._document.end_typing)
        self._put(index, card)
        self.cards.append(card)

    def _steps(self) -> list[Step]:
        return [] if self._document.scene is None else list(self._document.scene.steps)

    def _set(self, text: str, steps: list[Step], typed: str = "") -> None:
        self._document.change_scene(text, typed=typed, steps=tuple(steps))

    def _change(self, index: int, step: Step, *, typed: bool) -> None:
        steps = self._steps()
        steps[index] = step
        self._set("Change a step", steps, f"step {index}" if typed else "")

    def _move(self, index: int, by: int) -> None:
        steps = self._steps()
        to = index + by
        if 0 <= to < len(steps):
            steps.insert(to, steps.pop(index))
            self._set("Move a step", steps)

    def _remove(self, index: int) -> None:
        steps = self._steps()
        del steps[index]
        self._set("Remove a step", steps)


_HINT = (
    "Each step is one key of the presenter: it says another sentence, changes fields of a view, "
    "begins a training or reveals a curve. Change something on the preview by hand, and Keep as "
    "a step writes it here."
)

"""Steps of undo in the set-up of a training."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from resnet_viz.train.config import TrainConfig


class RecipeStep(QUndoCommand):
    """One step of undo.

    Args:
        apply: takes a recipe.
        text: what happened, for people.
        before: the recipe before the step.
        after: the recipe after it.
    """

    def __init__(
        self,
        apply: Callable[[TrainConfig], None],
        text: str,
        before: TrainConfig,
        after: TrainConfig,
    ) -> None:
        super().__init__(text)
        self._apply = apply
        self._before = before
        self._after = after

    def redo(self) -> None:
        self._apply(self._after)

    def undo(self) -> None:
        self._apply(self._before)

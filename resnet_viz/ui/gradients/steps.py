"""Steps of undo in the laboratory."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtGui import QUndoCommand, QUndoStack

from resnet_viz.lab.settings import LabSettings
from resnet_viz.ui.gradients.changes import same_numbers

# Number of a drag and what is dragged.
Drag = tuple[int, str]


class SettingsStep(QUndoCommand):
    """One step of undo; changes of one drag merge into one step.

    Args:
        apply: takes settings, and measures them.
        text: what happened, for people.
        before: settings before the step.
        after: settings after it.
        drag: the drag that it was part of; None for a step of its own.
    """

    def __init__(
        self,
        apply: Callable[[LabSettings], None],
        text: str,
        before: LabSettings,
        after: LabSettings,
        drag: Drag | None,
    ) -> None:
        super().__init__(text)
        self._apply = apply
        self._before = before
        self._after = after
        self._drag = drag

    def starts_from(self, settings: LabSettings) -> bool:
        """Whether these were the settings before the step."""
        return same_numbers(self._before, settings)

    def id(self) -> int:
        return -1 if self._drag is None else 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, SettingsStep) or other._drag != self._drag:
            return False
        self._after = other._after
        return True

    def redo(self) -> None:
        self._apply(self._after)

    def undo(self) -> None:
        self._apply(self._before)


def forget_steps_since(stack: QUndoStack, good: LabSettings) -> None:
    """Take the steps since some settings out of the list without undoing them.

    They lead to settings that could not be measured, so none may lead there again.
    """
    steps = [cast(SettingsStep, stack.command(i)) for i in range(stack.index())]
    starts = [i for i, step in enumerate(steps) if step.starts_from(good)]
    if not starts:  # it was undone into; what lies around is as unsure
        stack.clear()
        return
    for step in reversed(steps[starts[-1] :]):
        step.setObsolete(True)
        stack.undo()

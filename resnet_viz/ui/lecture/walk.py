"""Where a presentation stands, and where the next key takes it. No widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Position:
    """A moment of a lecture.

    Attributes:
        scene: index, from 0.
        step: within the scene; 0 before its first step.
    """

    scene: int = 0
    step: int = 0


def forward(here: Position, steps: Sequence[int]) -> Position | None:
    """The moment after this one; None at the end.

    Args:
        here: where it stands.
        steps: how many steps each scene has.
    """
    if here.step < steps[here.scene]:
        return Position(here.scene, here.step + 1)
    if here.scene + 1 < len(steps):
        return Position(here.scene + 1)
    return None


def back(here: Position, steps: Sequence[int]) -> Position | None:
    """The moment before this one: of the scene before, its last; None at the start."""
    if here.step > 0:
        return Position(here.scene, here.step - 1)
    if here.scene > 0:
        return Position(here.scene - 1, steps[here.scene - 1])
    return None


def clamped(here: Position, steps: Sequence[int]) -> Position:
    """The nearest moment that there is; scenes may have gone since it was remembered."""
    scene = max(0, min(here.scene, len(steps) - 1))
    most = steps[scene] if steps else 0
    return Position(scene, max(0, min(here.step, most)))

"""The places that the scenes of a lecture have in a pool, and what becomes of them in an edit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QSize
from PySide6.QtGui import QPixmap

from resnet_viz.lecture.scenes import Scene
from resnet_viz.ui.lecture.scene_view import SceneView
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.theme import Theme


@dataclass(eq=False)
class Slot:
    """One scene of the lecture.

    Attributes:
        scene: its script.
        view: its widget; None before it is made.
        engines: of its views, by their index.
        theme, size: that the widget has.
        painted: whether it was painted, complete, with them.
        prepared: what the pool said of it last.
        thumbnail: a small picture of it; None before it was painted.
    """

    scene: Scene
    view: SceneView | None = None
    engines: dict[int, StageEngine] = field(default_factory=dict)
    theme: Theme | None = None
    size: QSize = field(default_factory=QSize)
    painted: bool = False
    prepared: bool = False
    thumbnail: QPixmap | None = None

    def wears(self, theme: Theme, size: QSize) -> bool:
        """Whether the widget has this theme and size."""
        return self.theme == theme and self.size == size


def slots_of(scenes: Sequence[Scene], old: Sequence[Slot]) -> tuple[list[Slot], list[Slot]]:
    """Places for the scenes of a lecture: those that they had, where they had one.

    Args:
        scenes: of the lecture as it is now.
        old: the places before.

    Returns:
        A place for each scene, and the old places that are left over.
    """
    left = list(old)
    slots = []
    for scene in scenes:
        known = next((slot for slot in left if slot.scene == scene), None)
        if known is not None:
            left.remove(known)
        slots.append(known or Slot(scene))
    return _edited(slots, left)


def by_need(slots: Sequence[Slot], current: Slot | None) -> Iterator[Slot]:
    """The scenes in the order in which they may be needed, the one on screen last."""
    if current is None:
        yield from slots
        return
    here = slots.index(current)
    before, after = slots[:here][::-1], slots[here + 1 :]
    yield from (*after[:1], *before[:1], *after[1:], *before[1:], current)


def _edited(slots: list[Slot], left: list[Slot]) -> tuple[list[Slot], list[Slot]]:
    """Let edited scenes have the widgets of those they were.

    A title that is being typed makes a new scene with every letter: its views stay.
    """
    for number, new in enumerate(slots):
        found = next((s for s in left if s.view is not None and s.view.takes(new.scene)), None)
        if new.view is None and found is not None and found.view is not None:
            left.remove(found)
            found.scene, found.painted = new.scene, False
            found.view.take_scene(new.scene)
            slots[number] = found
    return slots, left

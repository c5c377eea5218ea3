"""What a user changed on a live view by hand, kept as part of the script.

Imports neither torch nor Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from resnet_viz.lecture.scenes import Scene, Step
from resnet_viz.lecture.script import changed_view, moment, view_to_table
from resnet_viz.lecture.views import ALL, Look, View

Changes = Mapping[int, Mapping[str, Any]]
"""Changed fields, as in a file, by the number of the view, from 1."""


def difference(before: View, after: View) -> dict[str, Any]:
    """Fields that make `after` of `before`, as a step's `change` holds them; of one kind."""
    old, new = (view_to_table(view, every=True) for view in (before, after))
    changed = {name: value for name, value in new.items() if value != old[name]}
    if isinstance(after, Look) and "cut" in changed and _all_cut(after):
        changed["cut"] = [ALL]
    return changed


def kept_in_script(scene: Scene, step: int, changes: Changes) -> Scene:
    """The scene with changes made to what it shows at a step.

    Before the first step the views themselves become others. Later the step's own change takes
    them in; where that changes another view, they become a step of their own behind it.

    Args:
        scene: whose script is changed.
        step: on screen; 0 before the first.
        changes: of which views.

    Raises:
        UserError: if a change cannot be made.
    """
    if step == 0:
        views = [changed_view(v, changes.get(i, {})) for i, v in enumerate(scene.views, 1)]
        return replace(scene, views=tuple(views))
    here = scene.steps[step - 1]
    own = {n: c for n, c in changes.items() if not here.change or here.view == n}
    number = next(iter(own), here.view)
    merged = replace(here, view=number, change={**here.change, **own.get(number, {})})
    steps = (*scene.steps[: step - 1], merged, *scene.steps[step:])
    rest = {n: c for n, c in changes.items() if n != number}
    return kept_as_steps(replace(scene, steps=steps), step, rest)


def kept_as_steps(scene: Scene, step: int, changes: Changes) -> Scene:
    """The scene with a new step for each changed view, behind the one on screen.

    Raises:
        UserError: if a change cannot be made.
    """
    new = tuple(Step(view=number, change=dict(change)) for number, change in changes.items())
    made = replace(scene, steps=(*scene.steps[:step], *new, *scene.steps[step:]))
    moment(made, step + len(new))  # refuses what cannot be
    return made


def saying_step(scene: Scene, step: int) -> int | None:
    """Index of the step whose words are on screen; None where they are the scene's sentence."""
    spoken = [index for index, each in enumerate(scene.steps[:step]) if each.say]
    return spoken[-1] if spoken else None


def with_sentence(scene: Scene, step: int, text: str) -> Scene:
    """The scene with other words where those on screen come from."""
    index = saying_step(scene, step)
    if index is None:
        return replace(scene, sentence=text)
    steps = list(scene.steps)
    steps[index] = replace(steps[index], say=text)
    return replace(scene, steps=tuple(steps))


def _all_cut(view: Look) -> bool:
    if view.weights == "file":
        return False  # which blocks it has only its tensors say
    return view.cut == frozenset(block.name for block in view.spec().blocks())

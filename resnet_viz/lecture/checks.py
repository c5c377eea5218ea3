"""What in a scene cannot work although each of its values can: steps, figures in texts, guesses.

A lecture with such faults can be held, edited and saved; a file's reader tells on which line
they stand, the editor beside what. Imports neither torch nor Qt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from resnet_viz.lab.entries import EntryError, nearest
from resnet_viz.lab.settings import SIDES, LabSettings
from resnet_viz.lecture.fact_names import is_figure, suggestion
from resnet_viz.lecture.facts import names_in, written
from resnet_viz.lecture.scenes import Scene, Step
from resnet_viz.lecture.script import changed_view, how_many
from resnet_viz.lecture.views import Look, Pair, Run, Study, Training, View
from resnet_viz.models.bundled import bundled
from resnet_viz.models.specs import plain_name
from resnet_viz.train.config import NetworkKey

MOST_VIEWS = 2
"""Views that fit side by side."""

Place = tuple[str | int, ...]
"""Keys from the scene in: `("step", 0, "change", "cut")`."""


@dataclass(frozen=True)
class Fault:
    """Something in a scene that cannot work.

    Attributes:
        place: of what is to blame.
        message: one sentence naming what is wrong.
        hint: what to do about it; may be empty.
    """

    place: Place
    message: str
    hint: str = ""


def faults(scene: Scene) -> tuple[Fault, ...]:
    """Everything in a scene that cannot work, in the order of its parts."""
    return (
        *_of_views(scene),
        *_of_prediction(scene),
        *_of_steps(scene),
        *_of_templates(scene),
    )


def has_curves(view: View) -> bool:
    """Whether one of a view's curves can be hidden and guessed."""
    if isinstance(view, Pair):
        return view.part != "networks"
    return isinstance(view, Study | Run | Training)


# --- views -----------------------------------------------------------------------------------


def _of_views(scene: Scene) -> Iterator[Fault]:
    if len(scene.views) > MOST_VIEWS:
        hint = "A scene shows one view, or two side by side; make two scenes of it."
        yield Fault(("view", MOST_VIEWS), how_many(len(scene.views)), hint)
    for index, view in enumerate(scene.views):
        if (found := _of_view(view)) is not None:
            key, message, hint = found
            yield Fault(("view", index, key), message, hint)


def _of_view(view: View) -> tuple[str, str, str] | None:
    """Key, message and hint of what a view lacks."""
    if isinstance(view, Look):
        return _of_look(view)
    settings = getattr(view, "settings", None)
    return _of_settings(settings) if isinstance(settings, LabSettings) else None


def _of_look(view: Look) -> tuple[str, str, str] | None:
    if view.weights == "file" and not view.path:
        return "weights", 'weights = "file" needs a path.', 'Add path = "checkpoint.pt".'
    name = _preset(view)
    if view.weights == "bundled" and name not in (known := bundled()):
        hint = f'Choose weights = "none", or one of {", ".join(known) or "none here"}.'
        return "weights", f"No trained weights of {name} ship with the program.", hint
    return None


def _preset(view: Look) -> str:
    network = view.spec()
    return plain_name(network.name) if network.plain else network.name


def _of_settings(settings: LabSettings) -> tuple[str, str, str] | None:
    if settings.batch == "folder" and not settings.folder:
        return "batch", 'batch = "folder" needs a folder.', 'Add folder = "pictures".'
    needed = {
        "random": (),
        "trained": (settings.network,),
        "twins": (settings.network, plain_name(settings.network)),
    }[settings.weights]
    for name in needed:
        if name not in (known := bundled()):
            hint = f'Choose weights = "random", or one of {", ".join(known) or "none here"}.'
            return "weights", f"No trained weights of {name} ship with the program.", hint
    return None


def _of_prediction(scene: Scene) -> Iterator[Fault]:
    if not scene.predict:
        return
    if not scene.views:
        yield Fault(("predict",), "There is no view whose curve could be hidden.")
    elif not has_curves(scene.views[0]):
        yield Fault(
            ("predict",),
            f"The first view, of kind {scene.views[0].kind!r}, has no curve to hide.",
            "Guesses are drawn on pair (with its chart), study, run and training.",
        )
    elif scene.predict not in (names := _curves(scene.views[0]) or (scene.predict,)):
        hint = f"{nearest(scene.predict, names)}Choose {' or '.join(names)}."
        yield Fault(("predict",), f"There is no curve {scene.predict!r} to hide.", hint)


def _curves(view: View) -> tuple[str, ...]:
    """Names of a view's curves; none where only the measurement knows them."""
    if isinstance(view, Pair):
        return SIDES
    return () if isinstance(view, Study) else get_args(NetworkKey)


# --- steps -----------------------------------------------------------------------------------


def _of_steps(scene: Scene) -> Iterator[Fault]:
    views = list(scene.views)
    for index, step in enumerate(scene.steps):
        place: Place = ("step", index)
        if _needs_view(step) and not 1 <= step.view <= len(views):
            yield Fault((*place, "view"), f"There is no view {step.view}.", how_many(len(views)))
            continue
        if step.change:
            try:
                views[step.view - 1] = changed_view(views[step.view - 1], step.change)
            except EntryError as error:
                keys = error.key.split(".") if error.key else []
                yield Fault((*place, "change", *keys), error.message, error.hint)
            else:
                yield from _of_changed(views[step.view - 1], step, place)
        yield from _of_action(scene, step, place)


def _needs_view(step: Step) -> bool:
    return bool(step.change) or step.do in ("train", "pause")


def _of_changed(view: View, step: Step, place: Place) -> Iterator[Fault]:
    """What a view lacks since this step; what it lacked before is told there."""
    if (found := _of_view(view)) is not None:
        key, message, hint = found
        yield Fault((*place, "change", key if key in step.change else ""), message, hint)


def _of_action(scene: Scene, step: Step, place: Place) -> Iterator[Fault]:
    if step.do == "reveal" and not scene.predict:
        hint = 'Add predict = "..." to the scene, or leave out the step.'
        yield Fault((*place, "do"), "There is nothing to reveal: no curve is hidden.", hint)
    if step.do in ("train", "pause"):
        view = scene.views[step.view - 1]
        if not isinstance(view, Training):
            hint = f'Only a view of kind "training" can; this one is of kind "{view.kind}".'
            yield Fault((*place, "do"), f"View {step.view} cannot {step.do}.", hint)


# --- texts -----------------------------------------------------------------------------------


def _of_templates(scene: Scene) -> Iterator[Fault]:
    views = scene.views[:MOST_VIEWS]
    for place, text in _templates(scene):
        for number, name in dict.fromkeys(names_in(text)):
            if not 1 <= number <= len(views):
                message = f"{written(number, name)} names a figure of view {number}."
                yield Fault(place, message, how_many(len(views)))
            elif not is_figure(view := views[number - 1], name):
                message = f"{written(number, name)} is no figure of a view of kind {view.kind!r}."
                yield Fault(place, message, suggestion(view, name))


def _templates(scene: Scene) -> Iterator[tuple[Place, str]]:
    """The texts in which figures are filled in, and where they stand."""
    for key in ("title", "sentence", "notes"):
        yield (key,), getattr(scene, key)
    for index, step in enumerate(scene.steps):
        yield ("step", index, "say"), step.say
    for index, question in enumerate(scene.questions):
        yield ("question", index, "ask"), question.ask
        yield ("question", index, "answer"), question.answer

"""What a scene shows at each of its steps: a fold of its changes over the views it begins with.

Views are tables here, as a file holds them: `kind` and flat fields. Those with `LabSettings`
hold the settings' fields beside their own. Imports neither torch nor Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from resnet_viz.errors import UserError
from resnet_viz.lab.entries import EntryError, checked, nearest
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.text import (
    experiment_from_table,
    experiment_to_table,
    settings_from_table,
    settings_to_table,
)
from resnet_viz.lecture.scenes import Moment, Scene
from resnet_viz.lecture.views import ALL, VIEWS, View
from resnet_viz.models import specs

_SETTINGS = tuple(field.name for field in fields(LabSettings))
_BLOCKS = ("cut", "dropped", "plain_restored", "plain_dropped")
# Written down even where it is the usual value: what a reader asks first, and what must stay as
# it is when a later version's usual values are others.
_ALWAYS = ("network", "weights", "seed", "norm", "init", "batch", "picture", "run", "recipe")


# --- steps -----------------------------------------------------------------------------------


def n_steps(scene: Scene) -> int:
    """How many keys stay within the scene: its moments are 0 to `n_steps`."""
    return len(scene.steps)


def moment(scene: Scene, step: int) -> Moment:
    """What a scene shows after `step` of its steps.

    Args:
        scene: of which.
        step: 0 before the first step, up to `n_steps(scene)`.

    Raises:
        UserError: if a change cannot be made; names the step.
        ValueError: if there is no such step.
    """
    if not 0 <= step <= n_steps(scene):
        raise ValueError(f"a scene of {n_steps(scene)} steps has no step {step}")
    sentence, views = scene.sentence, list(scene.views)
    done = scene.steps[:step]
    for number, each in enumerate(done, 1):
        sentence = each.say or sentence
        if each.change:
            place = f"Step {number} of {scene.title!r}"
            if not 1 <= each.view <= len(views):
                raise UserError(f"{place} changes view {each.view}.", how_many(len(views)))
            try:
                views[each.view - 1] = changed_view(views[each.view - 1], each.change)
            except UserError as error:
                raise UserError(f"{place}: {error.message}", error.hint) from error
    revealed = not scene.predict or any(each.do == "reveal" for each in done)
    last = done[-1] if done else None
    return Moment(
        sentence,
        tuple(views),
        revealed,
        do=last.do if last else "",
        view=last.view if last else 1,
    )


def how_many(n_views: int) -> str:
    """A sentence: `The scene has 2 views`."""
    words = {0: "no view", 1: "one view"}
    return f"The scene has {words.get(n_views, f'{n_views} views')}."


def changed_view(view: View, change: Mapping[str, Any]) -> View:
    """A view with some fields changed.

    Args:
        view: stays as it is.
        change: fields and their new values, as in a file.

    Raises:
        EntryError: if a field is unknown or cannot have this value, also together with the
            others; names the field.
    """
    if change.get("kind", view.kind) != view.kind:
        hint = f"The view is of kind {view.kind!r}; another kind needs another scene."
        raise EntryError("A step cannot change the kind of a view.", hint, "kind")
    return view_from_table({**view_to_table(view, every=True), **change})


# --- views as tables -------------------------------------------------------------------------


def view_to_table(view: View, *, every: bool = False) -> dict[str, Any]:
    """A view's kind and fields as plain values; `view_from_table` makes the same one of them.

    Args:
        view: any kind.
        every: also fields with their usual value.
    """
    table: dict[str, Any] = {"kind": view.kind}
    usual = VIEWS[view.kind]()
    for field in fields(view):
        content = getattr(view, field.name)
        if field.name == "settings":
            table.update(_settings_table(content, every=every))
        elif field.name == "experiment":
            table["experiment"] = experiment_to_table(content)
        elif every or field.name in _written(view) or content != getattr(usual, field.name):
            table[field.name] = _plain(content)
    return table


def _written(view: View) -> tuple[str, ...]:
    """The fields that are always written: those of random weights only where they count."""
    trained = getattr(view, "weights", "none") != "none"
    return ("network", "weights", "picture", "run", "recipe") if trained else _ALWAYS


def _settings_table(settings: LabSettings, *, every: bool) -> dict[str, Any]:
    table = settings_to_table(settings, every=True)
    changed = settings_to_table(settings)
    everything = {block.name for block in settings.spec("residual").blocks()}
    for name in _BLOCKS:
        if set(table[name]) == everything:
            table[name] = [ALL]
    return {k: v for k, v in table.items() if every or k in _ALWAYS or k in changed}


def _plain(content: Any) -> Any:
    if isinstance(content, frozenset):
        return sorted(content)
    return list(content) if isinstance(content, tuple) else content


def view_from_table(table: Mapping[str, Any]) -> View:
    """A view from its kind and fields.

    Raises:
        EntryError: if the kind or a field is unknown, or a value cannot be used; names the
            field, an experiment's as `experiment.depths`.
    """
    if "kind" not in table:
        raise EntryError("A view needs a kind.", f"Choose {', '.join(VIEWS)}.")
    key = table["kind"]
    kind = VIEWS.get(key) if isinstance(key, str) else None
    if kind is None:
        hint = f"{nearest(key, VIEWS)}Choose {', '.join(VIEWS)}."
        raise EntryError(f"There is no kind of view {key!r}.", hint, "kind")
    known = fields_of(kind)
    given = {name: content for name, content in table.items() if name != "kind"}
    for name in given:
        if name not in known:
            hint = f"{nearest(name, known)}There are {', '.join(known)}."
            raise EntryError(f"{name!r} is not a field of a view of kind {key!r}.", hint, name)
    return _made(kind, given)


def fields_of(kind: type[View]) -> tuple[str, ...]:
    """Names of the fields that a view of this kind has in a file."""
    own = tuple(field.name for field in fields(kind))
    return tuple(n for n in own if n != "settings") + (_SETTINGS if "settings" in own else ())


def _made(kind: type[View], given: Mapping[str, Any]) -> View:
    own = {field.name for field in fields(kind)}
    values = checked(kind, {k: v for k, v in given.items() if k in own - {"experiment"}}, "a field")
    if "settings" in own:
        values["settings"] = _settings({k: v for k, v in given.items() if k not in own})
    if "experiment" in given:
        values["experiment"] = _experiment(given["experiment"])
    try:
        return kind(**values)
    except UserError as error:
        name = _culprit(kind, values)
        raise EntryError(error.message, _near(name, values) + error.hint, name) from error


def _settings(given: dict[str, Any]) -> LabSettings:
    for name in _BLOCKS:
        if given.get(name) == [ALL]:
            given[name] = _all_blocks(given.get("network", LabSettings().network))
    return settings_from_table(given)


def _all_blocks(network: Any) -> list[str]:
    try:
        return [block.name for block in specs.spec(str(network)).blocks()]
    except UserError:
        return []  # there is no such network, which is told of the network


def _experiment(table: Any) -> Any:
    if not isinstance(table, Mapping):
        hint = 'Write experiment = { kind = "depth" }.'
        raise EntryError(f"experiment must be a table, got {table!r}.", hint, "experiment")
    try:
        return experiment_from_table(table)
    except EntryError as error:
        key = f"experiment.{error.key}" if error.key else "experiment"
        raise EntryError(error.message, error.hint, key) from error


def _culprit(kind: type[View], values: Mapping[str, Any]) -> str:
    """The first field, in their order, that cannot have its value beside those before it."""
    given: dict[str, Any] = {}
    for field in fields(kind):
        if field.name not in values:
            continue
        given[field.name] = values[field.name]
        try:
            kind(**given)
        except UserError:
            return field.name
    return ""


def _near(name: str, values: Mapping[str, Any]) -> str:
    """The nearest match to a network or a block that is not there."""
    if name == "network":
        names = specs.names()
        return nearest(values[name], [*names, *map(specs.plain_name, names)])
    if name in ("cut", "dropped", "selected", "block"):
        asked = values[name] if isinstance(values[name], str) else min(values[name])
        return nearest(asked, _all_blocks(values.get("network", "")))
    return ""

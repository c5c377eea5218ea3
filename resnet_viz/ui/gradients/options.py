"""An experiment's options as text fields, and back. No Qt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from resnet_viz.lab.entries import EntryError
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.text import experiment_from_table


@dataclass(frozen=True)
class Option:
    """One thing that may be chosen.

    Attributes:
        name: field of the experiment.
        label: for people.
        tip: what it does, with an example.
        hint: the field's annotation.
        default: as text.
        choices: (value, words) where one of a few is chosen.
        is_folder: whether it is a path of a folder.
    """

    name: str
    label: str
    tip: str
    hint: Any
    default: str
    choices: tuple[tuple[str, str], ...] = ()
    is_folder: bool = False


_WORDS: dict[tuple[str, str], tuple[str, str]] = {
    ("depth", "depths"): ("Depths", "Layers of the networks, each 6n + 2: 8, 14, 20, 56"),
    ("alpha", "alphas"): ("Skip strengths α", "Each between 0 and 1: 0, 0.5, 1"),
    ("scale", "gains"): ("Weight factors", "Each positive: 0.5, 1, 2"),
    ("seeds", "n_seeds"): ("Draws", "How often the weights are drawn anew"),
    ("lesion", "how"): ("Leave out", "Which blocks are left out at once"),
    ("lesion", "ks"): ("How many at once", "Numbers of blocks or of pairs: 1, 2, 4, 8"),
    ("lesion", "trials"): ("Draws each", "Random choices per number"),
    ("lesion", "folder"): ("Labelled pictures", "Folder with a folder of pictures per class"),
    ("lesion", "n_images"): ("Images", "How many of the folder's pictures"),
    ("paths", "samples"): ("Paths per length", "How many paths of each length are sampled"),
    ("shattering", "depths"): ("Depths", "Layers of the networks, each 6n + 2: 8, 20, 56"),
    ("shattering", "n_points"): ("Points on the line", "Inputs between the two images"),
    ("cost", "networks"): ("Networks", "Names, resnet20, resnet56; empty for the whole family"),
    ("cost", "time_up_to"): ("Measure time up to", "Layers of the deepest network that is timed"),
    ("cost", "repeats"): ("Timed passes", "How often each network is timed"),
}
_CHOICES = {
    "single": "each block in turn",
    "random": "random blocks",
    "shuffle": "random swaps of blocks",
}
_KINDS = {int: "a whole number", float: "a number", str: "text"}


def options_of(kind: type[Experiment]) -> list[Option]:
    """What may be chosen for an experiment, in the order of its fields."""
    hints = get_type_hints(kind)
    return [_option(kind, field.name, hints[field.name], field.default) for field in fields(kind)]


def _option(kind: type[Experiment], name: str, hint: Any, default: Any) -> Option:
    label, tip = _WORDS.get((kind.key, name), (name.replace("_", " "), ""))
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    return Option(
        name,
        label,
        tip,
        hint,
        text_of(default),
        tuple((value, _CHOICES.get(value, value)) for value in choices),
        name == "folder",
    )


_NEEDS: dict[tuple[str, str], Callable[[Mapping[str, str]], bool]] = {
    ("lesion", "ks"): lambda texts: texts["how"] != "single",
    ("lesion", "trials"): lambda texts: texts["how"] != "single",
    ("lesion", "n_images"): lambda texts: bool(texts["folder"].strip()),
}


def matters(kind: type[Experiment], name: str, texts: Mapping[str, str]) -> bool:
    """Whether an option changes anything beside the others as they are."""
    needs = _NEEDS.get((kind.key, name))
    return needs is None or needs(texts)


def text_of(value: Any) -> str:
    """A value as it stands in its field: `8, 14, 20`."""
    if isinstance(value, tuple):
        return ", ".join(text_of(each) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def experiment_of(kind: type[Experiment], texts: Mapping[str, str]) -> Experiment:
    """The experiment that the fields describe.

    Options that do not matter keep their defaults, whatever stands in their fields.

    Raises:
        EntryError: if a field cannot be read or its value is not allowed; names the field.
    """
    table: dict[str, Any] = {"kind": kind.key}
    for option in options_of(kind):
        text = texts[option.name] if matters(kind, option.name, texts) else option.default
        table[option.name] = _entry(option, text.strip())
    try:
        return experiment_from_table(table)
    except EntryError as error:
        labels = {option.name: option.label for option in options_of(kind)}
        message = str(error.message)
        if error.key in labels:
            message = re.sub(rf"\b{error.key}\b", labels[error.key], message, count=1)
        raise EntryError(message, error.hint, error.key) from error


def _entry(option: Option, text: str) -> Any:
    if get_origin(option.hint) is tuple:
        item, *_ = get_args(option.hint)
        words = [word for word in re.split(r"[\s,;]+", text) if word]
        return [_number(option, word, item) for word in words]
    if option.hint in (int, float):
        return _number(option, text, option.hint)
    return text


def _number(option: Option, word: str, kind: type) -> Any:
    try:
        return kind(word)
    except ValueError:
        raise EntryError(
            f"{option.label}: {word!r} is not {_KINDS[kind]}.", option.tip, option.name
        ) from None

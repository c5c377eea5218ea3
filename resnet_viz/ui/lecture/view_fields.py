"""Which fields of a live view the editor offers, how they are called, what they can be. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from resnet_viz.assets import assets_dir
from resnet_viz.errors import UserError
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lecture.script import changed_view
from resnet_viz.lecture.views import BUNDLED, SAMPLE, VIEWS, Look, View
from resnet_viz.models.bundled import bundled
from resnet_viz.models.specs import names, plain_name
from resnet_viz.models.specs import spec as named_spec
from resnet_viz.runs.places import bundled_runs_folder
from resnet_viz.samples import sample_images

Kind = Literal["choice", "flag", "whole", "number", "text", "blocks", "ticks", "open"]
"""How a field is edited; `open` is a choice that takes other texts too."""


@dataclass(frozen=True)
class Field:
    """One field of a view.

    Attributes:
        name: in a lecture's file.
        label: for people.
        kind: how it is edited.
        choices: (value, words), where there are any.
        file: what a file dialog asks for; empty where the field names no file.
    """

    name: str
    label: str
    kind: Kind
    choices: tuple[tuple[str, str], ...] = ()
    file: Literal["", "picture", "run", "recipe", "checkpoint", "folder"] = ""


KIND_TITLES: dict[str, str] = {
    "overview": "Network: chain of blocks",
    "maps": "Feature maps of a block",
    "photo": "Picture and predictions",
    "anatomy": "Inside of a block",
    "pair": "Residual and plain: gradients",
    "addnode": "One addition opened",
    "study": "Experiment",
    "run": "Recorded training",
    "training": "Training, live",
}
"""What a kind of view is called in menus."""

_RANDOM = ("seed", "norm", "init", "activation", "order", "zero_init")
_LAB = ("network", "weights", *_RANDOM, "batch", "folder", "batch_size", "picture", "alpha")
_LOOK = ("network", "weights", "path", *_RANDOM, "mode", "picture", "target", "cut", "dropped",
         "alpha", "selected")  # fmt: skip
_ORDER: dict[str, tuple[str, ...]] = {
    "overview": ("lanes", *_LOOK),
    "maps": (*_LOOK, "channel"),
    "photo": (*_LOOK, "top"),
    "anatomy": ("network", "order", "norm", "activation", "block"),
    "pair": ("part", "quantity", "theory", *_LAB, "cut", "plain_restored", "selected"),
    "addnode": ("block", *_LAB, "cut"),
    "study": ("chart", *_LAB),
    "run": ("run", "parts", "step", "smoothing"),
    "training": ("recipe", "parts"),
}
_LABELS = {
    "init": "initialisation",
    "zero_init": "F starts at zero",
    "alpha": "α, strength of skips",
    "cut": "skips cut",
    "dropped": "branches dropped",
    "plain_restored": "skips in the plain twin",
    "batch_size": "images",
    "part": "shown",
    "quantity": "chart",
    "selected": "selected block",
    "mode": "batch norm",
    "target": "class of the loss",
    "top": "classes listed",
    "parts": "charts",
    "path": "checkpoint",
    "theory": "expected curves",
}
_WORDS = {
    "grad_in": "‖∂L/∂x‖",
    "grad_params": "‖∂L/∂w‖",
    "mean_square": "mean square of x",
    "none": "none",
    "usual": "as usual",
    "train": "training mode",
    "eval": "evaluation mode",
    "lr": "learning rate",
}


def fields_for(view: View) -> tuple[Field, ...]:
    """The fields that matter for a view as it is, the most important first."""
    table = {field: _value(view, field) for field in _ORDER[view.kind]}
    return tuple(_field(view, name) for name in table if _matters(name, table))


def edited(view: View, name: str, value: Any) -> View:
    """The view with another value; what does not fit another network is forgotten.

    Args:
        view: stays as it is.
        name: of the field.
        value: as in a file.

    Raises:
        UserError: if the value cannot be used.
    """
    try:
        return changed_view(view, {name: value})
    except UserError:
        if name != "network":
            raise
    forgotten = {key: type(_value(view, key))() for key in _OF_BLOCKS if _has(view, key)}
    return changed_view(view, {**forgotten, name: value})


_OF_BLOCKS = ("cut", "dropped", "plain_restored", "plain_dropped", "selected", "block")


def value_of(view: View, name: str) -> Any:
    """A field's value as in a file: lists for sets."""
    value = _value(view, name)
    return sorted(value) if isinstance(value, frozenset) else value


def fresh(kind: str, like: Sequence[View] = ()) -> View:
    """A view of a kind with its usual values, of the same network and picture as another.

    Args:
        kind: one of `VIEWS`.
        like: views whose network is taken over where it can be.
    """
    made: View = VIEWS[kind]()
    for other in like:
        if isinstance(made, Look) and isinstance(other, Look):
            shared = {n: value_of(other, n) for n in (*_LOOK, "dtype")}
            return changed_view(made, shared)
        if _has(made, "batch") and _has(other, "batch"):
            return changed_view(made, {n: value_of(other, n) for n in (*_LAB, "cut")})
    return made


# --- inside ----------------------------------------------------------------------------------


def _value(view: View, name: str) -> Any:
    own = hasattr(view, name)
    return getattr(view, name) if own else getattr(getattr(view, "settings", None), name, None)


def _has(view: View, name: str) -> bool:
    settings = getattr(view, "settings", None)
    return hasattr(view, name) or (settings is not None and hasattr(settings, name))


def _matters(name: str, table: Mapping[str, Any]) -> bool:
    """Whether a field has any effect beside the others."""
    weights: str | None = table.get("weights")
    if name in _RANDOM:
        drawn = weights in (None, "none", "random")
        return drawn or (name == "seed" and "batch" in table)
    if name == "path":
        return bool(weights == "file")
    if name == "network":
        return weights != "file"
    if name == "picture":
        return bool(table.get("batch", "picture") == "picture")
    if name == "folder":
        return bool(table.get("batch") == "folder")
    return True


def _field(view: View, name: str) -> Field:
    label = _LABELS.get(name, name.replace("_", " "))
    if name in ("picture", "run", "recipe", "network", "selected", "block"):
        return _open_field(view, name, label)
    hints = get_type_hints(type(view)) | (
        get_type_hints(LabSettings) if hasattr(view, "settings") else {}
    )
    hint = hints[name]
    origin = get_origin(hint)
    if origin is Literal:
        return Field(name, label, "choice", _worded(get_args(hint)))
    if origin is tuple:
        return Field(name, label, "ticks", _worded(get_args(get_args(hint)[0])))
    if origin is frozenset:
        return Field(name, label, "blocks")
    if name in ("path", "folder"):
        return Field(name, label, "open", file="checkpoint" if name == "path" else "folder")
    kinds: dict[Any, Kind] = {bool: "flag", int: "whole", float: "number", str: "text"}
    return Field(name, label, kinds[hint])


def _open_field(view: View, name: str, label: str) -> Field:
    if name == "network":
        return Field(name, label, "open", tuple((n, n) for n in _networks(view)))
    if name in ("selected", "block"):
        choices = (("", "as the view chooses"), *((b, b) for b in _block_names(view)))
        return Field(name, label, "choice", choices)
    if name == "picture":
        samples = tuple((SAMPLE + s.key, s.title) for s in sample_images())
        own = (("", "the window's picture"),)
        return Field(name, label, "open", (*samples, *own), file="picture")
    if name == "run":
        shipped = sorted(p.parent.name for p in bundled_runs_folder().glob("*/run.json"))
        return Field(name, label, "open", _shipped(shipped), file="run")
    shipped = sorted(p.stem for p in (assets_dir() / "recipes").glob("*.toml"))
    return Field(name, label, "open", _shipped(shipped), file="recipe")


def _shipped(stems: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((BUNDLED + stem, stem) for stem in stems)


def _networks(view: View) -> list[str]:
    """Names of networks, those whose weights ship first."""
    known = list(bundled()) if _has(view, "weights") else []
    every = [*known, *names()]
    if isinstance(view, Look):
        every += [plain_name(f"resnet{depth}") for depth in (20, 32, 44, 56, 110)]
    elif hasattr(view, "settings"):
        every = [name for name in every if not name.startswith("plain")]
    return list(dict.fromkeys(every))


def _block_names(view: View) -> list[str]:
    if isinstance(view, Look):
        spec = view.spec()
    elif (settings := getattr(view, "settings", None)) is not None:
        spec = settings.spec("residual")
    else:
        spec = named_spec(_value(view, "network"))
    return [block.name for block in spec.blocks()]


def _worded(values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((v, _WORDS.get(v, v.replace("_", " "))) for v in values)

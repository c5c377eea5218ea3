"""What a report is asked to measure, and the checks that need no network yet."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from resnet_viz.errors import UserError
from resnet_viz.models import specs
from resnet_viz.models.bundled import Card, bundled, default_model
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import ResNetSpec, plain_name, usual_training_mode

WeightsKind = Literal["none", "bundled", "imagenet", "file"]

# What --weights may say instead of a path.
_KINDS: dict[str, WeightsKind] = {"none": "none", "bundled": "bundled", "imagenet": "imagenet"}


@dataclass(frozen=True)
class Question:
    """The arguments of `resnet-viz report`, as given.

    Attributes:
        image: path of the picture.
        model: preset name; None for the best bundled one or what the checkpoint holds.
        weights: `none`, `bundled`, `imagenet` or a path; None for bundled ones where they fit.
        options: fields of `ResNetSpec` that are not the preset's (`norm`, `init`, ...).
        seed: of random weights.
        cut: `all`, `none` or names; None leaves the network as it is (a plain twin: all cut).
        drop: names of blocks whose branch is left out.
        target: class as index or label; None for the predicted one.
        device: as in `models.devices.resolve_device`.
        maps: names of blocks whose maps are drawn; None for the first, middle and last.
        mode: statistics of batch norm: `eval`, `train`, or `auto` for what goes with the weights.
    """

    image: str
    model: str | None = None
    weights: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    cut: str | None = None
    drop: str | None = None
    target: str | None = None
    device: str = "auto"
    maps: str | None = None
    mode: Literal["auto", "eval", "train"] = "auto"

    def training_mode(self, spec: ResNetSpec, weights: WeightsKind) -> bool:
        """Whether batch norm uses the picture's own statistics."""
        if self.mode == "auto":
            return usual_training_mode(spec, random_weights=weights == "none")
        return self.mode == "train"


@dataclass(frozen=True)
class NetworkChoice:
    """Which network to load: `spec` is a stand-in while a checkpoint has not been opened."""

    spec: ResNetSpec
    weights: WeightsKind
    path: str = ""


def choose_network(question: Question) -> NetworkChoice:
    """The network and weights that the question means.

    Raises:
        UserError: if a name or an option is unknown.
    """
    weights = question.weights
    if weights is not None and weights not in _KINDS:
        name = question.model or "resnet20"
        return NetworkChoice(specs.spec(name, **question.options), "file", weights)
    if question.model is None:
        # The bundled networks have no ImageNet weights.
        name = "resnet18" if weights == "imagenet" else default_model().name
        spec = specs.spec(name, **question.options)
    else:
        spec = specs.spec(question.model, **question.options)
    card = _card(spec)
    kind = _KINDS[weights] if weights else "bundled" if _fits(question, card) else "none"
    if kind == "bundled" and card is not None:
        # The weights may have been trained with other options than the preset's.
        trained = {k: v for k, v in card.options.items() if k not in question.options}
        spec = replace(spec, n_classes=card.n_classes, **trained)
    return NetworkChoice(spec, kind)


def _card(spec: ResNetSpec) -> Card | None:
    return bundled().get(plain_name(spec.name) if spec.plain else spec.name)


def _fits(question: Question, card: Card | None) -> bool:
    """Whether there are bundled weights, trained with what was asked for."""
    if card is None:
        return False
    trained = card.spec()
    asked = {k: v for k, v in question.options.items() if k != "init"}
    return all(getattr(trained, option) == value for option, value in asked.items())


def checked_model(question: Question, found: ResNetSpec) -> None:
    """Refuse a checkpoint that does not hold the network that was asked for by name."""
    if question.model is None:
        return
    asked = specs.spec(question.model)
    shape = ("family", "block", "depths", "widths", "groups", "width_per_group")
    if any(getattr(asked, name) != getattr(found, name) for name in shape):
        raise UserError(
            f"{question.weights} holds the weights of {replace(found, plain=False).title()}, "
            f"not of {asked.title()}.",
            "Leave --model out to use what the file holds.",
        )


def gates_of(question: Question, spec: ResNetSpec) -> dict[str, Gate]:
    """The gate of every block, in forward order.

    Raises:
        UserError: if --cut or --drop name a block that the network does not have.
    """
    stages = {block.name: f"layer{block.stage}" for block in spec.blocks()}
    cut = set(stages) if spec.plain else set()
    if question.cut is not None:
        if question.cut.strip() == "all":
            cut = set(stages)
        elif question.cut.strip() == "none":
            cut = set()
        else:
            cut |= _blocks(question.cut, stages, "--cut", spec)
    drop = _blocks(question.drop or "", stages, "--drop", spec)
    return {
        name: Gate(skip=float(name not in cut), main=float(name not in drop)) for name in stages
    }


def shown_blocks(question: Question, spec: ResNetSpec) -> tuple[str, ...]:
    """The blocks whose maps are drawn, in forward order.

    Raises:
        UserError: if --maps names a block that the network does not have.
    """
    stages = {block.name: f"layer{block.stage}" for block in spec.blocks()}
    if question.maps is None:
        return maps_to_show(list(stages))
    asked = _blocks(question.maps, stages, "--maps", spec)
    return tuple(name for name in stages if name in asked)


def maps_to_show(names: Sequence[str]) -> tuple[str, ...]:
    """First, middle and last block; fewer in networks of one or two."""
    return tuple(dict.fromkeys((names[0], names[len(names) // 2], names[-1])))


def _blocks(text: str, stages: Mapping[str, str], option: str, spec: ResNetSpec) -> set[str]:
    """The blocks that a comma-separated list of blocks and stages means."""
    names: set[str] = set()
    for word in filter(None, map(str.strip, text.split(","))):
        meant = {name for name, stage in stages.items() if word in (name, stage)}
        if not meant:
            raise UserError(
                f"{option}: {spec.title()} has no block called {word!r}.",
                f"Its blocks are {block_ranges(stages)}.",
            )
        names |= meant
    return names


def block_ranges(stages: Mapping[str, str]) -> str:
    """For people: `layer1.0 to layer1.8, layer2.0 to layer2.8`."""
    by_stage: dict[str, list[str]] = {}
    for name, stage in stages.items():
        by_stage.setdefault(stage, []).append(name)
    return ", ".join(
        f"{names[0]} to {names[-1]}" if len(names) > 1 else names[0] for names in by_stage.values()
    )


def target_index(text: str, labels: Sequence[str]) -> int:
    """The class that a person means by an index or a label.

    Args:
        text: `3`, `cat`; upper and lower case are one.
        labels: of the network's classes.

    Raises:
        UserError: if there is no such class, or several of that label.
    """
    wanted = text.strip()
    if wanted.lstrip("+-").isdecimal():
        index = int(wanted)
        if not 0 <= index < len(labels):
            raise UserError(
                f"There is no class {index}: the network has {len(labels)} classes.",
                f"Choose 0 to {len(labels) - 1}.",
            )
        return index
    folded = [label.casefold() for label in labels]
    found = [i for i, label in enumerate(folded) if label == wanted.casefold()]
    if len(found) == 1:
        return found[0]
    if found:  # ImageNet has two classes called "crane" and two called "maillot"
        indices = " or ".join(map(str, found))
        raise UserError(f"Several classes are called {wanted!r}.", f"Choose {indices}.")
    raise UserError(f"The network has no class called {wanted!r}.", _near(wanted, labels, folded))


def _near(wanted: str, labels: Sequence[str], folded: Iterable[str]) -> str:
    """A hint with the labels most like `wanted`, or with all of a few."""
    if len(labels) <= 12:
        return f"Its classes are {', '.join(labels)}."
    original = dict(zip(folded, labels, strict=True))
    containing = [original[label] for label in original if wanted.casefold() in label]
    near = [original[n] for n in difflib.get_close_matches(wanted.casefold(), original, n=5)]
    if guesses := list(dict.fromkeys([*containing, *near]))[:5]:
        return f"Did you mean {', '.join(guesses)}?"
    return f"Choose a label or an index from 0 to {len(labels) - 1}."

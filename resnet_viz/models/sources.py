"""Where weights come from: the bundled files, torchvision's published ones, a user's file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from resnet_viz.errors import UserError
from resnet_viz.images import Preprocess
from resnet_viz.models import published
from resnet_viz.models.bundled import bundled
from resnet_viz.models.checkpoints import open_checkpoint
from resnet_viz.models.download import Cancelled, Progress
from resnet_viz.models.filling import precision_note
from resnet_viz.models.labels import usual_labels, usual_preprocess
from resnet_viz.models.recognising import recognise
from resnet_viz.models.specs import EXPANSION, IMAGENET, ResNetSpec, plain_name

# The fields that decide which tensors a network has and how they are joined.
_SHAPING = (
    "family",
    "block",
    "depths",
    "widths",
    "groups",
    "width_per_group",
    "order",
    "norm",
    "shortcut",
    "n_classes",
    "in_channels",
)


@dataclass(frozen=True)
class Source:
    """Weights that are not yet in a network.

    Attributes:
        spec: the network they are for.
        state: tensors by torchvision's names.
        labels: class names.
        preprocess: how a picture becomes the network's input.
        label: for people: "CIFAR-10, 91.2 % test accuracy".
        what: for error messages: "`mine.pth`".
        notes: what a user should know, in sentences.
    """

    spec: ResNetSpec
    state: Mapping[str, Tensor] = field(repr=False)
    labels: tuple[str, ...] = field(repr=False)
    preprocess: Preprocess
    label: str
    what: str
    notes: tuple[str, ...] = ()


def from_bundle(spec: ResNetSpec) -> Source:
    """The bundled weights of a network; a plain twin has its own.

    Raises:
        UserError: if there are none, they are for other options, or the file was changed.
    """
    cards = bundled()
    card = cards.get(plain_name(spec.name) if spec.plain else spec.name)
    if card is None:
        there = f"Bundled are {', '.join(cards)}." if cards else "This installation has none."
        raise UserError(f"There are no bundled weights for {spec.title()}.", there)
    what = f"the bundled weights of {spec.title()}"
    _require_same(spec, card.spec(), what)
    if not card.intact():
        raise UserError(
            f"Cannot load {what}: {card.path.name} is not the file that was shipped.",
            "Reinstall resnet-viz.",
        )
    return Source(
        spec=spec,
        state=open_checkpoint(card.path).state,
        labels=card.labels,
        preprocess=card.preprocess,
        label=card.label(),
        what=what,
        notes=_activation_note(spec, card.spec().activation),
    )


def from_imagenet(
    spec: ResNetSpec,
    which: str = "",
    *,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Source:
    """The weights that torchvision publishes, downloaded if they are not in torch's cache.

    Args:
        spec: the network.
        which: `IMAGENET1K_V1`, `IMAGENET1K_V2`; empty for torchvision's default.
        progress: called as a download goes on.
        cancelled: asked during downloads.

    Raises:
        UserError: if there are none for this network, or they cannot be had.
        OperationCancelled: if `cancelled()` became true.
    """
    chosen = published.choose(spec, which)
    what = f"the ImageNet weights of {spec.title()}"
    _require_same(spec, IMAGENET[spec.name], what)
    notes = _activation_note(spec, "relu")
    if spec.plain:
        notes += ("The weights were trained with skip connections, which are cut here.",)
    return Source(
        spec=spec,
        state=chosen.state(progress, cancelled),
        labels=chosen.labels,
        preprocess=chosen.preprocess,
        label=chosen.label(),
        what=what,
        notes=notes,
    )


def from_file(path: str | os.PathLike[str], seed: int = 0) -> Source:
    """The weights in a checkpoint, and the network that they belong to.

    Args:
        path: of a `.pth`, `.pt` or `.safetensors` file.
        seed: of the classifier's weights if the file has none.

    Raises:
        UserError: if the file cannot be used; says why.
    """
    if not str(path):
        raise UserError("No checkpoint was named.", "Give the path of a .pth or .safetensors file.")
    checkpoint = open_checkpoint(path)
    what = f"`{Path(path).name}`"
    spec = recognise(checkpoint.state, what)
    state, head_notes = _with_head(checkpoint.state, spec, seed)
    return Source(
        spec=spec,
        state=state,
        labels=usual_labels(spec),
        preprocess=usual_preprocess(spec),
        label=Path(path).name,
        what=what,
        notes=(
            *checkpoint.notes,
            *precision_note(checkpoint.state),
            *head_notes,
            *_assumptions(spec),
        ),
    )


def _require_same(spec: ResNetSpec, trained: ResNetSpec, what: str) -> None:
    for name in _SHAPING:
        wanted, there = getattr(spec, name), getattr(trained, name)
        if wanted != there:
            raise UserError(
                f"There are no weights for this network: {what} are for {name} {there}, "
                f"not {wanted}.",
                f"Set {name} to {there}, or use random weights.",
            )


def _activation_note(spec: ResNetSpec, trained: str) -> tuple[str, ...]:
    if spec.activation == trained:
        return ()
    return (f"The weights were trained with {trained}; the network now has {spec.activation}.",)


def _with_head(
    state: Mapping[str, Tensor], spec: ResNetSpec, seed: int
) -> tuple[Mapping[str, Tensor], tuple[str, ...]]:
    """The state with a random classifier if it has none, and a sentence saying so."""
    if "fc.weight" in state:
        return state, ()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        head = nn.Linear(spec.widths[-1] * EXPANSION[spec.block], spec.n_classes)
    note = (
        f"The file has no classifier: a random one is used (seed {seed}), so classes say nothing."
    )
    return {**state, "fc.weight": head.weight.detach(), "fc.bias": head.bias.detach()}, (note,)


def _assumptions(spec: ResNetSpec) -> tuple[str, ...]:
    """What the tensors do not tell, and what is taken for it."""
    dataset = "ImageNet" if spec.family == "imagenet" else "CIFAR-10"
    assumed = ["ReLU", f"pictures normalised as for {dataset}"]
    if spec.norm == "none":
        assumed.append("activation after the sum")
    if spec.norm == "group":
        assumed.append("up to 32 groups of at least 8 channels in each norm")
    if spec.block == "bottleneck":
        assumed.append("stride in the 3x3 convolution")
    return (f"Not stored in the file and assumed: {', '.join(assumed)}.",)

"""A network with numbers in it: random, bundled, published or from a user's file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.images import Preprocess
from resnet_viz.models import published
from resnet_viz.models.bundled import bundled
from resnet_viz.models.checkpoints import open_checkpoint, read_checkpoint
from resnet_viz.models.download import Cancelled, Progress
from resnet_viz.models.filling import fill
from resnet_viz.models.labels import usual_labels, usual_preprocess
from resnet_viz.models.network import ResNet, build, skeleton
from resnet_viz.models.recognising import recognise
from resnet_viz.models.specs import EXPANSION, IMAGENET, ResNetSpec, plain_name

__all__ = ["LoadedNetwork", "load_network", "load_weights", "read_checkpoint", "recognise"]

# The fields that decide which tensors a network has.
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

_KINDS = "none, bundled, imagenet or the path of a checkpoint"


@dataclass(frozen=True)
class LoadedNetwork:
    """A network ready to be measured.

    Attributes:
        net: in evaluation mode, on its device.
        spec: what it is; for a file, what was recognised.
        labels: class names, n_classes of them.
        preprocess: how a picture becomes its input.
        label: of the weights, for people: "random, seed 0".
        notes: what a user should know, in sentences.
    """

    net: ResNet = field(repr=False)
    spec: ResNetSpec
    labels: tuple[str, ...] = field(repr=False)
    preprocess: Preprocess
    label: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Source:
    """Weights before they are in a network."""

    spec: ResNetSpec
    state: Mapping[str, Tensor]
    labels: tuple[str, ...]
    preprocess: Preprocess
    label: str
    what: str
    notes: tuple[str, ...] = ()


def load_network(
    spec: ResNetSpec,
    weights: str = "none",
    *,
    path: str | os.PathLike[str] = "",
    seed: int = 0,
    device: torch.device | str = "cpu",
    dtype: str = "float32",
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> LoadedNetwork:
    """Build a network and put weights into it.

    Args:
        spec: which network; ignored for a file, whose tensors tell.
        weights: `none` (random), `bundled`, `imagenet` or `imagenet:IMAGENET1K_V1`, `file`.
        path: the checkpoint when `weights` is `file`.
        seed: of the random weights.
        device: as torch names it.
        dtype: `float32` or `float64`.
        progress: called as a download goes on.
        cancelled: asked between steps and during downloads.

    Raises:
        UserError: if the weights do not exist, do not fit or do not load, or the device fails.
        OperationCancelled: if `cancelled()` became true.
    """
    if dtype not in ("float32", "float64"):
        raise UserError(f"dtype cannot be {dtype!r}.", "Choose float32 or float64.")
    kind, _, which = weights.partition(":")
    _stop_if(cancelled)
    if kind == "none":
        loaded = _random(spec, seed)
    elif kind == "bundled":
        loaded = _filled(_bundled(spec))
    elif kind == "imagenet":
        loaded = _filled(_imagenet(spec, which, progress, cancelled))
    elif kind == "file":
        loaded = _filled(_file(path, seed))
    else:
        raise UserError(f"weights cannot be {weights!r}.", f"Choose {_KINDS}.")
    _stop_if(cancelled)
    _move(loaded.net, device, getattr(torch, dtype))
    return loaded


def load_weights(net: ResNet, source: str | os.PathLike[str]) -> tuple[str, ...]:
    """Fill a network that exists already.

    Args:
        net: from `build`; unchanged if the weights do not fit.
        source: `bundled`, `imagenet`, `imagenet:IMAGENET1K_V1` or the path of a checkpoint.

    Returns:
        What a user should know, in sentences.

    Raises:
        UserError: if the weights do not exist or do not fit, naming the first tensor.
    """
    kind, _, which = str(source).partition(":")
    if kind == "bundled":
        found = _bundled(net.spec)
    elif kind == "imagenet":
        found = _imagenet(net.spec, which, None, None)
    else:
        checkpoint = open_checkpoint(source)
        what = f"`{Path(source).name}`"
        return (*checkpoint.notes, *fill(net, checkpoint.state, what))
    return (*found.notes, *fill(net, found.state, found.what))


def _stop_if(cancelled: Cancelled | None) -> None:
    if cancelled is not None and cancelled():
        raise OperationCancelled


def _random(spec: ResNetSpec, seed: int) -> LoadedNetwork:
    return LoadedNetwork(
        net=build(spec, seed),
        spec=spec,
        labels=usual_labels(spec),
        preprocess=usual_preprocess(spec),
        label=f"random, seed {seed}",
        notes=("The network is not trained: its predictions mean nothing.",),
    )


def _filled(source: _Source) -> LoadedNetwork:
    net = skeleton(source.spec).to_empty(device="cpu")
    notes = fill(net, source.state, source.what)
    return LoadedNetwork(
        net=net.eval(),
        spec=source.spec,
        labels=source.labels,
        preprocess=source.preprocess,
        label=source.label,
        notes=(*source.notes, *notes),
    )


def _bundled(spec: ResNetSpec) -> _Source:
    cards = bundled()
    name = plain_name(spec.name) if spec.plain else spec.name
    card = cards.get(name)
    if card is None:
        there = f"Bundled are {', '.join(cards)}." if cards else "This installation has none."
        raise UserError(f"There are no bundled weights for {spec.title()}.", there)
    what = f"the bundled weights of {spec.title()}"
    _require_same_shapes(spec, card.spec(), what)
    if not card.intact():
        raise UserError(
            f"Cannot load {what}: {card.path.name} is not the file that was shipped.",
            "Reinstall resnet-viz.",
        )
    return _Source(
        spec=spec,
        state=open_checkpoint(card.path).state,
        labels=card.labels,
        preprocess=card.preprocess,
        label=card.label(),
        what=what,
        notes=_activation_note(spec, card.spec().activation),
    )


def _imagenet(
    spec: ResNetSpec, which: str, progress: Progress | None, cancelled: Cancelled | None
) -> _Source:
    chosen = published.choose(spec, which)
    what = f"the ImageNet weights of {spec.title()}"
    _require_same_shapes(spec, IMAGENET[spec.name], what)
    notes = _activation_note(spec, "relu")
    if spec.plain:
        notes += ("The weights were trained with skip connections, which are cut here.",)
    return _Source(
        spec=spec,
        state=chosen.state(progress, cancelled),
        labels=chosen.labels,
        preprocess=chosen.preprocess,
        label=chosen.label(),
        what=what,
        notes=notes,
    )


def _activation_note(spec: ResNetSpec, trained: str) -> tuple[str, ...]:
    if spec.activation == trained:
        return ()
    return (f"The weights were trained with {trained}, the network now has {spec.activation}.",)


def _require_same_shapes(spec: ResNetSpec, trained: ResNetSpec, what: str) -> None:
    for name in _SHAPING:
        wanted, there = getattr(spec, name), getattr(trained, name)
        if wanted != there:
            raise UserError(
                f"There are no weights for this network: {what} are for {name} {there}, "
                f"not {wanted}.",
                f"Set {name} to {there}, or use random weights.",
            )


def _file(path: str | os.PathLike[str], seed: int) -> _Source:
    if not str(path):
        raise UserError("No checkpoint was named.", "Give the path of a .pth or .safetensors file.")
    checkpoint = open_checkpoint(path)
    what = f"`{Path(path).name}`"
    spec = recognise(checkpoint.state, what)
    state, notes = _with_head(checkpoint.state, spec, seed)
    return _Source(
        spec=spec,
        state=state,
        labels=usual_labels(spec),
        preprocess=usual_preprocess(spec),
        label=Path(path).name,
        what=what,
        notes=(*checkpoint.notes, *notes),
    )


def _with_head(
    state: Mapping[str, Tensor], spec: ResNetSpec, seed: int
) -> tuple[Mapping[str, Tensor], tuple[str, ...]]:
    """The state with a random classifier if it has none, and a sentence saying so."""
    if "fc.weight" in state:
        return state, ()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        head = nn.Linear(spec.widths[-1] * EXPANSION[spec.block], spec.n_classes)
    note = (
        f"The file has no classifier: a random one is used (seed {seed}), so classes mean nothing."
    )
    return {**state, "fc.weight": head.weight.detach(), "fc.bias": head.bias.detach()}, (note,)


def _move(net: ResNet, device: torch.device | str, dtype: torch.dtype) -> None:
    """Put the network on its device, or say why it cannot be there."""
    try:
        net.to(device=device, dtype=dtype)
    except torch.OutOfMemoryError as error:
        raise UserError(
            f"{net.spec.title()} does not fit into the memory of {device}.",
            "Choose the CPU or a smaller network, or close other programs that use the device.",
        ) from error
    except (RuntimeError, AssertionError, TypeError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise UserError(
            f"Cannot use the device {device}: {reason}.", "Choose the CPU in the device list."
        ) from error

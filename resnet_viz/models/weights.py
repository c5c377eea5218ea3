"""A network with numbers in it: random, bundled, published or from a user's file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.images import Preprocess
from resnet_viz.models.checkpoints import open_checkpoint, read_checkpoint
from resnet_viz.models.devices import resolve_device
from resnet_viz.models.download import Cancelled, Progress
from resnet_viz.models.filling import fill, precision_note
from resnet_viz.models.labels import usual_labels, usual_preprocess
from resnet_viz.models.network import ResNet, build, unfilled
from resnet_viz.models.recognising import recognise
from resnet_viz.models.sources import Source, from_bundle, from_file, from_imagenet
from resnet_viz.models.specs import ResNetSpec

__all__ = ["LoadedNetwork", "load_network", "load_weights", "read_checkpoint", "recognise"]

_DTYPES = {"float32": torch.float32, "float64": torch.float64}


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
        seed: of the random weights, 0 to 2**63 - 1.
        device: as in `resolve_device`.
        dtype: `float32` or `float64`.
        progress: called as a download goes on.
        cancelled: asked between steps and during downloads.

    Raises:
        UserError: if the weights do not exist, do not fit or do not load, or the device fails.
        OperationCancelled: if `cancelled()` became true.
    """
    if dtype not in _DTYPES:
        raise UserError(f"dtype cannot be {dtype!r}.", f"Choose {' or '.join(_DTYPES)}.")
    if not 0 <= seed < 2**63:
        raise UserError(f"The seed cannot be {seed}.", "Choose a whole number from 0 to 2^63 - 1.")
    if isinstance(device, str):
        device = resolve_device(device, float64=dtype == "float64")
    source = _find(spec, weights, path, seed, progress, cancelled)
    _stop_if(cancelled)
    loaded = _random(spec, seed) if source is None else _filled(source)
    _require_rgb(loaded.spec)
    _stop_if(cancelled)
    with _memory_of(device, loaded.spec):
        loaded.net.to(device=device, dtype=_DTYPES[dtype])
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
        found = from_bundle(net.spec)
    elif kind == "imagenet":
        found = from_imagenet(net.spec, which)
    else:
        checkpoint = open_checkpoint(source)
        notes = fill(net, checkpoint.state, f"`{Path(source).name}`")
        return (*checkpoint.notes, *precision_note(checkpoint.state), *notes)
    return (*found.notes, *fill(net, found.state, found.what))


def _find(
    spec: ResNetSpec,
    weights: str,
    path: str | os.PathLike[str],
    seed: int,
    progress: Progress | None,
    cancelled: Cancelled | None,
) -> Source | None:
    """The weights asked for; None for random ones."""
    kind, _, which = weights.partition(":")
    _stop_if(cancelled)
    if kind == "none":
        return None
    if kind == "bundled":
        return from_bundle(spec)
    if kind == "imagenet":
        return from_imagenet(spec, which, progress=progress, cancelled=cancelled)
    if kind == "file":
        return from_file(path, seed)
    raise UserError(f"weights cannot be {weights!r}.", "Choose none, bundled, imagenet or file.")


def _stop_if(cancelled: Cancelled | None) -> None:
    if cancelled is not None and cancelled():
        raise OperationCancelled


def _random(spec: ResNetSpec, seed: int) -> LoadedNetwork:
    with _memory_of("cpu", spec):
        net = build(spec, seed)
    return LoadedNetwork(
        net=net,
        spec=spec,
        labels=usual_labels(spec),
        preprocess=usual_preprocess(spec),
        label=f"random, seed {seed}",
        notes=("The network is not trained: its predictions mean nothing.",),
    )


def _filled(source: Source) -> LoadedNetwork:
    with _memory_of("cpu", source.spec):
        net = unfilled(source.spec)
    notes = fill(net, source.state, source.what)
    return LoadedNetwork(
        net=net.eval(),
        spec=source.spec,
        labels=source.labels,
        preprocess=source.preprocess,
        label=source.label,
        notes=(*source.notes, *notes),
    )


def _require_rgb(spec: ResNetSpec) -> None:
    if spec.in_channels != 3:
        raise UserError(
            f"{spec.title()} takes images of {spec.in_channels} channels; pictures have 3.",
            "Choose a network for RGB images.",
        )


@contextmanager
def _memory_of(device: torch.device | str, spec: ResNetSpec) -> Iterator[None]:
    """Turn the errors of a full or faulty device into sentences; others pass."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        text = str(error)
        full = isinstance(error, torch.OutOfMemoryError | MemoryError)
        # The CPU's allocator raises a bare RuntimeError.
        if full or "allocate memory" in text:
            raise UserError(
                f"{spec.title()} does not fit into the memory of {device}.",
                "Choose a smaller network or another device, or close other programs.",
            ) from error
        if str(device) == "cpu":
            raise
        raise UserError(
            f"Cannot use the device {device}: {text.splitlines()[0].rstrip('.')}.",
            "Choose the CPU.",
        ) from error

"""`capture`: one forward and one backward pass, and every figure of every residual block."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from resnet_viz.analysis.cost import NetworkCost, network_cost
from resnet_viz.errors import UserError
from resnet_viz.models.network import ResNet
from resnet_viz.probe.anatomy import Survey, survey
from resnet_viz.probe.attaching import attached
from resnet_viz.probe.block_probe import BlockProbe, Pass
from resnet_viz.probe.gradients import GradientReader
from resnet_viz.probe.norms import Figure, meter_for, to_floats
from resnet_viz.probe.snapshot import BlockMaps, BlockStats, FloatArray, Snapshot
from resnet_viz.probe.untouched import borrowed

Targets = Tensor | Sequence[int] | None


def capture(
    net: nn.Module,
    images: Tensor,
    targets: Targets = None,
    keep: Iterable[str] = (),
    training_mode: bool = False,
) -> Snapshot:
    """Measure `net` on `images` with exactly one forward and one backward pass.

    The loss is the mean cross-entropy over the batch. The gradient at a block's input is
    split by measurement: each path reads its own alias of x, and what flows back into it is
    taken there. A path that is closed by its gate has a gradient of exactly 0.

    The network behaves, and afterwards is, as if it had not been measured: hooks, modes,
    `requires_grad`, `.grad`, buffers and random states stay or come back, also after an error.

    Args:
        net: a network of residual blocks: ours, torchvision's or timm's.
        images: (N, C, H, W), normalised; moved to the network's device and type.
        targets: class per image whose loss is differentiated; None for the predicted ones.
        keep: names of the blocks whose maps of the first image are wanted.
        training_mode: let norms use the statistics of this batch, and dropout drop.

    Raises:
        UserError: if `net` has no residual block, a name in `keep` or a class in `targets`
            does not exist, the images do not fit, or memory runs out.
    """
    parts = survey(net)
    if not parts.blocks:
        raise UserError(
            f"{type(net).__name__} has no residual blocks that could be measured.",
            "Use a ResNet of this program, of torchvision or of timm.",
        )
    kept = _known_names(keep, [block.name for block in parts.blocks])
    _check_images(net, images)
    learning = list({id(p): p for block in parts.blocks for p in block.parameters}.values())
    sample = parts.parameters[0]
    # Outside: the counting pass must not see the probes' hooks.
    cost = network_cost(net, (images.shape[1], images.shape[2], images.shape[3]))
    try:
        with (
            np.errstate(all="ignore"),
            borrowed(
                parts,
                learning=learning,
                training_mode=training_mode,
                device=sample.device,
            ),
        ):
            prepared = images.clone() if images.is_inference() else images.detach()
            prepared = prepared.to(sample.device, sample.dtype)
            return _measure(net, prepared, targets, parts, kept, learning, cost, training_mode)
    except RuntimeError as error:
        if not _is_out_of_memory(error):
            raise
        device = sample.device
    except ValueError as error:
        if "more than 1 value per channel" not in str(error):
            raise
        raise UserError(
            "Batch norm cannot take the statistics of a single value per channel.",
            "Use evaluation mode, a larger image or more images.",
        ) from error
    # Here the error and all tensors that its traceback held are gone.
    raise _too_little_memory(device, images)


def _known_names(keep: Iterable[str], names: Sequence[str]) -> set[str]:
    kept = {keep} if isinstance(keep, str) else set(keep)
    if unknown := sorted(kept - set(names)):
        raise UserError(
            f"There is no block named {unknown[0]!r}.",
            f"The {len(names)} blocks run from {names[0]} to {names[-1]}.",
        )
    return kept


def _check_images(net: nn.Module, images: Tensor) -> None:
    if images.ndim != 4 or images.shape[0] < 1:
        raise UserError(
            f"The images have the shape {tuple(images.shape)}.",
            "Give a batch of shape (N, channels, height, width).",
        )
    if isinstance(net, ResNet) and images.shape[1] != net.spec.in_channels:
        raise UserError(
            f"{net.spec.title()} reads images of {net.spec.in_channels} channels, "
            f"not of {images.shape[1]}."
        )


def _too_little_memory(device: torch.device, images: Tensor) -> UserError:
    if device.type == "cuda":
        torch.cuda.empty_cache()
    n_images, _, height, width = images.shape
    return UserError(
        f"{device} has too little memory for a forward and backward pass of this network "
        f"on {n_images} image{'s'[: n_images > 1]} of {width}x{height}.",
        "Choose a smaller network or image, fewer images, or the CPU; close other programs "
        "that use the device.",
    )


def _is_out_of_memory(error: RuntimeError) -> bool:
    if isinstance(error, torch.OutOfMemoryError):
        return True
    text = str(error)
    return "out of memory" in text or "can't allocate memory" in text


def _measure(
    net: nn.Module,
    images: Tensor,
    targets: Targets,
    parts: Survey,
    kept: set[str],
    learning: Sequence[nn.Parameter],
    cost: NetworkCost,
    training_mode: bool,
) -> Snapshot:
    meter = meter_for(images.device, images.dtype)
    run = Pass(meter, GradientReader(meter, learning))
    _wait_for(images.device)
    started = time.perf_counter()
    with attached(parts.blocks, run, kept):
        logits = net(images)
        for probe in run.called:
            probe.settle()
        run.newest = None
        classes = _classes(logits, targets)
        loss = F.cross_entropy(logits.float() if logits.dtype.itemsize < 4 else logits, classes)
        run.gradients.differentiate(loss)
    figures = _fetch(run)
    _wait_for(images.device)
    elapsed_ms = (time.perf_counter() - started) * 1e3
    return Snapshot(
        blocks=tuple(
            _stats(probe, values, cost) for probe, values in zip(run.called, figures, strict=True)
        ),
        maps={p.anatomy.name: _maps(p) for p in run.called if p.anatomy.name in kept},
        logits=_to_numpy(logits),
        targets=tuple(classes.tolist()),
        loss=loss.item(),
        totals=cost.total,
        input_shape=(images.shape[0], images.shape[1], images.shape[2], images.shape[3]),
        training_mode=training_mode,
        dtype=str(images.dtype).removeprefix("torch."),
        device=str(images.device),
        elapsed_ms=elapsed_ms,
    )


def _wait_for(device: torch.device) -> None:
    if device.type not in ("cpu", "meta"):
        torch.accelerator.synchronize(device)


def _classes(logits: Any, targets: Targets) -> Tensor:
    """Class per image, (N,) int64 on the logits' device."""
    if not isinstance(logits, Tensor) or logits.ndim != 2:
        shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise UserError(
            f"The network puts out {shape} instead of one row of logits per image.",
            "Only classifiers can be measured.",
        )
    if targets is None:
        return logits.detach().argmax(1)
    classes = torch.as_tensor(targets).reshape(-1)
    n_images, n_classes = logits.shape
    if len(classes) != n_images:
        raise UserError(f"There are {n_images} images but {len(classes)} target classes.")
    wrong = [int(c) for c in classes.tolist() if not 0 <= c < n_classes]
    if wrong:
        raise UserError(
            f"There is no class {wrong[0]}.",
            f"This network's classes run from 0 to {n_classes - 1}.",
        )
    return classes.to(logits.device, torch.int64)


def _fetch(run: Pass) -> list[dict[str, float]]:
    """All figures of all probes as numbers, through a single transfer from the device."""
    flat: list[Figure] = list(run.gradients.norm_of.values())
    for probe in run.called:
        probe.finish()
        flat.extend(probe.figures.values())
    values = iter(to_floats(flat))
    norm_of = {key: next(values) for key in run.gradients.norm_of}
    result = []
    for probe in run.called:
        numbers = {name: next(values) for name in probe.figures}
        own = [norm_of.get(id(p), 0.0) for p in probe.anatomy.parameters]
        numbers["grad_params"] = math.hypot(*own)  # hypot scales: no square can underflow
        result.append(numbers)
    return result


def _stats(probe: BlockProbe, figures: dict[str, float], cost: NetworkCost) -> BlockStats:
    places = probe.anatomy
    own = cost.blocks[places.name]
    return BlockStats(
        name=places.name,
        stage=places.stage,
        kind=places.kind,
        shortcut=places.shortcut,
        skip=places.gate.skip,
        main=places.gate.main,
        in_shape=_chw(probe.in_shape),
        out_shape=_chw(probe.out_shape),
        parameters=own.parameters,
        macs=own.macs,
        activation_bytes=own.activation_bytes,
        **figures,
    )


def _chw(shape: tuple[int, ...]) -> tuple[int, int, int]:
    channels, height, width = shape
    return channels, height, width


def _maps(probe: BlockProbe) -> BlockMaps:
    maps = probe.maps
    return BlockMaps(
        x=_to_numpy(maps["x"]),
        shortcut=_to_numpy(maps["shortcut"]),
        branch=_to_numpy(maps["branch"]),
        out=_to_numpy(maps["out"]),
        inner={name: _to_numpy(tensor) for name, tensor in probe.inner.items()},
        grad_x=_channel_norms(maps.get("grad_x"), probe.in_shape[0]),
        grad_branch=_channel_norms(maps.get("grad_branch"), probe.out_shape[0]),
        grad_out=_channel_norms(maps.get("grad_out"), probe.out_shape[0]),
    )


def _to_numpy(tensor: Tensor) -> FloatArray:
    return np.ascontiguousarray(tensor.detach().to("cpu", torch.float32).numpy())


def _channel_norms(grad: Tensor | None, n_channels: int) -> FloatArray:
    """L2 norm of each channel of (C, H, W), scaled so that no square leaves the range."""
    if grad is None:
        return np.zeros(n_channels, np.float32)
    flat: NDArray[np.float64] = grad.to("cpu").to(torch.float64).flatten(1).numpy()
    peak = np.abs(flat).max(initial=0.0)
    if peak == 0.0 or not np.isfinite(peak):
        peak = 1.0
    norms = peak * np.sqrt(np.square(flat / peak).sum(axis=1))
    return np.asarray(norms, dtype=np.float32)

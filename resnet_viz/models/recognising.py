"""Finds out from the shapes of a state dict which network it belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor

from resnet_viz.errors import UserError
from resnet_viz.models.filling import check_shapes
from resnet_viz.models.network import skeleton
from resnet_viz.models.renaming import canonical
from resnet_viz.models.specs import (
    EXPANSION,
    BlockKind,
    Family,
    Norm,
    Order,
    ResNetSpec,
    Shortcut,
    names,
    spec,
)

_BLOCK = re.compile(r"layer(\d+)\.(\d+)\.")
_HINT = "Networks with a 7x7 (ImageNet) or 3x3 (CIFAR) stem and equal blocks can be shown."
_INPUT_SIZES: dict[Family, int] = {"imagenet": 224, "cifar": 32}
_USUAL_CLASSES: dict[Family, int] = {"imagenet": 1000, "cifar": 10}


def recognise(state: Mapping[str, Tensor], what: str = "the checkpoint") -> ResNetSpec:
    """The network that a state dict belongs to.

    Shapes do not tell the activation (ReLU is assumed), nor pre- from post-activation in
    networks without norm (post is assumed). Without a classifier the family's usual number
    of classes is assumed.

    Args:
        state: tensors by torchvision's names or others that `canonical` knows.
        what: where they come from, for messages.

    Returns:
        The preset's specification if there is one of these shapes, else one named after its
        depths: `resnet (3,5,4,2)`.

    Raises:
        UserError: if it is no such network; names the first tensor that does not fit.
    """
    state, _ = canonical(state, what)
    found = _named(_read_off(state, what))
    own = skeleton(found).state_dict()
    missing_head = {"fc.weight", "fc.bias"} - state.keys()
    needed = {
        name: tensor
        for name, tensor in own.items()
        if name not in missing_head and not name.endswith("num_batches_tracked")
    }
    check_shapes(needed, state, what)
    _refuse_unknown_blocks(own, state, what)
    return found


def _read_off(state: Mapping[str, Tensor], what: str) -> ResNetSpec:
    """The specification, without a name, that the tensors which come first ask for."""
    depths = _depths(state, what)
    stem = _tensor(state, "conv1.weight", 4, what)
    family = _family(stem, what)
    kind: BlockKind = "bottleneck" if "layer1.0.conv3.weight" in state else "basic"
    outputs = _output_channels(state, kind, len(depths), what)
    widths = tuple(max(1, channels // EXPANSION[kind]) for channels in outputs)
    if stem.shape[0] != widths[0]:
        raise UserError(
            f"Cannot show {what}: its stem puts out {stem.shape[0]} channels, but its first "
            f"stage is {widths[0]} wide.",
            "Only networks whose stem is as wide as their first stage can be shown.",
        )
    groups, width_per_group = _grouping(state, kind, widths[0], what)
    norm = _norm(state)
    head = _tensor(state, "fc.weight", 2, what) if "fc.weight" in state else None
    return ResNetSpec(
        name="",
        family=family,
        block=kind,
        depths=depths,
        widths=widths,
        groups=groups,
        width_per_group=width_per_group,
        order=_order(state, norm, what),
        norm=norm,
        shortcut=_shortcut(state, widths[0] != outputs[0], len(depths)),
        n_classes=_USUAL_CLASSES[family] if head is None else head.shape[0],
        in_channels=stem.shape[1],
        input_size=_INPUT_SIZES[family],
    )


def _output_channels(
    state: Mapping[str, Tensor], kind: BlockKind, n_stages: int, what: str
) -> list[int]:
    """Channels that each stage puts out."""
    last = "conv3" if kind == "bottleneck" else "conv2"
    weights = [
        _tensor(state, f"layer{stage}.0.{last}.weight", 4, what) for stage in range(1, n_stages + 1)
    ]
    return [weight.shape[0] for weight in weights]


def _depths(state: Mapping[str, Tensor], what: str) -> tuple[int, ...]:
    """Blocks per stage."""
    stages: dict[int, set[int]] = {}
    for name in state:
        if match := _BLOCK.match(name):
            stages.setdefault(int(match[1]), set()).add(int(match[2]))
    for number in range(1, max(stages) + 1):
        blocks = stages.get(number, set())
        gap = next((i for i in range(max(blocks, default=0) + 1) if i not in blocks), None)
        if gap is not None:
            raise UserError(
                f"Cannot show {what}: it is incomplete, `layer{number}.{gap}` is missing.",
                "Choose the whole checkpoint.",
            )
    return tuple(len(stages[number]) for number in sorted(stages))


def _tensor(state: Mapping[str, Tensor], name: str, dims: int, what: str) -> Tensor:
    tensor = state.get(name)
    if tensor is None or tensor.dim() != dims:
        found = "is missing" if tensor is None else f"has the shape {tuple(tensor.shape)}"
        raise UserError(f"Cannot show {what}: `{name}` {found}.", _HINT)
    return tensor


def _family(stem: Tensor, what: str) -> Family:
    kernel = tuple(stem.shape[2:])
    if kernel == (7, 7):
        return "imagenet"
    if kernel == (3, 3):
        return "cifar"
    raise UserError(
        f"Cannot show {what}: its stem `conv1.weight` is {kernel[0]}x{kernel[1]}.", _HINT
    )


def _grouping(
    state: Mapping[str, Tensor], kind: BlockKind, stage_width: int, what: str
) -> tuple[int, int]:
    """(groups, width_per_group) as ResNeXt counts them, read off the first 3x3 convolution."""
    if kind == "basic":
        return 1, 64
    inner = _tensor(state, "layer1.0.conv2.weight", 4, what)
    width, per_group = inner.shape[:2]
    groups = max(1, width // max(1, per_group))
    return groups, max(1, width * 64 // (stage_width * groups))


def _order(state: Mapping[str, Tensor], norm: Norm, what: str) -> Order:
    if norm == "none" or "bn1.weight" in state:
        return "post"
    if "norm.weight" in state:
        return "pre"
    raise UserError(
        f"Cannot show {what}: it normalises neither after its stem (`bn1`) nor before its "
        "classifier (`norm`).",
        _HINT,
    )


def _norm(state: Mapping[str, Tensor]) -> Norm:
    first = "layer1.0.bn1"
    if f"{first}.weight" not in state:
        return "none"
    return "batch" if f"{first}.running_mean" in state else "group"


def _shortcut(state: Mapping[str, Tensor], first_changes: bool, n_stages: int) -> Shortcut:
    changing = range(1 if first_changes else 2, n_stages + 1)
    projected = [f"layer{stage}.0.downsample.0.weight" in state for stage in changing]
    return "projection" if any(projected) or not projected else "pad"


def _named(found: ResNetSpec) -> ResNetSpec:
    """With the name of the preset that has these shapes, or a description instead."""
    kind = "preresnet" if found.order == "pre" else "resnet"
    by_depth = f"{kind}{found.n_layers}"
    for name in dict.fromkeys([*names(), by_depth]):
        try:
            preset = spec(name)
        except UserError:
            continue
        free = ("norm", "shortcut", "n_classes", "in_channels")
        same = replace(preset, **{field: getattr(found, field) for field in free})
        if same == replace(found, name=name):
            return same
    return replace(found, name=f"{kind} ({','.join(map(str, found.depths))})")


def _refuse_unknown_blocks(
    own: Mapping[str, Tensor], state: Mapping[str, Tensor], what: str
) -> None:
    """Tensors inside blocks that the network would not use change what it computes."""
    for name in state:
        if _BLOCK.match(name) and name not in own:
            raise UserError(
                f"Cannot show {what}: its blocks contain `{name}`, "
                "which plain residual blocks do not have.",
                _HINT,
            )

"""What a residual network is, as one value: family, depth, widths and free choices.

Imports neither torch nor Qt: the window builds its model picker from this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from resnet_viz.errors import UserError

Family = Literal["imagenet", "cifar"]
BlockKind = Literal["basic", "bottleneck"]
Order = Literal["post", "pre"]
Norm = Literal["batch", "group", "none"]
Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid", "identity"]
Init = Literal["he", "xavier", "torch", "normal"]
Shortcut = Literal["projection", "pad"]

EXPANSION: dict[BlockKind, int] = {"basic": 1, "bottleneck": 4}


@dataclass(frozen=True)
class BlockSpec:
    """One residual block.

    Attributes:
        name: module path, `layer1.0`.
        stage: 1-based; stage n is the paper's conv(n+1)_x for ImageNet networks.
        kind: `basic` (two 3x3) or `bottleneck` (1x1, 3x3, 1x1).
        in_channels: channels of x.
        width: channels of the inner 3x3 convolution.
        out_channels: channels of y.
        stride: 1 or 2; sits in the first 3x3 convolution (torchvision's "v1.5").
        shortcut: `identity` where x and y have one shape, else `projection` or `pad`.
    """

    name: str
    stage: int
    kind: BlockKind
    in_channels: int
    width: int
    out_channels: int
    stride: int
    shortcut: Literal["identity", "projection", "pad"]


@dataclass(frozen=True)
class ResNetSpec:
    """Everything that fixes a network except its weights.

    Attributes:
        name: preset name, `resnet50`.
        family: `imagenet` (7x7 stride-2 stem and max-pooling) or `cifar` (3x3 stem).
        block: kind of block, the same in all stages.
        depths: blocks per stage.
        widths: inner channels per stage, before the bottleneck's expansion of 4.
        groups: groups of the 3x3 convolution (ResNeXt).
        width_per_group: channels per group at a stage width of 64 (ResNeXt, wide nets).
        order: `post` (He et al. 2015) or `pre` activation (He et al. 2016).
        norm: normalisation after (post) or before (pre) each convolution.
        activation: the nonlinearity, in every place.
        init: weight initialisation of convolutions.
        init_std: standard deviation of `init="normal"`.
        zero_init: start every block as the identity: the branch's last scale is 0.
        shortcut: what replaces the identity where the shape changes.
        n_classes: size of the output.
        in_channels: channels of the input image.
        input_size: side of the square input, pixels.
        plain: build the plain twin: the same parameters, every skip gate 0.
    """

    name: str
    family: Family
    block: BlockKind
    depths: tuple[int, ...]
    widths: tuple[int, ...]
    groups: int = 1
    width_per_group: int = 64
    order: Order = "post"
    norm: Norm = "batch"
    activation: Activation = "relu"
    init: Init = "he"
    init_std: float = 0.01
    zero_init: bool = False
    shortcut: Shortcut = "projection"
    n_classes: int = 1000
    in_channels: int = 3
    input_size: int = 224
    plain: bool = False

    def __post_init__(self) -> None:
        for field in ("depths", "widths"):
            object.__setattr__(self, field, tuple(getattr(self, field)))
        for field, allowed in _CHOICES.items():
            value = getattr(self, field)
            if value not in allowed:
                raise UserError(f"{field} cannot be {value!r}.", f"Choose {', '.join(allowed)}.")
        if not self.depths or len(self.depths) != len(self.widths):
            raise UserError("A network needs one width and one depth for each of its stages.")
        counts = (*self.depths, *self.widths, self.n_classes, self.in_channels, self.groups)
        if min(counts) < 1 or self.input_size < 1:
            raise UserError("Depths, widths, classes, groups and sizes must be at least 1.")
        if self.init_std <= 0:
            raise UserError(f"init_std must be positive, got {self.init_std!r}.")
        if self.block == "basic" and (self.groups != 1 or self.width_per_group != 64):
            raise UserError(
                "Basic blocks have no groups and no width per group.",
                "Use a bottleneck network such as resnet50.",
            )
        if min(block.width for block in self.blocks()) < 1:
            raise UserError(
                f"width_per_group {self.width_per_group} leaves no channels at width "
                f"{min(self.widths)}.",
                f"It counts at a width of 64: choose at least {-(-64 // min(self.widths))}.",
            )

    @property
    def n_blocks(self) -> int:
        """Residual blocks in the network."""
        return sum(self.depths)

    @property
    def n_layers(self) -> int:
        """Weighted layers as the papers count them: stem, branch convolutions, classifier."""
        return 2 + self.n_blocks * (2 if self.block == "basic" else 3)

    @property
    def stem_channels(self) -> int:
        """Channels that enter the first block."""
        return self.widths[0]

    def blocks(self) -> Iterator[BlockSpec]:
        """The blocks in forward order."""
        in_channels = self.stem_channels
        for stage, (depth, stage_width) in enumerate(zip(self.depths, self.widths, strict=True), 1):
            out_channels = stage_width * EXPANSION[self.block]
            width = stage_width
            if self.block == "bottleneck":
                width = int(stage_width * self.width_per_group / 64) * self.groups
            for index in range(depth):
                stride = 2 if stage > 1 and index == 0 else 1
                same = stride == 1 and in_channels == out_channels
                yield BlockSpec(
                    name=f"layer{stage}.{index}",
                    stage=stage,
                    kind=self.block,
                    in_channels=in_channels,
                    width=width,
                    out_channels=out_channels,
                    stride=stride,
                    shortcut="identity" if same else self.shortcut,
                )
                in_channels = out_channels

    def refuse_unknown_blocks(self, names: Iterable[str]) -> None:
        """Raise UserError if one of `names` is not the name of a block."""
        known = [block.name for block in self.blocks()]
        if unknown := sorted(set(names) - set(known)):
            raise UserError(
                f"{self.title()} has no block named {unknown[0]!r}.",
                f"Its {len(known)} blocks run from {known[0]} to {known[-1]}.",
            )

    def title(self) -> str:
        """The network's name as people write it: `ResNet-56`, `plain-56`."""
        return title(self.name if not self.plain else plain_name(self.name))

    def options(self) -> dict[str, Any]:
        """What differs from the preset of the same name: `spec(name, **options)` rebuilds it."""
        try:
            base = spec(self.name)
        except UserError:
            return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "name"}
        return {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if getattr(self, f.name) != getattr(base, f.name)
        }


_CHOICES: dict[str, tuple[str, ...]] = {
    "family": get_args(Family),
    "block": get_args(BlockKind),
    "order": get_args(Order),
    "norm": get_args(Norm),
    "activation": get_args(Activation),
    "init": get_args(Init),
    "shortcut": get_args(Shortcut),
}

_BASIC_WIDTHS = (64, 128, 256, 512)


def _imagenet(name: str, block: BlockKind, depths: tuple[int, ...], **more: Any) -> ResNetSpec:
    return ResNetSpec(name, "imagenet", block, depths, _BASIC_WIDTHS, **more)


# He et al. 2015 (arXiv:1512.03385) table 1; Xie et al. 2016 (arXiv:1611.05431);
# Zagoruyko & Komodakis 2016 (arXiv:1605.07146). Names are torchvision's.
IMAGENET: dict[str, ResNetSpec] = {
    s.name: s
    for s in (
        _imagenet("resnet18", "basic", (2, 2, 2, 2)),
        _imagenet("resnet34", "basic", (3, 4, 6, 3)),
        _imagenet("resnet50", "bottleneck", (3, 4, 6, 3)),
        _imagenet("resnet101", "bottleneck", (3, 4, 23, 3)),
        _imagenet("resnet152", "bottleneck", (3, 8, 36, 3)),
        _imagenet("resnext50_32x4d", "bottleneck", (3, 4, 6, 3), groups=32, width_per_group=4),
        _imagenet("resnext101_32x8d", "bottleneck", (3, 4, 23, 3), groups=32, width_per_group=8),
        _imagenet("resnext101_64x4d", "bottleneck", (3, 4, 23, 3), groups=64, width_per_group=4),
        _imagenet("wide_resnet50_2", "bottleneck", (3, 4, 6, 3), width_per_group=128),
        _imagenet("wide_resnet101_2", "bottleneck", (3, 4, 23, 3), width_per_group=128),
    )
}

CIFAR_DEPTHS = (20, 32, 44, 56, 110, 1202)
PRE_CIFAR_DEPTHS = (20, 32, 44, 56, 110, 164, 1001, 1202)
_PRE_BOTTLENECK_DEPTHS = (164, 1001)  # He et al. 2016 (arXiv:1603.05027) table 4

_NAME = re.compile(r"(?P<kind>resnet|preresnet|plain)(?P<depth>[1-9][0-9]{0,4})")


def _cifar(name: str, depth: int, pre: bool) -> ResNetSpec | None:
    """The CIFAR network of the given depth, or None if no such depth exists."""
    bottleneck = pre and depth in _PRE_BOTTLENECK_DEPTHS
    per_stage, rest = divmod(depth - 2, 9 if bottleneck else 6)
    if rest or per_stage < 1:
        return None
    return ResNetSpec(
        name,
        "cifar",
        "bottleneck" if bottleneck else "basic",
        (per_stage,) * 3,
        (16, 32, 64),
        order="pre" if pre else "post",
        # Option A of the paper (no parameters); its bottleneck successors project.
        shortcut="projection" if bottleneck else "pad",
        n_classes=10,
        input_size=32,
    )


def spec(name: str, **options: Any) -> ResNetSpec:
    """The preset called `name`, with the given fields of `ResNetSpec` changed.

    Args:
        name: one of `names()`, or `resnetN` / `preresnetN` / `plainN` with N = 6n + 2.
            A depth that both families have (18, 34, 50, 101, 152) is the ImageNet network.
        **options: fields of `ResNetSpec`, such as `norm="none"`.

    Raises:
        UserError: if the name, an option or a value is unknown.
    """
    key = name.strip().lower().replace("-", "")
    found = IMAGENET.get(key)
    if found is None and (match := _NAME.fullmatch(key)):
        kind, depth = match["kind"], int(match["depth"])
        same_depth = IMAGENET.get(f"resnet{depth}")
        if same_depth is None:
            found = _cifar(key, depth, pre=kind == "preresnet")
        elif kind == "preresnet":
            found = replace(same_depth, name=key, order="pre")
        else:
            found = same_depth
        if found is not None and kind == "plain":
            found = replace(found, name=f"resnet{depth}", plain=True)
    if found is None:
        raise UserError(
            f"There is no network called {name!r}.",
            "`resnet-viz models` lists them; CIFAR networks have 6n+2 layers (20, 32, 44, ...).",
        )
    known = {f.name for f in fields(ResNetSpec)} - {"name"}
    if unknown := sorted(set(options) - known):
        raise UserError(
            f"{unknown[0]!r} is not an option of a network.",
            f"Options: {', '.join(sorted(known))}.",
        )
    return replace(found, **options)


def usual_training_mode(spec: ResNetSpec, *, random_weights: bool) -> bool:
    """Whether batch norm should use the batch's statistics where nobody chose.

    An untrained batch norm has seen no data: with its running statistics (mean 0, variance 1)
    it does nothing, and deep networks overflow. So random weights are measured with the
    statistics of the batch, trained ones with those they were trained to use.
    """
    return random_weights and spec.norm == "batch"


def names() -> list[str]:
    """Every named preset, ImageNet family first; any other 6n + 2 works too."""
    return [
        *IMAGENET,
        *(f"preresnet{d}" for d in (18, 34, 50, 101, 152)),
        *(f"resnet{d}" for d in CIFAR_DEPTHS),
        *(f"preresnet{d}" for d in PRE_CIFAR_DEPTHS),
    ]


def plain_name(name: str) -> str:
    """Name of the plain twin: `resnet56` -> `plain56`; others get a suffix."""
    return "plain" + name[len("resnet") :] if name.startswith("resnet") else f"{name}-plain"


def title(name: str) -> str:
    """A preset's name as people write it: `resnet56` -> `ResNet-56`."""
    for prefix, written in _TITLES:
        if name.startswith(prefix):
            rest = name[len(prefix) :].replace("_", " ")
            return written.removesuffix("-") + rest if rest.startswith(" ") else written + rest
    return name


_TITLES = (
    ("wide_resnet", "Wide ResNet-"),
    ("preresnet", "PreResNet-"),
    ("resnext", "ResNeXt-"),
    ("resnet", "ResNet-"),
    ("plain", "plain-"),
)

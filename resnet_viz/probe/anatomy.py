"""Where a probe has to look in a residual block, for our blocks and for other libraries'."""

from __future__ import annotations

import re
from dataclasses import dataclass

from torch import nn

from resnet_viz.models.blocks import Block
from resnet_viz.models.gates import OPEN, Gate


@dataclass(frozen=True)
class Anatomy:
    """The places of one residual block y = act(skip * shortcut(x) + main * F(x)).

    Attributes:
        name: module path, `layer1.0`.
        block: the block itself.
        stage: 1-based stage.
        kind: `basic` or `bottleneck`.
        shortcut: `identity`, `projection` or `pad`.
        gate: weights of the two paths; fully open in blocks that have none.
        first: the module of the branch that reads x.
        last: the module of the branch that puts out F(x).
        projection: the module that puts out the shortcut; None where that is x itself.
        inner: modules of the branch by name; a module may stand here once and run twice.
    """

    name: str
    block: nn.Module
    stage: int
    kind: str
    shortcut: str
    gate: Gate
    first: nn.Module
    last: nn.Module
    projection: nn.Module | None
    inner: tuple[tuple[str, nn.Module], ...]


def find_blocks(net: nn.Module) -> list[Anatomy]:
    """All residual blocks of `net` in the order of `named_modules()`.

    Recognised are our blocks and those built like torchvision's and timm's `BasicBlock` and
    `Bottleneck`: classes of these names with `conv1`, `bn1`, `conv2`, `bn2` and `downsample`.
    """
    found: list[Anatomy] = []
    parents: dict[str, int] = {}
    for name, module in net.named_modules():
        if isinstance(module, Block):
            found.append(_own(name, module))
        elif _is_foreign(module):
            parent = name.rpartition(".")[0]
            stage = parents.setdefault(parent, len(parents) + 1)
            numbered = re.search(r"(?:^|\.)layer(\d+)(?:\.|$)", parent)
            found.append(_foreign(name, module, int(numbered[1]) if numbered else stage))
    return found


def _own(name: str, block: Block) -> Anatomy:
    spec = block.spec
    inner = tuple((part, block.get_submodule(part)) for part in block.branch_modules)
    return Anatomy(
        name=name,
        block=block,
        stage=spec.stage,
        kind=spec.kind,
        shortcut=spec.shortcut,
        gate=block.gate,
        first=inner[0][1],
        last=inner[-1][1],
        projection=None if spec.shortcut == "identity" else block.downsample,
        inner=inner,
    )


def _is_foreign(module: nn.Module) -> bool:
    names = {cls.__name__ for cls in type(module).__mro__}
    if not names & {"BasicBlock", "Bottleneck"}:
        return False
    parts = dict(module.named_children())
    return {"conv1", "bn1", "conv2", "bn2"} <= parts.keys() and hasattr(module, "downsample")


# What timm's blocks may run between the last norm and the sum, latest first.
_AFTER_LAST_NORM = ("drop_path", "se")

_BRANCH_PART = re.compile(r"(conv|bn)\d|act\d|relu|se|drop_block|aa|drop_path")


def _foreign(name: str, block: nn.Module, stage: int) -> Anatomy:
    parts = dict(block.named_children())
    kind = "bottleneck" if "conv3" in parts else "basic"
    last_norm = "bn3" if kind == "bottleneck" else "bn2"
    last = next((part for part in _AFTER_LAST_NORM if part in parts), last_norm)
    projection = parts.get("downsample")
    shortcut = "identity"
    if projection is not None:
        shortcut = "projection" if any(True for _ in projection.parameters()) else "pad"
    inner = tuple((part, m) for part, m in parts.items() if _BRANCH_PART.fullmatch(part))
    return Anatomy(
        name=name,
        block=block,
        stage=stage,
        kind=kind,
        shortcut=shortcut,
        gate=OPEN,
        first=parts["conv1"],
        last=parts[last],
        projection=projection,
        inner=inner,
    )

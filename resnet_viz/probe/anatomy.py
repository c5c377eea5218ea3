"""Where a probe has to look in a network, for ours and for other libraries'."""

from __future__ import annotations

import re
from dataclasses import dataclass

from torch import nn

from resnet_viz.models.blocks import Block
from resnet_viz.models.gates import OPEN, Gate


@dataclass(frozen=True, eq=False)
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
        parameters: all of the block.
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
    parameters: tuple[nn.Parameter, ...]

    def inner(self) -> list[tuple[str, nn.Module]]:
        """Modules that may run in the branch, by name; one may run several times."""
        if isinstance(self.block, Block):
            return [(name, getattr(self.block, name)) for name in self.block.branch_modules]
        children = self.block.named_children()
        return [(name, part) for name, part in children if _BRANCH_PART.fullmatch(name)]


@dataclass(frozen=True, eq=False)
class Survey:
    """A network taken apart in one go.

    torch's own `modules()` and `parameters()` take 2 to 10 microseconds per module and call,
    which adds up: a 110-layer network has 500 modules and a forward pass of 15 ms.

    Attributes:
        modules: every module once, in the order of `named_modules()`.
        parameters: every parameter once.
        blocks: every residual block in the same order; one inside another is part of that.
    """

    modules: list[nn.Module]
    parameters: list[nn.Parameter]
    blocks: list[Anatomy]


def survey(net: nn.Module) -> Survey:
    """Find all modules, parameters and residual blocks of `net`.

    Recognised are our blocks and those built like torchvision's and timm's `BasicBlock` and
    `Bottleneck`: classes of these names with `conv1`, `bn1`, `conv2`, `bn2` and `downsample`.
    """
    modules: dict[int, nn.Module] = {}
    parameters: dict[int, nn.Parameter] = {}
    found: dict[str, tuple[nn.Module, list[nn.Parameter]]] = {}
    todo: list[tuple[str, nn.Module, list[nn.Parameter] | None]] = [("", net, None)]
    while todo:
        name, module, owner = todo.pop()
        if id(module) in modules:
            continue
        modules[id(module)] = module
        if owner is None and (isinstance(module, Block) or _is_foreign(module)):
            owner = []
            found[name] = (module, owner)
        for parameter in module._parameters.values():
            if parameter is not None:
                parameters[id(parameter)] = parameter
                if owner is not None:
                    owner.append(parameter)
        if owner is not None:  # names inside a block are not needed
            todo.extend(
                [("", m, owner) for m in reversed(module._modules.values()) if m is not None]
            )
            continue
        prefix = name + "." if name else ""
        for child_name, child in reversed(module._modules.items()):
            if child is not None:
                todo.append((prefix + child_name, child, None))
    parents: dict[str, int] = {}
    blocks = []
    for name, (module, owned) in found.items():
        if isinstance(module, Block):
            blocks.append(_own(name, module, tuple(owned)))
        else:
            parent = name.rpartition(".")[0]
            fallback = parents.setdefault(parent, len(parents) + 1)
            blocks.append(_foreign(name, module, tuple(owned), _stage(parent, fallback)))
    return Survey(list(modules.values()), list(parameters.values()), blocks)


def _own(name: str, block: Block, parameters: tuple[nn.Parameter, ...]) -> Anatomy:
    spec = block.spec
    return Anatomy(
        name=name,
        block=block,
        stage=spec.stage,
        kind=spec.kind,
        shortcut=spec.shortcut,
        gate=block.gate,
        first=getattr(block, block.branch_modules[0]),
        last=getattr(block, block.branch_modules[-1]),
        projection=None if spec.shortcut == "identity" else block.downsample,
        parameters=parameters,
    )


def _is_foreign(module: nn.Module) -> bool:
    if not {cls.__name__ for cls in type(module).__mro__} & {"BasicBlock", "Bottleneck"}:
        return False
    parts = module._modules.keys()
    return {"conv1", "bn1", "conv2", "bn2"} <= parts and hasattr(module, "downsample")


# What timm's blocks may run between the last norm and the sum, latest first.
_AFTER_LAST_NORM = ("drop_path", "se")

_BRANCH_PART = re.compile(r"(conv|bn)\d|act\d|relu|se|drop_block|aa|drop_path")


def _foreign(
    name: str, block: nn.Module, parameters: tuple[nn.Parameter, ...], stage: int
) -> Anatomy:
    parts = dict(block.named_children())
    kind = "bottleneck" if "conv3" in parts else "basic"
    last_norm = "bn3" if kind == "bottleneck" else "bn2"
    last = next((part for part in _AFTER_LAST_NORM if part in parts), last_norm)
    projection = parts.get("downsample")
    shortcut = "identity"
    if projection is not None:
        shortcut = "projection" if any(True for _ in projection.parameters()) else "pad"
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
        parameters=parameters,
    )


def _stage(parent: str, fallback: int) -> int:
    """The number in `layer3`, or that of the container among those that hold blocks."""
    numbered = re.search(r"(?:^|\.)layer(\d+)(?:\.|$)", parent)
    return int(numbered[1]) if numbered else fallback

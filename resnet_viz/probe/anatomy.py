"""Where a probe has to look in a network, for ours and for other libraries'."""

from __future__ import annotations

import re
from collections.abc import Iterable
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
        first: name of the module of the branch that reads x.
        last: name of the module of the branch that puts out F(x).
        projection: the module that puts out the shortcut; None where that is x itself.
        parameters: all of the block.
    """

    name: str
    block: nn.Module
    stage: int
    kind: str
    shortcut: str
    gate: Gate
    first: str
    last: str
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
    which adds up: a 110-layer network has 500 modules and a forward pass of some 20 ms.

    Attributes:
        modules: every module once, the network itself first.
        parameters: every parameter once.
        blocks: every residual block in the order of `named_modules()`; one inside another is
            part of that.
    """

    modules: list[nn.Module]
    parameters: list[nn.Parameter]
    blocks: list[Anatomy]


def survey(net: nn.Module) -> Survey:
    """Find all modules, parameters and residual blocks of `net`.

    Recognised are our blocks and those built like torchvision's and timm's `BasicBlock` and
    `Bottleneck`: classes of these names with `conv1`, `bn1`, `conv2`, `bn2` and `downsample`.
    """
    modules: list[nn.Module] = []
    blocks: list[Anatomy] = []
    parents: dict[str, int] = {}
    todo = [("", net)]
    while todo:
        name, module = todo.pop()
        if isinstance(module, Block):
            inside = _inside(module)
            blocks.append(_own(name, module, _parameters(inside)))
            modules += inside
        elif _is_foreign(module):
            inside = _inside(module)
            parent = name.rpartition(".")[0]
            stage = _stage(parent, parents.setdefault(parent, len(parents) + 1))
            blocks.append(_foreign(name, module, _parameters(inside), stage))
            modules += inside
        else:
            modules.append(module)
            prefix = name + "." if name else ""
            children = reversed(module._modules.items())
            todo += [(prefix + child, part) for child, part in children if part is not None]
    modules = list(dict.fromkeys(modules))
    return Survey(modules, list(_parameters(modules)), list({b.block: b for b in blocks}.values()))


def _inside(block: nn.Module) -> list[nn.Module]:
    """The block and all modules in it; one that is used twice may be there twice."""
    modules = [block]
    for module in modules:  # grows as it goes
        modules += [part for part in module._modules.values() if part is not None]
    return modules


def _parameters(modules: Iterable[nn.Module]) -> tuple[nn.Parameter, ...]:
    """Every parameter once."""
    # By id: hashing a tensor takes longer than all the rest.
    found = {id(p): p for m in modules for p in m._parameters.values() if p is not None}
    return tuple(found.values())


def _own(name: str, block: Block, parameters: tuple[nn.Parameter, ...]) -> Anatomy:
    spec = block.spec
    return Anatomy(
        name=name,
        block=block,
        stage=spec.stage,
        kind=spec.kind,
        shortcut=spec.shortcut,
        gate=block.gate,
        first=block.branch_modules[0],
        last=block.branch_modules[-1],
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
        first="conv1",
        last=last,
        projection=projection,
        parameters=parameters,
    )


def _stage(parent: str, fallback: int) -> int:
    """The number in `layer3`, or that of the container among those that hold blocks."""
    numbered = re.search(r"(?:^|\.)layer(\d+)(?:\.|$)", parent)
    return int(numbered[1]) if numbered else fallback

"""How far every block is from the identity, and its branch from zero.

He et al. 2015 (arXiv:1512.03385, section 3.1) argue that a block of stacked layers has a hard
time to learn the identity, where a residual block has only to drive F(x) to zero, and they
find the trained branches to be small (section 4.2, figure 7). Both can be measured.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from resnet_viz.analysis.stepwise import Stepwise, activate
from resnet_viz.models.blocks import GatedAdd


@dataclass(frozen=True)
class Closeness:
    """One block y = act(skip * s(x) + main * F(x)), compared with its shortcut s(x).

    Where the shape stays, s(x) is x itself; where it changes, x has no place in the space of
    y, and s(x) is what the block would put out if it learned nothing.

    Attributes:
        name: of the block, `layer1.0`.
        keeps_shape: whether s(x) is x.
        branch_share: ‖F(x)‖ / ‖s(x)‖, both before their gates; NaN where s(x) is exactly 0.
        distance: ‖y − s(x)‖ / ‖s(x)‖: 0 for the identity, 1 for a block that puts out 0; NaN
            where s(x) is exactly 0.
        cosine: between y and s(x), -1 to 1; NaN where either is exactly 0.
    """

    name: str
    keeps_shape: bool
    branch_share: float
    distance: float
    cosine: float


def closeness(walk: Stepwise, images: Tensor) -> Iterator[Closeness]:
    """Compare every block of a network with its shortcut, one block at a time.

    Args:
        walk: the network with its gates and its mode.
        images: (N, C, H, W); norms are taken over all of them together.
    """
    x = walk.stem(walk.place(images))
    for index, block in enumerate(walk.blocks):
        add = GatedAdd()
        add.gate = walk.gates[index]
        with walk.prepared(index):
            shortcut, branch = block.downsample(x), block.branch(x)
            x = activate(block, add(shortcut, branch))
            found = compare(shortcut, branch, x)
        yield Closeness(block.spec.name, block.spec.shortcut == "identity", *found)


def compare(shortcut: Tensor, branch: Tensor, out: Tensor) -> tuple[float, float, float]:
    """`branch_share`, `distance` and `cosine` of tensors of one shape; see `Closeness`."""
    # In float64 no square of a float32 number is lost.
    size, size_out, size_branch = (_norm(t) for t in (shortcut, out, branch))
    away = _norm(out.double() - shortcut.double())
    product = float((out.double() * shortcut.double()).sum()) if size and size_out else math.nan
    cosine = product / size_out / size if size and size_out else math.nan
    if size == 0.0:
        return math.nan, math.nan, cosine
    return size_branch / size, away / size, min(max(cosine, -1.0), 1.0)


def _norm(tensor: Tensor) -> float:
    return float(torch.linalg.vector_norm(tensor, dtype=torch.float64))

"""The backward pass of one batch taken apart: every block's shortcut and branch on their own.

A network of n blocks is a sum over 2^n paths, each through the branch of some blocks and
through the shortcut of the others (Veit et al. 2016, arXiv:1605.06431, section 3). Going
forward nothing is changed; going back, the gradient is led through one of both in each block,
so what arrives is that path's part, and all parts add up to the gradient. The activation after
a block's sum belongs to both: its derivative stays in every path.

The backward pass is linear, so the gradient is rescaled on its way and its size kept as a
logarithm: the parts of deep networks are found where float32 has none left.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from resnet_viz.analysis.stepwise import Stepwise, activate, weighted
from resnet_viz.errors import UserError
from resnet_viz.models.network import ResNet

# Seconds of computation before a long pass pauses, so that somebody else can be served.
_PAUSE_AFTER_S = 0.1


class Scaled(NamedTuple):
    """`direction` times e^`log_scale`; the direction's largest magnitude is 1, or all is 0."""

    direction: Tensor
    log_scale: float

    @property
    def log_norm(self) -> float:
        """Natural logarithm of the L2 norm; minus infinity for zeros."""
        if self.log_scale == -math.inf:
            return -math.inf
        return self.log_scale + math.log(torch.linalg.vector_norm(self.direction).item())


@dataclass(frozen=True)
class _Recorded:
    """What a block did, ready to be differentiated part by part.

    Attributes:
        x: what entered it.
        shortcut: skip * shortcut(x), or None where the gate is closed.
        branch: main * F(x), or None where the gate is closed.
        total: their sum, the start of a graph of its own.
        y: what left it.
    """

    x: Tensor
    shortcut: Tensor | None
    branch: Tensor | None
    total: Tensor
    y: Tensor


class PathGradients:
    """∂L/∂x at the first block's input, as the sum of what came along each path.

    The loss L is the mean cross-entropy over the batch. Call `record` first.

    Args:
        net: the network; it is, and stays, as it was. Gates are those that it has now.
        images: (N, C, H, W), normalised.
        targets: (N,) int64 classes; None for the predicted ones.
        training_mode: norms use the statistics of the batch.

    Attributes:
        free: indices of the blocks with both paths open, where a path may take either.
        always: those whose skip is cut, where every path takes the branch.
        closed: whether some block has both paths closed: then there is no path.
        loss: L, once recorded; NaN before.
    """

    def __init__(
        self,
        net: ResNet,
        images: Tensor,
        targets: Tensor | None,
        *,
        training_mode: bool = False,
    ) -> None:
        self._walk = Stepwise(net, training_mode=training_mode)
        self._images = self._walk.place(images)
        self._targets = targets
        self._blocks: list[_Recorded] = []
        self.loss = math.nan
        gates = self._walk.gates
        self.free = tuple(i for i, gate in enumerate(gates) if gate.skip and gate.main)
        self.always = tuple(i for i, gate in enumerate(gates) if not gate.skip and gate.main)
        self.closed = any(not gate.skip and not gate.main for gate in gates)

    @property
    def n_blocks(self) -> int:
        """Blocks of the network, open or not."""
        return len(self._walk)

    def record(self) -> Iterator[None]:
        """Run the network forward once; pauses where it takes long.

        Raises:
            UserError: if the gradient at the last block is not finite.
        """
        with self._walk.prepared(None, recording=True):
            x = self._walk.net.stem(self._images).detach()
        blocks: list[_Recorded] = []
        deadline = time.monotonic() + _PAUSE_AFTER_S
        for index in range(self.n_blocks):
            with self._walk.prepared(index, recording=True):
                blocks.append(self._record(index, x))
            x = blocks[-1].y.detach()
            if time.monotonic() >= deadline:
                yield
                deadline = time.monotonic() + _PAUSE_AFTER_S
        with self._walk.prepared(None, recording=True):
            last = x.requires_grad_()
            logits = self._walk.net.head(last)
            targets = logits.argmax(1) if self._targets is None else self._targets
            loss = F.cross_entropy(logits, targets.to(logits.device))
        self.loss = loss.item()
        (gradient,) = torch.autograd.grad(loss, last)
        self._last = scaled(gradient)
        self._blocks = blocks

    def _record(self, index: int, x: Tensor) -> _Recorded:
        """As `run_block`, but with an own graph for each part."""
        block, gate = self._walk.blocks[index], self._walk.gates[index]
        x = x.requires_grad_()
        shortcut = weighted(gate.skip, block.downsample(x)) if gate.skip else None
        branch = weighted(gate.main, block.branch(x)) if gate.main else None
        parts = [part for part in (shortcut, branch) if part is not None]
        total = sum(parts[1:], parts[0]) if parts else torch.zeros_like(block.downsample(x))
        total = total.detach().requires_grad_()
        return _Recorded(x, shortcut, branch, total, activate(block, total))

    def along(self, branches: Collection[int]) -> Generator[None, None, Scaled]:
        """The gradient's part that came along one path; pauses where it takes long.

        Args:
            branches: indices of the blocks whose branch the path takes; it takes the shortcut
                of all others.
        """
        gradient = self._last
        deadline = time.monotonic() + _PAUSE_AFTER_S
        for index in reversed(range(self.n_blocks)):
            if gradient.log_scale == -math.inf:
                break
            gradient = self._back(index, gradient, branch=index in branches)
            if time.monotonic() >= deadline:
                yield
                deadline = time.monotonic() + _PAUSE_AFTER_S
        return gradient

    def by_length(self, longest: int) -> Generator[None, None, list[Scaled]]:
        """The exact sum over all paths of each length 0, 1, ..., `longest`.

        Going back through a block, what came along k branches is led through the shortcut and
        stays at k, and through the branch and comes to k + 1: n blocks cost n * longest passes
        of a block, where 2^n paths would cost that much each.
        """
        sums: list[Scaled | None] = [self._last] + [None] * longest
        deadline = time.monotonic() + _PAUSE_AFTER_S
        for index in reversed(range(self.n_blocks)):
            before = sums
            sums = [None] * (longest + 1)
            for length in range(min(longest, self.n_blocks - index) + 1):
                same = self._led(index, before[length], branch=False)
                one_less = self._led(index, before[length - 1], branch=True) if length else None
                sums[length] = added(same, one_less)
                if time.monotonic() >= deadline:
                    yield
                    deadline = time.monotonic() + _PAUSE_AFTER_S
        nothing = Scaled(torch.zeros_like(self._blocks[0].x), -math.inf)
        return [part or nothing for part in sums]

    def forget(self) -> None:
        """Let the recorded pass and its memory go."""
        self._blocks = []

    def _led(self, index: int, gradient: Scaled | None, *, branch: bool) -> Scaled | None:
        return None if gradient is None else self._back(index, gradient, branch=branch)

    def _back(self, index: int, gradient: Scaled, *, branch: bool) -> Scaled:
        """Lead a gradient at a block's output back to its input, through one of both paths."""
        block = self._blocks[index]
        part = block.branch if branch else block.shortcut
        if part is None:
            return Scaled(torch.zeros_like(block.x), -math.inf)
        grad = gradient.direction
        if block.y is not block.total:
            (grad,) = torch.autograd.grad(block.y, block.total, grad, retain_graph=True)
        if part is not block.x:
            (grad,) = torch.autograd.grad(part, block.x, grad, retain_graph=True)
        return scaled(grad, gradient.log_scale)


def scaled(tensor: Tensor, log_scale: float = 0.0) -> Scaled:
    """`tensor` times e^`log_scale`, brought to a largest magnitude of 1.

    Raises:
        UserError: if a number is not finite.
    """
    peak = tensor.abs().max().item()
    if not math.isfinite(peak):
        raise UserError(
            "The gradient is not finite.",
            "Choose another initialisation, a norm, a shallower network, or float64.",
        )
    if peak == 0.0 or log_scale == -math.inf:
        return Scaled(torch.zeros_like(tensor), -math.inf)
    return Scaled(tensor / peak, log_scale + math.log(peak))


def added(a: Scaled | None, b: Scaled | None) -> Scaled | None:
    """The sum of two scaled tensors; None is nothing."""
    if a is None or b is None:
        return a or b
    if -math.inf in (a.log_scale, b.log_scale):
        return a if b.log_scale == -math.inf else b
    larger = max(a.log_scale, b.log_scale)
    total = sum(part.direction * math.exp(part.log_scale - larger) for part in (a, b))
    assert isinstance(total, Tensor)
    return scaled(total, larger)

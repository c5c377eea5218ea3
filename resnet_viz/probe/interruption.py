"""A say between the blocks of a network while somebody else runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from resnet_viz.models.network import ResNet


@contextmanager
def between_blocks(net: ResNet, step: Callable[[int, int], None]) -> Iterator[None]:
    """Call `step(done, total)` before each block, in the forward and in the backward pass.

    What `step` raises comes out of the call that runs the network. Blocks that the gradient
    does not pass are left out, as is the first one where the stem needs no gradient.

    Args:
        net: the network; it carries the hooks within the context only.
        step: given the steps done and their number, 2 x the network's blocks.
    """
    blocks = net.blocks.values()
    total = 2 * len(blocks)
    done = 0

    def advance() -> None:
        nonlocal done
        step(done, total)
        done += 1

    def before_forward(_block: nn.Module, inputs: tuple[Any, ...]) -> None:
        advance()
        if inputs[0].requires_grad:
            inputs[0].register_hook(after_backward)

    def after_backward(_grad: Tensor) -> None:
        advance()

    handles = [block.register_forward_pre_hook(before_forward) for block in blocks]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()

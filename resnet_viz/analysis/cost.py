"""What a network costs for one image: parameters, multiply-accumulates, activation memory.

For our networks that follows from the specification. Others are run once on torch's meta
device, where tensors have shapes and no numbers: their weights are not touched and nothing is
computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from resnet_viz.analysis.block_layers import Shape
from resnet_viz.analysis.spec_cost import FLOAT32_BYTES, BlockCost, NetworkCost, spec_cost
from resnet_viz.models.network import ResNet
from resnet_viz.probe.anatomy import survey
from resnet_viz.probe.snapshot import Totals

__all__ = ["BlockCost", "NetworkCost", "Shape", "network_cost", "run_cost", "spec_cost"]


def network_cost(net: nn.Module, input_shape: Shape | None = None) -> NetworkCost:
    """Count what `net` costs for one image; counted once per network and shape.

    The gates make no difference: a cut skip connection costs what an open one does.

    Args:
        net: one of our networks or any network of residual blocks.
        input_shape: (C, H, W) of the image; may be left out for our networks.

    Raises:
        ValueError: if `input_shape` is missing for a network of another library.
    """
    if isinstance(net, ResNet):
        return spec_cost(net.spec, input_shape)
    if input_shape is None:
        raise ValueError("input_shape is needed for a network without a specification")
    known = _foreign_costs.setdefault(net, {})
    if input_shape not in known:
        known[input_shape] = run_cost(net, input_shape)
    return known[input_shape]


_foreign_costs: WeakKeyDictionary[nn.Module, dict[Shape, NetworkCost]] = WeakKeyDictionary()


def run_cost(net: nn.Module, input_shape: Shape) -> NetworkCost:
    """The cost of any network, found by running it without its numbers.

    Args:
        net: with whatever gates it has; a closed path costs what it still computes.
        input_shape: (C, H, W) of the image.
    """
    with _as_skeleton(net) as meta_state:
        return _count(net, input_shape, meta_state)


class _Counter:
    """Adds up what the modules that it is attached to do."""

    def __init__(self) -> None:
        self.macs = 0
        self.elements = 0

    def __call__(self, module: nn.Module, args: tuple[Any, ...], output: object) -> None:
        if not isinstance(output, Tensor) or any(output is arg for arg in args):
            return
        self.elements += output.numel()
        if isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear):
            self.macs += output.numel() * module.weight[0].numel()


def _count(net: nn.Module, input_shape: Shape, meta_state: dict[str, Tensor]) -> NetworkCost:
    blocks = {anatomy.name: anatomy.block for anatomy in survey(net).blocks}
    owner = {m: name for name, block in blocks.items() for m in block.modules()}
    counters = {name: _Counter() for name in (*blocks, "")}
    handles: list[RemovableHandle] = []
    try:
        for module in net.modules():
            if next(module.children(), None) is None:
                handles.append(module.register_forward_hook(counters[owner.get(module, "")]))
        image = torch.empty((1, *input_shape), device="meta")
        with torch.no_grad():
            torch.func.functional_call(net, meta_state, (image,))
    finally:
        for handle in handles:
            handle.remove()
    costs = {
        name: BlockCost(
            _parameters(block), counters[name].macs, counters[name].elements * FLOAT32_BYTES
        )
        for name, block in blocks.items()
    }
    total = Totals(
        parameters=_parameters(net),
        macs=sum(counter.macs for counter in counters.values()),
        activation_bytes=sum(c.elements for c in counters.values()) * FLOAT32_BYTES,
    )
    return NetworkCost(costs, total)


def _parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


_HOOKS = ("_forward_hooks", "_forward_pre_hooks")


@contextmanager
def _as_skeleton(net: nn.Module) -> Iterator[dict[str, Tensor]]:
    """Stand-ins without memory for all tensors of `net`, its hooks and modes set aside.

    Somebody's hooks should not see meta tensors, and in training mode a norm refuses to run
    on a single pixel.
    """
    before = [(m, m.training, {name: getattr(m, name) for name in _HOOKS}) for m in net.modules()]
    try:
        for module, _, hooks in before:
            module.training = False
            for name, registered in hooks.items():
                setattr(module, name, type(registered)())
        tensors = (*net.named_parameters(), *net.named_buffers())
        yield {
            name: torch.empty_like(tensor, dtype=torch.float32, device="meta")
            for name, tensor in tensors
        }
    finally:
        for module, training, hooks in before:
            module.training = training
            for name, registered in hooks.items():
                setattr(module, name, registered)

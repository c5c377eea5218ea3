"""Borrowing a network: whatever a measurement changes in it comes back as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor, nn


@contextmanager
def borrowed(
    net: nn.Module, *, differentiate: Iterable[nn.Parameter], training_mode: bool
) -> Iterator[None]:
    """Prepare `net` for one forward and one backward pass, and undo it.

    Inside, gradients are recorded whatever the caller's context is, every module is in the
    mode asked for, exactly the parameters in `differentiate` require gradients, and norms in
    training mode move copies of their running statistics.

    Afterwards, also after an error, modes, `requires_grad`, buffers and random states are
    those of before. `.grad` fields are not this function's business: differentiate with
    `torch.autograd.grad`.
    """
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(_same_random_state(net))
        stack.enter_context(_only_these_learn(net, differentiate))
        stack.enter_context(_in_mode(net, training_mode))
        if training_mode:
            stack.enter_context(_copied_buffers(net))
        yield


@contextmanager
def _same_random_state(net: nn.Module) -> Iterator[None]:
    devices = {p.device for p in net.parameters() if p.device.type != "cpu"}
    with ExitStack() as stack:
        # Without the empty list torch would save, and start, every accelerator of the machine.
        stack.enter_context(torch.random.fork_rng(devices=[]))
        for device in devices:
            if device.type != "meta":
                forked = torch.random.fork_rng(devices=[device.index or 0], device_type=device.type)
                stack.enter_context(forked)
        yield


@contextmanager
def _only_these_learn(net: nn.Module, learning: Iterable[nn.Parameter]) -> Iterator[None]:
    wanted = {id(p) for p in learning}
    changed: list[nn.Parameter] = []
    try:
        for parameter in net.parameters():
            if parameter.requires_grad != (id(parameter) in wanted):
                parameter.requires_grad_(not parameter.requires_grad)
                changed.append(parameter)
        yield
    finally:
        for parameter in changed:
            parameter.requires_grad_(not parameter.requires_grad)


@contextmanager
def _in_mode(net: nn.Module, training_mode: bool) -> Iterator[None]:
    before = [(module, module.training) for module in net.modules()]
    try:
        if any(was != training_mode for _, was in before):
            net.train(training_mode)
        yield
    finally:
        for module, was in before:
            module.training = was


@contextmanager
def _copied_buffers(net: nn.Module) -> Iterator[None]:
    """Let the passes write to copies, so that the originals are never touched."""
    originals: list[tuple[nn.Module, str, Tensor]] = []
    try:
        for module in net.modules():
            for name, buffer in list(module._buffers.items()):
                if buffer is not None:
                    originals.append((module, name, buffer))
                    module._buffers[name] = buffer.clone()
        yield
    finally:
        for module, name, buffer in originals:
            module._buffers[name] = buffer

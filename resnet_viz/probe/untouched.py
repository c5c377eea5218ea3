"""Borrowing a network: whatever a measurement changes in it comes back as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor, nn

from resnet_viz.probe.anatomy import Survey


@contextmanager
def borrowed(
    parts: Survey,
    *,
    learning: Iterable[nn.Parameter],
    training_mode: bool,
    device: torch.device,
) -> Iterator[None]:
    """Prepare a network for one forward and one backward pass, and undo it.

    Inside, gradients are recorded whatever the caller's context is, every module is in the
    mode asked for, exactly the parameters in `learning` require gradients, and norms in
    training mode move copies of their running statistics.

    Afterwards, also after an error, modes, `requires_grad`, buffers and random states are
    those of before. `.grad` fields are not this function's business: differentiate with
    `torch.autograd.grad`.
    """
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(_same_random_state(device))
        stack.enter_context(_only_these_learn(parts.parameters, learning))
        stack.enter_context(_in_mode(parts.modules, training_mode))
        if training_mode:
            stack.enter_context(_copied_buffers(parts.modules))
        yield


@contextmanager
def _same_random_state(device: torch.device) -> Iterator[None]:
    # Without the list torch would save, and start, every accelerator of the machine.
    if device.type in ("cpu", "meta"):
        with torch.random.fork_rng(devices=[]):
            yield
    else:
        with torch.random.fork_rng(devices=[device.index or 0], device_type=device.type):
            yield


@contextmanager
def _only_these_learn(
    parameters: Sequence[nn.Parameter], learning: Iterable[nn.Parameter]
) -> Iterator[None]:
    wanted = {id(p) for p in learning}
    changed = [p for p in parameters if p.requires_grad != (id(p) in wanted)]
    try:
        for parameter in changed:
            parameter.requires_grad_(id(parameter) in wanted)
        yield
    finally:
        for parameter in changed:
            parameter.requires_grad_(id(parameter) not in wanted)


@contextmanager
def _in_mode(modules: Sequence[nn.Module], training_mode: bool) -> Iterator[None]:
    changed = [module for module in modules if module.training != training_mode]
    before = [(module, module.training) for module in modules] if changed else []
    try:
        if changed:
            modules[0].train(training_mode)  # lets a network keep a norm frozen, as some do
        yield
    finally:
        for module, was in before:
            module.training = was


@contextmanager
def _copied_buffers(modules: Sequence[nn.Module]) -> Iterator[None]:
    """Let the passes write to copies, so that the originals are never touched."""
    originals: list[tuple[nn.Module, str, Tensor]] = []
    try:
        for module in modules:
            for name, buffer in list(module._buffers.items()):
                if buffer is not None:
                    originals.append((module, name, buffer))
                    module._buffers[name] = buffer.clone()
        yield
    finally:
        for module, name, buffer in originals:
            module._buffers[name] = buffer

"""Putting probes into blocks for one pass, and taking them out again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

from resnet_viz.models.blocks import Block
from resnet_viz.probe.anatomy import Anatomy
from resnet_viz.probe.block_probe import BlockProbe, Pass, first_image

Undo = Callable[[], object]


@contextmanager
def attached(blocks: Iterable[Anatomy], run: Pass, keep: set[str]) -> Iterator[None]:
    """Watch `blocks` inside the context; those named in `keep` with their maps."""
    undo: list[Undo] = []
    try:
        for anatomy in blocks:
            drive = _can_be_driven(anatomy.block)
            probe = BlockProbe(anatomy, run, keep=anatomy.name in keep, in_place=not drive)
            undo.extend(_driven(probe) if drive else _hooked(probe))
        yield
    finally:
        for step in reversed(undo):
            step()


def _can_be_driven(block: nn.Module) -> bool:
    return (
        isinstance(block, Block)
        and type(block).forward is Block.forward
        and "forward" not in block.__dict__
    )


def _driven(probe: BlockProbe) -> Iterator[Undo]:
    """Run one of our blocks step by step, as its own `forward` does.

    Hooks would measure the same, but four of them a block are felt: a block of a CIFAR network
    takes under a millisecond, forward and backward.
    """
    block = probe.anatomy.block
    assert isinstance(block, Block)

    def forward(x: Tensor) -> Tensor:
        del block.__dict__["forward"]  # a second call in the same pass is not measured
        probe.enter(x)
        if probe.anatomy.projection is None:
            shortcut = probe.to_shortcut()
        else:
            shortcut = block.downsample(probe.to_shortcut())
        branch = probe.to_branch()
        for name in block.branch_modules:
            branch = getattr(block, name)(branch)
            if probe.keep:
                probe.inner[name] = first_image(branch)
        probe.shortcut_is(shortcut)
        probe.branch_is(branch)
        return probe.leave(block.join(shortcut, branch))

    block.__dict__["forward"] = forward
    yield lambda: block.__dict__.pop("forward", None)


def _hooked(probe: BlockProbe) -> Iterator[Undo]:
    """Watch a block of another library, whose tensors may be overwritten at any time."""
    anatomy = probe.anatomy
    block = anatomy.block
    called = False

    def on_enter(module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
        nonlocal called
        if called:  # a second call in the same pass is not measured
            return None
        called = True
        probe.enter(args[0])
        shortcut = probe.to_shortcut()
        if anatomy.projection is None:
            probe.shortcut_is(shortcut)
        return (shortcut, *args[1:])

    def on_branch_enter(module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
        return (probe.to_branch(), *args[1:]) if probe.inside else None

    def on_branch(module: nn.Module, args: object, output: Tensor) -> None:
        if probe.inside:
            probe.branch_is(output)

    def on_shortcut(module: nn.Module, args: object, output: Tensor) -> None:
        if probe.inside:
            probe.shortcut_is(output)

    def on_leave(module: nn.Module, args: object, output: Tensor) -> Tensor | None:
        return probe.leave(output) if probe.inside else None

    if probe.keep:
        for name, module in anatomy.inner():
            yield module.register_forward_hook(_inner_hook(probe, name)).remove
    yield block.register_forward_pre_hook(on_enter).remove
    first, last = getattr(block, anatomy.first), getattr(block, anatomy.last)
    yield first.register_forward_pre_hook(on_branch_enter).remove
    yield last.register_forward_hook(on_branch).remove
    if anatomy.projection is not None:
        yield anatomy.projection.register_forward_hook(on_shortcut).remove
    yield block.register_forward_hook(on_leave).remove


def _inner_hook(probe: BlockProbe, name: str) -> Callable[[nn.Module, object, Tensor], None]:
    def copy(module: nn.Module, args: object, output: Tensor) -> None:
        # The activation after the sum may be the same module as one in the branch.
        if not probe.inside or "branch" in probe.maps:
            return
        key = name
        if name == "relu":  # torchvision's blocks run their only one several times
            key = f"act{1 + sum(part.startswith('act') for part in probe.inner)}"
        probe.inner[key] = first_image(output)

    return copy

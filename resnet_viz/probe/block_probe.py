"""The hooks of one residual block during one forward and one backward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from resnet_viz.probe.anatomy import Anatomy
from resnet_viz.probe.norms import Figure, Meter


@dataclass
class Pass:
    """What the probes of one pass share.

    Attributes:
        meter: computes figures on the pass's device.
        called: probes in the order in which their blocks ran.
        leaves: tensors at which the differentiated graph begins, besides the parameters.
        newest: the output of the block that ran last, and its probe.
    """

    meter: Meter
    called: list[BlockProbe] = field(default_factory=list)
    leaves: list[Tensor] = field(default_factory=list)
    newest: tuple[Tensor, BlockProbe] | None = None


class BlockProbe:
    """Measures a block while it runs; keeps figures, and tensors only where asked to.

    The two paths are told apart by handing each its own alias of x: what flows back into an
    alias came through that path, and what flows back into x itself is the sum. A block that
    runs several times in one pass is measured the first time.

    Args:
        anatomy: where to look.
        run: shared by all probes of the pass.
        keep: also copy the maps of the first image.
    """

    def __init__(self, anatomy: Anatomy, run: Pass, *, keep: bool) -> None:
        self.anatomy = anatomy
        self.figures: dict[str, Figure] = {}
        self.maps: dict[str, Tensor] = {}
        self.inner: dict[str, Tensor] = {}
        self.in_shape: tuple[int, ...] = ()
        self.out_shape: tuple[int, ...] = ()
        self.previous: BlockProbe | None = None
        self._run = run
        self._meter = run.meter
        self._keep = keep
        self._called = False
        self._x: Tensor | None = None
        self._shortcut: Tensor | None = None
        self._branch: Tensor | None = None

    def attach(self) -> Iterator[RemovableHandle]:
        """Put the forward hooks in place; the caller removes them."""
        places = self.anatomy
        if self._keep:
            for name, module in places.inner:
                yield module.register_forward_hook(self._inner_hook(name))
        yield places.block.register_forward_pre_hook(self._on_enter)
        yield places.first.register_forward_pre_hook(self._on_branch_enter)
        yield places.last.register_forward_hook(self._on_branch)
        if places.projection is not None:
            yield places.projection.register_forward_hook(self._on_shortcut)
        yield places.block.register_forward_hook(self._on_leave)

    # --- forward ---------------------------------------------------------------------------

    def _on_enter(self, block: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if self._called:
            return None
        self._called = True
        self._run.called.append(self)
        x: Tensor = args[0]
        newest = self._run.newest
        if newest is not None and newest[0] is x:
            self.previous = newest[1]  # it measures this tensor as its output
        else:
            if not x.requires_grad:  # nothing before this block is differentiated
                x = self._begin_graph(x)
            self.figures["norm_in"] = self._meter.norm(x)
            _on_grad(x, self._on_grad_in)
        self.in_shape = tuple(x.shape[1:])
        if self._keep:
            self.maps["x"] = _first_image(x)
            _on_grad(x, self._map_hook("grad_x"))
        self._x = x
        to_shortcut = x.view_as(x)
        _on_grad(to_shortcut, self._on_grad_via_shortcut)
        if self.anatomy.projection is None:
            self._shortcut = to_shortcut
        return (to_shortcut, *args[1:])

    def _on_branch_enter(self, module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if self._x is None:
            return None
        to_branch = self._x.view_as(self._x)
        _on_grad(to_branch, self._on_grad_via_branch)
        return (to_branch, *args[1:])

    def _on_branch(self, module: nn.Module, args: object, branch: Tensor) -> None:
        if self._x is None:
            return
        self._branch = branch
        self.figures["norm_branch"] = self._meter.norm(branch)
        if self._keep:
            self.maps["branch"] = _first_image(branch)
            if branch.requires_grad:
                _on_grad(branch, self._map_hook("grad_branch"))
        self._compare()

    def _on_shortcut(self, module: nn.Module, args: object, shortcut: Tensor) -> None:
        if self._x is None:
            return
        self._shortcut = shortcut
        self.figures["norm_shortcut"] = self._meter.norm(shortcut)
        self._compare()

    def _compare(self) -> None:
        """Measure the angle as soon as both paths are there: the sum may be made in place."""
        shortcut, branch = self._shortcut, self._branch
        if shortcut is None or branch is None:
            return
        if self.anatomy.projection is None:
            self.figures["norm_shortcut"] = self._norm_in()
        self.figures["cosine"] = self._meter.cosine(
            shortcut, branch, self.figures["norm_shortcut"], self.figures["norm_branch"]
        )
        if self._keep:
            self.maps["shortcut"] = _first_image(shortcut)

    def _on_leave(self, block: nn.Module, args: object, y: Tensor) -> Tensor | None:
        if self._x is None:
            return None
        self._x = self._shortcut = self._branch = None
        replaced = None
        if not y.requires_grad:  # both gates are closed; dL/dy still is what it is
            y = replaced = self._begin_graph(y)
        norm = self._meter.norm(y)
        mean, std = self._meter.moments(y, norm)
        self.figures.update(norm_out=norm, mean_out=mean, std_out=std)
        self.figures["zero_share"] = self._meter.zero_share(y)
        self.out_shape = tuple(y.shape[1:])
        _on_grad(y, self._on_grad_out)
        if self._keep:
            self.maps["out"] = _first_image(y)
            _on_grad(y, self._map_hook("grad_out"))
        self._run.newest = (y, self)
        return replaced

    def _begin_graph(self, tensor: Tensor) -> Tensor:
        leaf = tensor.detach().requires_grad_()
        self._run.leaves.append(leaf)
        return leaf

    def _norm_in(self) -> Figure:
        return self.previous.figures["norm_out"] if self.previous else self.figures["norm_in"]

    def _inner_hook(self, name: str) -> Callable[[nn.Module, object, Tensor], None]:
        def copy(module: nn.Module, args: object, output: Tensor) -> None:
            # The activation after the sum may be the same module as one in the branch.
            if self._x is not None and self._branch is None:
                self.inner[self._inner_name(name)] = _first_image(output)

        return copy

    def _inner_name(self, name: str) -> str:
        """`relu`, which torchvision's blocks run several times, becomes `act1`, `act2`."""
        if name != "relu":
            return name
        return f"act{1 + sum(part.startswith('act') for part in self.inner)}"

    # --- backward --------------------------------------------------------------------------

    def _on_grad_in(self, grad: Tensor) -> None:
        self.figures["grad_in"] = self._meter.norm(grad)

    def _on_grad_out(self, grad: Tensor) -> None:
        self.figures["grad_out"] = self._meter.norm(grad)

    def _on_grad_via_shortcut(self, grad: Tensor) -> None:
        self.figures["grad_via_shortcut"] = self._meter.norm(grad)

    def _on_grad_via_branch(self, grad: Tensor) -> None:
        self.figures["grad_via_branch"] = self._meter.norm(grad)

    def _map_hook(self, name: str) -> Callable[[Tensor], None]:
        def copy(grad: Tensor) -> None:
            self.maps[name] = _first_image(grad)

        return copy

    def finish(self) -> None:
        """Fill in what the neighbour measured and what never happened.

        A hook that did not fire saw no gradient: nothing that the loss depends on goes
        through that tensor, so its gradient is exactly 0.
        """
        if self.previous is not None:
            self.figures["norm_in"] = self.previous.figures["norm_out"]
            self.figures["grad_in"] = self.previous.figures.get("grad_out", 0.0)
        for name in ("grad_in", "grad_out", "grad_via_shortcut", "grad_via_branch"):
            self.figures.setdefault(name, 0.0)


def _on_grad(tensor: Tensor, hook: Callable[[Tensor], None]) -> None:
    """Call `hook` with dL/d(tensor); it goes with the graph, so nobody has to remove it."""
    tensor.register_hook(hook)  # type: ignore[no-untyped-call]


def _first_image(tensor: Tensor) -> Tensor:
    """A copy, at once: what comes next may work in place."""
    return tensor[0].detach().clone(memory_format=torch.contiguous_format)

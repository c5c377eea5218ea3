"""Every quantity of every residual block of one network, in one real training step.

`probe.capture` runs passes of its own, and may therefore change what it likes and put it back.
Here the passes belong to a training: hooks only look, draw no random numbers, and are gone
after the step, so the weights come out the same to the last bit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from resnet_viz.errors import UserError
from resnet_viz.probe.anatomy import Anatomy, survey
from resnet_viz.probe.norms import Figure, Meter, meter_for
from resnet_viz.runs.layout import QUANTITIES, Quantity

Undo = Callable[[], object]

_NOT_COMPUTED = math.nan


class StepMeter:
    """Measures chosen training steps of a network, told by the loop when they begin and end.

    `begin`, then the step's forward pass, backward pass and update, then `end`. Of several
    forward passes in a step (accumulated gradients, activations computed again) the first one
    with gradients is measured.

    Args:
        net: ours, torchvision's or timm's; it may be wrapped, as by `DistributedDataParallel`.

    Attributes:
        names: of the blocks, in forward order.
        stages: 1-based, of each block.
        seconds: that measuring has taken in this step so far, on the host.

    Raises:
        UserError: if `net` has no residual block.
    """

    def __init__(self, net: nn.Module) -> None:
        self._blocks = survey(net).blocks
        if not self._blocks:
            raise UserError(
                f"{type(net).__name__} has no residual blocks that could be measured.",
                "Use a ResNet of this program, of torchvision or of timm.",
            )
        self.names = tuple(_unwrapped(anatomy.name) for anatomy in self._blocks)
        self.stages = tuple(anatomy.stage for anatomy in self._blocks)
        self.seconds = 0.0
        self._parameters = [p for anatomy in self._blocks for p in anatomy.parameters]
        self._watches: list[_Watch] = []
        self._before: list[Tensor] | None = None

    @property
    def saw_forward(self) -> bool:
        """Whether a block ran, with gradients, since `begin`."""
        return any(watch.called for watch in self._watches)

    def begin(self) -> None:
        """The next forward pass is to be measured; `end` or `cancel` must follow."""
        self.cancel()
        sample = self._parameters[0]
        shared = _Shared(meter_for(sample.device, sample.dtype), self._timed)
        self.seconds = 0.0
        self._timed(self._begin)(shared)

    def _begin(self, shared: _Shared) -> None:
        self._watches = [_Watch(anatomy, shared) for anatomy in self._blocks]
        # At the first block rather than now: the weights may still be loaded in between.
        shared.first_call = self._keep_weights

    def _keep_weights(self) -> None:
        self._before = [p.detach().clone() for p in self._parameters]

    def look_away(self) -> None:
        """The backward pass is over: remove all hooks; harmless when there are none."""
        for watch in self._watches:
            watch.detach()

    def cancel(self) -> None:
        """Forget the step under way."""
        self.look_away()
        self._watches = []
        self._before = None

    def end(self) -> list[Figure]:
        """The weights have been updated; remove all hooks.

        Returns:
            Blocks x `QUANTITIES`, flat; figures that are still on a GPU stay there, so that
            nothing waits for it. `probe.norms.to_floats` fetches them.
        """
        figures: list[Figure] = self._timed(self._end)()
        return figures

    def _end(self) -> list[Figure]:
        self.look_away()
        updates = self._updates()
        for watch, update in zip(self._watches, updates, strict=True):
            watch.figures["update"] = update
        figures = [watch.figure(name) for watch in self._watches for name in QUANTITIES]
        self.cancel()
        return figures

    @torch.no_grad()
    def _updates(self) -> list[Figure]:
        if self._before is None:
            return [_NOT_COMPUTED] * len(self._blocks)
        sample = self._parameters[0]
        meter = meter_for(sample.device, sample.dtype)
        pairs = zip(self._parameters, self._before, strict=True)
        changes = iter(meter.norms([after - before for after, before in pairs]))
        sizes = iter(meter.norms(self._before))
        return [
            _ratio(
                _joined([next(changes) for _ in anatomy.parameters]),
                _joined([next(sizes) for _ in anatomy.parameters]),
            )
            for anatomy in self._blocks
        ]

    def _timed(self, look: Callable[..., Any]) -> Callable[..., Any]:
        """Add what `look` takes to `seconds`; squares may overflow in it without a warning."""

        def timed(*args: Any) -> Any:
            started = time.perf_counter()
            with np.errstate(all="ignore"):
                found = look(*args)
            self.seconds += time.perf_counter() - started
            return found

        return timed


class _Shared:
    """What the watches of one step share.

    Attributes:
        meter: computes figures on the network's device.
        timed: wraps what is to count as the probe's own time.
        first_call: called once, before the first block runs.
        newest: output of the block that ran last, its version and its norm.
    """

    def __init__(self, meter: Meter, timed: Callable[..., Callable[..., Any]]) -> None:
        self.meter = meter
        self.timed = timed
        self.first_call: Callable[[], None] | None = None
        self.newest: tuple[Tensor, int, Figure] | None = None

    def norm(self, tensor: Tensor) -> Figure:
        """L2 norm over all elements; that of the newest output is known."""
        if self.newest is not None:
            known, version, norm = self.newest
            if known is tensor and tensor._version == version:
                return norm
        return self.meter.norm(_as_it_lies(tensor.detach()))


class _Watch:
    """The hooks of one block, and what they have seen.

    Everything is looked at within the hook: blocks of other libraries add in place, and their
    tensors are something else a moment later.
    """

    def __init__(self, anatomy: Anatomy, shared: _Shared) -> None:
        self.called = False
        self.figures: dict[Quantity, Figure] = {}
        self._anatomy = anatomy
        self._shared = shared
        self._inside = False
        block, timed = anatomy.block, shared.timed
        last: nn.Module = getattr(block, anatomy.last)
        self._undo: list[Undo] = [
            block.register_forward_pre_hook(timed(self._enter)).remove,
            last.register_forward_hook(timed(self._branch)).remove,
            block.register_forward_hook(timed(self._leave)).remove,
        ]
        if anatomy.projection is not None:
            hook = timed(self._shortcut)
            self._undo.append(anatomy.projection.register_forward_hook(hook).remove)

    def detach(self) -> None:
        """Remove all hooks."""
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()

    def figure(self, name: Quantity) -> Figure:
        """A quantity; NaN if the step did not compute it."""
        return self.figures.get(name, _NOT_COMPUTED)

    def _enter(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        # Without gradients it is an evaluation, which is not the training step.
        if self.called or not torch.is_grad_enabled():
            return
        self.called = self._inside = True
        shared = self._shared
        if shared.first_call is not None:
            shared.first_call()
            shared.first_call = None
        x: Tensor = args[0]
        if x.requires_grad:
            self.figures["gradient"] = 0.0  # until the loss turns out to depend on x
            hook = shared.timed(self._gradient)
            self._undo.append(x.register_hook(hook).remove)  # type: ignore[no-untyped-call]
        if self._anatomy.projection is None:
            self.figures["shortcut"] = shared.norm(x)

    def _shortcut(self, module: nn.Module, args: object, output: Tensor) -> None:
        if self._inside:
            self.figures["shortcut"] = self._shared.norm(output)

    def _branch(self, module: nn.Module, args: object, output: Tensor) -> None:
        if self._inside:
            self.figures["branch"] = self._shared.norm(output)

    def _leave(self, module: nn.Module, args: object, output: Tensor) -> None:
        if not self._inside:
            return
        self._inside = False
        norm = self._shared.norm(output)
        self._shared.newest = (output, output._version, norm)
        self.figures["output"] = norm
        self.figures["dead"] = dead_share(output.detach())

    def _gradient(self, grad: Tensor) -> None:
        self.figures["gradient"] = self._shared.meter.norm(_as_it_lies(grad))


def dead_share(output: Tensor) -> Figure:
    """Share of the channels of (N, C, H, W) that are zero everywhere in batch and space.

    Returns:
        In [0, 1]; a scalar tensor on a GPU, so that nothing waits for it.
    """
    if output.device.type != "cpu":
        wide = torch.float32 if output.device.type == "mps" else torch.float64
        return (output == 0).all(3).all(2).all(0).to(wide).mean()
    # Most channels show themselves in the first image; torch's own reductions over everything
    # take as long as a convolution.
    silent = (output[0] == 0).flatten(1).all(1).nonzero().flatten().tolist()
    dead = sum(not torch.any(output[:, channel]) for channel in silent)
    return float(dead / output.shape[1])


def _as_it_lies(tensor: Tensor) -> Tensor:
    """The same elements in the order of memory where that is channels last.

    A norm does not care, and a vector of them then needs no copy.
    """
    if tensor.ndim == 4 and tensor.is_contiguous(memory_format=torch.channels_last):
        return tensor.permute(0, 2, 3, 1)
    return tensor


def _joined(norms: Sequence[Figure]) -> Figure:
    """The norm of a vector from those of its parts."""
    if any(isinstance(norm, Tensor) for norm in norms):
        joined: Tensor = torch.linalg.vector_norm(torch.stack([torch.as_tensor(n) for n in norms]))
        return joined
    return math.hypot(*norms)


def _ratio(part: Figure, whole: Figure) -> Figure:
    """`part / whole`, 0 where nothing changed, infinite where something came from nothing."""
    if isinstance(part, Tensor):
        return torch.where(part == 0, 0.0, part / whole)
    if part == 0:
        return 0.0
    return part / whole if whole else math.inf


def _unwrapped(name: str) -> str:
    """A block's name without what wrappers of the network put before it."""
    return name.removeprefix("module.").removeprefix("_orig_mod.").removeprefix("module.")

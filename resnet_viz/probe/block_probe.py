"""The figures and maps of one residual block during one forward and one backward pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from resnet_viz.probe.anatomy import Anatomy
from resnet_viz.probe.gradients import LARGE, GradientReader
from resnet_viz.probe.norms import Figure, Meter


@dataclass
class Pass:
    """What the probes of one pass share.

    Attributes:
        meter: computes figures on the pass's device.
        gradients: reads gradients in the backward pass.
        called: probes in the order in which their blocks ran.
        newest: the output of the block that ran last, and its probe.
    """

    meter: Meter
    gradients: GradientReader
    called: list[BlockProbe] = field(default_factory=list)
    newest: tuple[Tensor, BlockProbe] | None = None


class BlockProbe:
    """Measures one run of a block, told by whoever runs it what happens.

    The order of calls is `enter`, then `to_shortcut`, `to_branch`, `shortcut_is` and
    `branch_is` in any order, then `leave`; after the forward pass `settle`, after the
    backward pass `finish`.

    The two paths are told apart by handing each its own alias of x: what flows back into an
    alias came through that path, and what flows back into x itself is the sum.

    Args:
        anatomy: the block.
        run: shared by all probes of the pass.
        keep: also copy the maps of the first image.
        in_place: the block may overwrite its tensors, so look at them at once. Otherwise
            small ones are looked at later, all together, which is faster.
    """

    __slots__ = (
        *("anatomy", "figures", "in_shape", "inner", "inside", "keep", "maps", "out_shape"),
        *("_branch", "_in_place", "_previous", "_run", "_shortcut", "_x", "_y"),
    )

    def __init__(self, anatomy: Anatomy, run: Pass, *, keep: bool, in_place: bool) -> None:
        self.anatomy = anatomy
        self.figures: dict[str, Figure] = {}
        self.maps: dict[str, Tensor] = {}
        self.inner: dict[str, Tensor] = {}
        self.in_shape: tuple[int, ...] = ()
        self.out_shape: tuple[int, ...] = ()
        self.keep = keep
        self.inside = False
        self._in_place = in_place
        self._run = run
        self._previous: BlockProbe | None = None
        self._x: Tensor | None = None
        self._shortcut: Tensor | None = None
        self._branch: Tensor | None = None
        self._y: Tensor | None = None

    # --- forward ---------------------------------------------------------------------------

    def enter(self, x: Tensor) -> None:
        """The block is called with x."""
        run = self._run
        run.called.append(self)
        self.inside = True
        if run.newest is not None and run.newest[0] is x:
            self._previous = run.newest[1]  # measures this tensor as its output
        else:
            if not x.requires_grad:  # nothing before this block is differentiated
                x = run.gradients.begin_at(x)
            self.figures["norm_in"] = run.meter.norm(x.detach())
            run.gradients.norm_into(self.figures, "grad_in", x)
        self.in_shape = x.shape[1:]
        if self.keep:
            self._copy("x", x, "grad_x")
        self._x = x

    def to_shortcut(self) -> Tensor:
        """What the shortcut is to read in place of x."""
        assert self._x is not None
        alias = self._x.view_as(self._x)
        self._run.gradients.norm_into(self.figures, "grad_via_shortcut", alias)
        return alias

    def to_branch(self) -> Tensor:
        """What the branch is to read in place of x."""
        assert self._x is not None
        alias = self._x.view_as(self._x)
        self._run.gradients.norm_into(self.figures, "grad_via_branch", alias)
        return alias

    def shortcut_is(self, shortcut: Tensor) -> None:
        """The shortcut put out this tensor; nothing has been added to it yet."""
        self._shortcut = shortcut
        if self.keep:
            self._copy("shortcut", shortcut)
        self._compare_if_both()

    def branch_is(self, branch: Tensor) -> None:
        """The branch put out F(x); nothing has been added to it yet."""
        self._branch = branch
        if self.keep:
            self._copy("branch", branch, "grad_branch")
        self._compare_if_both()

    def leave(self, y: Tensor) -> Tensor:
        """The block returns y; what is returned here is to be returned in its place."""
        run = self._run
        self.inside = False
        self._x = None
        if not y.requires_grad:  # both gates are closed; dL/dy still is what it is
            y = run.gradients.begin_at(y)
        run.gradients.norm_into(self.figures, "grad_out", y)
        if self.keep:
            self._copy("out", y, "grad_out")
        self.out_shape = y.shape[1:]
        self._y = y
        if self._in_place or y.numel() >= LARGE:
            self.settle()
        run.newest = (y, self)
        return y

    def settle(self) -> None:
        """Compute the figures that could wait, and let the tensors go."""
        self._compare()
        if self._y is not None:
            norm, mean, std, zero_share = self._run.meter.summary(self._y.detach())
            figures = self.figures
            figures["norm_out"], figures["zero_share"] = norm, zero_share
            figures["mean_out"], figures["std_out"] = mean, std
            self._y = None

    def _compare_if_both(self) -> None:
        branch = self._branch
        if (
            branch is not None
            and self._shortcut is not None
            and (self._in_place or branch.numel() >= LARGE)
        ):
            self._compare()

    def _compare(self) -> None:
        if self._shortcut is None or self._branch is None:
            return
        is_x = self.anatomy.projection is None
        found = self._run.meter.compare(
            self._shortcut.detach(), self._branch.detach(), self._norm_in() if is_x else None
        )
        figures = self.figures
        figures["norm_shortcut"], figures["norm_branch"], figures["cosine"] = found
        self._shortcut = self._branch = None

    def _norm_in(self) -> Figure:
        if self._previous is None:
            return self.figures["norm_in"]
        self._previous.settle()
        return self._previous.figures["norm_out"]

    def _copy(self, name: str, tensor: Tensor, grad_name: str = "") -> None:
        """Keep the first image's map, at once: what comes next may work in place."""
        self.maps[name] = first_image(tensor)
        if grad_name and tensor.requires_grad:
            GradientReader.call(tensor, self._copy_grad(grad_name))

    def _copy_grad(self, name: str) -> Callable[[Tensor], None]:
        def copy(grad: Tensor) -> None:
            self.maps[name] = first_image(grad)

        return copy

    # --- after the backward pass -----------------------------------------------------------

    def finish(self) -> None:
        """Fill in what the neighbour measured and what never happened.

        A gradient that was not computed belongs to a tensor that the loss does not depend
        on, so it is exactly 0.
        """
        figures = self.figures
        if self._previous is not None:
            figures["norm_in"] = self._previous.figures["norm_out"]
            figures["grad_in"] = self._previous.figures.get("grad_out", 0.0)
        for name in ("grad_in", "grad_out", "grad_via_shortcut", "grad_via_branch"):
            figures.setdefault(name, 0.0)


def first_image(tensor: Tensor) -> Tensor:
    """A copy of the first image's part of (N, C, H, W), detached."""
    return tensor[0].detach().clone(memory_format=torch.contiguous_format)

"""Taking gradients out of one backward pass: large ones while warm, small ones at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from resnet_viz.probe.norms import Figure, Meter

# Elements. A hook costs some 10 microseconds, about what reading this many numbers from main
# memory does; larger tensors are read by a hook while they are in the processor's cache and
# are then let go, smaller ones are returned by the backward pass and read in one tight loop.
LARGE = 1 << 16

Figures = dict[str, Figure]
Key = TypeVar("Key", str, int)


class GradientReader:
    """Reads dL/dt of chosen tensors t in a single backward pass.

    Args:
        meter: computes norms.
        parameters: whose gradients are computed.
    """

    def __init__(self, meter: Meter, parameters: Iterable[nn.Parameter]) -> None:
        self.norm_of: dict[int, Figure] = {}
        self._meter = meter
        self._parameters = list(parameters)
        self._leaves: list[Tensor] = []
        self._small: list[tuple[Tensor, Figures, str]] = []
        self._handles: list[RemovableHandle] = []

    def begin_at(self, tensor: Tensor) -> Tensor:
        """Let the differentiated graph begin at `tensor`; use what is returned in its place."""
        leaf = tensor.detach().requires_grad_()
        self._leaves.append(leaf)
        return leaf

    def norm_into(self, figures: Figures, name: str, tensor: Tensor) -> None:
        """Store the norm of dL/d(tensor) as `figures[name]`; nothing if there is none."""
        if tensor.numel() >= LARGE:
            self.call(tensor, self._store(figures, name))
        else:
            self._small.append((tensor, figures, name))

    @staticmethod
    def call(tensor: Tensor, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Call `hook` with dL/d(tensor) as it is computed."""
        handle: RemovableHandle = tensor.register_hook(hook)  # type: ignore[no-untyped-call]
        return handle

    def differentiate(self, loss: Tensor) -> None:
        """Run the backward pass; fills `norm_of` (by `id` of the parameter) and all figures.

        `.grad` fields are neither read nor written. What `loss` does not depend on has no
        gradient and gets no figure.
        """
        if not loss.requires_grad:
            return
        small = [p for p in self._parameters if p.numel() < LARGE]
        large = [p for p in self._parameters if p.numel() >= LARGE]
        try:
            for parameter in large:
                self._handles.append(self.call(parameter, self._store(self.norm_of, id(parameter))))
            watched = [tensor for tensor, _, _ in self._small]
            inputs = (*small, *watched, *large, *self._leaves)
            grads = torch.autograd.grad(loss, inputs, allow_unused=True)
        finally:
            for handle in self._handles:
                handle.remove()
        present = [(p, g) for p, g in zip(small, grads, strict=False) if g is not None]
        norms = self._meter.norms([grad for _, grad in present])
        self.norm_of.update((id(p), n) for (p, _), n in zip(present, norms, strict=True))
        for (_, figures, name), grad in zip(self._small, grads[len(small) :], strict=False):
            if grad is not None:
                figures[name] = self._meter.norm(grad)
        self._small.clear()

    def _store(self, norms: dict[Key, Figure], key: Key) -> Callable[[Tensor], None]:
        def store(grad: Tensor) -> None:
            norms[key] = self._meter.norm(grad)

        return store

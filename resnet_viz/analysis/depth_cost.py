"""How long a network takes forward and backward, as a whole and part by part."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from resnet_viz.models.network import ResNet
from resnet_viz.probe.anatomy import survey
from resnet_viz.probe.untouched import borrowed

STEM, HEAD = "stem", "head"


@dataclass(frozen=True)
class Pass:
    """One forward and one backward pass, in milliseconds of wall time."""

    forward_ms: float
    backward_ms: float

    @property
    def both_ms(self) -> float:
        """Forward and backward together."""
        return self.forward_ms + self.backward_ms


@dataclass(frozen=True)
class Summary:
    """Repeated passes: the shortest is the least disturbed, the median the usual one.

    Attributes:
        fastest: shortest forward and shortest backward time.
        median: median of each.
        repeats: passes.
    """

    fastest: Pass
    median: Pass
    repeats: int


def summary(passes: Sequence[Pass]) -> Summary:
    """Shortest and median times of at least one pass."""
    forward, backward = [p.forward_ms for p in passes], [p.backward_ms for p in passes]
    return Summary(
        Pass(min(forward), min(backward)),
        Pass(statistics.median(forward), statistics.median(backward)),
        len(passes),
    )


class Stopwatch:
    """Times passes of a network over one batch.

    A forward pass ends with the mean cross-entropy, a backward pass has the gradients of all
    parameters; the input's is not computed. Devices are waited for at both ends of whatever
    is timed. The network is, and stays, as it was.

    Args:
        net: with its gates.
        images: (N, C, H, W) on its device.
        training_mode: norms use the batch's statistics.
        clock: seconds.
        check: called between parts, outside of what is timed; may raise.
    """

    def __init__(
        self,
        net: ResNet,
        images: Tensor,
        *,
        training_mode: bool,
        clock: Callable[[], float] = time.perf_counter,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._net = net
        self._blocks = net.blocks
        self._images = images.detach()
        self._training_mode = training_mode
        self._clock = clock
        self._check = check
        self._targets = torch.zeros(len(images), dtype=torch.int64, device=images.device)

    def whole(self) -> Pass:
        """One undisturbed pass through everything."""
        with self._prepared():
            begun = self._now()
            loss = F.cross_entropy(self._net(self._images), self._targets)
            turned = self._now()
            torch.autograd.grad(loss, list(self._net.parameters()), allow_unused=True)
            ended = self._now()
        return Pass(1e3 * (turned - begun), 1e3 * (ended - turned))

    def parts(self) -> dict[str, Pass]:
        """One pass, timed part by part: the stem, every block by its name, the head.

        The graph is cut at the blocks' borders, so that each part's backward pass runs alone,
        and the device is waited for at every border. Both cost a little, so that on a quiet
        machine the parts add up to somewhat more than the whole.
        """
        parts = self._parts()
        with self._prepared():
            forward, tape = self._forward(parts)
            backward = self._backward(parts, tape)
        return {name: Pass(forward[name], backward[name]) for name in parts}

    def _parts(self) -> dict[str, Callable[[Tensor], Tensor]]:
        net = self._net

        def head(x: Tensor) -> Tensor:
            return F.cross_entropy(net.head(x), self._targets)

        return {STEM: net.stem, **self._blocks, HEAD: head}

    def _forward(
        self, parts: dict[str, Callable[[Tensor], Tensor]]
    ) -> tuple[dict[str, float], list[tuple[Tensor, Tensor]]]:
        """Milliseconds by part, and what entered and left each."""
        spent, tape = {}, []
        x = self._images
        for name, part in parts.items():
            self._check()
            entered = x.detach().requires_grad_(name != STEM)
            begun = self._now()
            x = part(entered)
            spent[name] = 1e3 * (self._now() - begun)
            tape.append((entered, x))
        return spent, tape

    def _backward(
        self,
        parts: dict[str, Callable[[Tensor], Tensor]],
        tape: list[tuple[Tensor, Tensor]],
    ) -> dict[str, float]:
        spent = {}
        gradient: Tensor | None = None
        for name in reversed(parts):
            self._check()
            entered, left = tape.pop()
            inputs = [entered] if entered.requires_grad else []
            inputs += self._parameters(name)
            begun = self._now()
            gradients: tuple[Tensor | None, ...] = (None,)
            if left.requires_grad:  # not where both paths are closed
                gradients = torch.autograd.grad(left, inputs, gradient, allow_unused=True)
            spent[name] = 1e3 * (self._now() - begun)
            first = gradients[0] if entered.requires_grad else None
            gradient = torch.zeros_like(entered) if first is None else first
        return spent

    def _parameters(self, name: str) -> list[nn.Parameter]:
        if name in self._blocks:
            return list(self._blocks[name].parameters())
        stem = {"conv1", "bn1"}
        return [
            parameter
            for child, module in self._net.named_children()
            if not child.startswith("layer") and (child in stem) == (name == STEM)
            for parameter in module.parameters()
        ]

    def _now(self) -> float:
        if self._images.device.type != "cpu":
            torch.accelerator.synchronize(self._images.device)
        return self._clock()

    @contextmanager
    def _prepared(self) -> Iterator[None]:
        everything = survey(self._net)
        collecting = gc.isenabled()
        with borrowed(
            everything,
            learning=everything.parameters,
            training_mode=self._training_mode,
            device=self._images.device,
        ):
            gc.disable()  # as timeit does
            try:
                yield
            finally:
                if collecting:
                    gc.enable()

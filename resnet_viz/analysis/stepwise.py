"""A network taken one block at a time, with the gates that it had when the walk began."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import torch
from torch import Tensor

from resnet_viz.models.blocks import Block
from resnet_viz.models.gates import Gate
from resnet_viz.models.network import ResNet
from resnet_viz.probe.anatomy import Survey, survey
from resnet_viz.probe.untouched import borrowed

# Seconds of computation before a long pass pauses, so that somebody else can be served.
_PAUSE_AFTER_S = 0.1

Pausing = Generator[None, None, Tensor]


class Stepwise:
    """Runs the parts of a network by hand.

    The gates are read once: whoever sets others while a long measurement pauses does not
    disturb it, and a block can be given another gate without the network knowing.

    Args:
        net: one of our networks; it is, and stays, as it was.
        training_mode: norms use the statistics of the batch.

    Attributes:
        net: the network.
        blocks: in forward order.
        gates: of the blocks.
        training_mode: as given.
    """

    def __init__(self, net: ResNet, *, training_mode: bool) -> None:
        self.net = net
        self.blocks = tuple(net.blocks.values())
        self.gates = tuple(net.gates.values())
        self.training_mode = training_mode
        # Block by block: to prepare 1202 layers at once takes longer than to run a few of them.
        self._parts = tuple(survey(block) for block in self.blocks)
        stages = {f"layer{stage}" for stage in range(1, len(net.spec.depths) + 1)}
        self._outside = tuple(
            survey(part) for name, part in net.named_children() if name not in stages
        )
        self._parameter = net.fc.weight

    def __len__(self) -> int:
        return len(self.blocks)

    def place(self, images: Tensor) -> Tensor:
        """Images on the network's device and in its type."""
        return images.detach().to(self._parameter.device, self._parameter.dtype)

    @contextmanager
    def prepared(self, index: int | None, *, recording: bool = False) -> Iterator[None]:
        """Set the mode of a part, and undo all that running it changes.

        Args:
            index: of the block that is to run; None for stem and head.
            recording: record for differentiation; no parameter requires a gradient.
        """
        with self._lent(self._outside if index is None else (self._parts[index],), recording):
            yield

    @contextmanager
    def whole(self, *, recording: bool = False) -> Iterator[None]:
        """As `prepared`, for all parts at once; inside it use `logits` and modules, not `block`.

        Args:
            recording: record for differentiation; no parameter requires a gradient.
        """
        with self._lent((*self._outside, *self._parts), recording):
            yield

    @contextmanager
    def _lent(self, parts: Iterable[Survey], recording: bool) -> Iterator[None]:
        with ExitStack() as stack:
            for part in parts:
                stack.enter_context(
                    borrowed(
                        part,
                        learning=(),
                        training_mode=self.training_mode,
                        device=self._parameter.device,
                    )
                )
            stack.enter_context(torch.inference_mode(not recording))
            yield

    def logits(self, images: Tensor) -> Tensor:
        """(N, C_in, S, S) -> (N, classes), inside `whole`."""
        x = self.net.stem(images)
        for block, gate in zip(self.blocks, self.gates, strict=True):
            x = run_block(block, x, gate)
        return self.net.head(x)

    def stem(self, images: Tensor) -> Tensor:
        """What enters the first block, (N, C_in, S, S) -> (N, C, H, W)."""
        with self.prepared(None):
            return self.net.stem(images)

    def head(self, x: Tensor) -> Tensor:
        """Logits, (N, C, H, W) -> (N, classes)."""
        with self.prepared(None):
            return self.net.head(x)

    def without(self, index: int) -> Gate:
        """The gate that takes a block out: its shortcut alone is left.

        A block without skip connection would put out zeros; it is bridged by the shortcut that
        it would have, so that what remains is the network without that block.
        """
        gate = self.gates[index]
        return replace(gate, skip=gate.skip or 1.0, main=0.0)

    def block(self, index: int, x: Tensor, gate: Gate | None = None) -> Tensor:
        """A block's output, (N, C_in, H, W) -> (N, C_out, H/s, W/s).

        A path that is closed by the gate is not computed.
        """
        with self.prepared(index):
            return run_block(self.blocks[index], x, self.gates[index] if gate is None else gate)

    def through(self, x: Tensor, steps: Sequence[tuple[int, Gate]]) -> Pausing:
        """Run blocks one after the other, pausing between them when it takes long.

        Args:
            x: what enters the first of them.
            steps: index and gate of each.

        Returns:
            What leaves the last; the generator's value.
        """
        deadline = time.monotonic() + _PAUSE_AFTER_S
        for position, (index, gate) in enumerate(steps, 1):
            x = self.block(index, x, gate)
            if position < len(steps) and time.monotonic() >= deadline:
                yield
                deadline = time.monotonic() + _PAUSE_AFTER_S
        return x


def run_block(block: Block, x: Tensor, gate: Gate) -> Tensor:
    """What `block` would put out with `gate`; closed paths are not computed.

    Args:
        block: of one of our networks; its own gate plays no part.
        x: (N, C_in, H, W).
        gate: the weights of the two paths.
    """
    parts = []
    if gate.skip:
        parts.append(weighted(gate.skip, block.downsample(x)))
    if gate.main:
        parts.append(weighted(gate.main, block.branch(x)))
    y = sum(parts[1:], parts[0]) if parts else torch.zeros_like(block.downsample(x))
    return activate(block, y)


def weighted(weight: float, path: Tensor) -> Tensor:
    """A path's output times its gate; the tensor itself where that is 1."""
    return path if weight == 1.0 else weight * path


def activate(block: Block, total: Tensor) -> Tensor:
    """The block's last activation; pre-activation blocks have none after their sum."""
    if block.last_activation is None:
        return total
    y: Tensor = block.get_submodule(block.last_activation)(total)
    return y

"""What the processes of one training do together, and which of it only the first one does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from resnet_viz.models.network import ResNet
from resnet_viz.runs.layout import EventKind, RunFacts
from resnet_viz.train.crew import Crew
from resnet_viz.train.run_writer import Checkpoint, RunWriter


class Team(Crew):
    """One of several processes; their group must exist.

    Args:
        rank: of this process.
        size: of the group.
        device: of this process.
    """

    def __init__(self, rank: int, size: int, device: torch.device) -> None:
        self.rank = rank
        self.size = size
        self._device = device
        self.note = (
            f"Trained by {size} processes. What was measured of the blocks is of the first one's "
            "part of each batch; batch norm normalises with the statistics of each one's own part."
        )

    def device(self, choice: str) -> torch.device:
        """This process's own, chosen when it joined."""
        return self._device

    @contextlib.contextmanager
    def first_alone(self) -> Iterator[None]:
        """The first process does this before the others, as when it fills a cache for all."""
        if self.rank > 0:
            distributed.barrier()
        yield
        if self.rank == 0:
            distributed.barrier()

    def rows(self, start: int, stop: int) -> tuple[int, int]:
        """This process's part of a batch; all parts are of one size."""
        share = (stop - start) // self.size
        return start + self.rank * share, start + (self.rank + 1) * share

    def joined(self, net: nn.Module) -> nn.Module:
        """Averages the gradients of all processes."""
        return _Averaged(net)

    def align(self, net: nn.Module) -> None:
        """Batch norm's running statistics are those of the first process everywhere."""
        for buffer in net.buffers():
            distributed.broadcast(buffer, 0)

    def total(self, tensor: Tensor) -> Tensor:
        """The sum over all processes."""
        total = tensor.clone()
        distributed.all_reduce(total)
        return total

    def anyone(self, wish: bool) -> bool:
        """Whether any process wishes so."""
        wishes = torch.tensor(float(wish))
        return bool(self.total(wishes) > 0)

    def writer(self, folder: Path, snapshots: int) -> RunWriter:
        """The first process writes; the others only learn where it goes on."""
        kind = Leader if self.rank == 0 else Onlooker
        return kind(folder, snapshots=snapshots)


class _Averaged(nn.Module):
    """`DistributedDataParallel` around a network as its gates are in the first step.

    Where gates leave weights out of the loss it has to be told so, and a resumed run has its
    gates only after it was built.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self._net = net
        self._parallel: DistributedDataParallel | None = None

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) -> logits of this process's images."""
        if self._parallel is None:
            self._parallel = DistributedDataParallel(
                self._net, find_unused_parameters=_leaves_weights_out(self._net)
            )
        logits: Tensor = self._parallel(images)
        return logits


def _leaves_weights_out(net: nn.Module) -> bool:
    return isinstance(net, ResNet) and any(
        gate.skip == 0 or gate.main == 0 for gate in net.gates.values()
    )


class Leader(RunWriter):
    """Writes, and tells the others what it read."""

    def last_checkpoint(self) -> Checkpoint | None:
        """As `RunWriter`, for all processes."""
        found = super().last_checkpoint()
        distributed.broadcast_object_list([found], 0)
        return found


class Onlooker(RunWriter):
    """Touches no file."""

    def require_new(self) -> None:
        """The first process checks."""

    def create(
        self, facts: RunFacts, recipe: str | None = None, split: Mapping[str, Any] | None = None
    ) -> None:
        """The first process writes."""

    def last_checkpoint(self) -> Checkpoint | None:
        """What the first process has read."""
        received: list[Checkpoint | None] = [None]
        distributed.broadcast_object_list(received, 0)
        return received[0]

    def truncate(self, step: int) -> None:
        """The first process cuts."""

    def append(self, records: Iterable[Mapping[str, Any]]) -> None:
        """The first process has the same."""

    def event(self, step: int, what: EventKind, **more: Any) -> None:
        """The first process has the same."""

    def blocks(self, key: str, step: int, values: ArrayLike) -> None:
        """The first process measures."""

    def flush(self) -> None:
        """There is nothing."""

    def checkpoint(
        self, step: int, tensors: Mapping[str, Mapping[str, Tensor]], state: Mapping[str, Any]
    ) -> None:
        """The first process has the same weights."""

    def snapshot(self, step: int, weights: Mapping[str, Mapping[str, Tensor]]) -> None:
        """The first process has the same weights."""

    def close(self) -> None:
        """There is nothing to let go."""

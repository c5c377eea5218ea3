"""Several processes that train together, as `torchrun` starts them.

    torchrun --nproc-per-node=2 -m resnet_viz train CONFIG.toml --out RUN

Every process holds the whole network and takes its rows of each batch of the same epoch plan;
`DistributedDataParallel` averages the gradients, so all make the same update. The first one
writes the run folder. All of them decide alike at every step: losses are summed before they
are looked at, and a wish to stop counts once anyone has it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from resnet_viz.errors import UserError
from resnet_viz.models.devices import resolve_device
from resnet_viz.models.network import ResNet
from resnet_viz.runs.layout import EventKind, RunFacts
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.crew import Crew
from resnet_viz.train.run_writer import Checkpoint, RunWriter

# The first process may be downloading a data set while the others wait.
_TIMEOUT = timedelta(hours=2)
_MOMENT_S = 3.0


@contextlib.contextmanager
def enlist(recipe: TrainConfig) -> Iterator[Crew]:
    """The processes of which this is one; one alone where `torchrun` did not start it.

    Raises:
        UserError: if they cannot share the work, cannot reach each other, or one of them ends.
    """
    rank, size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Crew()
        return
    try:
        with _in_turn(rank):
            device = _own_device(recipe.run.device)
            _check_shares(recipe, size)
        with _process_group(device), _in_turn(rank):
            yield Team(rank, size)
    except UserError as error:
        raise UserError(f"Process {rank + 1} of {size}: {error.message}", error.hint) from error


@contextlib.contextmanager
def _in_turn(rank: int) -> Iterator[None]:
    """Let the process that knows why it all ends speak first.

    `torchrun` ends the others once one has ended, so whoever waits a moment stays silent: all
    but the first process where all meet the same error, and whoever only lost the others.
    """
    try:
        yield
    except UserError:
        if rank > 0:
            time.sleep(_MOMENT_S)
        raise
    except RuntimeError as error:
        if not _is_loss(error):
            raise
        time.sleep(_MOMENT_S)
        raise UserError(
            "the other processes of this training cannot be reached any more.",
            "If one of them ended, its own message says why; the run can be resumed.",
        ) from error


def _is_loss(error: RuntimeError) -> bool:
    text = str(error).lower()
    return isinstance(error, distributed.DistError) or any(word in text for word in _LOST)


_LOST = ("gloo", "nccl", "connection closed by peer", "connection reset", "connection refused")


def _check_shares(recipe: TrainConfig, size: int) -> None:
    if recipe.run.batch_size % size:
        raise UserError(
            f"a batch of {recipe.run.batch_size} cannot be split evenly among {size} processes.",
            f"Choose a batch_size that is a multiple of {size}.",
        )


@contextlib.contextmanager
def _process_group(device: torch.device) -> Iterator[None]:
    # What has to be agreed upon is on the CPU, on every device.
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    if device.type == "cuda":
        torch.cuda.set_device(device)
    distributed.init_process_group(backend, timeout=_TIMEOUT)
    try:
        yield
    finally:
        distributed.destroy_process_group()


def _own_device(choice: str) -> torch.device:
    """Each process of a machine has a GPU of its own."""
    device = resolve_device(choice)
    if device.type == "mps":
        return torch.device("cpu")
    if device.type != "cuda":
        return device
    own, there = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if own >= there:
        raise UserError(
            f"This machine has {there} GPU{'s'[: there != 1]} for {own + 1} or more processes.",
            f"Start it with --nproc-per-node={there}, or train with device = 'cpu'.",
        )
    return torch.device("cuda", own)


class Team(Crew):
    """One of several processes; their group must exist.

    Args:
        rank: of this process.
        size: of the group.
    """

    def __init__(self, rank: int, size: int) -> None:
        self.rank = rank
        self.size = size
        self.note = (
            f"Trained by {size} processes. What was measured of the blocks is of the first one's "
            "part of each batch; batch norm normalises with the statistics of each one's own part."
        )

    def device(self, choice: str) -> torch.device:
        """This process's own."""
        return _own_device(choice)

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
        kind = _Leader if self.rank == 0 else _Onlooker
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


class _Leader(RunWriter):
    """Writes, and tells the others what it read."""

    def last_checkpoint(self) -> Checkpoint | None:
        """As `RunWriter`, for all processes."""
        found = super().last_checkpoint()
        distributed.broadcast_object_list([found], 0)
        return found


class _Onlooker(RunWriter):
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

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
from collections.abc import Iterator
from datetime import timedelta

import torch
from torch import distributed

from resnet_viz.errors import UserError
from resnet_viz.models.devices import resolve_device
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.crew import Crew
from resnet_viz.train.team import Team

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
            yield Team(rank, size, device)
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

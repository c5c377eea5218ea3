"""The processes that train together; usually there is one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor, nn

from resnet_viz.models.devices import resolve_device
from resnet_viz.train.run_writer import RunWriter


class Crew:
    """One process that does everything; `train/team.py` has one of several.

    Attributes:
        rank: of this process; 0 writes the run folder and speaks to the user.
        size: processes in all.
        note: what a reader of the run should know of them, in sentences.
    """

    rank = 0
    size = 1
    note = ""

    def device(self, choice: str) -> torch.device:
        """Where this process computes; `choice` as in `resolve_device`."""
        return resolve_device(choice)

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """The first process does this before the others, as when it fills a cache for all."""
        yield

    def rows(self, start: int, stop: int) -> tuple[int, int]:
        """This process's part of the places `start` to `stop` of an epoch."""
        return start, stop

    def joined(self, net: nn.Module) -> nn.Module:
        """The module to call instead of `net`, whose gradients are those of all processes."""
        return net

    def align(self, net: nn.Module) -> None:
        """Give what no gradient changes, such as running statistics, to all processes."""

    def anyone(self, wish: bool) -> bool:
        """Whether any process wishes so; all must ask at the same step."""
        return wish

    def total(self, tensor: Tensor) -> Tensor:
        """The sum of what all processes hold; all must ask at the same step."""
        return tensor

    def writer(self, folder: Path, snapshots: int) -> RunWriter:
        """Who writes the run folder; only that of rank 0 may touch the disk."""
        return RunWriter(folder, snapshots=snapshots)

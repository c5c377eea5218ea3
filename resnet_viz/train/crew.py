"""The processes that train together; usually there is one."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor, nn

from resnet_viz.train.run_writer import RunWriter


class Crew:
    """One process that does everything; `train/distributed.py` has those of several.

    Attributes:
        rank: of this process; 0 writes the run folder and speaks to the user.
        size: processes in all.
    """

    rank = 0
    size = 1

    def rows(self, start: int, stop: int) -> tuple[int, int]:
        """This process's part of the places `start` to `stop` of an epoch."""
        return start, stop

    def joined(self, net: nn.Module) -> nn.Module:
        """The module to call instead of `net`, whose gradients are those of all processes."""
        return net

    def total(self, tensor: Tensor) -> Tensor:
        """The sum of what all processes hold; all must ask at the same step."""
        return tensor

    def writer(self, folder: Path, snapshots: int) -> RunWriter:
        """Who writes the run folder; only that of rank 0 may touch the disk."""
        return RunWriter(folder, snapshots=snapshots)

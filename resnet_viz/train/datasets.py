"""Any data source of a recipe as arrays in memory."""

from __future__ import annotations

from pathlib import Path

from resnet_viz.errors import UserError
from resnet_viz.models.download import Cancelled, Progress
from resnet_viz.train.cache import load_cached
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.data import LoadedData, sample
from resnet_viz.train.shapes import SIDE, shapes

__all__ = ["LoadedData", "load", "sample"]


def load(
    config: TrainConfig, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> LoadedData:
    """Load a recipe's pictures, downloading them if need be.

    Args:
        config: of the run.
        progress: called as work is done.
        cancelled: looked at often.

    Raises:
        UserError: if they cannot be had; says what to do.
        OperationCancelled: if `cancelled()` became true.
    """
    if config.data.source == "shapes":
        if config.network.input_size != SIDE:
            raise UserError(
                f"Shapes are {SIDE} pixels wide, and {config.network.title()} takes "
                f"{config.network.input_size}.",
                f"Write input_size = {SIDE} in the recipe's [network] section.",
            )
        return LoadedData(shapes(), note="Drawn by the program.")
    if config.data.source == "folder":
        return LoadedData(load_cached(Path(config.data.folder), config.preprocess))
    raise UserError(f"The data source {config.data.source!r} is not available.")

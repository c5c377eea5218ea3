"""How long a training took the last time it was done here."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from resnet_viz.errors import UserError
from resnet_viz.runs.layout import RunPaths
from resnet_viz.runs.places import runs_folder
from resnet_viz.runs.records import parse_lines
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import read_config

_TAIL_BYTES = 1 << 16


def last_duration(config: TrainConfig, folder: Path | None = None) -> float | None:
    """Seconds that the newest finished run of a recipe trained on this machine.

    Args:
        config: the recipe.
        folder: holds run folders; the user's own if left out.

    Returns:
        None if there is no such run, so that nobody knows.
    """
    found: list[Path] = []
    with contextlib.suppress(OSError):
        recipes = (RunPaths(run).config for run in (folder or runs_folder()).iterdir())
        found = sorted(filter(Path.is_file, recipes), key=lambda p: -p.stat().st_mtime)
    seconds = (_seconds(recipe.parent) for recipe in found if _is_of(recipe, config))
    return next((s for s in seconds if s is not None), None)


def _is_of(recipe: Path, config: TrainConfig) -> bool:
    with contextlib.suppress(UserError):
        return read_config(recipe) == config
    return False


def _seconds(run: Path) -> float | None:
    """Training time, without pauses; None of a run that was not finished."""
    with contextlib.suppress(OSError), RunPaths(run).metrics.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
        records = parse_lines(file.read())
        steps = [r for r in records if r.get("kind") == "step"]
        finished = any(r.get("what") == "finished" for r in records)
        if steps and finished and isinstance(steps[-1].get("seconds"), int | float):
            return float(steps[-1]["seconds"])
    return None

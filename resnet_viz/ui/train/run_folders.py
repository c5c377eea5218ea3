"""Where new runs go, and which ones came with the program."""

from __future__ import annotations

from pathlib import Path

from resnet_viz.runs.places import bundled_runs_folder, new_run_folder
from resnet_viz.train.config import TrainConfig


def is_bundled(path: Path) -> bool:
    """Whether a run came with the program, so that nothing may be written into it."""
    return bundled_runs_folder().resolve() in path.resolve().parents


def bundled_runs() -> list[Path]:
    """The runs that came with the program, duels first: two networks tell more than one."""
    folders = {path.parent for path in bundled_runs_folder().glob("*/run.json")}
    return sorted(folders, key=lambda f: ("duel" not in f.name, f.name))


def folder_for(config: TrainConfig) -> Path:
    """The folder of a new run; it is not there yet."""
    return new_run_folder(spec.title() for spec in config.networks.values())

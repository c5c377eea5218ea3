"""Where new runs go, and which ones came with the program."""

from __future__ import annotations

import re
import time
from pathlib import Path

import platformdirs

from resnet_viz.assets import assets_dir
from resnet_viz.train.config import TrainConfig


def runs_dir() -> Path:
    """The folder of the user's runs; it need not exist."""
    return Path(platformdirs.user_data_dir("resnet-viz", appauthor=False)) / "runs"


def bundled_dir() -> Path:
    """The folder of the runs that came with the program; it need not exist."""
    return assets_dir() / "runs"


def is_bundled(path: Path) -> bool:
    """Whether a run came with the program, so that nothing may be written into it."""
    return bundled_dir() in path.parents


def bundled_runs() -> list[Path]:
    """The runs that came with the program."""
    folder = bundled_dir()
    return sorted(p.parent for p in folder.glob("*/run.json")) if folder.is_dir() else []


def new_run_folder(config: TrainConfig) -> Path:
    """A folder that is not there yet, named by date, data and networks."""
    networks = "-".join(_plain(spec.title()) for spec in config.networks.values())
    day = time.strftime("%Y-%m-%d_%H-%M-%S")
    wanted = runs_dir() / f"{day}_{_plain(config.data.dataset)}_{networks}"
    made, number = wanted, 2
    while made.exists():
        made, number = wanted.with_name(f"{wanted.name}_{number}"), number + 1
    return made


def _plain(words: str) -> str:
    """Words as part of a folder's name, for any file system."""
    return re.sub(r"[^a-z0-9]+", "", words.lower()) or "run"

"""Where runs are kept unless the user says otherwise, and what new ones are called."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from resnet_viz.assets import assets_dir


def runs_folder() -> Path:
    """The user's recorded runs; it need not exist."""
    return Path(platformdirs.user_data_path("resnet-viz")) / "runs"


def bundled_runs_folder() -> Path:
    """The recorded runs that ship with the program; it need not exist."""
    return assets_dir() / "runs"


def new_run_folder(networks: Iterable[str], parent: Path | None = None) -> Path:
    """A name that is still free, by date and networks: `2025-03-01 ResNet-20, plain-20`.

    Args:
        networks: their titles.
        parent: where it shall be; `runs_folder()` if left out.
    """
    parent = parent or runs_folder()
    words = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "-", ", ".join(networks))
    name = f"{time.strftime('%Y-%m-%d')} {words}".strip(" .")
    number = 1
    folder = parent / name
    while folder.exists():
        number += 1
        folder = parent / f"{name} {number}"
    return folder

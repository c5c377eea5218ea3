"""Where public data sets are looked for, and whether one is there.

Imports neither torch nor Qt: the window says beforehand what would be downloaded.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import platformdirs

# What torchvision calls the folders; `public_data` checks each file in them before it trusts one.
_FOLDERS = {
    "cifar10": "cifar-10-batches-py",
    "cifar100": "cifar-100-python",
    "mnist": "MNIST/raw",
    "fashionmnist": "FashionMNIST/raw",
}

# Debian's package `dataset-fashion-mnist`.
SYSTEM = {"fashionmnist": Path("/usr/share/datasets/fashion-mnist")}
"""Where a system's packages keep a data set's archives."""


def data_folder() -> Path:
    """Where downloaded data sets are kept."""
    return Path(platformdirs.user_data_path("resnet-viz", appauthor=False)) / "datasets"


def roots(folder: str, below: str) -> list[Path]:
    """Where a data set may be, the likeliest first.

    Args:
        folder: of the recipe; may be the root or already the folder below it.
        below: the data set's folder in a root.
    """
    usual = [data_folder(), Path("data"), Path(), Path.home() / "data", Path.home() / "datasets"]
    if not folder:
        return usual
    given = Path(folder).expanduser()
    steps = PurePosixPath(below).parts
    inside = [
        given.parents[n - 1]
        for n in range(1, len(steps) + 1)
        if given.parts[-n:] == steps[:n] and len(given.parts) > n
    ]
    return [given, *inside, *usual]


def seems_on_disk(source: str, folder: str = "") -> bool:
    """Whether a public data set's folder is where it would be looked for; its files may be bad."""
    if source == "imagenette":
        found = [Path(folder).expanduser()] if folder else []
        found += [place for root in roots(folder, "") for place in root.glob("imagenette2*")]
        return any(map(has_parts, found))
    if source in SYSTEM and SYSTEM[source].is_dir():
        return True
    below = _FOLDERS[source]
    return any((root / below).is_dir() for root in roots(folder, below))


def has_parts(folder: Path) -> bool:
    """Whether a folder holds Imagenette's two parts."""
    return all((folder / part).is_dir() for part in ("train", "val"))

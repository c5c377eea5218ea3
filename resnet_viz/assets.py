"""Where the bundled files are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def assets_dir() -> Path:
    """The folder with icons, weights and recipes.

    Raises:
        FileNotFoundError: if the installation is incomplete.
    """
    # The wheel's copy comes first: a checkout never has one.
    for folder in (_PACKAGE / "assets", _PACKAGE.parent / "assets"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the assets folder is missing from {_PACKAGE}: reinstall resnet-viz")

"""Which libraries the numbers came from."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version

from resnet_viz import __version__


def versions() -> dict[str, str]:
    """Library name -> version, this program's first."""
    found = {"resnet-viz": __version__, "python": sys.version.split()[0]}
    for package in ("torch", "torchvision", "numpy", "pillow", "matplotlib"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found

"""The sample pictures to start with."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """A picture to start with: `key` for settings, `title` for people, `path` to load."""

    key: str
    title: str
    path: Path


# Photographs in the public domain that scikit-image's wheel carries (skimage/data/README.txt).
_PHOTOGRAPHS = (
    ("cat", "Cat", "chelsea.png"),
    ("motorcycle", "Motorcycles", "motorcycle_left.png"),
    ("rocket", "Rocket", "rocket.jpg"),
    ("coffee", "Cup of coffee", "coffee.png"),
    ("astronaut", "Astronaut", "astronaut.png"),
    ("photographer", "Photographer", "camera.png"),
)


def sample_images() -> tuple[Sample, ...]:
    """The sample pictures of this installation; empty if scikit-image is not installed."""
    # Finding the package is instant; importing it would take a second.
    package = importlib.util.find_spec("skimage")
    folders = list(package.submodule_search_locations or ()) if package is not None else []
    return tuple(
        Sample(key, title, path)
        for key, title, file in _PHOTOGRAPHS
        if (path := next((p for f in folders if (p := Path(f, "data", file)).is_file()), None))
    )

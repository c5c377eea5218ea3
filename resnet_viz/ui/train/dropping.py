"""What a drop or a paste means for the Train workspace; all else is a picture's business. No Qt."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from resnet_viz.ui.pictures import IMAGE_SUFFIXES

_LOOKED_AT = 400
"""Entries of a folder that are looked at: a drop must be answered at once."""
_LARGEST_BYTES = 1 << 20


@dataclass(frozen=True)
class Meant:
    """Something for the Train workspace.

    Attributes:
        kind: `run` (a run folder), `recipe` (a TOML file) or `classes` (a folder of class
            folders, or of a training and a held-out part of them).
        path: of it.
    """

    kind: Literal["run", "recipe", "classes"]
    path: Path


def what_is(files: Sequence[Path]) -> Meant | None:
    """What files are for a training; None if they are several, or something else."""
    if len(files) != 1:
        return None
    path = files[0]
    try:
        if path.is_dir():
            return _folder(path)
        if path.name == "config.toml" and (path.parent / "run.json").is_file():
            return Meant("run", path.parent)
        return Meant("recipe", path) if _is_recipe(path) else None
    except OSError:
        return None  # opening it as a picture then says what is wrong


def is_recipe_text(text: str) -> bool:
    """Whether a text is meant as a recipe, well-formed or not."""
    if "[network]" not in text or "[run]" not in text:
        return False
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return text.lstrip()[:1] in "#["
    return True


def _is_recipe(path: Path) -> bool:
    """Whether a file is a recipe, good or bad: the laboratory has TOML files of its own."""
    if path.suffix.lower() != ".toml" or path.stat().st_size > _LARGEST_BYTES:
        return False
    return is_recipe_text(path.read_text(encoding="utf-8", errors="replace"))


def _folder(path: Path) -> Meant | None:
    if (path / "run.json").is_file() or (path / "metrics.jsonl").is_file():
        return Meant("run", path)
    entries = sorted(path.iterdir())[:_LOOKED_AT]
    inner = [entry for entry in entries if entry.is_dir()]
    # A folder with pictures in it is a gallery, whatever folders lie beside them.
    if any(_is_picture(entry) for entry in entries) or len(inner) < 2:
        return None
    if any(_holds_pictures(folder) for folder in inner[:8]):
        return Meant("classes", path)
    parts = [path / name for name in ("train", "test", "val") if (path / name).is_dir()]
    found = any(_holds_pictures(f) for part in parts for f in sorted(part.iterdir())[:8])
    return Meant("classes", path) if found else None


def _holds_pictures(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    return any(_is_picture(entry) for entry in islice(folder.iterdir(), _LOOKED_AT))


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in IMAGE_SUFFIXES

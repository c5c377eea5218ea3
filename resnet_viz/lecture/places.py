"""Where the files are that a lecture names: bundled ones by a word, others beside the lecture."""

from __future__ import annotations

from pathlib import Path

from resnet_viz.assets import assets_dir
from resnet_viz.errors import UserError
from resnet_viz.lab.entries import nearest
from resnet_viz.lecture.views import BUNDLED, SAMPLE
from resnet_viz.runs.places import bundled_runs_folder
from resnet_viz.samples import sample_images


def picture_path(name: str, folder: Path) -> Path:
    """The file of a picture: a bundled photograph, or one relative to the lecture.

    Raises:
        UserError: if there is no such photograph or file.
    """
    if name.startswith(SAMPLE):
        key = name.removeprefix(SAMPLE)
        samples = {sample.key: sample.path for sample in sample_images()}
        if key in samples:
            return samples[key]
        hint = f"{nearest(key, samples)}There are {', '.join(samples) or 'none here'}."
        raise UserError(f"There is no bundled photograph {key!r}.", hint)
    return _there(folder / Path(name).expanduser(), "picture")


def run_path(name: str, folder: Path) -> Path:
    """The folder of a recorded run.

    Raises:
        UserError: if there is none.
    """
    if name.startswith(BUNDLED):
        return _bundled(bundled_runs_folder(), name, "run")
    return _there(folder / Path(name).expanduser(), "run")


def recipe_path(name: str, folder: Path) -> Path:
    """The file of a recipe.

    Raises:
        UserError: if there is none.
    """
    if name.startswith(BUNDLED):
        return _bundled(assets_dir() / "recipes", f"{name}.toml", "recipe")
    return _there(folder / Path(name).expanduser(), "recipe")


def checkpoint_path(name: str, folder: Path) -> Path:
    """The file of a checkpoint.

    Raises:
        UserError: if there is none.
    """
    return _there(folder / Path(name).expanduser(), "checkpoint")


def pictures_path(name: str, folder: Path) -> Path:
    """The folder with class folders of pictures.

    Raises:
        UserError: if there is none.
    """
    return _there(folder / Path(name).expanduser(), "folder of pictures")


def _bundled(parent: Path, name: str, what: str) -> Path:
    path = parent / name.removeprefix(BUNDLED)
    if path.exists():
        return path
    known = sorted(p.stem for p in parent.iterdir()) if parent.is_dir() else []
    hint = f"{nearest(path.stem, known)}There are {', '.join(known) or 'none here'}."
    raise UserError(f"There is no bundled {what} {path.stem!r}.", hint)


def _there(path: Path, what: str) -> Path:
    if path.exists():
        return path
    raise UserError(
        f"The {what} `{path}` is not there.",
        "Put it back, or choose another one; a lecture's files are looked for beside it.",
    )

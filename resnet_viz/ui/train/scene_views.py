"""What the Train workspace shows, as views of a lecture."""

from __future__ import annotations

from pathlib import Path

from resnet_viz.assets import assets_dir
from resnet_viz.errors import UserError
from resnet_viz.lecture.views import BUNDLED, Run, RunPart, Training, View
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import read_config, to_toml
from resnet_viz.ui.kept_files import keep_text
from resnet_viz.ui.train.run_folders import is_bundled
from resnet_viz.ui.train.session import TrainSession


def run_views(session: TrainSession, parts: tuple[RunPart, ...]) -> tuple[View, ...]:
    """The run on screen at the step looked at; a training still to come where there is no run.

    Args:
        session: what is on screen.
        parts: charts on screen.

    Raises:
        UserError: if the recipe cannot be written into a file.
    """
    reader = session.reader
    if reader is None:
        return (Training(recipe_name(session.config)),)
    position = -1 if session.position is None else session.position
    return (Run(run_name(reader.path), parts, step=position),)


def run_name(path: Path) -> str:
    """What a lecture calls a run: `bundled:duel56-cifar10`, or the path of its folder."""
    return BUNDLED + path.name if is_bundled(path) else str(path.resolve())


def recipe_name(config: TrainConfig) -> str:
    """What a lecture calls a recipe; one that no file holds is written into one first.

    Raises:
        UserError: if it cannot be written.
    """
    for path in sorted((assets_dir() / "recipes").glob("*.toml")):
        if _read(path) == config:
            return BUNDLED + path.stem
    return str(keep_text(to_toml(config), "recipe", ".toml"))


def _read(path: Path) -> TrainConfig | None:
    try:
        return read_config(path)
    except UserError:  # not a whole recipe: it wants a folder of the user's
        return None

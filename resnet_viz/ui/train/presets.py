"""Recipes worth starting from: those that ship with the program, each with a line about it."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from resnet_viz.assets import assets_dir
from resnet_viz.errors import UserError
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import read_config

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preset:
    """A named recipe.

    Attributes:
        name: for people.
        line: what it does and how long it takes, in a sentence.
        config: the recipe.
        wants_folder: it is about pictures of the user's own, which are asked for.
    """

    name: str
    line: str
    config: TrainConfig
    wants_folder: bool = False

    def is_of(self, config: TrainConfig) -> bool:
        """Whether a recipe is this one; of one for folders, with any folder and its classes."""
        mine = self.config
        if self.wants_folder and config.data.source == "folder":
            mine = _with_folder_of(mine, config)
        return config == mine


# First those that need no reading of anything else, by their file.
_FIRST = {
    "two-minute-demo.toml": "Two-minute demo",
    "duel56-cifar10.toml": "Paper's CIFAR recipe",
    "fine-tune-folder.toml": "Fine-tune my folder",
}


@cache
def presets() -> tuple[Preset, ...]:
    """The shipped recipes: the three for everybody first, then the others by name."""
    folder = assets_dir() / "recipes"
    files = sorted(folder.glob("*.toml"), key=_place)
    return tuple(preset for file in files if (preset := _read(file)) is not None)


def first_config() -> TrainConfig:
    """The recipe that a fresh program begins with: it needs neither data nor a network."""
    found = presets()
    if not found:
        raise UserError("The recipes of the program are missing.", "Install it again.")
    return found[0].config


def folder_config(folder: Path) -> TrainConfig:
    """The recipe that fine-tunes a photograph network on class folders.

    Raises:
        UserError: if no such recipe is shipped.
    """
    found = next((preset for preset in presets() if preset.wants_folder), None)
    if found is None:
        raise UserError("The recipe for class folders is missing.", "Install the program again.")
    data = replace(found.config.data, source="folder", folder=str(folder), dataset=folder.name)
    return replace(found.config, data=data, text="")


def first_line(text: str) -> str:
    """The first sentence of a recipe's comment at its top; empty if there is none."""
    words = []
    for line in text.splitlines():
        if not line.startswith("#") or not line.strip("# "):
            break
        words.append(line.strip("# "))
    # A capital begins the next sentence: "He et al. 2015" ends none.
    return re.split(r"(?<=\.) (?=[A-Z])", " ".join(words))[0]


def _name(file: Path, config: TrainConfig) -> str:
    """`ResNet-20 on CIFAR-10, short`: what tells a recipe from the others of its networks."""
    networks = " and ".join(spec.title() for spec in config.networks.values())
    parts = [f"{networks} on {config.data.dataset}"]
    if file.stem.endswith("-short"):
        parts.append("short")
    if config.data.train_images:
        parts.append(f"{config.data.train_images:,} pictures")
    if config.start.weights != "none":
        parts.append("pretrained")
    return ", ".join(parts)


def _with_folder_of(config: TrainConfig, other: TrainConfig) -> TrainConfig:
    """A recipe with the folder and the number of classes of another one."""
    data = replace(config.data, folder=other.data.folder, dataset=other.data.dataset)
    network = replace(config.network, n_classes=other.network.n_classes)
    return replace(config, data=data, network=network)


def _place(file: Path) -> tuple[int, str]:
    names = list(_FIRST)
    return (names.index(file.name) if file.name in names else len(names), file.name)


def _read(file: Path) -> Preset | None:
    try:
        config = read_config(file)
    except UserError as error:
        _log.warning("a recipe is left out: %s", error)
        return None
    name = _FIRST.get(file.name) or _name(file, config)
    return Preset(name, first_line(config.text), config, file.name == "fine-tune-folder.toml")

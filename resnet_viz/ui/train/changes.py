"""What a change of the recipe brings with it: pure functions, no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from resnet_viz.models.specs import ResNetSpec
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import parse_config, to_toml
from resnet_viz.ui.train.sources import SOURCES

Change = Mapping[str, Any] | ResNetSpec | None
"""New values of a section by entry; of `network` and `rival` the whole specification."""


def changed(config: TrainConfig, **sections: Change) -> TrainConfig:
    """The recipe with other entries, and with what follows from those.

    Other data bring their name, the mean and deviation of their pixels, and networks with
    their classes and sides; a changed entry that was named at the same time keeps its value.

    Args:
        config: before.
        **sections: what is to change.

    Raises:
        UserError: if a value cannot be used; says which and why.
    """
    made: dict[str, Any] = {}
    for name, change in sections.items():
        if isinstance(change, Mapping):
            made[name] = replace(getattr(config, name), **_with_source(config, name, change))
        else:
            made[name] = change
    after = replace(config, text="", source=config.source, **made)
    if after.data.source != config.data.source:
        after = _fitted(after)
    return checked(after)


def checked(config: TrainConfig) -> TrainConfig:
    """The recipe as it reads itself from its own text.

    Raises:
        UserError: if its parts do not go together.
    """
    text = to_toml(config)
    return parse_config(text, config.source or "The recipe")


def with_classes(config: TrainConfig, n_classes: int) -> TrainConfig:
    """The recipe with networks of so many classes."""
    if n_classes in (0, config.network.n_classes):
        return config
    rival = config.rival and replace(config.rival, n_classes=n_classes)
    network = replace(config.network, n_classes=n_classes)
    return checked(replace(config, network=network, rival=rival, text=""))


def same_recipe(a: TrainConfig, b: TrainConfig) -> bool:
    """Whether two recipes train the same; the name of their file does not matter."""
    return a == b


def _with_source(config: TrainConfig, section: str, change: Mapping[str, Any]) -> dict[str, Any]:
    """What else changes in `[data]` when its source does."""
    if section != "data" or change.get("source", config.data.source) == config.data.source:
        return dict(change)
    source = SOURCES[change["source"]]
    usual: dict[str, Any] = {"dataset": source.title, "mean": source.mean, "std": source.std}
    usual |= {"flip": source.flip, "padding": source.side // 8, "crops": (), "scale": ()}
    usual |= {"clutter": 1.0, "train_images": 0}
    return {"folder": "", **usual, **change}


def _fitted(config: TrainConfig) -> TrainConfig:
    """Networks with the classes and the side of the pictures."""
    source = SOURCES[config.data.source]
    shape: dict[str, Any] = {"input_size": source.side}
    if source.classes:
        shape["n_classes"] = source.classes
    rival = config.rival and replace(config.rival, **shape)
    return replace(config, network=replace(config.network, **shape), rival=rival)

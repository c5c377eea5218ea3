"""The laboratory's settings and experiments as tables of plain values, and back.

A table is what TOML and JSON hold: texts, numbers, booleans and lists. Imports neither torch
nor Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from resnet_viz.errors import UserError
from resnet_viz.lab.entries import EntryError, checked, nearest
from resnet_viz.lab.experiments import EXPERIMENTS, Experiment
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models import specs

_USUAL = LabSettings()


def settings_from_table(table: Mapping[str, Any], base: LabSettings = _USUAL) -> LabSettings:
    """Settings with some fields given.

    Args:
        table: fields of `LabSettings` by name, those of blocks as lists.
        base: where the other fields come from.

    Raises:
        EntryError: if a field is unknown or a value cannot be used; names the field.
    """
    values = checked(LabSettings, table, "a setting")
    try:
        return replace(base, **values)
    except UserError as error:
        key = _culprit(base, values)
        raise EntryError(error.message, _near(key, values, base) + error.hint, key) from error


def _culprit(base: LabSettings, values: Mapping[str, Any]) -> str:
    """The first field, in their order, that cannot be what is asked; blocks follow the network."""
    no_blocks: dict[str, Any] = dict.fromkeys(_BLOCKS, frozenset())
    settings = replace(base, **no_blocks)
    for field in fields(LabSettings):
        if field.name not in values:
            continue
        try:
            settings = replace(settings, **{field.name: values[field.name]})
        except UserError:
            return field.name
    return ""


def _near(key: str, values: Mapping[str, Any], base: LabSettings) -> str:
    """The nearest match to a name of a network or a block that is not there."""
    if key == "network":
        return nearest(values[key], specs.names())
    if key in _BLOCKS:
        network = values.get("network", base.network)
        names = [block.name for block in specs.spec(network).blocks()]
        return nearest(min(values[key] - set(names)), names)
    return ""


_BLOCKS = ("cut", "dropped", "plain_restored", "plain_dropped")


def settings_to_table(settings: LabSettings, *, every: bool = False) -> dict[str, Any]:
    """What differs from the usual settings, or every field; sets of blocks as sorted lists."""
    values = {field.name: getattr(settings, field.name) for field in fields(LabSettings)}
    return {
        key: sorted(value) if isinstance(value, frozenset) else value
        for key, value in values.items()
        if every or value != getattr(_USUAL, key)
    }


def experiment_from_table(table: Mapping[str, Any]) -> Experiment:
    """An experiment from its `kind` and its options.

    Raises:
        EntryError: if the kind or an option is unknown, or a value cannot be used.
    """
    if "kind" not in table:
        raise EntryError("An experiment needs a kind.", f"Choose {', '.join(EXPERIMENTS)}.")
    key = table["kind"]
    kind = EXPERIMENTS.get(key) if isinstance(key, str) else None
    if kind is None:
        hint = f"{nearest(key, EXPERIMENTS)}Choose {', '.join(EXPERIMENTS)}."
        raise EntryError(f"There is no experiment {key!r}.", hint, "kind")
    options = {name: value for name, value in table.items() if name != "kind"}
    values = checked(kind, options, f"an option of the experiment {key!r}")
    try:
        return kind(**values)
    except UserError as error:
        raise EntryError(error.message, error.hint, _wrong_option(kind, values)) from error


def _wrong_option(kind: type[Experiment], values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        try:
            kind(**{name: value})
        except UserError:
            return name
    return ""


def experiment_to_table(experiment: Experiment) -> dict[str, Any]:
    """Its kind and every option; `experiment_from_table` makes the same one of it."""
    options = {field.name: getattr(experiment, field.name) for field in fields(experiment)}
    return {
        "kind": experiment.key,
        **{k: list(v) if isinstance(v, tuple) else v for k, v in options.items()},
    }

"""Recipes: a training run as TOML, read and written.

Imports neither torch nor Qt: the window writes recipes too.
"""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

from resnet_viz.errors import UserError
from resnet_viz.models.specs import ResNetSpec, plain_name, spec
from resnet_viz.toml_values import entries
from resnet_viz.train.config import (
    DataConfig,
    OptimiserConfig,
    RecordingConfig,
    RunConfig,
    ScheduleConfig,
    StartConfig,
    TrainConfig,
)

_SECTIONS: dict[str, type[Any]] = {
    "data": DataConfig,
    "run": RunConfig,
    "optimiser": OptimiserConfig,
    "schedule": ScheduleConfig,
    "start": StartConfig,
    "recording": RecordingConfig,
}


def read_config(path: Path) -> TrainConfig:
    """Read a recipe.

    Raises:
        UserError: if the file cannot be read, is not TOML, or asks for something unknown.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"Cannot read the recipe {str(path)!r}: {reason}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"Cannot read the recipe {str(path)!r}: it is not text.") from error
    return parse_config(text, path.name)


def parse_config(text: str, source: str = "config.toml") -> TrainConfig:
    """Read a recipe from its text; `source` names it in errors.

    Raises:
        UserError: see `read_config`.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{source} is not valid TOML: {error}.") from error
    if unknown := sorted(set(tables) - set(_SECTIONS) - {"network", "rival"}):
        raise UserError(
            f"{source}: there is no section [{unknown[0]}].",
            f"Sections: network, rival, {', '.join(_SECTIONS)}.",
        )
    try:
        network = _network("network", tables.get("network"))
        rival = _network("rival", tables["rival"]) if "rival" in tables else None
        sections = {
            name: _section(kind, name, tables.get(name, {})) for name, kind in _SECTIONS.items()
        }
        return TrainConfig(network=network, rival=rival, source=source, text=text, **sections)
    except UserError as error:
        raise UserError(f"{source}: {error.message}", error.hint) from error


def _network(section: str, table: Any) -> ResNetSpec:
    if not isinstance(table, dict) or not isinstance(table.get("name"), str):
        raise UserError(f"[{section}] needs a name.", 'Such as name = "resnet20".')
    options = {key: _frozen(value) for key, value in table.items() if key != "name"}
    hints = get_type_hints(ResNetSpec)
    for key, value in options.items():
        if key in hints:  # an unknown option is `spec`'s to refuse
            options[key] = _typed(f"{section}.{key}", value, hints[key])
    return spec(table["name"], **options)


def _section(kind: type[Any], name: str, table: Any) -> Any:
    if not isinstance(table, dict):
        raise UserError(f"[{name}] must be a section, not a value.")
    known = {f.name: f for f in fields(kind)}
    if unknown := sorted(set(table) - set(known)):
        raise UserError(
            f"[{name}] has no entry {unknown[0]!r}.", f"Entries: {', '.join(sorted(known))}."
        )
    for key, entry in known.items():
        if entry.default is MISSING and key not in table:
            raise UserError(f"[{name}] needs an entry {key!r}.")
    return kind(**_values(kind, name, table))


def _values(kind: type[Any], name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {
        key: _typed(f"{name}.{key}", _frozen(value), hints[key]) for key, value in table.items()
    }


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _typed(name: str, value: Any, hint: Any) -> Any:
    """`value` if it has the annotated type; whole numbers become floats where those belong."""
    args = get_args(hint)
    if getattr(hint, "__origin__", None) is tuple:
        if not isinstance(value, tuple):
            raise UserError(f"{name} must be a list, got {value!r}.")
        return tuple(_typed(name, item, args[0]) for item in value)
    kind = str if args else hint  # a Literal of strings; its values are checked by the section
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
        raise UserError(f"{name} must be {words.get(kind, str(kind))}, got {value!r}.")
    return value


# --- writing ---------------------------------------------------------------------------------


def text_of(config: TrainConfig) -> str:
    """The recipe's own text where it still says what `config` holds, else `to_toml`.

    A configuration changed with `dataclasses.replace` keeps the text it was read from; what is
    written into a run folder must be what is trained.

    Raises:
        UserError: see `to_toml`.
    """
    if config.text and parse_config(config.text, config.source or "recipe") == config:
        return config.text
    return to_toml(config)


def to_toml(config: TrainConfig) -> str:
    """A recipe with every entry written out, so that later versions' defaults change nothing.

    Returns:
        Text that `parse_config` reads back as an equal value.

    Raises:
        UserError: if a network or a file name cannot be written down.
    """
    blocks = [_network_lines(key, network) for key, network in config.networks.items()]
    for name, kind in _SECTIONS.items():
        section = getattr(config, name)
        blocks.append(
            [f"[{name}]", *entries({f.name: getattr(section, f.name) for f in fields(kind)})]
        )
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _network_lines(section: str, network: ResNetSpec) -> list[str]:
    name = _preset(network)
    base = spec(name)
    changed = {
        f.name: getattr(network, f.name)
        for f in fields(network)
        if getattr(network, f.name) != getattr(base, f.name)
    }
    return [f"[{section}]", *entries({"name": name, **changed})]


def _preset(network: ResNetSpec) -> str:
    """The preset that the network is a variation of: `plain20` before `resnet20`."""
    names = [plain_name(network.name)] if network.plain else []
    for name in (*names, network.name):
        with contextlib.suppress(UserError):
            if spec(name).name == network.name:
                return name
    raise UserError(
        f"A recipe cannot name {network.title()}: no such network can be chosen.",
        "Choose a network from the list and change its options.",
    )

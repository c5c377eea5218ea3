"""`run.json`: what a run is, written and read; and what older folders without it tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, get_args

from resnet_viz.errors import UserError
from resnet_viz.files import write_atomically, writing
from resnet_viz.models.counting import count
from resnet_viz.models.specs import ResNetSpec, spec
from resnet_viz.runs.layout import FORMAT, NetworkFacts, Quantity, RunFacts, RunPaths
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import read_config

_DAMAGED_HINT = "Restore the file from a copy, or remove the run."


def network_facts(key: str, network: ResNetSpec) -> NetworkFacts:
    """What is to be written down of one of our own networks."""
    blocks = tuple(network.blocks())
    return NetworkFacts(
        key=key,
        title=network.title(),
        name=network.name,
        options=network.options(),
        blocks=tuple(block.name for block in blocks),
        stages=tuple(block.stage for block in blocks),
        parameters=count(network).parameters,
    )


def network_spec(network: NetworkFacts) -> ResNetSpec | None:
    """The network as it is built; None if it is not one of ours, or of a later version."""
    if network.options is None:
        return None
    try:
        return spec(network.name, **network.options)
    except (UserError, TypeError):
        return None


def recipe_facts(config: TrainConfig) -> RunFacts:
    """As much as a recipe tells of its run."""
    return RunFacts(
        networks=tuple(network_facts(key, network) for key, network in config.networks.items()),
        dataset=config.data.dataset,
        batch_size=config.run.batch_size,
        mean=config.data.mean,
        std=config.data.std,
    )


def facts_text(facts: RunFacts) -> str:
    """The content of `run.json`."""
    return json.dumps(asdict(facts), indent=2, ensure_ascii=False) + "\n"


def write_facts(facts: RunFacts, folder: Path) -> None:
    """Write `run.json`.

    Raises:
        UserError: if it cannot be written; an old one is kept.
    """
    path = RunPaths(folder).facts
    with writing(path):
        write_atomically(path, lambda file: file.write(facts_text(facts).encode()))


def read_facts(folder: Path) -> RunFacts:
    """What the run in a folder is.

    Raises:
        UserError: if there is no run, or it is damaged or of a newer version; names the file.
    """
    paths = RunPaths(folder)
    try:
        return _parse(paths.facts, paths.facts.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return _from_recipe(paths)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"Cannot read {str(paths.facts)!r}: {reason}.") from error
    except UnicodeDecodeError as error:
        raise UserError(
            f"{str(paths.facts)!r} is damaged: it is not text.", _DAMAGED_HINT
        ) from error


def _from_recipe(paths: RunPaths) -> RunFacts:
    """Of a run that is only being made, or whose folder is from before `run.json`."""
    if not paths.config.is_file():
        raise UserError(
            f"There is no run in {str(paths.folder)!r}.",
            "Choose a folder that holds run.json or config.toml.",
        )
    facts = recipe_facts(read_config(paths.config))
    return replace(facts, created=paths.config.stat().st_mtime, format=1)


def _parse(path: Path, text: str) -> RunFacts:
    try:
        values = json.loads(text)
        if not isinstance(values, dict):
            raise ValueError("it is no JSON object")
        if values.get("format", FORMAT) > FORMAT:
            raise UserError(
                f"The run {str(path.parent)!r} was written by a newer resnet-viz "
                f"(format {values['format']}).",
                "Update resnet-viz.",
            )
        return _facts(values)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{str(path)!r} is damaged: {str(error).rstrip('.')}.",
            _DAMAGED_HINT,
        ) from error


def _facts(values: Mapping[str, Any]) -> RunFacts:
    # What a later version adds within the same format is left out.
    known = {f.name: values[f.name] for f in fields(RunFacts) if f.name in values}
    known["networks"] = tuple(_network(entry) for entry in values["networks"])
    if not known["networks"]:
        raise ValueError("it names no network")
    for name in ("classes", "mean", "std", "quantities"):
        if name in known:
            known[name] = tuple(known[name])
    for name, kind in _KINDS.items():
        if name in known and not isinstance(known[name], kind):
            raise ValueError(f"{name!r} has the wrong type")
    if unknown := set(known.get("quantities", ())) - set(get_args(Quantity)):
        raise ValueError(f"{sorted(unknown)[0]!r} is no quantity")
    return RunFacts(**known)


_KINDS: dict[str, type | tuple[type, ...]] = {
    "dataset": str,
    "name": str,
    "note": str,
    "n_train": int,
    "n_held_out": int,
    "n_steps": int,
    "steps_per_epoch": int,
    "batch_size": int,
    "created": (int, float),
    "environment": dict,
}


def _network(values: Mapping[str, Any]) -> NetworkFacts:
    options = values["options"]
    if options is not None:
        options = {name: _hashable(value) for name, value in options.items()}
    blocks, stages = tuple(map(str, values["blocks"])), tuple(map(int, values["stages"]))
    if len(blocks) != len(stages):
        raise ValueError(f"{len(blocks)} blocks have {len(stages)} stages")
    return NetworkFacts(
        key=_key(values["key"]),
        title=str(values["title"]),
        name=str(values["name"]),
        options=options,
        blocks=blocks,
        stages=stages,
        parameters=int(values["parameters"]),
    )


def _key(value: Any) -> str:
    # It becomes part of file names.
    if value not in ("network", "rival"):
        raise ValueError(f"{value!r} is no network's key")
    return str(value)


def _hashable(value: Any) -> Any:
    # JSON has no tuples, specifications have no lists.
    return tuple(value) if isinstance(value, list) else value

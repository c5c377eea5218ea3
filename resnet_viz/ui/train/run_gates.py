"""Which skips of a run's networks are cut: as they were built, and as events changed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from resnet_viz.errors import UserError
from resnet_viz.models.gates import OPEN, PLAIN, Gate
from resnet_viz.models.specs import ResNetSpec, spec
from resnet_viz.runs.layout import NetworkFacts, RunFacts
from resnet_viz.train.config import NetworkKey

GatesByKey = dict[NetworkKey, dict[str, Gate]]


def gates_of(
    facts: RunFacts, events: Iterable[Mapping[str, Any]], step: int | None = None
) -> GatesByKey:
    """Gates of the blocks that are not fully open, by network.

    Args:
        facts: of the run.
        events: in their order.
        step: up to which events count; None for all.
    """
    gates: GatesByKey = {
        cast(NetworkKey, network.key): built_gates(network) for network in facts.networks
    }
    for event in events:
        if event.get("what") != "gates" or (step is not None and event.get("step", 0) > step):
            continue
        gates[cast(NetworkKey, event.get("network", "network"))] = _read(event.get("gates", {}))
    return gates


def built_gates(network: NetworkFacts) -> dict[str, Gate]:
    """The gates that a network begins with: a plain twin's skips are cut."""
    made = spec_of(network)
    return dict.fromkeys(network.blocks, PLAIN) if made is not None and made.plain else {}


def spec_of(network: NetworkFacts) -> ResNetSpec | None:
    """The specification of a run's network; None if it is not one of ours."""
    if network.options is None:
        return None
    options = {k: tuple(v) if isinstance(v, list) else v for k, v in network.options.items()}
    try:
        return spec(network.name, **options)
    except UserError:
        return None  # of another version


def flipped(gates: Mapping[str, Gate], block: str) -> dict[str, Gate]:
    """The gates with one skip cut, or restored if it was."""
    before = gates.get(block, OPEN)
    after = Gate(skip=0.0 if before.skip else 1.0, main=before.main)
    made = {**gates, block: after}
    return {name: gate for name, gate in made.items() if gate != OPEN}


def _read(values: Mapping[str, Any]) -> dict[str, Gate]:
    """Gates as an event holds them: an object, or a pair of skip and branch."""
    return {
        name: Gate(**value) if isinstance(value, Mapping) else Gate(*value)
        for name, value in values.items()
    }

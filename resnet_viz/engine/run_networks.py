"""The networks of runs: as they were at a step, or as they are in the training under way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from resnet_viz.engine.current import DTYPES, Current
from resnet_viz.engine.messages import ModelChoice
from resnet_viz.engine.trainee import Live
from resnet_viz.models.devices import resolve_device
from resnet_viz.models.weights import LoadedNetwork
from resnet_viz.runs.facts import read_facts
from resnet_viz.runs.layout import RunPaths, steps_in
from resnet_viz.train.config import NetworkKey
from resnet_viz.train.snapshots import load_snapshot, run_network

LiveOf = Callable[[Path, NetworkKey], Live | None]
"""The network of the training in a folder, as it is now; None if this engine does not train it."""


def network_of_run(choice: ModelChoice, known: Current | None, live_of: LiveOf) -> Current:
    """The network that a choice with `weights="run"` asks for.

    Of a training under way the weights are copied each time they have changed: the training
    goes on while its network is measured, and with gates of its own.

    Args:
        choice: names run, network and step.
        known: what was asked for last; used again if it is still what is meant.
        live_of: tells of the training under way.

    Raises:
        UserError: if there is no such run, network or snapshot, or the device fails.
    """
    folder = Path(choice.path)
    live = live_of(folder, choice.run_network) if choice.run_step < 0 else None
    if live is not None:
        return _live(choice, known, live)
    if choice.run_step < 0 and (kept := steps_in(RunPaths(folder).snapshots)):
        choice = replace(choice, run_step=kept[-1])
    if known is not None and known.version < 0 and known.serves(choice):
        return known
    loaded = load_snapshot(folder, choice.run_network, choice.run_step)
    return _placed(choice, loaded)


def _live(choice: ModelChoice, known: Current | None, live: Live) -> Current:
    if known is not None and known.version >= 0 and known.serves(choice):
        if known.version == live.step:
            return known
        known.loaded.net.load_state_dict(live.net.state_dict())
        loaded = replace(known.loaded, label=_label(choice, live))
        return replace(known, loaded=loaded, version=live.step)
    facts = read_facts(Path(choice.path))
    network = next(n for n in facts.networks if n.key == choice.run_network)
    loaded = run_network(facts, network, live.net.spec, live.net.state_dict(), live.step)
    placed = _placed(choice, replace(loaded, label=_label(choice, live)))
    return replace(placed, version=live.step)


def _label(choice: ModelChoice, live: Live) -> str:
    return f"{Path(choice.path).name}, step {live.step:,}"


def _placed(choice: ModelChoice, loaded: LoadedNetwork) -> Current:
    device = resolve_device(choice.device, float64=choice.dtype == "float64")
    loaded.net.to(device=device, dtype=DTYPES[choice.dtype])
    found = replace(choice, spec=loaded.spec, device=str(device))
    return Current(choice, found, loaded)

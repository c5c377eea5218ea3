"""Run folders written by hand, without torch: what the Train workspace's tests show.

The numbers are invented; the files follow `runs/layout.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from resnet_viz.models.specs import spec
from resnet_viz.runs.facts import network_facts, write_facts
from resnet_viz.runs.layout import (
    QUANTITIES,
    NetworkFacts,
    RunFacts,
    RunPaths,
    block_dtype,
    step_name,
)

CLASSES = ("disc", "square", "triangle", "ring", "cross", "star", "stripes", "dots", "grid", "wave")


def duel_facts(name: str = "", rival: str | None = "plain20", **more: Any) -> RunFacts:
    """A residual network and its plain twin on Shapes."""
    networks = [network_facts("network", spec("resnet20"))]
    if rival is not None:
        networks.append(network_facts("rival", spec(rival)))
    known: dict[str, Any] = {
        "networks": tuple(networks),
        "dataset": "Shapes",
        "classes": CLASSES,
        "n_train": 4000,
        "n_held_out": 1000,
        "n_steps": 1200,
        "steps_per_epoch": 100,
        "batch_size": 40,
        "created": 1_760_000_000.0,
        "name": name,
        "mean": (0.5, 0.5, 0.5),
        "std": (0.25, 0.25, 0.25),
    }
    return RunFacts(**{**known, **more})


def foreign_facts() -> RunFacts:
    """A network of somebody's own script."""
    blocks = ("layer1.0", "layer1.1", "layer2.0", "layer2.1")
    network = NetworkFacts("network", "MyNet", "MyNet", None, blocks, (1, 1, 2, 2), 1234)
    return RunFacts(networks=(network,), created=1_760_000_000.0)


def write_run(
    folder: Path,
    facts: RunFacts | None = None,
    *,
    n_steps: int = 437,
    every: int = 10,
    snapshots: Sequence[int] = (0, 100, 200, 400),
    state: str = "finished",
    gates: Sequence[Mapping[str, Any]] = (),
    seed: int = 0,
) -> Path:
    """Write a run that got as far as `n_steps`, its blocks measured every `every` steps."""
    facts = facts or duel_facts()
    folder.mkdir(parents=True)
    write_facts(facts, folder)
    paths = RunPaths(folder)
    paths.metrics.write_text(
        "\n".join(json.dumps(r) for r in _records(facts, n_steps, state, gates, seed)) + "\n"
    )
    for network in facts.networks:
        if every:
            _write_blocks(paths, network, n_steps, every, seed)
        for step in snapshots:
            target = paths.snapshot(step, network.key)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(b"")
    return folder


def with_checkpoint(folder: Path, recipe: str, step: int) -> Path:
    """Make a run look as if it could be resumed."""
    paths = RunPaths(folder)
    paths.config.write_text(recipe)
    (paths.checkpoints / step_name(step)).mkdir(parents=True)
    return folder


def _records(
    facts: RunFacts, n_steps: int, state: str, gates: Sequence[Mapping[str, Any]], seed: int
) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    records: list[dict[str, Any]] = [{"kind": "event", "step": 0, "what": "started"}]
    for step in range(1, n_steps + 1):
        for i, network in enumerate(facts.networks):
            records.append(_step(network.key, step, 0.6 * i, rng, facts.steps_per_epoch or 100))
        if step % 100 == 0:
            records += [_evaluation(n.key, step, 0.6 * i) for i, n in enumerate(facts.networks)]
    records += [{"kind": "event", "what": "gates", **dict(event)} for event in gates]
    if state != "running":
        records.append({"kind": "event", "step": n_steps, "what": state})
    return records


def _step(
    key: str, step: int, handicap: float, rng: np.random.Generator, per_epoch: int
) -> dict[str, Any]:
    loss = 2.3 * np.exp(-step / (200 * (1 + handicap))) + 0.3 + handicap / 2
    return {
        "kind": "step",
        "network": key,
        "step": step,
        "epoch": (step - 1) // per_epoch + 1,
        "lr": 0.1,
        "loss": float(loss + rng.normal(0, 0.1)),
        "accuracy": float(np.clip(1 - loss / 2.5 + rng.normal(0, 0.05), 0, 1)),
        "seconds": 0.1 * step,
    }


def _evaluation(key: str, step: int, handicap: float) -> dict[str, Any]:
    loss = 2.3 * float(np.exp(-step / (200 * (1 + handicap)))) + 0.4 + handicap / 2
    return {
        "kind": "evaluation",
        "network": key,
        "step": step,
        "epoch": step // 100,
        "loss": loss,
        "accuracy": 1 - loss / 2.8,
        "n_images": 1000,
    }


def _write_blocks(
    paths: RunPaths, network: NetworkFacts, n_steps: int, every: int, seed: int
) -> None:
    n_blocks = len(network.blocks)
    steps = np.arange(every, n_steps + 1, every)
    records = np.zeros(len(steps), block_dtype(n_blocks))
    records["step"] = steps
    records["values"] = [block_values(network.key, int(s), n_blocks, seed) for s in steps]
    records.tofile(paths.blocks(network.key))


def block_values(key: str, step: int, n_blocks: int, seed: int = 0) -> np.ndarray:
    """(quantities, blocks) float32: a rival's gradient sinks to 0 towards the input."""
    rng = np.random.default_rng([seed, step, len(key)])
    depth = np.arange(n_blocks)
    slope = 0.02 if key == "network" else 0.8
    gradient = 10 ** (-1 - slope * (n_blocks - depth) + rng.normal(0, 0.1, n_blocks))
    if key == "rival":
        gradient[0] = 0.0
    values = {
        "gradient": gradient,
        "update": 10 ** (-2.5 + rng.normal(0, 0.2, n_blocks)) * (1 if key == "network" else 0.3),
        "dead": np.clip(rng.normal(0.05 if key == "network" else 0.4, 0.05, n_blocks), 0, 1),
        "shortcut": rng.uniform(20, 60, n_blocks),
        "branch": rng.uniform(10, 30, n_blocks),
        "output": rng.uniform(20, 60, n_blocks),
    }
    return np.array([values[name] for name in QUANTITIES], np.float32)

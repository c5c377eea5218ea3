"""Make a recorded run small enough to ship in assets/runs.

    .venv/bin/python docs/ship_run.py RUN assets/runs/NAME --name "A name" [--snapshots 1041,3124]
    .venv/bin/python docs/ship_run.py RUN assets/runs/NAME --name ... --rival OTHER --every 5

Records stay as they were written; snapshots are kept in half precision, checkpoints, exported
weights and the list of pictures are left out. With --rival, two runs that were trained apart by
recipes which differ in the network alone become one duel: their batches were the same, because
the order of pictures and their crops follow from the seed.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from resnet_viz.models.bundled import read_cards, weights_dir
from resnet_viz.runs.facts import network_facts, read_facts, write_facts
from resnet_viz.runs.layout import RunFacts, RunPaths
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import read_config, to_toml


def main() -> None:
    """Read the arguments and write the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--name", required=True, help="what the list of runs shows")
    parser.add_argument("--rival", type=Path, help="the run of a second network")
    parser.add_argument("--every", type=int, default=1, help="keep every so manyth step")
    parser.add_argument("--snapshots", default="", help="steps whose weights are kept")
    given = parser.parse_args()
    given.out.mkdir(parents=True)
    paths, target = RunPaths(given.run), RunPaths(given.out)
    config = read_config(paths.config)
    facts = replace(read_facts(given.run), name=given.name)
    of_interest = {k: v for k, v in facts.environment.items() if k != "system"}
    facts = replace(facts, environment=of_interest)
    if given.rival is not None:
        config, facts = joined(config, read_config(RunPaths(given.rival).config), facts)
    if given.every > 1:
        facts = replace(facts, note=f"{facts.note} Every {given.every}th step is kept.".strip())
    write_facts(facts, given.out)
    target.config.write_text(to_toml(config), encoding="utf-8")
    target.split.write_text(json.dumps({"note": facts.note}) + "\n", encoding="utf-8")
    runs = {"network": given.run, **({"rival": given.rival} if given.rival else {})}
    with target.metrics.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records(runs, given.every))
    for network in facts.networks:
        if paths.blocks(network.key).is_file():
            shutil.copy(paths.blocks(network.key), target.blocks(network.key))
        for step in map(int, filter(None, given.snapshots.split(","))):
            halve(paths.snapshot(step, network.key), target.snapshot(step, network.key))


def joined(
    config: TrainConfig, other: TrainConfig, facts: RunFacts
) -> tuple[TrainConfig, RunFacts]:
    """One duel of two runs on CIFAR-10 that were trained apart."""
    same = ("data", "run", "optimiser", "schedule", "start")
    assert all(getattr(config, part) == getattr(other, part) for part in same)
    config = replace(config, rival=other.network, source="", text="")
    cards, _ = read_cards(weights_dir())
    networks = tuple(network_facts(key, spec) for key, spec in config.networks.items())
    note = "Each network was trained by itself, on the same batches; blocks were not measured."
    classes, n_train = cards[config.name].labels, 50_000
    per_epoch = n_train // config.run.batch_size
    return config, replace(
        facts,
        networks=networks,
        note=note,
        classes=classes,
        n_train=n_train,
        n_held_out=cards[config.name].test_images,
        steps_per_epoch=per_epoch,
        n_steps=per_epoch * config.run.epochs,
        format=2,
    )


def records(runs: dict[str, Path], every: int) -> Iterator[dict[str, Any]]:
    """The records of all runs in the order of their steps."""
    found: list[dict[str, Any]] = []
    for key, run in runs.items():
        for line in RunPaths(run).metrics.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["kind"] in ("step", "evaluation"):
                record.setdefault("network", key)
            found.append(record)
    found.sort(key=lambda record: record["step"])
    last = found[-1]["step"]
    found = [r for r in found if r["kind"] != "step" or (last - r["step"]) % every == 0]
    if not any(record.get("what") == "finished" for record in found):
        found.append({"kind": "event", "step": last, "what": "finished"})
    return iter(found)


def halve(source: Path, target: Path) -> None:
    """Weights in half precision; counters of batches have no use outside training."""
    target.parent.mkdir(parents=True, exist_ok=True)
    weights = load_file(source)
    kept = {k: v.to(torch.float16) for k, v in weights.items() if v.is_floating_point()}
    save_file(kept, target)
    target.chmod(0o644)


if __name__ == "__main__":
    main()

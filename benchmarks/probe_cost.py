"""What recording a training costs: with the default settings, and when every step is measured.

    python benchmarks/probe_cost.py [--models NAME,...] [--steps N] [--rounds N] [--batch N]
                                    [--threads N] [--device D] [--json]

Bare are steps of the trainer with nothing around them. Recorded are steps of an equal trainer
that measures its blocks as often as 3 % of the time allow and writes everything to a run folder,
as `resnet-viz train` does (without evaluations, checkpoints and snapshots, which a bare loop
would need, too). Short phases of both take turns. Only some phases hold a measurement, so what
counts is the ratio of all processor times together; minima compare phases without one, which is
what writing alone costs. A third trainer measures in every step: what one measurement costs.

Goal: recorded / bare <= 1.03.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from resnet_viz.analysis.timing import interleaved
from resnet_viz.data.dataset import Dataset, LoadedData
from resnet_viz.data.shapes import shapes
from resnet_viz.models.specs import spec
from resnet_viz.train.config import DataConfig, NetworkKey, RecordingConfig, RunConfig, TrainConfig
from resnet_viz.train.journal import Journal
from resnet_viz.train.loop import Trainer
from resnet_viz.train.pace import Pace
from resnet_viz.train.probe_steps import BlockProbe
from resnet_viz.train.run_facts import run_facts
from resnet_viz.train.run_writer import RunWriter

GOAL = 1.03
Row = dict[str, str | float | int]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", default="resnet20,resnet56,resnet110")
    parser.add_argument("--steps", type=int, default=5, help="steps in a phase (default 5)")
    parser.add_argument("--rounds", type=int, default=20, help="phases of each (default 20)")
    parser.add_argument("--batch", type=int, default=128, help="pictures in a step (default 128)")
    parser.add_argument("--threads", type=int, default=0, help="of the CPU (default: torch's)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda:0, mps (default cpu)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    data = shapes(max(256, 2 * options.batch), 20)
    rows = [measure(name, data, options) for name in options.models.split(",")]
    if options.json:
        json.dump(rows, sys.stdout, indent=2)
        print()
        return 0
    print("  ".join(f"{title:>16}" for title in rows[0]))
    for row in rows:
        print("  ".join(f"{value:>16}" for value in row.values()))
    print(f"ratios are recorded / bare; goal <= {GOAL}")
    return 0


def measure(name: str, data: Dataset, options: argparse.Namespace) -> Row:
    """One network."""
    with tempfile.TemporaryDirectory() as folder:
        bare = stepping(trainer_of(name, data, options), options.steps)
        every = trainer_of(name, data, options)
        dear = BlockProbe(nets(every), RecordingConfig(every=1), every.device)
        every.observers.append(dear)
        recorded, probe = recording(
            trainer_of(name, data, options), data, Path(folder), options.steps
        )
        timing = interleaved(bare, recorded, options.rounds, warm_up=1)
        single = interleaved(
            stepping(trainer_of(name, data, options), 1),
            lambda: (stepping(every, 1)(), dear.take()),
            options.rounds,
            warm_up=1,
        )
    return {
        "name": name,
        "ratio_cpu_total": round(timing.ratio_cpu_total, 4),
        "ratio_median": round(timing.ratio_median, 4),
        "ratio_min": round(timing.ratio_min, 4),
        "probe_share": round(probe.share, 4),
        "bare_step_ms": round(timing.a_ms / options.steps, 1),
        "measurement/step": round(single.ratio_cpu - 1, 3),
    }


def trainer_of(name: str, data: Dataset, options: argparse.Namespace) -> Trainer:
    config = TrainConfig(
        network=spec(name, n_classes=10, input_size=32),
        data=DataConfig(source="shapes", dataset="Shapes"),
        run=RunConfig(epochs=10_000, batch_size=options.batch),
    )
    return Trainer(config, data, torch.device(options.device))


def nets(trainer: Trainer) -> dict[NetworkKey, nn.Module]:
    return {key: learner.net for key, learner in trainer.learners.items()}


def stepping(trainer: Trainer, steps: int) -> Callable[[], object]:
    def phase() -> None:
        for _ in range(steps):
            loss = trainer.step().losses["network"]
            if trainer.device.type == "cpu":
                loss.item()
        loss.item()  # waits for the device

    return phase


def recording(
    trainer: Trainer, data: Dataset, folder: Path, steps: int
) -> tuple[Callable[[], object], BlockProbe]:
    probe = BlockProbe(nets(trainer), trainer.config.recording, trainer.device)
    trainer.observers.append(probe)
    writer, pace = RunWriter(folder / "run"), Pace()
    writer.create(run_facts(trainer, LoadedData(data)))
    journal = Journal(trainer, writer, probe, pace)

    def phase() -> None:
        with pace.working():
            for _ in range(steps):
                with pace.stepping(trainer.step_index + 1):
                    journal.step(trainer.step())
            journal.flush()

    return phase, probe


if __name__ == "__main__":
    sys.exit(main())

"""How much slower a training is while the window shows it live.

    python benchmarks/training_live.py [--models NAME,...] [--steps N] [--rounds N]
                                       [--batch N] [--json]

Live: the engine trains by the default recording, and the window draws curves and heatmaps of it.
Bare: another process does the same steps of the same trainer in a plain loop, with the same data
path and nothing recorded. Both take turns on one machine; who waits, sleeps. Measurements on
held-out pictures and checkpoints are left out on both sides.

Goal: bare time / live time >= 0.97, by minima and medians of the phases.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication
from waiting import run_until

from resnet_viz.models.specs import spec
from resnet_viz.train.config import (
    DataConfig,
    OptimiserConfig,
    RecordingConfig,
    RunConfig,
    TrainConfig,
)
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.main_window import MainWindow
from resnet_viz.ui.train.session import TrainSession
from resnet_viz.ui.train.workspace import TrainWorkspace

GOAL = 0.97
N_PICTURES = 2000
Row = dict[str, str | float]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", default="resnet20,resnet56")
    parser.add_argument("--steps", type=int, default=12, help="steps in a phase (default 12)")
    parser.add_argument("--rounds", type=int, default=10, help="phases of each (default 10)")
    parser.add_argument("--batch", type=int, default=64, help="pictures in a step (default 64)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    rows = [measure(name, options) for name in options.models.split(",")]
    if options.json:
        json.dump(rows, sys.stdout, indent=2)
        print()
        return 0
    print("  ".join(f"{title:>15}" for title in rows[0]))
    for row in rows:
        print("  ".join(f"{value:>15}" for value in row.values()))
    print(f"ratios are images a second live / bare; goal >= {GOAL}")
    return 0


def measure(name: str, options: argparse.Namespace) -> Row:
    """One network."""
    config = TrainConfig(
        network=spec(name, n_classes=10, input_size=32),
        data=DataConfig(source="shapes", dataset="Shapes", train_images=N_PICTURES),
        # A small rate: a flat loss would be as good, a NaN would end the run.
        optimiser=OptimiserConfig(lr=0.01),
        run=RunConfig(
            epochs=100_000,
            batch_size=options.batch,
            checkpoint_every=10**9,
            evaluate_every=100_000,
            device="cpu",
        ),
        recording=RecordingConfig(snapshots=0),
    )
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    bare = multiprocessing.get_context("spawn").Process(target=plain_loop, args=(config, theirs))
    bare.start()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder  # where new runs go
        settings = QSettings(f"{folder}/window.ini", QSettings.Format.IniFormat)
        client = EngineClient()
        window = MainWindow(settings, client)
        window.resize(1600, 900)
        window.show()
        run_until(lambda: window.session.snapshot is not None and not window.session.stale)
        window.workspaces.show_titled("Train")
        workspace = window.workspaces.current
        assert isinstance(workspace, TrainWorkspace)
        session = workspace.session
        ticking = QTimer()
        ticking.start(20)
        session.set_config(config)
        session.step_once()
        run_until(lambda: session.phase == "paused" and step(session) > 0)
        live_s, bare_s = [], []
        phase(session, options.steps)
        turn(ours, options.steps)
        for _ in range(options.rounds):
            live_s.append(phase(session, options.steps))
            bare_s.append(turn(ours, options.steps))
        share = session.status.probe_share if session.status else 0.0
        session.stop()
        run_until(lambda: session.phase == "idle")
        window.close()
    ours.send(0)
    bare.join(20)
    return {
        "name": name,
        "ratio_min": round(min(bare_s) / min(live_s), 3),
        "ratio_median": round(statistics.median(bare_s) / statistics.median(live_s), 3),
        "ratio_total": round(sum(bare_s) / sum(live_s), 3),
        "bare_step_ms": round(1000 * min(bare_s) / options.steps, 1),
        "probe_share": round(share, 4),
    }


def step(session: TrainSession) -> int:
    return session.status.step if session.status is not None else 0


def phase(session: TrainSession, steps: int) -> float:
    """Train so many steps at least; seconds for as many as asked for."""
    first, start = step(session), time.perf_counter()
    session.play()
    run_until(lambda: step(session) >= first + steps)
    seconds, done = time.perf_counter() - start, step(session) - first
    session.pause()
    run_until(lambda: session.phase == "paused")
    return seconds * steps / done


def turn(pipe: Connection, steps: int) -> float:
    """Let the other process do so many steps; seconds, as it says. The window idles."""
    pipe.send(steps)
    run_until(lambda: pipe.poll())
    return float(pipe.recv())


def plain_loop(config: TrainConfig, pipe: Connection) -> None:
    """The other process: steps and nothing else."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    from resnet_viz.data.datasets import load
    from resnet_viz.train.loop import Trainer

    trainer = Trainer(config, load(config).dataset, torch.device("cpu"))
    while steps := pipe.recv():
        start = time.perf_counter()
        for _ in range(steps):
            trainer.step().losses["network"].item()
        pipe.send(time.perf_counter() - start)


if __name__ == "__main__":
    sys.exit(main())

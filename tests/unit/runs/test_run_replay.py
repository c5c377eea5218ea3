"""A run shown as it was at a step, and how long one took."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resnet_viz.runs.durations import last_duration
from resnet_viz.runs.places import bundled_runs_folder
from resnet_viz.runs.reader import RunReader
from resnet_viz.runs.replay import Replay
from resnet_viz.train.recipe import parse_config

RECIPE = '[network]\nname="resnet8"\n[data]\nsource="shapes"\n[run]\nepochs=3\n'


@pytest.fixture(scope="module")
def run() -> RunReader:
    reader = RunReader(bundled_runs_folder() / "overfitting-shapes")
    reader.read_all()
    return reader


def test_at_first_everything_has_happened(run: RunReader) -> None:
    replay = Replay(run)
    assert replay.last_step == run.last_step == 1300
    assert replay.state == "finished"
    assert len(replay.steps()) == len(run.steps())
    assert len(replay.blocks()) == len(run.blocks())
    assert replay.events == run.events


@pytest.mark.parametrize("step", [0, 1, 24, 25, 777, 1299])
def test_up_to_a_step_there_is_what_was_written_by_then(run: RunReader, step: int) -> None:
    replay = Replay(run)
    replay.until = step
    lines = (run.path / "metrics.jsonl").read_text().splitlines()
    written = [r for r in map(json.loads, lines) if r["step"] <= step]
    steps = [r for r in written if r["kind"] == "step"]
    np.testing.assert_array_equal(replay.steps().loss, [r["loss"] for r in steps])
    held_out = [r["accuracy"] for r in written if r["kind"] == "evaluation"]
    np.testing.assert_array_equal(replay.evaluations().accuracy, held_out)
    assert len(replay.system) == sum(r["kind"] == "system" for r in written)
    assert len(replay.events) == sum(r["kind"] == "event" for r in written)
    measured = [s for s in run.blocks().steps if s <= step]
    np.testing.assert_array_equal(replay.blocks().steps, measured)
    assert len(replay.blocks().values) == len(measured)
    assert (replay.last_step, replay.state) == (step, "running")


def test_a_run_that_was_stopped_ends_where_it_was_stopped(run: RunReader) -> None:
    class Stopped(Replay):
        """Of which more was planned."""

        facts = replace(run.facts, n_steps=5000)  # type: ignore[assignment]

    assert Replay(Stopped(run)).facts.n_steps == 1300


# --- how long it took --------------------------------------------------------------------------


def write(folder: Path, seconds: float, *, finished: bool, recipe: str = RECIPE) -> None:
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(recipe)
    lines = [{"kind": "step", "step": s, "seconds": seconds * s / 4} for s in range(1, 5)]
    if finished:
        lines.append({"kind": "event", "step": 4, "what": "finished"})
    (folder / "metrics.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")


def test_nobody_knows_before_the_first_time(tmp_path: Path) -> None:
    config = parse_config(RECIPE)
    assert last_duration(config, tmp_path / "none") is None
    write(tmp_path / "a", 60.0, finished=False)
    write(tmp_path / "b", 60.0, finished=True, recipe=RECIPE.replace("8", "14"))
    assert last_duration(config, tmp_path) is None


def test_the_newest_finished_run_of_the_recipe_counts(tmp_path: Path) -> None:
    write(tmp_path / "a", 60.0, finished=True)
    write(tmp_path / "b", 90.0, finished=True)
    os.utime(tmp_path / "a" / "config.toml", (2e9, 2e9))
    os.utime(tmp_path / "b" / "config.toml", (1e9, 1e9))
    assert last_duration(parse_config(RECIPE), tmp_path) == 60.0

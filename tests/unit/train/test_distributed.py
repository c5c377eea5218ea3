"""Real processes under `torchrun` against one process that does the same.

Two processes add up gradients in another order than one does, so weights differ in their last
bits. Stated tolerance: after 36 steps without batch norm, every weight within 1e-4 of one
process's (weights are around 0.1), every loss within 1e-4 relative.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from resnet_viz.errors import UserError
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.command import run
from resnet_viz.train.crew import Crew
from resnet_viz.train.distributed import enlist
from resnet_viz.train.evaluation import Pictures, evaluating
from resnet_viz.train.recipe import read_config
from resnet_viz.train.run_writer import RunWriter
from resnet_viz.train.team import Onlooker, Team

TIMEOUT_S = 240
# A plain rival with projections has weights that the loss does not depend on.
DUEL = "norm = 'group'\nwidths = [8, 8, 8]\nshortcut = 'projection'"


def torchrun(*arguments: str, script: str | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node=2", *([script] if script else ["-m", "resnet_viz"]), *arguments]
    return subprocess.Popen(
        command,
        text=True,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and what was said; the launcher takes its processes with it."""
    try:
        _, said = process.communicate(timeout=TIMEOUT_S)
    except BaseException:
        process.terminate()
        process.communicate(timeout=60)
        raise
    return process.returncode, said


def duel(recipe: Any) -> Path:
    config: Path = recipe(network=DUEL, run="epochs = 6\nbatch_size = 6")
    text = config.read_text()
    network = text.partition("[network]\n")[2].partition("\n[")[0]
    rival = network.replace("resnet20", "plain20")
    recording = "[recording]\nevery = 5\nsnapshots = 2\n"
    config.write_text(f"{text}\n[rival]\n{rival}\n{recording}")
    return config


def reader_of(folder: Path) -> RunReader:
    reader = RunReader(folder)
    reader.poll()
    return reader


def wait_for_step(process: subprocess.Popen[str], folder: Path, step: int) -> None:
    """As the window would: by reading what the run has written so far."""
    end = time.monotonic() + TIMEOUT_S
    while time.monotonic() < end and process.poll() is None:
        if (folder / "run.json").exists() and reader_of(folder).last_step >= step:
            return
        time.sleep(0.05)
    process.terminate()
    pytest.fail(f"step {step} was not reached: {process.communicate(timeout=60)[1]}")


@pytest.mark.timeout(900)
def test_two_processes_stopped_and_resumed_match_one(recipe: Any, tmp_path: Path) -> None:
    config, one, two = duel(recipe), tmp_path / "one", tmp_path / "two"
    assert run(config, one, resume=False) == 0
    first = torchrun("train", str(config), "--out", str(two))
    wait_for_step(first, two, 3)
    first.send_signal(signal.SIGTERM)
    _, said = ended(first)
    stopped = reader_of(two)
    assert stopped.state == "stopped", said
    assert 3 <= stopped.last_step < 36
    code, said = ended(torchrun("train", str(config), "--out", str(two), "--resume"))
    assert code == 0, said
    assert said.count("resnet20-colours.safetensors: ") == 1  # one process speaks
    expected, found = reader_of(one), reader_of(two)
    assert found.state == "finished"
    for key in ("network", "rival"):
        np.testing.assert_array_equal(found.steps(key).step, np.arange(1, 37))
        np.testing.assert_allclose(found.steps(key).loss, expected.steps(key).loss, rtol=1e-4)
        np.testing.assert_array_equal(found.steps(key).accuracy, expected.steps(key).accuracy)
        measured, alone = found.evaluations(key), expected.evaluations(key)
        np.testing.assert_array_equal(measured.n_images, alone.n_images)
        np.testing.assert_allclose(measured.loss, alone.loss, rtol=1e-4)
        np.testing.assert_array_equal(found.blocks(key).steps, np.arange(1, 37, 5))
        compare_blocks(found.blocks(key).values, expected.blocks(key).values)
    compare_weights(one, two)
    assert "2 processes" in found.facts.note
    assert found.facts.environment["processes"] == 2


def compare_blocks(found: np.ndarray, alone: np.ndarray) -> None:
    """Updates are of the whole batch, norms of the first process's half of it."""
    np.testing.assert_allclose(found[:, 1], alone[:, 1], rtol=1e-3)
    ratio = found[:, 3:] / alone[:, 3:]
    assert (ratio > 0.4).all()
    assert (ratio < 1).all()
    assert abs(np.median(ratio) - np.sqrt(0.5)) < 0.1


def compare_weights(one: Path, two: Path) -> None:
    alone, together = (RunWriter(folder).last_checkpoint() for folder in (one, two))
    assert alone is not None
    assert together is not None
    assert alone.step == together.step == 36
    for file in ("network", "rival"):
        for name, tensor in alone.tensors[file].items():
            torch.testing.assert_close(tensor, together.tensors[file][name], rtol=0, atol=1e-4)


FAILING = """
import os, sys
from resnet_viz.cli import main
from resnet_viz.errors import UserError
from resnet_viz.train.loop import Trainer

step = Trainer.step

def failing(self):
    if os.environ["RANK"] == "1" and self.step_index == 4:
        raise UserError("the camera fell over.", "Pick it up.")
    return step(self)

Trainer.step = failing
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.timeout(600)
def test_a_failing_process_ends_all_and_says_why(recipe: Any, tmp_path: Path) -> None:
    script = tmp_path / "failing.py"
    script.write_text(FAILING)
    out = tmp_path / "run"
    config = recipe(run="batch_size = 4\ncheckpoint_every = 3", network="norm = 'group'")
    code, said = ended(torchrun("train", str(config), "--out", str(out), script=str(script)))
    assert code != 0
    assert "resnet-viz: Process 2 of 2: the camera fell over. Pick it up." in said
    saved = RunWriter(out).last_checkpoint()  # nobody holds the lock any more
    assert saved is not None
    assert saved.step == 3


def test_alone_there_is_nothing_to_set_up(recipe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with enlist(read_config(recipe())) as crew:
        assert (crew.rank, crew.size, crew.note) == (0, 1, "")
        assert crew.rows(5, 10) == (5, 10)
        assert crew.anyone(True)
        assert not crew.anyone(False)


def test_a_batch_that_cannot_be_shared_is_refused(
    recipe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "3")
    refused = pytest.raises(UserError, match="Process 1 of 3: a batch of 5 cannot be split evenly")
    with refused as raised, enlist(read_config(recipe())):
        pass
    assert "multiple of 3" in raised.value.hint


def test_more_processes_than_gpus_are_refused(recipe: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("LOCAL_RANK", "2")
    monkeypatch.setenv("WORLD_SIZE", "5")
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.setattr(
        "resnet_viz.train.distributed.resolve_device", lambda choice: torch.device("cuda:0")
    )
    with pytest.raises(UserError, match="2 GPUs for 3 or more"), enlist(read_config(recipe())):
        pass


def test_the_parts_of_a_batch_make_the_batch() -> None:
    parts = [Team(rank, 4, torch.device("cpu")).rows(24, 36) for rank in range(4)]
    assert parts == [(24, 27), (27, 30), (30, 33), (33, 36)]


class Counting(Crew):
    """One of three processes, whose sums are collected instead of sent."""

    def __init__(self, rank: int) -> None:
        self.rank, self.size = rank, 3
        self.sums: list[torch.Tensor] = []

    def total(self, tensor: torch.Tensor) -> torch.Tensor:
        self.sums.append(tensor)
        return tensor


def test_an_evaluation_is_shared_without_gaps_or_overlap(recipe: Any) -> None:
    from resnet_viz.data.dataset import Split

    rng = np.random.default_rng(2)
    images = rng.integers(0, 256, (1100, 4, 4, 3), dtype=np.uint8)
    split = Split(images, rng.integers(0, 5, 1100))
    pictures = Pictures(split, read_config(recipe()).preprocess, torch.device("cpu"))
    net = nn.Sequential(nn.Flatten(), nn.Linear(48, 5))
    slices, sums = [], []
    for rank in range(3):
        crew = Counting(rank)
        slices.append(list(evaluating(net, pictures, crew)))
        sums.append(crew.sums[0])
    assert slices == [[750, 1100]] * 3  # as many in every process
    alone = Counting(0)
    alone.size = 1
    list(evaluating(net, pictures, alone))
    torch.testing.assert_close(torch.stack(sums).sum(0), alone.sums[0])


def test_no_process_but_the_first_can_touch_the_run_folder() -> None:
    """Whatever the writer learns to do, its silent twin has to leave out."""
    writes = {name for name in vars(RunWriter) if not name.startswith("_")} - {"facts"}
    assert writes <= set(vars(Onlooker))

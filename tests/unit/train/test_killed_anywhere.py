"""Killed before any write, rename or removal, and at any step: nothing is lost, bit for bit."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from run_folders import equal, learned, records

from resnet_viz.runs.layout import RunPaths
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.command import run
from resnet_viz.train.run_writer import Checkpoint, RunWriter

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="needs fork and signals that cannot be caught"
)

N_KILLS = 18

# Trains undisturbed first, so that its forks find everything imported. A fork is killed by
# `kill -9` before the operation on the run folder whose number it was given, or runs out of
# space for its files in a step.
NURSERY = """
import os, resource, signal, sys
from pathlib import Path
import torch
from resnet_viz.errors import UserError
from resnet_viz.train import loop
from resnet_viz.train.command import run

config, CHANGES = Path(sys.argv[1]), ("os.rename", "os.remove", "os.rmdir", "os.mkdir",
                                       "os.truncate", "shutil.rmtree")
torch.set_num_threads(1)

def fill_up(in_step):
    step = loop.Trainer.step
    def stepping(trainer):
        if trainer.step_index + 1 == in_step:
            hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
        return step(trainer)
    loop.Trainer.step = stepping

def train(out, resume, deadline, full):
    left = deadline
    def count(event, arguments):
        nonlocal left
        path = str(arguments[0]) if arguments else ""
        writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (writes or event in CHANGES) and path.startswith(str(out)):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    if deadline:
        sys.addaudithook(count)
    if full:
        fill_up(full)
    sys.stderr = open(os.devnull, "w")
    try:
        os._exit(run(config, out, resume))
    except UserError as error:
        print(error, flush=True)
        os._exit(2)

print(run(config, Path(sys.argv[2]), False), flush=True)
for line in sys.stdin:
    out, resume, deadline, full = line.rstrip().split("\\t")
    child = os.fork()
    if child == 0:
        train(Path(out), resume == "True", int(deadline), int(full))
    status = os.waitpid(child, 0)[1]
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


class Nursery:
    """Trains once undisturbed, then as often as wanted up to a chosen place.

    Attributes:
        said: the error that the last training ended with.
    """

    def __init__(self, config: Path, whole: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY, str(config), str(whole)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.said = ""
        assert self._answer() == 0

    def train(self, out: Path, *, deadline: int = 0, full: int = 0) -> int:
        assert self._process.stdin
        resume = RunPaths(out).facts.exists()
        self._process.stdin.write(f"{out}\t{resume}\t{deadline}\t{full}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> int:
        assert self._process.stdout
        self.said = ""
        while not (line := self._process.stdout.readline()).strip().lstrip("-").isdigit():
            assert line, "the nursery died"
            self.said += line
        return int(line)

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()


def last(out: Path) -> Checkpoint:
    with RunWriter(out) as writer:
        found = writer.last_checkpoint()
    assert found is not None
    return found


def assert_same_end(whole: Path, broken: Path) -> None:
    a, b = last(whole), last(broken)
    assert a.step == b.step
    assert equal(a.tensors, b.tensors)
    assert learned(whole) == learned(broken)
    weights = sorted(whole.glob("*.safetensors"))
    assert weights
    for file in weights:
        assert (broken / file.name).read_bytes() == file.read_bytes()
    assert not [p for p in broken.rglob("*") if p.suffix in (".part", ".old", ".gone")]
    reader = RunReader(broken)
    reader.poll()
    assert reader.state == "finished"


@pytest.mark.timeout(600)
def test_whatever_ends_it_a_training_can_be_continued(recipe: Any, tmp_path: Path) -> None:
    duel = recipe(run="epochs = 3\nevaluate_every = 1")
    duel.write_text(
        duel.read_text()
        + '[rival]\nname = "plain20"\ndepths = [1, 1, 1]\nwidths = [4, 8, 8]\n'
        + "n_classes = 3\ninput_size = 8\n[recording]\nsnapshots = 3\n"
    )
    with Nursery(duel, tmp_path / "whole") as nursery:
        kill_before_operations(nursery, tmp_path / "killed")
        run_out_of_space(nursery, tmp_path / "full")
    for broken in ("killed", "full"):
        assert_same_end(tmp_path / "whole", tmp_path / broken)


def kill_before_operations(nursery: Nursery, out: Path) -> None:
    chance = random.Random(11)
    for _ in range(N_KILLS):
        ended = nursery.train(out, deadline=chance.randint(1, 70))
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
    else:
        assert nursery.train(out) == 0
    resumed = {r["step"] for r in records(out, "event") if r["what"] == "resumed"}
    assert len(resumed) > 2  # it was cut off in several places


def run_out_of_space(nursery: Nursery, out: Path) -> None:
    for step in (3, 12, 19):
        assert nursery.train(out, full=step) == 2
        assert "Cannot write" in nursery.said
        assert str(out) in nursery.said
        assert "Free some space" in nursery.said
        assert not list(out.rglob("*.part"))
        reader = RunReader(out)
        reader.poll()
        assert reader.interrupted
    assert nursery.train(out) == 0


@pytest.mark.timeout(600)
def test_the_command_killed_while_it_trains(recipe: Any, tmp_path: Path) -> None:
    config = recipe(run="epochs = 12\ncheckpoint_every = 4")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    command = [sys.executable, "-m", "resnet_viz", "train", str(config), "--out"]
    assert run(config, whole, resume=False) == 0
    chance = random.Random(5)
    seen = 0
    for attempt in range(2):
        more = ["--resume"] if attempt else []
        child = subprocess.Popen(
            [*command, str(broken), *more], stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            seen = wait_for_step(broken, seen + chance.randint(5, 30), child)
        finally:
            child.kill()
            child.communicate()
    subprocess.run([*command, str(broken), "--resume"], check=True, capture_output=True)
    assert_same_end(whole, broken)


def wait_for_step(out: Path, step: int, child: subprocess.Popen[bytes]) -> int:
    """Follow the run as the window does until it has got so far, or is over."""
    reader: RunReader | None = None
    deadline = time.monotonic() + 200
    while child.poll() is None and time.monotonic() < deadline:
        if reader is None and RunPaths(out).facts.exists():
            reader = RunReader(out)
        if reader is not None and reader.poll() and reader.last_step >= step:
            return reader.last_step
        time.sleep(0.005)
    raise AssertionError(f"step {step} was never reached")

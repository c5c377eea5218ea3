"""The Train workspace as a person uses it: a real display, a real mouse, a real engine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from desktop import HERE, Desktop, Program, dragged_in
from PIL import Image

pytestmark = pytest.mark.window

# Long enough to be played with, small enough to leave the machine in peace.
RECIPE = """
[network]
name = "resnet20"
widths = [4, 8, 8]
input_size = 16

[rival]
name = "plain20"
widths = [4, 8, 8]
input_size = 16

[data]
source = "shapes"
dataset = "Shapes"
train_images = 320
padding = 0

[optimiser]
lr = 0.02

[run]
epochs = 5000
batch_size = 16
threads = 1
checkpoint_every = 50
evaluate_steps = 40
evaluate_images = 50

[recording]
every = 5
"""


def wait_for(
    program: Program, what: Callable[[dict[str, Any]], object], seconds: float = 120
) -> dict[str, Any]:
    """Ask the workspace until its state is as wanted."""
    end = time.monotonic() + seconds
    while True:
        state: dict[str, Any] = program.ask("train")
        if what(state):
            return state
        assert time.monotonic() < end, f"waited in vain; last state: {state}"
        time.sleep(0.1)


def press(program: Program, desktop: Desktop, button: str) -> None:
    desktop.click(*program.ask("train_button", button))


@pytest.fixture(scope="module")
def training(program: Program, desktop: Desktop, tmp_path_factory: Any) -> Program:
    """The window with the Train workspace open and a small duel in its recipe."""
    program.wait_for(lambda s: s["grads"] and not s["stale"])
    desktop.mouse("key", "ctrl+3")
    program.wait_for(lambda s: s["workspace"] == "Train")
    recipe = tmp_path_factory.mktemp("recipes") / "duel.toml"
    recipe.write_text(RECIPE)
    assert program.ask("train_recipe", recipe)
    return program


def test_a_duel_is_played_paused_stepped_and_continued_by_mouse_and_keys(
    training: Program, desktop: Desktop
) -> None:
    desktop.mouse("key", "space")
    # Until then a recorded run is on screen.
    moving = wait_for(training, lambda s: s["phase"] == "running" and s["step"] >= 30)
    assert moving["steps"]["rival"] == moving["steps"]["network"]
    assert moving["blocks"]["network"][1:] == [6, 9]
    assert moving["blocks"]["rival"][0] >= 5
    press(training, desktop, "play")
    paused = wait_for(training, lambda s: s["phase"] == "paused")
    time.sleep(1.0)
    assert training.ask("train")["step"] == paused["step"]
    press(training, desktop, "step")
    one_on = wait_for(training, lambda s: s["step"] != paused["step"])
    assert one_on["step"] == paused["step"] + 1
    assert one_on["phase"] == "paused"
    press(training, desktop, "play")
    wait_for(training, lambda s: s["phase"] == "running" and s["step"] > one_on["step"])


def test_charts_move_while_the_duel_runs(training: Program, desktop: Desktop) -> None:
    before = desktop.pixels()
    step = training.ask("train")["last_step"]
    wait_for(training, lambda s: s["last_step"] > step + 100)
    time.sleep(0.5)
    changed = (desktop.pixels() != before).any(-1)
    # Right of the panel: the charts above, the heatmaps below.
    assert changed[180:420, 330:].mean() > 0.01
    assert changed[500:, 330:].mean() > 0.01


def test_the_time_axis_is_dragged_back_and_left_again(training: Program, desktop: Desktop) -> None:
    (x0, y), (x1, _) = training.ask("train_time", 0.3), training.ask("train_time", 0.1)
    desktop.drag(x0, y, x1, y)
    back = wait_for(training, lambda s: s["position"] is not None)
    assert 0 < back["position"] < 0.25 * back["last_step"]
    desktop.mouse("key", "Escape")
    wait_for(training, lambda s: s["position"] is None)


def test_a_skip_is_cut_while_the_duel_runs_and_the_run_remembers(
    training: Program, desktop: Desktop
) -> None:
    training.ask("train_tab", "Blocks")
    time.sleep(1.0)
    desktop.click(*training.ask("train_arc", "network", "layer1.1"))
    cut = wait_for(training, lambda s: "gates" in s["events"])
    assert cut["cut"]["network"] == ["layer1.1"]
    events = [
        json.loads(line)
        for line in Path(cut["folder"], "metrics.jsonl").read_text().splitlines()
        if '"gates"' in line
    ]
    assert events[-1]["network"] == "network"
    assert events[-1]["gates"] == {"layer1.1": [0.0, 1.0]}
    training.ask("train_tab", "Live")


def test_the_engine_is_killed_and_the_training_goes_on(training: Program) -> None:
    before = wait_for(training, lambda s: s["last_step"] >= 200)
    os.kill(training.ask("state")["engine_pid"], signal.SIGKILL)
    after = wait_for(training, lambda s: s["last_step"] > before["last_step"] + 60)
    assert after["folder"] == before["folder"]
    assert "resumed" in after["events"]
    assert after["steps"]["network"] == after["last_step"]  # no step is missing, none is twice


def test_it_is_stopped_and_resumed(training: Program, desktop: Desktop) -> None:
    press(training, desktop, "stop")
    stopped = wait_for(training, lambda s: s["phase"] == "idle" and s["run_state"] == "stopped")
    assert stopped["button"] == "Resume"
    press(training, desktop, "play")
    wait_for(training, lambda s: s["last_step"] > stopped["last_step"])
    press(training, desktop, "stop")
    wait_for(training, lambda s: s["phase"] == "idle")


def test_a_run_that_another_program_trains_is_followed(training: Program, tmp_path: Path) -> None:
    recipe, run = tmp_path / "short.toml", tmp_path / "run"
    recipe.write_text(RECIPE.replace("epochs = 5000", "epochs = 12"))
    other = subprocess.Popen(
        [sys.executable, "-m", "resnet_viz", "train", str(recipe), "--out", str(run)],
        cwd=HERE.parent.parent,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 60
        while not (run / "run.json").is_file():
            assert time.monotonic() < end
            time.sleep(0.1)
        training.ask("train_open", run)
        finished = wait_for(training, lambda s: s["run_state"] == "finished")
        assert finished["last_step"] == 240
        assert finished["phase"] == "idle"  # nothing was trained here
    finally:
        other.kill()
        other.wait(10)


def test_a_folder_of_pictures_is_dropped_and_looked_at(
    training: Program, desktop: Desktop, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    for name, colour in (("moss", (60, 140, 60)), ("sand", (200, 180, 120))):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for index in range(10):
            noise = rng.integers(-30, 30, (40, 50, 3))
            pixels = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{index}.png")
    (tmp_path / "photos" / "sand" / "broken.png").write_bytes(b"no picture")
    with dragged_in(desktop, training, tmp_path / "photos", "file"):
        seen = wait_for(training, lambda s: s["classes"])
    assert seen["tab"] == "Data"
    assert seen["classes"] == ["moss", "sand"]
    assert seen["held_out"] == 4  # a fifth of each class
    assert seen["broken"] == ["broken.png"]

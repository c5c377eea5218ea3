"""A run that was stopped and resumed ends bit for bit where an undisturbed one ends."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from run_folders import assert_same_run, checkpoint, equal, events

from resnet_viz.errors import UserError
from resnet_viz.runs.layout import RunPaths, step_name
from resnet_viz.train import loop
from resnet_viz.train.command import run

# 36 pictures in batches of 5: 7 steps an epoch, 28 in all; checkpoints at 5, 7, 10, 14, 15 ...
KILL_IN_STEP = """
import os, signal, sys
from pathlib import Path
from resnet_viz.runs.layout import RunPaths, step_name
from resnet_viz.train import loop
from resnet_viz.train.command import run

step = loop.Trainer.step

def deadly(trainer):
    done = step(trainer)
    if trainer.step_index == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return done

loop.Trainer.step = deadly
run(Path(sys.argv[1]), Path(sys.argv[2]), resume=False)
"""


@pytest.mark.parametrize("options", ["", "channels_last = true"])
def test_killed_in_the_middle_of_an_epoch(recipe: Any, tmp_path: Path, options: str) -> None:
    config = recipe(run=options)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert run(config, whole, resume=False) == 0

    child = subprocess.run(
        [sys.executable, "-c", KILL_IN_STEP, str(config), str(broken), "13"],
        capture_output=True,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    assert checkpoint(broken)[0] == 10
    assert not equal(checkpoint(broken)[1]["network"], checkpoint(whole)[1]["network"])
    assert not (broken / "resnet20-colours.safetensors").exists()

    assert run(config, broken, resume=True) == 0
    assert_same_run(whole, broken)


@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop"])
def test_terminated_between_steps(
    recipe: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    config = recipe(optimiser=f"name = '{name}'\nlr = 0.002", schedule="name = 'cosine'")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert run(config, whole, resume=False) == 0

    step = loop.Trainer.step

    def interrupted(trainer: loop.Trainer) -> loop.Step:
        if trainer.step_index == 12:
            signal.raise_signal(signal.SIGTERM)
        return step(trainer)

    with monkeypatch.context() as patch:
        patch.setattr(loop.Trainer, "step", interrupted)
        assert run(config, broken, resume=False) == 130
    assert checkpoint(broken)[0] == 13  # the step was finished and saved
    assert events(broken) == ["started", "stopped"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

    assert run(config, broken, resume=True) == 0
    assert_same_run(whole, broken)


def test_resuming_a_finished_run_only_exports_again(recipe: Any, tmp_path: Path) -> None:
    config, out = recipe(), tmp_path / "run"
    run(config, out, resume=False)
    weights = out / "resnet20-colours.safetensors"
    before = weights.read_bytes()
    weights.unlink()
    assert run(config, out, resume=True) == 0
    assert weights.read_bytes() == before


def test_killed_before_the_first_checkpoint(recipe: Any, tmp_path: Path) -> None:
    config, whole, broken = recipe(), tmp_path / "whole", tmp_path / "broken"
    run(config, whole, resume=False)
    run(config, broken, resume=False)
    shutil.rmtree(RunPaths(broken).checkpoints)
    run(config, broken, resume=True)
    assert_same_run(whole, broken)


def test_a_metrics_line_torn_by_the_crash_is_written_anew(recipe: Any, tmp_path: Path) -> None:
    config, whole, broken = recipe(), tmp_path / "whole", tmp_path / "broken"
    run(config, whole, resume=False)
    run(config, broken, resume=False)
    metrics = RunPaths(broken).metrics
    shutil.rmtree(RunPaths(broken).checkpoints / step_name(28))
    metrics.write_text(metrics.read_text() + '{"kind": "step", "st')
    run(config, broken, resume=True)
    assert_same_run(whole, broken)


def test_comments_in_the_recipe_may_change_but_not_the_recipe(recipe: Any, tmp_path: Path) -> None:
    config, out = recipe(), tmp_path / "run"
    run(config, out, resume=False)
    config.write_text("# a remark\n" + config.read_text())
    assert run(config, out, resume=True) == 0
    with pytest.raises(UserError, match="another recipe"):
        run(recipe(run="seed = 8"), out, resume=True)


def test_nothing_to_resume(recipe: Any, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no run to resume"):
        run(recipe(), tmp_path / "nowhere", resume=True)
    assert not (tmp_path / "nowhere").exists()


def damage(out: Path, step: int) -> None:
    (RunPaths(out).checkpoints / step_name(step) / "state.json").write_bytes(b"not JSON")


def test_a_damaged_checkpoint_gives_way_to_the_one_before(recipe: Any, tmp_path: Path) -> None:
    config, whole, broken = recipe(), tmp_path / "whole", tmp_path / "broken"
    run(config, whole, resume=False)
    run(config, broken, resume=False)
    damage(broken, 28)
    run(config, broken, resume=True)
    assert_same_run(whole, broken)


def test_two_damaged_checkpoints_are_named(recipe: Any, tmp_path: Path) -> None:
    config, out = recipe(), tmp_path / "run"
    run(config, out, resume=False)
    damage(out, 25)
    damage(out, 28)
    with pytest.raises(UserError, match="step-00000028"):
        run(config, out, resume=True)


def test_a_run_is_not_overwritten(recipe: Any, tmp_path: Path) -> None:
    config, out = recipe(), tmp_path / "run"
    run(config, out, resume=False)
    before = (out / "metrics.jsonl").read_bytes()
    with pytest.raises(UserError, match="already") as caught:
        run(config, out, resume=False)
    assert "--resume" in caught.value.hint
    assert (out / "metrics.jsonl").read_bytes() == before

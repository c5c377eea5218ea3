"""The train command: what it writes, and what it says when it cannot."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from run_folders import checkpoint, events, records
from safetensors.torch import load_file

from resnet_viz.data.dataset import LoadedData
from resnet_viz.data.datasets import load
from resnet_viz.data.shapes import CLASSES, shapes
from resnet_viz.errors import UserError
from resnet_viz.images import normalise
from resnet_viz.models.bundled import Card, read_cards
from resnet_viz.models.network import build
from resnet_viz.runs.layout import RunPaths, step_name, steps_in
from resnet_viz.train import loop, session
from resnet_viz.train.command import run
from resnet_viz.train.recipe import read_config


def test_what_a_run_leaves_behind(recipe: Any, tmp_path: Path) -> None:
    config, out = recipe(run="evaluate_every = 2"), tmp_path / "runs" / "first"
    assert run(config, out, resume=False) == 0
    assert (out / "config.toml").read_bytes() == config.read_bytes()
    assert sorted(p.name for p in out.iterdir()) == [
        ".lock",
        "blocks-network.bin",
        "checkpoints",
        "config.toml",
        "metrics.jsonl",
        "resnet20-colours.json",
        "resnet20-colours.safetensors",
        "run.json",
        "snapshots",
        "split.json",
    ]
    steps = records(out, "step")
    assert [r["step"] for r in steps] == list(range(1, 29))
    assert [r["epoch"] for r in steps] == [1] * 7 + [2] * 7 + [3] * 7 + [4] * 7
    assert all(0 <= r["accuracy"] <= 1 and r["lr"] >= 0 for r in steps)
    evaluations = records(out, "evaluation")
    assert [(r["epoch"], r["step"]) for r in evaluations] == [(2, 14), (4, 28)]


def test_a_drawn_data_set_needs_no_folder(
    recipe: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = LoadedData(shapes(40, 20))
    monkeypatch.setattr(session, "load", lambda config, progress, cancelled: few)
    drawn = "source = 'shapes'\nfolder = ''\ndataset = 'Shapes'"
    config = recipe(data=drawn, network="n_classes = 10\ninput_size = 32", run="epochs = 2")
    out = tmp_path / "run"
    assert run(config, out, resume=False) == 0
    card = Card.from_json((out / "resnet20-shapes.json").read_text())
    assert card.labels == CLASSES
    assert card.test_images == 20


def test_the_card_tells_what_the_exported_file_reaches(recipe: Any, tmp_path: Path) -> None:
    config, out = recipe(), tmp_path / "run"
    run(config, out, resume=False)
    weights = out / "resnet20-colours.safetensors"
    card = read_cards(out)[0]["resnet20"]
    settings = read_config(config)

    net = build(card.spec())
    assert card.spec() == settings.network
    state = load_file(weights)
    assert {v.dtype for v in state.values()} == {torch.float16}
    assert weights.stat().st_mode == config.stat().st_mode  # not for the owner alone
    net.load_state_dict({k: v.float() for k, v in state.items()}, strict=False)
    test = load(settings).dataset.test
    with torch.no_grad():
        guesses = net(torch.from_numpy(normalise(test.images, card.preprocess))).argmax(1)
    right = (guesses == torch.from_numpy(test.labels)).sum().item()
    assert card.test_accuracy == right / 12
    assert card.test_images == 12
    assert card.labels == ("blue", "green", "red")
    assert (card.recipe, card.seed, card.epochs) == ("tiny.toml", 7, 4)
    assert card.sha256 == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert card.versions["torch"] == torch.__version__
    assert card == Card.from_json(weights.with_suffix(".json").read_text(), weights)


def test_the_plain_twin_is_exported_under_its_own_name(recipe: Any, tmp_path: Path) -> None:
    out = tmp_path / "run"
    run(recipe(network="name = 'plain20'", run="epochs = 1"), out, resume=False)
    card = read_cards(out)[0]["plain20"]
    assert card.path.name == "plain20-colours.safetensors"
    assert card.spec().plain


@pytest.mark.parametrize("poisoned_step", [2, 9])
def test_a_loss_that_is_not_finite_stops_the_run(
    recipe: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, poisoned_step: int
) -> None:
    config, out = recipe(), tmp_path / "run"
    step = loop.Trainer.step

    def poisoned(trainer: loop.Trainer) -> loop.Step:
        if trainer.step_index == poisoned_step:
            with torch.no_grad():
                trainer.learners["network"].net.fc.bias.fill_(torch.nan)
        return step(trainer)

    monkeypatch.setattr(loop.Trainer, "step", poisoned)
    with pytest.raises(UserError) as caught:
        run(config, out, resume=False)
    assert f"nan in step {poisoned_step + 1}, epoch" in caught.value.message
    assert events(out) == ["started", "failed"]
    if poisoned_step == 2:
        assert "no checkpoint yet" in caught.value.message
        assert not RunPaths(out).checkpoints.exists()
    else:
        step_7 = RunPaths(out).checkpoints / step_name(7)
        assert str(step_7) in caught.value.message
        weights = checkpoint(out, 7)[1]["network"]
        assert all(v.isfinite().all() for v in weights.values())


def test_a_learning_rate_that_explodes_is_reported_not_exported(
    recipe: Any, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    config = recipe(network="norm = 'none'", optimiser="lr = 1e9", run="epochs = 2")
    with pytest.raises(UserError, match=r"The loss of ResNet-20 became (nan|inf)") as caught:
        run(config, out, resume=False)
    assert "learning rate" in caught.value.hint
    assert not list(out.glob("*.safetensors"))


def test_a_full_disk_keeps_the_last_checkpoint(
    recipe: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, whole, out = recipe(), tmp_path / "whole", tmp_path / "run"
    run(config, whole, resume=False)

    def full(file: int) -> None:
        if len(steps_in(RunPaths(out).checkpoints)) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(UserError, match="No space left") as caught:
            run(config, out, resume=False)
    assert str(out) in caught.value.message
    assert "Free some space" in caught.value.hint
    assert steps_in(RunPaths(out).checkpoints) == (5, 7)
    assert not list(out.rglob("*.part"))

    assert run(config, out, resume=True) == 0
    name = "resnet20-colours.safetensors"
    assert (out / name).read_bytes() == (whole / name).read_bytes()


def test_an_output_folder_that_cannot_be_made(recipe: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="Cannot write") as caught:
        run(recipe(), tmp_path / "file" / "run", resume=False)
    assert str(tmp_path / "file" / "run") in caught.value.message


def test_a_recipe_that_cannot_run_leaves_nothing_behind(recipe: Any, tmp_path: Path) -> None:
    out = tmp_path / "run"
    for changes in ({"data": "folder = 'nowhere'"}, {"run": "batch_size = 99"}):
        with pytest.raises(UserError):
            run(recipe(**changes), out, resume=False)
        assert not out.exists()


def test_a_missing_gpu_is_named(
    recipe: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="cuda"):
        run(recipe(run="device = 'cuda'"), tmp_path / "run", resume=False)
    assert run(recipe(run="device = 'auto'\nepochs = 1"), tmp_path / "run", resume=False) == 0


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_a_full_memory_names_the_batch_size(
    recipe: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def full(trainer: loop.Trainer) -> loop.Step:
        raise error

    monkeypatch.setattr(loop.Trainer, "step", full)
    with pytest.raises(UserError, match="memory of cpu is full") as caught:
        run(recipe(), tmp_path / "run", resume=False)
    assert "batch_size" in caught.value.hint


def test_the_number_of_threads_is_given_back(recipe: Any, tmp_path: Path) -> None:
    before = torch.get_num_threads()
    run(recipe(run="threads = 2\nepochs = 1"), tmp_path / "run", resume=False)
    assert torch.get_num_threads() == before


def test_without_a_terminal_it_prints_plain_lines(
    recipe: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(recipe(), tmp_path / "run", resume=False)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "\x1b" not in printed.err
    lines = printed.err.splitlines()
    assert all(line.startswith("ResNet-20 on Colours: ") for line in lines)
    assert [line for line in lines if "epoch 4: " in line and "of 12 test images" in line]
    assert "resnet20-colours.safetensors" in lines[-1]


def test_training_needs_no_window_toolkit() -> None:
    code = (
        "import sys, resnet_viz.train.command as c; "
        "print([m for m in sys.modules if m.split('.')[0] in ('PySide6', 'pyqtgraph')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""Figures of runs by name, against the records that they were written from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resnet_viz.lecture.run_facts import recipe_facts, run_facts
from resnet_viz.models.specs import spec
from resnet_viz.runs.facts import network_facts, write_facts
from resnet_viz.runs.layout import RunFacts, RunPaths
from resnet_viz.runs.places import bundled_runs_folder
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.recipe import parse_config

LOSSES = [2.0, 1.5, 1.0, 0.5, 0.4, 0.3]
HELD_OUT = {2: (1.8, 0.30), 4: (1.2, 0.55), 6: (1.9, 0.50)}


@pytest.fixture
def run(tmp_path: Path) -> RunReader:
    """Six steps, three an epoch; accuracy of a batch is one tenth of its step."""
    facts = RunFacts(
        networks=(network_facts("network", spec("resnet8")),),
        dataset="Shapes",
        classes=("a", "b", "c", "d"),
        n_train=1200,
        n_held_out=300,
        n_steps=9,
        steps_per_epoch=3,
        created=0.0,
        name="Mine",
    )
    write_facts(facts, tmp_path)
    lines = []
    for step, loss in enumerate(LOSSES, 1):
        lines.append(
            {"kind": "step", "network": "network", "step": step, "epoch": 1, "lr": 0.1,
             "loss": loss, "accuracy": step / 10, "seconds": 1.0}
        )  # fmt: skip
        if step in HELD_OUT:
            held_loss, share = HELD_OUT[step]
            lines.append(
                {"kind": "evaluation", "network": "network", "step": step, "epoch": 1,
                 "loss": held_loss, "accuracy": share, "n_images": 300}
            )  # fmt: skip
    RunPaths(tmp_path).metrics.write_text("\n".join(map(json.dumps, lines)) + "\n")
    reader = RunReader(tmp_path)
    reader.read_all()
    return reader


def texts(run: RunReader, step: int | None = None, width: int = 1) -> dict[str, str]:
    return {name: fact.text for name, fact in run_facts(run, step, width).items()}


def test_all_names_at_the_end(run: RunReader) -> None:
    assert texts(run) == {
        "run_title": "Mine",
        "data": "Shapes",
        "n_train": "1,200",
        "n_held_out": "300",
        "step": "6",
        "steps": "9",
        "epoch": "2",
        "epochs": "3",
        "chance": "25.0 %",
        "title_network": "ResNet-8",
        "train_loss_network": "0.300",
        "train_accuracy_network": "60.0 %",
        "loss_network": "1.90",
        "accuracy_network": "50.0 %",
        "best_accuracy_network": "55.0 %",
        "best_epoch_network": "1.3",
        "lowest_loss_network": "1.20",
        "lowest_epoch_network": "1.3",
        "gap_network": "10.0 points",
    }


def test_at_a_step_only_what_was_known_then(run: RunReader) -> None:
    found = texts(run, 3)
    assert found["loss_network"] == "1.80"
    assert found["best_accuracy_network"] == "30.0 %"
    assert found["train_loss_network"] == "1.00"
    assert found["gap_network"] == "0.0 points"
    assert "loss_network" not in texts(run, 1)
    assert "gap_network" not in texts(run, 1)
    assert "train_loss_network" not in texts(run, 0)


def test_means_take_in_the_steps_around(run: RunReader) -> None:
    facts = run_facts(run, 4, 3)
    assert facts["train_loss_network"].value == pytest.approx((1.0 + 0.5 + 0.4) / 3)
    assert facts["train_accuracy_network"].value == pytest.approx(0.4)


def test_a_held_out_accuracy_above_the_training_gives_a_negative_gap(run: RunReader) -> None:
    assert texts(run, 4)["gap_network"] == "−15.0 points"


def test_what_is_known_before_a_training() -> None:
    config = parse_config(
        '[network]\nname="resnet8"\n[rival]\nname="plain8"\n'
        '[data]\nsource="shapes"\ndataset="Shapes"\ntrain_images=50\n[run]\nepochs=3\n'
    )
    assert {name: fact.text for name, fact in recipe_facts(config).items()} == {
        "data": "Shapes",
        "epochs": "3",
        "n_train": "50",
        "title_network": "ResNet-8",
        "title_rival": "plain-8",
    }


def test_the_shipped_run_overfits() -> None:
    """What the recipe's comment and lectures say of it."""
    reader = RunReader(bundled_runs_folder() / "overfitting-shapes")
    reader.read_all()
    facts = run_facts(reader, None, 31)
    values = {name: fact.value for name, fact in facts.items() if fact.value is not None}
    assert values["train_accuracy_network"] > 0.9
    assert values["accuracy_network"] < 0.5
    assert values["best_accuracy_network"] - values["accuracy_network"] < 0.1  # it stalls
    assert values["loss_network"] > 1.3 * values["lowest_loss_network"]
    assert values["lowest_epoch_network"] < 0.5 * values["epoch"]
    assert facts["lowest_loss_network"].text == "1.72"

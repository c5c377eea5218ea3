"""Two networks in lock-step: each learns exactly as it would alone, from the same batches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from run_folders import PLAIN, assert_same_run, checkpoint, events, learned, records

from resnet_viz.data.datasets import load
from resnet_viz.errors import UserError
from resnet_viz.models.bundled import read_cards
from resnet_viz.models.network import ResNet
from resnet_viz.train.command import run
from resnet_viz.train.loop import Trainer
from resnet_viz.train.recipe import read_config
from resnet_viz.train.session import TrainingSession


@pytest.fixture
def duel(recipe: Any) -> Any:
    def make(**changes: str) -> Trainer:
        config = read_config(recipe(rival=PLAIN, **changes))
        return Trainer(config, load(config).dataset, torch.device("cpu"))

    return make


def nets(trainer: Trainer) -> tuple[ResNet, ResNet]:
    return trainer.learners["network"].net, trainer.learners["rival"].net


def test_the_plain_twin_begins_with_the_same_weights(duel: Any) -> None:
    network, rival = nets(duel())
    assert {gate.skip for gate in network.gates.values()} == {1.0}
    assert {gate.skip for gate in rival.gates.values()} == {0.0}
    for (name, a), (same, b) in zip(
        network.state_dict().items(), rival.state_dict().items(), strict=True
    ):
        assert name == same
        assert torch.equal(a, b), name
        assert a.data_ptr() != b.data_ptr(), "they must not share memory"


def test_both_see_the_same_augmented_batches(duel: Any) -> None:
    trainer: Trainer = duel()
    seen: dict[str, list[torch.Tensor]] = {"network": [], "rival": []}
    for key, learner in trainer.learners.items():
        learner.net.conv1.register_forward_pre_hook(
            lambda module, args, key=key: seen[key].append(args[0].clone())
        )
    for _ in range(9):
        trainer.step()
    assert len(seen["network"]) == 9
    for a, b in zip(seen["network"], seen["rival"], strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(seen["network"][0], seen["network"][1])


@pytest.mark.parametrize("optimiser", ["lr = 0.05", "name = 'adam'\nlr = 0.003"])
def test_each_learns_as_it_would_alone(duel: Any, recipe: Any, optimiser: str) -> None:
    together: Trainer = duel(optimiser=optimiser)
    steps = [together.step() for _ in range(10)]
    measured = together.evaluate()
    for key, plain in (("network", "false"), ("rival", "true")):
        config = read_config(recipe("alone.toml", optimiser=optimiser, network=f"plain = {plain}"))
        alone = Trainer(config, load(config).dataset, torch.device("cpu"))
        for step in steps:
            assert alone.step().losses["network"] == step.losses[key]  # type: ignore[index]
        assert alone.evaluate()["network"] == measured[key]  # type: ignore[index]
        of_duel = together.learners[key].net.state_dict()  # type: ignore[index]
        for name, value in alone.learners["network"].net.state_dict().items():
            assert torch.equal(value, of_duel[name]), name


def test_observers_are_told_of_every_network_s_every_step(duel: Any) -> None:
    trainer: Trainer = duel()
    told: list[tuple[object, ...]] = []

    class Watcher:
        def before_forward(self, learner: Any, step: int) -> None:
            told.append(("before", learner.key, step))

        def after_backward(self, learner: Any) -> None:
            told.append(("backward", learner.key, learner.net.fc.weight.grad is not None))

        def after_update(self, learner: Any) -> None:
            told.append(("update", learner.key))

    trainer.observers.append(Watcher())
    trainer.step()
    trainer.step()
    one = [
        [("before", key, step), ("backward", key, True), ("update", key)]
        for step in (0, 1)
        for key in ("network", "rival")
    ]
    assert told == [entry for entries in one for entry in entries]


def test_what_a_duel_leaves_behind(recipe: Any, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert run(recipe(rival=PLAIN, run="epochs = 2"), out, resume=False) == 0
    for key in ("network", "rival"):
        steps = [r for r in records(out, "step") if r["network"] == key]
        assert [r["step"] for r in steps] == list(range(1, 15))
        evaluations = [r for r in records(out, "evaluation") if r["network"] == key]
        assert [r["step"] for r in evaluations] == [7, 14]
        assert (out / f"blocks-{key}.bin").stat().st_size > 0
    cards = read_cards(out)[0]
    assert {name: card.path.name for name, card in cards.items()} == {
        "resnet20": "resnet20-colours.safetensors",
        "plain20": "plain20-colours.safetensors",
    }
    assert cards["plain20"].spec().plain
    assert cards["plain20"].labels == ("blue", "green", "red")


def test_rivals_of_one_name_do_not_overwrite_each_other(recipe: Any, tmp_path: Path) -> None:
    out = tmp_path / "run"
    rival = PLAIN.replace("plain20", "resnet20") + "\nnorm = 'group'"
    run(recipe(rival=rival, run="epochs = 1"), out, resume=False)
    files = sorted(path.name for path in out.glob("*-*.safetensors"))
    assert files == ["resnet20-colours-rival.safetensors", "resnet20-colours.safetensors"]


def test_a_stopped_duel_is_resumed_bit_for_bit(recipe: Any, tmp_path: Path) -> None:
    config = recipe(rival=PLAIN, run="epochs = 2\nchannels_last = true")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    run(config, whole, resume=False)
    with TrainingSession(read_config(config), broken) as session:
        list(session.prepare())
        while session.trainer.step_index < 9:
            session.advance()
        session.stop()
    assert checkpoint(broken)[0] == 9
    assert set(checkpoint(broken)[1]) == {
        "network",
        "network-optimiser",
        "rival",
        "rival-optimiser",
    }
    run(config, broken, resume=True)
    assert_same_run(whole, broken)


@pytest.mark.parametrize(("bad", "good"), [("rival", "ResNet-20"), ("network", "plain-20")])
def test_the_one_that_diverged_is_named_and_the_other_s_end_explained(
    recipe: Any, tmp_path: Path, bad: str, good: str
) -> None:
    out = tmp_path / "run"
    with TrainingSession(read_config(recipe(rival=PLAIN)), out) as session:
        list(session.prepare())
        while session.trainer.step_index < 9:
            session.advance()
        done = session.trainer.step_index
        with torch.no_grad():
            session.trainer.learners[bad].net.fc.bias.fill_(torch.nan)  # type: ignore[index]
        with pytest.raises(UserError) as caught:
            session.advance()
    named = {"ResNet-20": "plain-20", "plain-20": "ResNet-20"}[good]
    message = caught.value.message
    assert message.startswith(f"The loss of {named} became nan in step {done + 1}")
    assert "step-00000007" in message
    assert f"{good} was well, with a loss of " in message
    assert "both end here" in message
    assert events(out)[-1] == "failed"
    assert records(out, "event")[-1]["message"] == message
    lost = [r for r in learned(out) if r["step"] == done + 1]
    assert {r["network"]: r["loss"] is None for r in lost}[bad]

"""The trainer against the same steps written by hand in plain torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from resnet_viz.data.dataset import Dataset
from resnet_viz.data.datasets import load
from resnet_viz.errors import UserError
from resnet_viz.images import normalise
from resnet_viz.models.network import ResNet, build
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.loop import Trainer
from resnet_viz.train.recipe import read_config

CPU = torch.device("cpu")


@pytest.fixture
def trainer(recipe: Any) -> Any:
    def make(**changes: str) -> Trainer:
        config = read_config(recipe(**changes))
        return Trainer(config, dataset(config), CPU)

    return make


def net_of(trainer: Trainer) -> ResNet:
    return trainer.learners["network"].net


def dataset(config: TrainConfig) -> Dataset:
    return load(config).dataset


def test_three_steps_equal_sgd_by_hand(trainer: Any) -> None:
    """Nesterov momentum, L2 decay and label smoothing from their formulas (Sutskever 2013)."""
    ours: Trainer = trainer(
        data="padding = 0\nflip = false\ncrops = []",
        optimiser="lr = 0.1\nmomentum = 0.8\nnesterov = true\nweight_decay = 0.01",
        schedule="name = 'constant'\nwarm_up = 0.0",
        run="label_smoothing = 0.2",
    )
    data = dataset(ours.config)
    net = build(ours.config.network, seed=7).train()
    velocity = {name: torch.zeros_like(p) for name, p in net.named_parameters()}

    for step in range(3):
        done = ours.step()
        assert ours._plan is not None
        index = ours._plan[1].order[step * 5 : step * 5 + 5].numpy()
        x = torch.from_numpy(normalise(data.train.images[index], ours.config.preprocess))
        y = torch.from_numpy(data.train.labels[index])
        log_p = net(x).log_softmax(1)
        targets = F.one_hot(y, 3) * 0.8 + 0.2 / 3
        loss = -(targets * log_p).sum(1).mean()
        gradients = torch.autograd.grad(loss, list(net.parameters()))
        with torch.no_grad():
            for (name, p), g in zip(net.named_parameters(), gradients, strict=True):
                g = g + 0.01 * p
                velocity[name] = 0.8 * velocity[name] + g
                p -= 0.1 * (g + 0.8 * velocity[name])
        assert done.losses["network"].item() == pytest.approx(loss.item(), rel=1e-5)
        assert done.correct["network"].item() == (log_p.argmax(1) == y).sum().item()
        assert done.lr == 0.1

    for (name, a), b in zip(net_of(ours).named_parameters(), net.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6, msg=name)


def test_label_smoothing_reaches_the_loss(trainer: Any) -> None:
    plain, smooth = trainer().step(), trainer(run="label_smoothing = 0.3").step()
    assert plain.losses != smooth.losses
    assert plain.correct == smooth.correct


def test_one_seed_gives_one_run(trainer: Any) -> None:
    def losses(**changes: str) -> list[float]:
        run = trainer(**changes)
        return [run.step().losses["network"].item() for _ in range(9)]

    assert losses() == losses()
    assert losses() != losses(run="seed = 8")


def test_the_plain_twin_starts_from_the_same_weights(trainer: Any) -> None:
    residual, plain = trainer(), trainer(network="plain = true")
    for a, b in zip(net_of(residual).parameters(), net_of(plain).parameters(), strict=True):
        assert torch.equal(a, b)
    assert residual.step().losses != plain.step().losses
    assert {gate.skip for gate in net_of(plain).gates.values()} == {0.0}


def test_crops_follow_the_recipe(trainer: Any) -> None:
    run: Trainer = trainer(data="crops = [[1, 4], [2, 6]]")
    seen = []
    net_of(run).conv1.register_forward_pre_hook(lambda module, args: seen.append(args[0].shape[-1]))
    while not run.finished:
        run.step()
    assert seen == [4] * 7 + [6] * 14 + [8] * 7


def test_bfloat16_runs_the_convolutions_under_autocast(trainer: Any) -> None:
    run: Trainer = trainer(run="precision = 'bfloat16'")
    kinds = []
    net_of(run).conv1.register_forward_hook(lambda module, args, out: kinds.append(out.dtype))
    assert run.step().losses["network"].dtype == torch.float32
    assert kinds == [torch.bfloat16]
    assert all(p.dtype == torch.float32 for p in net_of(run).parameters())


def test_evaluation_counts_every_test_picture(trainer: Any) -> None:
    run: Trainer = trainer()
    for _ in range(10):
        run.step()
    before = {k: v.clone() for k, v in net_of(run).state_dict().items()}
    measured = run.evaluate()["network"]
    assert net_of(run).training
    assert all(torch.equal(v, before[k]) for k, v in net_of(run).state_dict().items())

    test = dataset(run.config).test
    net = net_of(run).eval()
    right, loss = 0, 0.0
    with torch.no_grad():
        for image, label in zip(test.images, test.labels, strict=True):
            logits = net(torch.from_numpy(normalise(image, run.config.preprocess)))[0]
            right += int(logits.argmax()) == label
            loss -= logits.log_softmax(0)[label].item()
    assert measured.n_images == 12
    assert measured.accuracy == right / 12
    assert measured.loss == pytest.approx(loss / 12, rel=1e-4)


def test_during_the_run_a_fixed_sample_is_measured(trainer: Any) -> None:
    run: Trainer = trainer(run="evaluate_images = 5")
    whole = [tuple(image.flatten().tolist()) for image in run.test.images]
    sample = [tuple(image.flatten().tolist()) for image in run.sample.images]
    assert len(set(sample)) == 5
    for image, label in zip(sample, run.sample.labels, strict=True):
        assert run.test.labels[whole.index(image)] == label
    assert torch.equal(trainer(run="evaluate_images = 5").sample.images, run.sample.images)
    assert run.evaluate()["network"].n_images == 5
    assert len(trainer(run="evaluate_images = 500").sample) == 12


def test_classes_that_do_not_fit_the_network(recipe: Any) -> None:
    config = read_config(recipe(network="n_classes = 4"))
    with pytest.raises(UserError, match="3 classes, the network 4") as caught:
        Trainer(config, dataset(config), CPU)
    assert "n_classes = 3" in caught.value.hint


def test_a_batch_larger_than_the_data(recipe: Any) -> None:
    config = read_config(recipe(run="batch_size = 37"))
    with pytest.raises(UserError, match="37 is larger than the training set of 36"):
        Trainer(config, dataset(config), CPU)


def test_it_learns(trainer: Any) -> None:
    run: Trainer = trainer(run="epochs = 8")
    losses = []
    while not run.finished:
        losses.append(run.step().losses["network"].item())
    assert np.mean(losses[-7:]) < 0.5 * np.mean(losses[:7])
    assert run.evaluate()["network"].accuracy >= 0.9

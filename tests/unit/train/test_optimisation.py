"""Schedules and optimisers against torch's own and against the papers' formulas."""

from __future__ import annotations

import warnings

import pytest
import torch

from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.train.config import OptimiserConfig, ScheduleConfig
from resnet_viz.train.optimisation import make_optimiser
from resnet_viz.train.schedule import lr_share


def shares(config: ScheduleConfig, n_steps: int = 60, steps_per_epoch: int = 10) -> list[float]:
    return [lr_share(config, step, n_steps, steps_per_epoch) for step in range(n_steps)]


@pytest.mark.parametrize("warm_up", [0.25, 0.5, 0.1, 1 / 3])
def test_one_cycle_is_that_of_torch(warm_up: float) -> None:
    weight = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.SGD([weight], lr=1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        max_lr=1.0,
        total_steps=60,
        pct_start=warm_up,
        anneal_strategy="linear",
        cycle_momentum=False,
    )
    expected = []
    for _ in range(60):
        expected.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one step past the end, which torch refuses
            if len(expected) < 60:
                theirs.step()
    assert shares(ScheduleConfig("one-cycle", warm_up)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", ["one-cycle", "cosine"])
@pytest.mark.parametrize("warm_up", [0.0, 0.01, 0.25, 0.9])
@pytest.mark.parametrize("n_steps", [1, 2, 60])
def test_shares_stay_in_range(name: str, warm_up: float, n_steps: int) -> None:
    config = ScheduleConfig(name, warm_up)  # type: ignore[arg-type]
    assert all(0 <= share <= 1 for share in shares(config, n_steps))


def test_cosine_warms_up_and_falls_to_zero() -> None:
    got = shares(ScheduleConfig("cosine", warm_up=0.1), n_steps=100)
    assert got[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert max(got) == got[9] == pytest.approx(1.0)
    assert got[9:] == sorted(got[9:], reverse=True)
    assert got[-1] < 1e-3


def test_cosine_without_warm_up_is_that_of_torch() -> None:
    weight = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.SGD([weight], lr=1.0)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=60)
    expected = []
    for _ in range(60):
        expected.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        theirs.step()
    assert shares(ScheduleConfig("cosine", warm_up=0.0)) == pytest.approx(expected, abs=1e-9)


def test_steps_fall_at_the_milestones() -> None:
    got = shares(ScheduleConfig("step", warm_up=0.0, milestones=(2, 4), gamma=0.1))
    assert got == pytest.approx([1.0] * 20 + [0.1] * 20 + [0.01] * 20)


def test_restarts_follow_the_same_schedule_without_them() -> None:
    config = ScheduleConfig("one-cycle", 0.25, restarts=((2.0, 0.5), (1.0, 0.25)))
    got = shares(config, n_steps=90)
    assert got[:60] == shares(ScheduleConfig("one-cycle", 0.25), n_steps=60)
    assert got[60:80] == pytest.approx([0.5 * (1 - k / 20) for k in range(20)])
    assert got[80:] == pytest.approx([0.25 * (1 - k / 10) for k in range(10)])


def test_constant_is_constant() -> None:
    assert set(shares(ScheduleConfig("constant", warm_up=0.0))) == {1.0}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("sgd", torch.optim.SGD),
        ("adam", torch.optim.Adam),
        ("adamw", torch.optim.AdamW),
        ("rmsprop", torch.optim.RMSprop),
    ],
)
def test_norms_and_biases_can_go_without_decay(name: str, kind: type) -> None:
    net = build(spec("resnet20", depths=(1, 1, 1)))
    config = OptimiserConfig(name, lr=0.1, weight_decay=0.02, decay_norms=False)  # type: ignore[arg-type]
    optimiser = make_optimiser(net, config)
    assert type(optimiser) is kind
    decay = {
        id(p): group["weight_decay"] for group in optimiser.param_groups for p in group["params"]
    }
    for path, parameter in net.named_parameters():
        expected = 0.02 if "conv" in path or path == "fc.weight" else 0.0
        assert decay[id(parameter)] == expected, path


def test_every_weight_is_trained_once() -> None:
    net = build(spec("resnet20"))
    for decay_norms in (True, False):
        groups = make_optimiser(net, OptimiserConfig(decay_norms=decay_norms)).param_groups
        ids = [id(p) for group in groups for p in group["params"]]
        assert sorted(ids) == sorted(id(p) for p in net.parameters())

"""The search for a learning rate, against functions whose good rates are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from resnet_viz.data.dataset import Dataset, Split
from resnet_viz.models.specs import spec
from resnet_viz.train.config import DataConfig, OptimiserConfig, RunConfig, TrainConfig
from resnet_viz.train.rate_finder import RangeTest, Sweep, advise, rate_search


class Quadratic:
    """Gradient descent on sum(c w² / 2): stable, by calculus, below 2 / max(c)."""

    def __init__(self, *curvatures: float, floor: float = 0.0) -> None:
        self._curvatures = np.array(curvatures)
        self._weights = np.ones(len(curvatures))
        self._floor = floor
        self.rates: list[float] = []
        self.losses: list[float] = []

    def step(self, rate: float) -> float:
        loss = self._floor + float((self._curvatures * self._weights**2).sum() / 2)
        self._weights *= 1 - rate * self._curvatures
        self.rates.append(rate)
        self.losses.append(loss)
        return loss


def _finished(test: RangeTest) -> Sweep:
    while not (sweep := test.advance()).complete:
        assert sweep.suggestion == 0
        assert sweep.sentence == ""
    return sweep


@pytest.mark.parametrize("curvature", [0.1, 1.0, 50.0])
def test_the_suggestion_is_stable_and_not_timid(curvature: float) -> None:
    bowl = Quadratic(curvature, floor=0.01)
    limit = 2 / curvature
    sweep = _finished(RangeTest(bowl.step, limit * 1e-5, limit * 100, 120))
    assert limit / 300 < sweep.suggestion < limit
    assert sweep.sentence.startswith("The loss falls fastest at a learning rate of ")
    # It went on until the loss blew up, and no further.
    assert limit < sweep.rates[-1] < limit * 100
    assert sweep.losses[-1] > 4 * sweep.losses.min()
    assert (sweep.losses[:-1] <= 4 * np.minimum.accumulate(sweep.losses[:-1])).all()


def test_the_steepest_direction_decides() -> None:
    flat, steep = (
        _finished(RangeTest(Quadratic(*c, floor=0.01).step, 1e-6, 1e3, 150))
        for c in ((1.0, 1.0), (1.0, 100.0))
    )
    assert flat.suggestion / steep.suggestion == pytest.approx(100, rel=0.8)


def test_rates_rise_by_the_same_factor_and_reach_the_end() -> None:
    bowl = Quadratic(1e-3, floor=1.0)
    sweep = _finished(RangeTest(bowl.step, 1e-4, 1e-1, 31))
    assert len(sweep.rates) == sweep.total == 31
    np.testing.assert_allclose(bowl.rates[::10], [1e-4, 1e-3, 1e-2, 1e-1])
    np.testing.assert_allclose(sweep.rates, bowl.rates)


def test_smoothing_has_no_bias_towards_zero() -> None:
    constant = RangeTest(lambda rate: 2.3, 1e-3, 1.0, 20)
    np.testing.assert_allclose(_finished(constant).losses, 2.3)


def test_smoothing_is_the_weighted_mean_of_what_came_before() -> None:
    given = np.random.default_rng(0).uniform(2, 3, 12)
    losses = iter(given)
    sweep = _finished(RangeTest(lambda rate: float(next(losses)), 1e-3, 1.0, 12))
    weights = 0.9 ** np.arange(11, -1, -1)
    assert sweep.losses[-1] == pytest.approx((weights * given).sum() / weights.sum())


@pytest.mark.parametrize("last", [float("inf"), float("nan")])
def test_an_overflow_ends_the_search_and_is_not_drawn(last: float) -> None:
    losses = iter([*np.linspace(3, 1, 30), last])
    sweep = _finished(RangeTest(lambda rate: float(next(losses)), 1e-4, 1.0, 60))
    assert len(sweep.losses) == 30
    assert np.isfinite(sweep.losses).all()
    assert sweep.suggestion > 0


def test_on_a_long_way_down_a_tenth_of_the_lowest_is_suggested() -> None:
    rates = np.geomspace(1e-5, 10, 121)
    logs = np.log10(rates)
    early = 2.4 - 0.3 / (1 + np.exp(-8 * (logs + 4)))  # most of it around 1e-4
    losses = early - 0.02 * (logs + 5) + np.where(rates > 0.1, (logs + 1) * 2, 0)
    suggestion, sentence = advise(rates, losses)
    assert suggestion == pytest.approx(0.01)
    assert sentence == (
        "The loss falls fastest at a learning rate of 1.0×10⁻⁴ and is lowest at 0.10; "
        "a tenth of the latter, 0.010, is a good peak."
    )


def test_a_loss_that_does_not_fall_suggests_nothing() -> None:
    suggestion, sentence = advise(np.geomspace(1e-5, 10, 50), np.full(50, 2.303))
    assert suggestion == 0
    assert sentence == "The loss did not fall at any learning rate from 1.00×10⁻⁵ to 10.0."


def test_a_search_that_ends_at_once_suggests_nothing() -> None:
    suggestion, sentence = advise(np.geomspace(1e-5, 1e-4, 5), np.array([2.0, 3, 4, 5, 9]))
    assert suggestion == 0
    assert "blew up at once" in sentence


def _tiny() -> tuple[TrainConfig, Dataset]:
    rng = np.random.default_rng(0)
    labels = np.arange(40, dtype=np.int64) % 2
    images = rng.integers(0, 60, (40, 8, 8, 3), dtype=np.uint8)
    images[labels == 1] += 150  # dark and bright: learned in a few steps
    net = spec("resnet8", n_classes=2, input_size=8)
    config = TrainConfig(
        network=net,
        rival=replace(net, plain=True),
        data=DataConfig(source="shapes", padding=1),
        run=RunConfig(epochs=3, batch_size=8, device="cpu"),
        optimiser=OptimiserConfig(lr=0.3),
    )
    split = Split(images, labels)
    return config, Dataset(("dark", "bright"), split, split)


def test_a_network_is_searched_at_the_rates_that_are_told() -> None:
    config, data = _tiny()
    test = rate_search(config, data, torch.device("cpu"), n_steps=30)
    sweep = _finished(test)
    assert sweep.total == 30, "more steps than the recipe's 15"
    assert sweep.rates[0] == pytest.approx(1e-4)
    assert sweep.losses[0] == pytest.approx(sweep.losses[1], rel=0.5)
    again = _finished(rate_search(config, data, torch.device("cpu"), n_steps=30))
    np.testing.assert_array_equal(again.losses, sweep.losses)


def test_adaptive_optimisers_are_searched_lower() -> None:
    config, data = _tiny()
    config = replace(config, optimiser=OptimiserConfig(name="adamw", lr=0.001))
    sweep = rate_search(config, data, torch.device("cpu"), n_steps=30).advance()
    assert sweep.rates[0] == pytest.approx(1e-6)

"""Shares by length against the binomial theorem and against all paths of a small network."""

from __future__ import annotations

import math
from collections.abc import Collection, Generator
from itertools import combinations

import numpy as np
import pytest
import scipy.stats
import torch

from resnet_viz.analysis.path_gradients import PathGradients, Scaled
from resnet_viz.analysis.path_lengths import (
    PathSampler,
    PathShares,
    log_binomials,
    normalised,
    relative_error,
)
from resnet_viz.models.gates import Gate
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import spec


class Geometric:
    """Stands for a network whose every branch multiplies the gradient by one factor."""

    def __init__(self, n_blocks: int, factor: float, spread: float = 0.0) -> None:
        self.n_blocks = n_blocks
        self.free = tuple(range(n_blocks))
        self.always: tuple[int, ...] = ()
        self.closed = False
        self.asked: list[frozenset[int]] = []
        self._log_factors = math.log(factor) + spread * np.sin(np.arange(n_blocks))

    def along(self, branches: Collection[int]) -> Generator[None, None, Scaled]:
        self.asked.append(frozenset(branches))
        yield
        return Scaled(torch.ones(1), 7.0 + float(self._log_factors[list(branches)].sum()))


def sampled(gradients: Geometric | PathGradients, samples: int = 3, seed: int = 0) -> PathShares:
    sampler = PathSampler(gradients, samples=samples, seed=seed)  # type: ignore[arg-type]
    for _ in sampler.run():
        pass
    assert sampler.n_done == sampler.n_planned
    return sampler.shares()


def binomial(n: int, p: float) -> np.ndarray:
    return np.array([math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])


@pytest.mark.parametrize("n", [0, 1, 5, 54, 1000])
def test_log_binomials(n: int) -> None:
    expected = [math.log(math.comb(n, k)) for k in range(n + 1)]
    np.testing.assert_allclose(log_binomials(n), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("factor", [0.05, 0.4, 1.0, 3.0])
@pytest.mark.parametrize("n", [3, 27, 54])
def test_equal_factors_give_the_binomial_distribution(n: int, factor: float) -> None:
    found = sampled(Geometric(n, factor))
    np.testing.assert_allclose(found.shares, binomial(n, factor / (1 + factor)), atol=3e-4)
    assert found.shares.sum() == pytest.approx(1.0, abs=1e-12)
    assert found.mean_length == pytest.approx(n * factor / (1 + factor), rel=1e-3)
    theory = found.theory()
    assert theory is not None
    assert theory.factor == pytest.approx(factor, rel=1e-6)
    np.testing.assert_allclose(theory.shares, found.shares, atol=3e-4)


@pytest.mark.parametrize("factor", [1e-4, 0.02, 0.4, 2.5])
def test_six_hundred_blocks_are_sampled_sparsely_and_still_right(factor: float) -> None:
    gradients = Geometric(600, factor)
    found = sampled(gradients, samples=2)
    expected = scipy.stats.binom.pmf(np.arange(601), 600, factor / (1 + factor))
    np.testing.assert_allclose(found.shares, expected, atol=2e-3)
    assert found.shares.sum() == pytest.approx(1.0, abs=1e-12)
    assert found.mean_length == pytest.approx(600 * factor / (1 + factor), rel=5e-3)
    assert len(gradients.asked) <= 2 * 66


def test_lengths_that_no_longer_matter_are_left_out() -> None:
    gradients = Geometric(54, 0.02)
    found = sampled(gradients)
    assert max(len(path) for path in gradients.asked) < 15
    assert 0.0 < found.tail < 1e-4
    assert found.n_sampled[20] == 0
    assert math.isnan(found.low[20])
    everything = Geometric(27, 2.0)
    assert sampled(everything).tail == 0.0
    assert max(len(path) for path in everything.asked) == 27


def test_few_paths_are_all_taken_once_and_many_are_drawn() -> None:
    gradients = Geometric(5, 0.5, spread=0.5)
    found = sampled(gradients, samples=10)
    assert len(gradients.asked) == len(set(gradients.asked)) == 2**5
    assert list(found.n_sampled) == [1, 5, 10, 10, 5, 1]
    gradients = Geometric(12, 0.5)
    found = sampled(gradients, samples=4)
    assert found.n_sampled[6] == 4
    assert all(len(path) == 6 for path in gradients.asked if len(path) == 6)


def test_the_seed_decides_the_draws() -> None:
    draws = []
    for seed in (0, 0, 1):
        gradients = Geometric(12, 0.9, spread=0.3)
        sampled(gradients, seed=seed)
        draws.append(gradients.asked)
    assert draws[0] == draws[1] != draws[2]


def test_range_and_mean_of_the_samples() -> None:
    gradients = Geometric(3, 0.5, spread=0.5)
    found = sampled(gradients, samples=3)
    logs = 7.0 + gradients._log_factors
    assert found.low[1] == pytest.approx(logs.min())
    assert found.high[1] == pytest.approx(logs.max())
    assert found.log_norms[1] == pytest.approx(math.log(np.exp(logs).mean()))
    assert found.errors[1] == 0.0  # there are no others
    few = sampled(Geometric(8, 0.5, spread=0.5), samples=4)
    assert few.errors[0] == few.errors[8] == 0.0
    assert 0.0 < few.errors[3] < 1.0


def test_relative_error_is_that_of_the_mean() -> None:
    numbers = np.array([0.5, 1.5, 4.0])
    expected = scipy.stats.sem(numbers) / numbers.mean()
    assert relative_error(list(np.log(numbers) - 2000.0)) == pytest.approx(expected)
    assert math.isnan(relative_error([0.3]))
    assert math.isnan(relative_error([-math.inf, -math.inf]))


def test_shortest_holding() -> None:
    found = sampled(Geometric(4, 1.0))
    assert found.shortest_holding(0.5) == (2, pytest.approx(11 / 16))
    assert found.shortest_holding(5 / 16 - 1e-9) == (1, pytest.approx(5 / 16))
    assert found.shortest_holding(1.0)[0] == 4
    np.testing.assert_allclose(found.path_shares, binomial(4, 0.5))


def test_nothing_measured_yet_has_no_shares() -> None:
    found = PathSampler(Geometric(4, 1.0), samples=2, seed=0).shares()  # type: ignore[arg-type]
    assert np.isnan(found.shares).all()
    assert found.theory() is None
    with pytest.raises(ValueError, match="no gradient"):
        found.shortest_holding(0.9)
    assert np.isnan(normalised(np.full(3, -np.inf))).all()
    with pytest.raises(ValueError, match="at least one"):
        PathSampler(Geometric(4, 1.0), samples=0, seed=0)  # type: ignore[arg-type]


def recorded(net: ResNet) -> PathGradients:
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(3, 3, 8, 8, generator=generator, dtype=torch.float64)
    gradients = PathGradients(net, images, torch.tensor([0, 1, 2]))
    for _ in gradients.record():
        pass
    return gradients


def network(name: str) -> ResNet:
    small = spec(name, norm="none", widths=(4, 4, 4), init="torch", n_classes=5)
    return build(small, seed=2, dtype=torch.float64)


def test_all_paths_of_a_small_network() -> None:
    gradients = recorded(network("resnet14"))
    found = sampled(gradients, samples=20)
    sums = np.zeros(7)
    for k in range(7):
        for path in combinations(range(6), k):
            walk = gradients.along(path)
            try:
                while True:
                    next(walk)
            except StopIteration as end:
                sums[k] += math.exp(end.value.log_norm)
    np.testing.assert_allclose(found.shares, sums / sums.sum(), rtol=1e-9)


def test_cut_skips_make_all_paths_longer_and_fewer() -> None:
    net = network("resnet20")
    net.gates["layer1.1"] = Gate(skip=0.0)
    net.gates["layer2.1"] = Gate(skip=0.0)
    net.gates["layer3.1"] = Gate(main=0.0)
    found = sampled(recorded(net))
    np.testing.assert_allclose(np.exp(found.log_counts), [0, 0, 1, 6, 15, 20, 15, 6, 1, 0])
    assert found.shares[:2].sum() == 0.0
    assert found.shares[9] == 0.0
    assert found.shares.sum() == pytest.approx(1.0)


def test_the_plain_twins_gradient_is_that_of_its_longest_path() -> None:
    found = sampled(recorded(network("plain20")))
    assert list(found.shares) == [0.0] * 9 + [1.0]
    assert found.mean_length == 9.0
    assert found.theory() is None


def test_a_closed_block_leaves_no_path() -> None:
    net = network("resnet8")
    net.gates["layer2.0"] = Gate(0.0, 0.0)
    found = sampled(recorded(net))
    assert np.isnan(found.shares).all()

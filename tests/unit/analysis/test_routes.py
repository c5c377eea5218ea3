"""Routes against counting by hand and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kendalltau

from resnet_viz.analysis.routes import (
    Route,
    random_drop,
    random_swaps,
    single_drops,
    swappable_pairs,
)
from resnet_viz.models.specs import spec


@pytest.mark.parametrize("seed", range(5))
def test_kendall_tau_is_scipys(seed: int) -> None:
    order = tuple(int(i) for i in np.random.default_rng(seed).permutation(11))
    expected = kendalltau(np.arange(11), np.asarray(order)).statistic
    assert Route(order).kendall_tau == pytest.approx(expected, abs=1e-12)


def test_kendall_tau_of_the_extremes() -> None:
    assert Route((0, 1, 2)).kendall_tau == 1.0
    assert Route((2, 1, 0)).kendall_tau == -1.0
    assert Route((0,)).kendall_tau == 1.0


def test_first_change_is_the_first_place_that_differs() -> None:
    assert Route((0, 1, 2, 3)).first_change == 4
    assert Route((0, 1, 2, 3), frozenset({2})).first_change == 2
    assert Route((0, 2, 1, 3)).first_change == 1
    assert Route((0, 2, 1, 3), frozenset({0})).first_change == 0


def test_a_route_that_is_no_order_is_refused() -> None:
    with pytest.raises(ValueError, match="not an order"):
        Route((0, 0, 1))
    with pytest.raises(ValueError, match="2 blocks"):
        Route((0, 1), frozenset({2}))


def test_single_drops_take_every_block_once() -> None:
    assert [set(route.dropped) for route in single_drops(4)] == [{0}, {1}, {2}, {3}]


def test_random_drop_takes_k_different_blocks_and_is_seeded() -> None:
    routes = [random_drop(9, 4, np.random.default_rng(3)) for _ in range(2)]
    assert len(routes[0].dropped) == 4
    assert routes[0] == routes[1]
    assert random_drop(9, 9, np.random.default_rng(0)).dropped == frozenset(range(9))


def test_swappable_pairs_keep_stage_and_shape() -> None:
    # 3 blocks a stage: all of stage 1, and of the others all but the first, which changes shape.
    pairs = swappable_pairs(list(spec("resnet20").blocks()))
    assert pairs == [(0, 1), (0, 2), (1, 2), (4, 5), (7, 8)]
    # Bottlenecks widen in stage 1 too.
    assert swappable_pairs(list(spec("resnet50").blocks()))[0] == (1, 2)


def test_random_swaps_stay_within_stages() -> None:
    blocks = list(spec("resnet32").blocks())
    for seed in range(10):
        route = random_swaps(blocks, 6, np.random.default_rng(seed))
        for place, index in enumerate(route.order):
            assert blocks[place].stage == blocks[index].stage
            if blocks[place].shortcut != "identity":
                assert index == place
        assert not route.dropped


def test_one_swap_moves_exactly_two_blocks() -> None:
    blocks = list(spec("resnet32").blocks())
    for seed in range(10):
        order = random_swaps(blocks, 1, np.random.default_rng(seed)).order
        assert sum(place != index for place, index in enumerate(order)) == 2

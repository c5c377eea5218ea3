"""Which snapshots stay."""

from __future__ import annotations

import itertools

import pytest

from resnet_viz.runs.thinning import superfluous


@pytest.mark.parametrize("limit", [2, 3, 5, 12])
def test_first_and_last_stay_and_the_spread_is_even(limit: int) -> None:
    kept: list[int] = []
    for step in range(0, 2001, 7):
        kept.append(step)
        gone = superfluous(kept, limit)
        kept = [s for s in kept if s not in gone]
        assert kept[0] == 0
        assert kept[-1] == step
        assert len(kept) == min(limit, step // 7 + 1)
    gaps = [b - a for a, b in itertools.pairwise(kept)]
    inner = gaps[:-1]  # the last one is still growing
    assert not inner or max(inner) <= 4 * min(inner)


def test_few_are_all_kept() -> None:
    assert superfluous([0, 5, 9], 3) == ()
    assert superfluous([], 3) == ()


def test_one_or_none() -> None:
    assert superfluous([0, 5, 9], 1) == (0, 5)
    assert superfluous([0, 5, 9], 0) == (0, 5, 9)

"""Ways through a network other than the usual one: blocks left out, blocks in another order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from resnet_viz.models.specs import BlockSpec


@dataclass(frozen=True)
class Route:
    """In which order the blocks are passed, and which of them lose their branch.

    Attributes:
        order: index of the block at each place; `(0, 1, 2, ...)` is the network itself.
        dropped: indices of the blocks whose branch is left out.

    Raises:
        ValueError: if `order` does not hold every index once, or `dropped` holds another one.
    """

    order: tuple[int, ...]
    dropped: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if sorted(self.order) != list(range(len(self.order))):
            raise ValueError(f"not an order of {len(self.order)} blocks: {self.order}")
        if not self.dropped <= set(self.order):
            raise ValueError(f"there are {len(self.order)} blocks: {sorted(self.dropped)}")

    @property
    def first_change(self) -> int:
        """Place of the first block that differs from the network's own; its length if none."""
        places = range(len(self.order))
        return next((p for p in places if self.order[p] != p or p in self.dropped), len(self.order))

    @property
    def kendall_tau(self) -> float:
        """Rank correlation of the order with the network's own: 1 for that, -1 for its reverse.

        Source: Kendall 1938; as in Veit et al. 2016, arXiv:1605.06431, figure 5 (b).
        """
        n_pairs = len(self.order) * (len(self.order) - 1) // 2
        if n_pairs == 0:
            return 1.0
        order = np.asarray(self.order)
        # Each place against all later ones: who stands behind a greater index than its own?
        inversions = sum(int((order[:p] > order[p]).sum()) for p in range(len(order)))
        return 1.0 - 2.0 * inversions / n_pairs


def single_drops(n_blocks: int) -> list[Route]:
    """Every block in turn is left out."""
    return [Route(tuple(range(n_blocks)), frozenset({i})) for i in range(n_blocks)]


def random_drop(n_blocks: int, k: int, rng: np.random.Generator) -> Route:
    """`k` blocks, drawn without replacement, are left out.

    Raises:
        ValueError: if there are fewer than `k`.
    """
    chosen = rng.choice(n_blocks, size=k, replace=False)
    return Route(tuple(range(n_blocks)), frozenset(int(i) for i in chosen))


def swappable_pairs(blocks: Sequence[BlockSpec]) -> list[tuple[int, int]]:
    """All pairs of blocks that may change places: of one stage, and keeping its shape."""
    keeping = [(i, b.stage) for i, b in enumerate(blocks) if b.shortcut == "identity"]
    return [(i, j) for (i, s), (j, t) in combinations(keeping, 2) if s == t]


def random_swaps(blocks: Sequence[BlockSpec], k: int, rng: np.random.Generator) -> Route:
    """`k` different pairs out of `swappable_pairs`, drawn at random, change places in turn.

    Raises:
        ValueError: if there are fewer than `k` pairs.
    """
    pairs = swappable_pairs(blocks)
    order = list(range(len(blocks)))
    for chosen in rng.choice(len(pairs), size=k, replace=False):
        i, j = pairs[int(chosen)]
        order[i], order[j] = order[j], order[i]
    return Route(tuple(order))

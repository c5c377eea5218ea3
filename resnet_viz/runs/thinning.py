"""Which of a growing number of moments are kept when only so many may be."""

from __future__ import annotations

from collections.abc import Sequence


def superfluous(steps: Sequence[int], limit: int) -> tuple[int, ...]:
    """The steps to give up so that at most `limit` remain, spread as evenly as can be.

    The first and the last stay; of the others the one goes whose neighbours are closest
    together, again and again. Called after every addition it keeps the spread even however
    long the run gets.

    Args:
        steps: ascending.
        limit: how many may stay; 1 keeps the last, 0 none.
    """
    kept = list(steps)
    given_up: list[int] = []
    while len(kept) > max(limit, 0):
        inner = range(1, len(kept) - 1)
        place = min(inner, key=lambda i: kept[i + 1] - kept[i - 1]) if inner else 0
        given_up.append(kept.pop(place if limit > 1 else 0))
    return tuple(sorted(given_up))


def evenly(count: int, n_steps: int) -> frozenset[int]:
    """So many moments of a run of known length, its beginning and its end among them."""
    if count < 2:
        return frozenset([n_steps][:count])
    return frozenset(round(n_steps * place / (count - 1)) for place in range(count))

"""Share of the gradient by the length of the paths it took, by sampling paths.

Veit et al. 2016, arXiv:1605.06431, section 4.3: of each length some random paths are measured;
the mean norm times the number of paths of that length, normalised, is the length's share. A
path's length is the number of branches it takes. Numbers of paths leave every floating-point
range, so all of this is done in logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnet_viz.analysis.path_gradients import PathGradients

Floats = NDArray[np.float64]

# Lengths that are sampled one by one; of longer ranges some, and the others are interpolated.
_EVERY_LENGTH = 64
# Longer paths are left out when all of them together would add less than this share.
_NEGLIGIBLE = 1e-4
_CONFIRMED = 3


class Theory(NamedTuple):
    """Shares as if every branch multiplied the gradient's norm by one factor.

    Attributes:
        factor: per branch, fitted to the measured norms.
        shares: of each length; the binomial distribution of success factor / (1 + factor).
    """

    factor: float
    shares: Floats


@dataclass(frozen=True)
class PathShares:
    """What is known about each length 0, 1, ..., n.

    Attributes:
        log_counts: natural logarithm of the number of paths; minus infinity for none.
        log_norms: of the mean norm of a path's gradient, interpolated between sampled lengths;
            minus infinity for zero, NaN where it is not known.
        low: of the smallest norm measured; NaN where none was.
        high: of the largest.
        errors: standard error of the mean norm, relative to it; 0 where all paths were
            measured, NaN where fewer than two were.
        n_sampled: paths measured.
        tail: estimated share of the lengths that were left out as negligible.
    """

    log_counts: Floats
    log_norms: Floats
    low: Floats
    high: Floats
    errors: Floats
    n_sampled: NDArray[np.int64]
    tail: float

    @property
    def shares(self) -> Floats:
        """Of the gradient, by length; they sum to 1, or are NaN where there is no gradient."""
        return normalised(self._log_weights())

    @property
    def path_shares(self) -> Floats:
        """Of the number of paths, by length: the binomial distribution."""
        return normalised(self.log_counts)

    @property
    def mean_length(self) -> float:
        """Average length, weighted by the share of the gradient."""
        shares = self.shares
        return float(np.dot(np.arange(len(shares)), shares))

    def shortest_holding(self, share: float) -> tuple[int, float]:
        """The smallest m such that paths of up to m branches hold at least `share`.

        Returns:
            m, and what they hold.

        Raises:
            ValueError: if there is no gradient.
        """
        held = np.cumsum(self.shares)
        if math.isnan(held[-1]):
            raise ValueError("there is no gradient")
        m = min(int(np.searchsorted(held, share)), len(held) - 1)
        return m, float(held[m])

    def theory(self) -> Theory | None:
        """The distribution if every branch changed the gradient by one and the same factor.

        Then C(m, j) paths of j free branches hold a share of C(m, j) r^j / (1 + r)^m. The
        factor is fitted to the logarithms of the norms, each weighted by its length's share.
        None where fewer than two lengths hold a gradient.
        """
        shares = self.shares
        used = np.isfinite(self.log_norms) & (shares > 0)
        if used.sum() < 2:
            return None
        lengths = np.arange(len(shares))[used]
        weights, norms = shares[used], self.log_norms[used]
        centred = lengths - np.average(lengths, weights=weights)
        variance = float(np.dot(weights, centred**2))
        if variance == 0.0:
            return None
        slope = float(np.dot(weights, centred * norms)) / variance
        return Theory(math.exp(slope), normalised(self.log_counts + slope * np.arange(len(shares))))

    def _log_weights(self) -> Floats:
        weights = self.log_counts + self.log_norms
        return np.where(np.isnan(weights), -np.inf, weights)


class PathSampler:
    """Draws paths of one network and measures their gradients.

    Args:
        gradients: recorded.
        samples: paths per length; where there are no more, all of them.
        seed: of the draws.

    Attributes:
        n_done: paths measured.
        n_planned: paths that will be, as far as is known.
    """

    def __init__(self, gradients: PathGradients, *, samples: int, seed: int) -> None:
        if samples < 1:
            raise ValueError(f"at least one sample a length is needed, got {samples}")
        self._gradients = gradients
        self._samples = samples
        self._seed = seed
        self._n_free = len(gradients.free)
        self._lengths = _sampled_lengths(self._n_free)
        self._norms: dict[int, list[float]] = {}
        self.n_done = 0

    @property
    def n_planned(self) -> int:
        """Paths that will be measured, as far as is known."""
        return sum(self._n_paths(j) for j in self._lengths)

    def run(self) -> Iterator[None]:
        """Measure; pauses after each path, and in between where one takes long.

        First one path of each length, from the shortest on until the longer ones no longer
        matter, then the others.
        """
        if self._gradients.closed:
            self._lengths = []
        for position, j in enumerate(self._lengths):
            yield from self._measure(j, 0)
            if self._rest_is_negligible():
                self._lengths = self._lengths[: position + 1]
                break
        for turn in range(1, self._samples):
            for j in self._lengths:
                if turn < self._n_paths(j):
                    yield from self._measure(j, turn)

    def shares(self) -> PathShares:
        """What is known by now."""
        n_blocks, offset = self._gradients.n_blocks, len(self._gradients.always)
        counts = np.full(n_blocks + 1, -np.inf)
        norms, low, high, errors = (np.full(n_blocks + 1, np.nan) for _ in range(4))
        n_sampled = np.zeros(n_blocks + 1, np.int64)
        if not self._gradients.closed:
            free = slice(offset, offset + self._n_free + 1)
            counts[free] = log_binomials(self._n_free)
            norms[free] = self._interpolated()
        for j, measured in self._norms.items():
            low[offset + j], high[offset + j] = min(measured), max(measured)
            n_sampled[offset + j] = len(measured)
            everything = len(measured) == math.comb(self._n_free, j)
            errors[offset + j] = 0.0 if everything else relative_error(measured)
        return PathShares(counts, norms, low, high, errors, n_sampled, self._tail())

    def _n_paths(self, j: int) -> int:
        return min(self._samples, math.comb(self._n_free, j))

    def _measure(self, j: int, turn: int) -> Generator[None, None, None]:
        part = yield from self._gradients.along(self._path(j, turn))
        self._norms.setdefault(j, []).append(part.log_norm)
        self.n_done += 1
        yield

    def _path(self, j: int, turn: int) -> frozenset[int]:
        """The blocks whose branch the path takes; all paths in turn where they are few."""
        free, always = self._gradients.free, self._gradients.always
        if math.comb(self._n_free, j) <= self._samples:
            chosen = list(combinations(free, j))[turn]
        else:
            rng = np.random.default_rng([self._seed, j, turn])
            chosen = tuple(free[int(i)] for i in rng.choice(self._n_free, j, replace=False))
        return frozenset((*always, *chosen))

    def _interpolated(self) -> Floats:
        """Logarithm of the mean norm for each number of free branches; NaN where unknown."""
        result = np.full(self._n_free + 1, np.nan)
        known = sorted(self._norms)
        if not known:
            return result
        means = np.array([log_mean(self._norms[j]) for j in known])
        between = np.arange(known[0], known[-1] + 1)
        # Where a mean is zero, what lies beside it is not known to be anything else.
        with np.errstate(invalid="ignore"):
            result[between] = np.nan_to_num(np.interp(between, known, means), nan=-np.inf)
        result[known] = means
        return result

    def _tail(self) -> float:
        """Share of the lengths beyond the last one, if they go on falling as they did."""
        known = sorted(self._norms)
        if not known or known[-1] == self._n_free or len(known) < 2:
            return 0.0
        weights = log_binomials(self._n_free) + self._interpolated()
        return _geometric_tail(weights, known[-2], known[-1])

    def _rest_is_negligible(self) -> bool:
        """Whether, seen from each of the last few lengths, the longer ones add nearly nothing."""
        known = sorted(self._norms)
        if len(known) <= _CONFIRMED:
            return False
        weights = log_binomials(self._n_free) + self._interpolated()
        last = zip(known[-_CONFIRMED - 1 : -1], known[-_CONFIRMED:], strict=True)
        return all(_geometric_tail(weights, a, b) < _NEGLIGIBLE for a, b in last)


def _sampled_lengths(n_free: int) -> list[int]:
    """Every length where they are few; else denser among the short ones, and the longest."""
    if n_free <= _EVERY_LENGTH:
        return list(range(n_free + 1))
    dense = _EVERY_LENGTH // 2
    grid = np.geomspace(dense, n_free, _EVERY_LENGTH - dense)
    return sorted({*range(dense), *(int(length) for length in np.rint(grid))})


def _geometric_tail(log_weights: Floats, before: int, last: int) -> float:
    """What follows `last` relative to all up to it, if weights fall on as between the two.

    Counts times an exponential fall ever faster, so this is an upper bound; infinite where
    they do not fall.
    """
    if log_weights[last] == -np.inf:
        return 0.0
    fall = (log_weights[before] - log_weights[last]) / (last - before)
    if not fall > 0.0:
        return math.inf
    total = log_sum(log_weights[: last + 1])
    return float(math.exp(log_weights[last] - total) / math.expm1(fall))


def log_binomials(n: int) -> Floats:
    """Natural logarithm of C(n, k) for k = 0, 1, ..., n."""
    log_factorial = np.array([math.lgamma(k + 1.0) for k in range(n + 1)])
    result: Floats = log_factorial[n] - log_factorial - log_factorial[::-1]
    return result


def log_sum(logs: Floats) -> float:
    """Logarithm of the sum of numbers given by their logarithms; NaN counts as nothing."""
    there = logs[np.isfinite(logs)]
    if there.size == 0:
        return -math.inf
    largest = float(there.max())
    return largest + math.log(float(np.exp(there - largest).sum()))


def log_mean(logs: list[float]) -> float:
    """Logarithm of the mean of numbers given by their logarithms."""
    return log_sum(np.asarray(logs, np.float64)) - math.log(len(logs))


def relative_error(logs: list[float]) -> float:
    """Standard error of the mean over the mean, of numbers given by their logarithms."""
    largest = max(logs)
    if len(logs) < 2 or largest == -math.inf:
        return math.nan
    numbers = np.exp(np.asarray(logs) - largest)
    return float(numbers.std(ddof=1) / math.sqrt(len(logs)) / numbers.mean())


def normalised(logs: Floats) -> Floats:
    """Numbers given by their logarithms, over their sum; NaN where all are zero."""
    total = log_sum(logs)
    if total == -math.inf:
        return np.full(len(logs), np.nan)
    shares = np.exp(logs - total)
    # Once more: rounding of large logarithms is an error of the shares.
    result: Floats = shares / shares.sum()
    return result

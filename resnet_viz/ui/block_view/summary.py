"""Figures of one tensor that its caption and its colour scale need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resnet_viz.probe.snapshot import FloatArray

_SAMPLE = 1 << 15  # values that the display limit is estimated from
_TOP = 99  # percentile of the non-zero values


@dataclass(frozen=True)
class Summary:
    """Figures of a tensor or of one map; those of an all-bad one are 0.

    Attributes:
        mean: of the finite values.
        low: smallest finite value.
        high: largest finite value.
        zero_share: share of exact zeros among all values, 0 to 1.
        n_bad: values that are NaN or infinite.
    """

    mean: float
    low: float
    high: float
    zero_share: float
    n_bad: int

    @property
    def signed(self) -> bool:
        """Whether a value is negative."""
        return self.low < 0

    @property
    def extent(self) -> float:
        """Largest size of a finite value."""
        return max(abs(self.low), abs(self.high))


def summarise(values: FloatArray) -> Summary:
    """Figures of an array of any shape that holds at least one value."""
    zero_share = 1 - np.count_nonzero(values) / values.size
    with np.errstate(over="ignore", invalid="ignore"):
        total = float(values.sum(dtype=np.float64))
    finite = values
    # One bad value makes the sum bad; only then the slow count is needed.
    if not np.isfinite(total):
        finite = values[np.isfinite(values)]
        total = float(finite.sum(dtype=np.float64))
    n_bad = values.size - finite.size
    if not finite.size:
        return Summary(0.0, 0.0, 0.0, zero_share, n_bad)
    return Summary(
        mean=total / finite.size,
        low=float(finite.min()),
        high=float(finite.max()),
        zero_share=zero_share,
        n_bad=n_bad,
    )


def display_limit(values: FloatArray, summary: Summary) -> float:
    """Where the colour scale of a tensor ends.

    Activations have long tails: a few values many times larger than the rest would leave every
    map in the darkest tenth of the table. So the scale ends at the 99th percentile of the
    sizes of the non-zero values, unless the largest value is close by; what lies beyond is
    drawn in the last colour, and the colour bar says so.

    Args:
        values: (C, H, W) float32.
        summary: of the same values.

    Returns:
        A value > 0, or 0 for an array of zeros; never more than `summary.extent`.
    """
    # A step prime to usual widths, lest the sample runs down one column of every map.
    step = max(1, values.size // _SAMPLE) | 1
    sample = np.abs(values.reshape(-1)[::step])
    sample = sample[np.isfinite(sample) & (sample > 0)]
    if sample.size == 0:
        return summary.extent
    top = float(np.percentile(sample, _TOP))
    return summary.extent if summary.extent <= 1.25 * top else top

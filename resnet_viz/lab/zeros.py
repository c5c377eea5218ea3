"""Which zeros among gradients the precision explains, and which are exact.

Imports neither torch nor Qt: chart, lecture and sentences say the same of a zero.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from resnet_viz.probe.snapshot import BlockStats

Flags = NDArray[np.bool_]

SMALLEST: dict[str, float] = {"float32": 1.4e-45, "float64": 4.9e-324}
"""The smallest positive number of a type, IEEE 754 with subnormals; below it there is only 0."""

# An output whose norm was smaller than this before it became 0 has faded away.
_LAST_SIGNAL = {"float32": 1e-34, "float64": 1e-300}


def underflowed_inputs(blocks: Sequence[BlockStats], dtype: str) -> Flags:
    """Whether the gradient at each block's input is 0 for no other reason than the precision.

    Args:
        blocks: of a network, in forward order.
        dtype: of the measurement.

    Returns:
        (N,) one per block.
    """
    values = np.array([stats.grad_in for stats in blocks])
    return np.asarray((values == 0) & ~unreached(blocks, dtype))


def unreached(blocks: Sequence[BlockStats], dtype: str) -> Flags:
    """Blocks whose input no gradient would reach in any precision, (N,).

    No gradient leaves the loss, both paths of a later block are closed, or a later block puts
    out nothing but zeros.
    """
    if blocks[-1].grad_out == 0:
        return np.ones(len(blocks), bool)
    stopped = np.array([_stops_gradient(stats) for stats in blocks]) & ~faded(blocks, dtype)
    return np.asarray(np.logical_or.accumulate(stopped[::-1])[::-1])


def faded(blocks: Sequence[BlockStats], dtype: str) -> Flags:
    """Which outputs are zero because the signal had sunk to the precision's end, (N,).

    From the first output of zeros on, if the signal before it was within a few decades of the
    smallest normal number and no gate is the reason.
    """
    norms = [stats.norm_out for stats in blocks]
    gone = np.zeros(len(norms), bool)
    first = next((i for i, norm in enumerate(norms) if norm == 0), 0)
    stats = blocks[first]
    closed = stats.skip == 0 and stats.main == 0
    if first and not closed and norms[first - 1] < _LAST_SIGNAL[dtype]:
        gone[first:] = [norm == 0 for norm in norms[first:]]
    return gone


def _stops_gradient(stats: BlockStats) -> bool:
    """Whether nothing flows back through a block: closed, or its output is zero everywhere."""
    return (stats.skip == 0 and stats.main == 0) or stats.zero_share == 1.0

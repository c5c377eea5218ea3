"""A snapshot's figures as arrays along the blocks: what the lanes draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnet_viz.probe.snapshot import BlockStats, Snapshot

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Figures:
    """Figures of every block, each array (N,) float64 in forward order.

    Attributes:
        names: of the blocks.
        stats: the blocks' own figures.
        grad_in: norm of dL/dx.
        forward_share: the shortcut's share of what enters the sum, gates included,
            skip * norm_shortcut / (skip * norm_shortcut + main * norm_branch), 0 to 1; NaN where
            nothing enters, inf where a norm is not finite.
        backward_share: the same of the gradient, via shortcut / (via shortcut + via branch).
        mean_out: mean of y.
        zero_share: share of exact zeros in y, 0 to 1.
        parameters: learnable numbers.
        macs: multiply-accumulates for one image.
        loss: mean cross-entropy that was differentiated, nats.
        dtype: precision of the measurement.
    """

    names: tuple[str, ...]
    stats: tuple[BlockStats, ...]
    grad_in: Values
    forward_share: Values
    backward_share: Values
    mean_out: Values
    zero_share: Values
    parameters: Values
    macs: Values
    loss: float
    dtype: str

    @classmethod
    def of(cls, snapshot: Snapshot) -> Figures:
        """The figures of a snapshot."""
        blocks = snapshot.blocks

        def column(get: Callable[[BlockStats], float]) -> Values:
            return np.array([get(b) for b in blocks], np.float64)

        return cls(
            names=tuple(b.name for b in blocks),
            stats=blocks,
            grad_in=column(lambda b: b.grad_in),
            forward_share=shares(
                column(lambda b: gated(b.skip, b.norm_shortcut)),
                column(lambda b: gated(b.main, b.norm_branch)),
            ),
            backward_share=shares(
                column(lambda b: b.grad_via_shortcut), column(lambda b: b.grad_via_branch)
            ),
            mean_out=column(lambda b: b.mean_out),
            zero_share=column(lambda b: b.zero_share),
            parameters=column(lambda b: b.parameters),
            macs=column(lambda b: b.macs),
            loss=snapshot.loss,
            dtype=snapshot.dtype,
        )


def gated(gate: float, norm: float) -> float:
    """What a gate lets through; a closed one nothing, even of an overflowed path."""
    return gate * norm if gate else 0.0


def shares(shortcut: Values, branch: Values) -> Values:
    """The shortcut's share of the sum of both paths.

    Returns:
        (N,) 0 to 1; NaN where both are 0, inf where one is not finite.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        # Scaled first, so that neither 1e-320 nor 1e308 spoils the sum.
        largest = np.maximum(shortcut, branch)
        a, b = shortcut / largest, branch / largest
        share = a / (a + b)
    share[~(np.isfinite(shortcut) & np.isfinite(branch))] = np.inf
    return np.asarray(share)

"""A network of the given shape and random weights, but infinitely wide: what theory expects.

In a wide network every branch's output is normally distributed, independent from channel to
channel, and its variance follows from layer to layer (Poole et al. 2016, arXiv:1606.05340;
Schoenholz et al. 2017, arXiv:1611.01232; with skips Yang & Schoenholz 2017, arXiv:1712.08969;
with batch norm Yang et al. 2019, arXiv:1902.08129). What is left to follow is the stream
between the blocks. In post-activation order y = act(x + F(x)) is not normal, and the
activation after the sum closes channels for the gradient; so the stream is followed as a
sample of channels, each with its own history:

    forward   x' = act(skip x + main sqrt(E[F²]) ξ),   ξ ~ N(0, 1)
    backward  g  = skip² act'² g' + main² T mean(act'² g')

with g the squared gradient of a channel and T what the branch does to it. Borders are counted
position by position (`planes`). Not in it: finite width, correlations between neighbouring
positions, and the mean of the gradient that batch norm subtracts. Imports no torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from resnet_viz.analysis import planes
from resnet_viz.analysis.theory import Layer
from resnet_viz.analysis.wide_stream import Passage, Stream, Walk, log
from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.specs import ResNetSpec

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WideLimit:
    """What an infinitely wide network does to a signal and to its gradient.

    Logarithms, because deep plain networks leave the range of floating point.

    Attributes:
        log_grad: (n_blocks + 1,) ln ‖∂L/∂x‖ at every block's input and at the last block's
            output, where it is 0; minus infinity for a gradient of 0.
        log_square: (n_blocks + 1,) ln of the mean square of an element of every block's input
            and of the last block's output.
    """

    log_grad: Floats
    log_square: Floats


def wide_limit(
    spec: ResNetSpec,
    gates: Mapping[str, Gate],
    *,
    batch_statistics: bool,
    size: tuple[int, int],
    gain: float = 1.0,
    in_square: float = 1.0,
) -> WideLimit | None:
    """Follow signal and gradient through the blocks of an infinitely wide network.

    Args:
        spec: the network; its weights are taken as drawn, not trained.
        gates: of the blocks that are not fully open; `spec.plain` is not looked at.
        batch_statistics: whether batch norm uses the batch's statistics. If not, that of an
            untrained network does nothing.
        size: (H, W) of the first block's input.
        gain: factor on the branches' weights.
        in_square: mean square of an element of the first block's input.

    Returns:
        None where this theory says nothing that measurements bear out: see `_applies`.
    """
    normalised = batch_statistics and spec.norm == "batch"
    if not _applies(spec, normalised):
        return None
    return _walked(spec, frozenset(gates.items()), normalised, size, gain, in_square)


@lru_cache(maxsize=64)
def _walked(
    spec: ResNetSpec,
    gates: frozenset[tuple[str, Gate]],
    normalised: bool,
    size: tuple[int, int],
    gain: float,
    in_square: float,
) -> WideLimit:
    """`wide_limit`, remembered: the window draws the same curves again and again."""
    gate_of = dict(gates)
    walk = Walk(spec, normalised, gain)
    stream = walk.entry(size, in_square)
    log_square, passages = [stream.log_square], []
    for block in spec.blocks():
        passage, stream = walk.forward(stream, block, gate_of.get(block.name, OPEN))
        passages.append(passage)
        log_square.append(stream.log_square)
    log_grad = _walk_back(stream, passages)
    return WideLimit(log_grad, np.array(log_square))


def _applies(spec: ResNetSpec, normalised: bool) -> bool:
    """Whether the wide limit describes this kind of network; found by measuring."""
    if spec.norm == "group":
        return False  # statistics of few channels of one image: not a matter of width
    if normalised and spec.activation == "sigmoid":
        return False  # its variance is so small beside its mean that borders decide everything
    if not normalised and spec.order == "post" and spec.activation in ("gelu", "silu"):
        return False  # the sum shrinks except where it is large: rare values decide
    return all(b.shortcut != "pad" or b.out_channels % b.in_channels == 0 for b in spec.blocks())


def _walk_back(end: Stream, passages: Iterable[Passage]) -> Floats:
    """`WideLimit.log_grad`: from the last block's output, where it is 0, to the first input."""
    grad = np.full(end.x.shape, 1.0 / end.x.size)  # (kinds, samples) squared, of sum 1
    energy = np.ones(end.size)
    logs = [0.0]
    for passage in reversed(list(passages)):
        grad, energy = _back(passage, grad, energy)
        total = float(grad.sum())
        logs.append(logs[-1] + 0.5 * log(total))
        if total > 0.0:
            grad = grad / total
    return np.array(logs[::-1])


def _back(passage: Passage, grad: Floats, energy: Floats) -> tuple[Floats, Floats]:
    """Squared gradient of every sampled channel of x, and where on the picture it lies."""
    grad = passage.after_sum * grad
    short, short_energy = _back_shortcut(passage, grad, energy)
    branch, branch_energy = _back_branch(passage, float(grad.sum()), energy)
    total = short.sum() + branch.sum()
    if total == 0.0:
        return short, np.ones(passage.size)
    mixed = (short.sum() * short_energy + branch.sum() * branch_energy) / total
    return short + branch, mixed


def _back_shortcut(passage: Passage, grad: Floats, energy: Floats) -> tuple[Floats, Floats]:
    kinds, samples = passage.before_branch.shape
    skip, block = passage.gate.skip**2, passage.block
    if block.shortcut == "identity":
        return skip * grad, energy
    if block.shortcut == "pad":
        return skip * grad[:kinds], planes.scattered(energy, passage.size, block.stride)
    spread = np.full((kinds, samples), grad.sum() / (kinds * samples))
    spread_energy = planes.scattered(energy, passage.size, block.stride)
    return skip * passage.projection * spread, spread_energy


def _back_branch(passage: Passage, total: float, energy: Floats) -> tuple[Floats, Floats]:
    """Every channel of x gets an equal part of what comes back, times its own slope."""
    kept = passage.gate.main**2 * passage.factor
    sizes = _sizes(passage.size, passage.layers)
    for layer, size in zip(reversed(passage.layers), reversed(sizes), strict=True):
        energy, share = planes.backward(energy, size, layer.kernel, layer.stride)
        kept *= share
    steepness = passage.before_branch
    return kept * total / steepness.size * steepness, energy


def _sizes(size: tuple[int, int], layers: Iterable[Layer]) -> list[tuple[int, int]]:
    """(H, W) of every layer's input."""
    sizes = []
    for layer in layers:
        sizes.append(size)
        size = -(-size[0] // layer.stride), -(-size[1] // layer.stride)
    return sizes

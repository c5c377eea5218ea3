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

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from resnet_viz.analysis import planes
from resnet_viz.analysis.moments import HOMOGENEOUS, moments, quantiles, slope, value
from resnet_viz.analysis.theory import Layer, branch_layers, projection_layer, weight_variance
from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.specs import BlockSpec, ResNetSpec

Floats = NDArray[np.float64]

_EPS = 1e-5  # of batch norm
_SAMPLES = 1024  # of every kind of channel


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
    walk = _Walk(spec, normalised, gain)
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


@dataclass(frozen=True)
class _Stream:
    """What runs between two blocks.

    Attributes:
        x: (kinds, samples) values of single channels, over weights, images and positions; each
            kind stands for an equal share of the channels.
        offset: (kinds,) mean square of what a channel has in common in all images, where batch
            norm will take it away again; the rest of it is in `x`.
        energy: (H, W) mean square at every position, relative to its mean.
        log_scale: ln of a factor on all squares.
    """

    x: Floats
    offset: Floats
    energy: Floats
    log_scale: float = 0.0

    @property
    def square(self) -> float:
        """Mean square of an element, but for `log_scale`."""
        return float(np.mean(self.x**2) + np.mean(self.offset))

    @property
    def log_square(self) -> float:
        return _log(self.square) + self.log_scale

    @property
    def size(self) -> tuple[int, int]:
        return self.energy.shape[0], self.energy.shape[1]

    def normalised(self) -> _Stream:
        """The same stream with a mean square of 1 and the rest in `log_scale`."""
        square = self.square
        if square == 0.0:
            return self
        return replace(
            self,
            x=self.x / math.sqrt(square),
            offset=self.offset / square,
            log_scale=self.log_scale + math.log(square),
        )


@dataclass(frozen=True)
class _Signal:
    """A tensor inside a branch, and what the way to it does to a squared gradient.

    Attributes:
        square: mean square of an element.
        variance: of a channel over the batch.
        energy: (H, W) as in `_Stream`.
        factor: on the squared gradient from here back to where the signal became normal,
            without borders.
    """

    square: float
    variance: float
    energy: Floats
    factor: float = 1.0


@dataclass(frozen=True)
class _Passage:
    """What a block did on the way forward, as the way back needs it.

    Attributes:
        block: which one.
        gate: of the block.
        size: (H, W) of its input.
        layers: of its branch.
        after_sum: (kinds of y, samples) squared slope of the activation after the sum.
        before_branch: (kinds of x, samples) squared slope before the first convolution.
        factor: of the branch on the squared gradient, without borders.
        projection: of the projection on the squared gradient.
    """

    block: BlockSpec
    gate: Gate
    size: tuple[int, int]
    layers: tuple[Layer, ...]
    after_sum: Floats
    before_branch: Floats
    factor: float
    projection: float


class _Walk:
    """The way forward through one kind of network."""

    def __init__(self, spec: ResNetSpec, normalised: bool, gain: float) -> None:
        self.spec = spec
        self.normalised = normalised
        self.gain = gain
        self.scale_free = spec.activation in HOMOGENEOUS and not normalised
        self._random = np.random.default_rng(0)
        self._normal = quantiles(_SAMPLES)

    def normals(self, kinds: int) -> Floats:
        """(kinds, samples) standard normal values in random order."""
        return np.stack([self._random.permutation(self._normal) for _ in range(kinds)])

    def entry(self, size: tuple[int, int], square: float) -> _Stream:
        """What enters the first block."""
        x = self.normals(1)
        if self.spec.order == "post":
            x = value(self.spec.activation, x)
        x = x * math.sqrt(square / float(np.mean(x**2)))
        return _Stream(x, np.zeros(1), np.ones(size))

    def forward(self, stream: _Stream, block: BlockSpec, gate: Gate) -> tuple[_Passage, _Stream]:
        """One block: what the way back needs, and the next stream."""
        if self.scale_free:
            stream = stream.normalised()
        signal, before_branch = self._enter_branch(stream)
        layers = branch_layers(block, self.spec.groups)
        signal = self._through(signal, layers)
        shortcut, projection = self._shortcut(stream, block)
        total = self._add(shortcut, signal, gate)
        after_sum = np.ones_like(total.x)
        if self.spec.order == "post":
            after_sum = slope(self.spec.activation, total.x) ** 2
            total = replace(total, x=value(self.spec.activation, total.x))
        passage = _Passage(
            block,
            gate,
            stream.size,
            layers,
            after_sum,
            before_branch,
            signal.factor,
            projection,
        )
        return passage, total

    def _enter_branch(self, stream: _Stream) -> tuple[_Signal, Floats]:
        """What the first convolution reads, and the squared slope of every x on the way there."""
        x, steepness = stream.x, np.ones_like(stream.x)
        square = stream.square
        if self.spec.order == "pre":
            if self.normalised:
                variance = x.var(axis=1, keepdims=True) + _EPS
                x = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(variance)
                steepness = steepness / variance
            steepness = steepness * slope(self.spec.activation, x) ** 2
            x = value(self.spec.activation, x)
            square = float(np.mean(x**2))
        return _Signal(square, float(x.var(axis=1).mean()), stream.energy), steepness

    def _through(self, signal: _Signal, layers: Iterable[Layer]) -> _Signal:
        """The branch from its first convolution on."""
        post = self.spec.order == "post"
        for number, layer in enumerate(layers):
            if number:
                signal = self._activated(signal if post else self._normed(signal))
            signal = self._convolved(signal, layer, self.gain)
            if post:
                signal = self._normed(signal)
        if self.spec.zero_init:
            return replace(signal, square=0.0, variance=0.0, factor=0.0)
        return signal

    def _convolved(self, signal: _Signal, layer: Layer, gain: float) -> _Signal:
        factor = layer.fan_in * weight_variance(self.spec, layer, gain)
        energy, kept = planes.forward(signal.energy, layer.kernel, layer.stride)
        size = signal.energy.shape[0], signal.energy.shape[1]
        common = signal.square - signal.variance  # the square of the channels' means
        spread = planes.border_spread(size, layer.kernel, layer.stride)
        return _Signal(
            signal.square * factor * kept,
            (signal.variance * kept + common * spread) * factor,
            energy,
            signal.factor * factor,
        )

    def _normed(self, signal: _Signal) -> _Signal:
        if not self.normalised:
            return signal
        divisor = signal.variance + _EPS
        share = signal.variance / divisor
        return _Signal(share, share, signal.energy, signal.factor / divisor)

    def _activated(self, signal: _Signal) -> _Signal:
        if self.spec.activation in HOMOGENEOUS:  # the same, but quick and good to any depth
            unit = moments(self.spec.activation, 1.0)
            square, variance = unit.square * signal.square, unit.variance * signal.square
            slope_square = unit.slope_square
        else:
            own = moments(self.spec.activation, signal.square)
            square, variance, slope_square = own.square, own.variance, own.slope_square
        return _Signal(square, variance, signal.energy, signal.factor * slope_square)

    def _shortcut(self, stream: _Stream, block: BlockSpec) -> tuple[_Stream, float]:
        """The shortcut's output, and what a projection does to the squared gradient."""
        if block.shortcut == "identity":
            return stream, 1.0
        if block.shortcut == "pad":
            return _padded(stream, block), 1.0
        variance = float(stream.x.var(axis=1).mean())
        signal = _Signal(stream.square, variance, stream.energy)
        signal = self._convolved(signal, projection_layer(block), 1.0)
        if self.spec.order == "post":
            signal = self._normed(signal)
        return self._drawn(signal, 1, stream.log_scale), signal.factor

    def _drawn(self, signal: _Signal, kinds: int, log_scale: float) -> _Stream:
        """A signal as a sample of channels."""
        varying = signal.variance if self.normalised else signal.square
        offset = np.full(kinds, signal.square - varying)
        x = math.sqrt(varying) * self.normals(kinds)
        return _Stream(x, offset, signal.energy, log_scale)

    def _add(self, shortcut: _Stream, signal: _Signal, gate: Gate) -> _Stream:
        """The sum of both paths, each times its gate, before the activation."""
        branch = self._drawn(signal, len(shortcut.x), shortcut.log_scale)
        if gate.skip > 0.0:
            branch = replace(branch, x=_uncorrelated(branch.x, shortcut.x))
        skip, main = gate.skip**2, gate.main**2
        weights = skip * shortcut.square, main * signal.square
        energy = np.ones_like(signal.energy)
        if sum(weights) > 0.0:
            energy = weights[0] * shortcut.energy + weights[1] * signal.energy
            energy = energy / energy.mean()
        return _Stream(
            gate.skip * shortcut.x + gate.main * branch.x,
            skip * shortcut.offset + main * branch.offset,
            energy,
            shortcut.log_scale,
        )


def _uncorrelated(x: Floats, other: Floats) -> Floats:
    """A sample without what it has by chance in common with another, its mean square kept.

    Both are (kinds, samples). Spares the sums most of the sample's noise.
    """
    product = (x * other).sum(axis=1, keepdims=True)
    own = (other * other).sum(axis=1, keepdims=True)
    rest = x - other * np.divide(product, own, out=np.zeros_like(own), where=own > 0.0)
    kept = (rest * rest).sum(axis=1, keepdims=True)
    wanted = (x * x).sum(axis=1, keepdims=True)
    free: Floats = rest * np.sqrt(np.divide(wanted, kept, out=np.ones_like(kept), where=kept > 0))
    return free


def _padded(stream: _Stream, block: BlockSpec) -> _Stream:
    """Option A: every stride-th position, and channels of zeros."""
    seen = float(stream.energy[:: block.stride, :: block.stride].mean())
    more = block.out_channels // block.in_channels - 1
    kinds = len(stream.x)
    return replace(
        stream,
        x=np.concatenate([math.sqrt(seen) * stream.x, np.zeros((kinds * more, _SAMPLES))]),
        offset=np.concatenate([seen * stream.offset, np.zeros(kinds * more)]),
        energy=planes.subsampled(stream.energy, block.stride),
    )


def _walk_back(end: _Stream, passages: Iterable[_Passage]) -> Floats:
    """`WideLimit.log_grad`: from the last block's output, where it is 0, to the first input."""
    grad = np.full(end.x.shape, 1.0 / end.x.size)  # (kinds, samples) squared, of sum 1
    energy = np.ones(end.size)
    logs = [0.0]
    for passage in reversed(list(passages)):
        grad, energy = _back(passage, grad, energy)
        total = float(grad.sum())
        logs.append(logs[-1] + 0.5 * _log(total))
        if total > 0.0:
            grad = grad / total
    return np.array(logs[::-1])


def _back(passage: _Passage, grad: Floats, energy: Floats) -> tuple[Floats, Floats]:
    """Squared gradient of every sampled channel of x, and where on the picture it lies."""
    grad = passage.after_sum * grad
    short, short_energy = _back_shortcut(passage, grad, energy)
    branch, branch_energy = _back_branch(passage, float(grad.sum()), energy)
    total = short.sum() + branch.sum()
    if total == 0.0:
        return short, np.ones(passage.size)
    mixed = (short.sum() * short_energy + branch.sum() * branch_energy) / total
    return short + branch, mixed


def _back_shortcut(passage: _Passage, grad: Floats, energy: Floats) -> tuple[Floats, Floats]:
    kinds, samples = passage.before_branch.shape
    skip, block = passage.gate.skip**2, passage.block
    if block.shortcut == "identity":
        return skip * grad, energy
    if block.shortcut == "pad":
        return skip * grad[:kinds], planes.scattered(energy, passage.size, block.stride)
    spread = np.full((kinds, samples), grad.sum() / (kinds * samples))
    spread_energy = planes.scattered(energy, passage.size, block.stride)
    return skip * passage.projection * spread, spread_energy


def _back_branch(passage: _Passage, total: float, energy: Floats) -> tuple[Floats, Floats]:
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


def _log(square: float) -> float:
    return math.log(square) if square > 0.0 else -math.inf

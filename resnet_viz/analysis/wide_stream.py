"""The way forward through an infinitely wide network: signal, stream and what blocks do.

The stream between the blocks is followed as a sample of channels (see `wide_limit`); inside a
branch everything behind the first convolution is normal, and two numbers are enough. Imports
no torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resnet_viz.analysis import planes
from resnet_viz.analysis.moments import HOMOGENEOUS, moments, quantiles, slope, value
from resnet_viz.analysis.theory import Layer, branch_layers, projection_layer, weight_variance
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import BlockSpec, ResNetSpec

Floats = NDArray[np.float64]

_EPS = 1e-5  # of batch norm
SAMPLES = 1024  # of every kind of channel


@dataclass(frozen=True)
class Stream:
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
        """Ln of the mean square of an element."""
        return log(self.square) + self.log_scale

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        return self.energy.shape[0], self.energy.shape[1]

    def normalised(self) -> Stream:
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
class Signal:
    """A tensor inside a branch, and what the way to it does to a squared gradient.

    Attributes:
        square: mean square of an element.
        variance: of a channel over the batch.
        energy: (H, W) as in `Stream`.
        factor: on the squared gradient from here back to where the signal became normal,
            without borders.
    """

    square: float
    variance: float
    energy: Floats
    factor: float = 1.0


@dataclass(frozen=True)
class Passage:
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


class Walk:
    """The way forward through one kind of network."""

    def __init__(self, spec: ResNetSpec, normalised: bool, gain: float) -> None:
        self.spec = spec
        self.normalised = normalised
        self.gain = gain
        self.scale_free = spec.activation in HOMOGENEOUS and not normalised
        self._random = np.random.default_rng(0)
        self._normal = quantiles(SAMPLES)

    def normals(self, kinds: int) -> Floats:
        """(kinds, samples) standard normal values in random order."""
        return np.stack([self._random.permutation(self._normal) for _ in range(kinds)])

    def entry(self, size: tuple[int, int], square: float) -> Stream:
        """What enters the first block."""
        x = self.normals(1)
        if self.spec.order == "post":
            x = value(self.spec.activation, x)
        x = x * math.sqrt(square / float(np.mean(x**2)))
        return Stream(x, np.zeros(1), np.ones(size))

    def forward(self, stream: Stream, block: BlockSpec, gate: Gate) -> tuple[Passage, Stream]:
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
        passage = Passage(
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

    def _enter_branch(self, stream: Stream) -> tuple[Signal, Floats]:
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
        return Signal(square, float(x.var(axis=1).mean()), stream.energy), steepness

    def _through(self, signal: Signal, layers: Iterable[Layer]) -> Signal:
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

    def _convolved(self, signal: Signal, layer: Layer, gain: float) -> Signal:
        factor = layer.fan_in * weight_variance(self.spec, layer, gain)
        energy, kept = planes.forward(signal.energy, layer.kernel, layer.stride)
        size = signal.energy.shape[0], signal.energy.shape[1]
        common = signal.square - signal.variance  # the square of the channels' means
        spread = planes.border_spread(size, layer.kernel, layer.stride)
        return Signal(
            signal.square * factor * kept,
            (signal.variance * kept + common * spread) * factor,
            energy,
            signal.factor * factor,
        )

    def _normed(self, signal: Signal) -> Signal:
        if not self.normalised:
            return signal
        divisor = signal.variance + _EPS
        share = signal.variance / divisor
        return Signal(share, share, signal.energy, signal.factor / divisor)

    def _activated(self, signal: Signal) -> Signal:
        if self.spec.activation in HOMOGENEOUS:  # the same, but quick and good to any depth
            unit = moments(self.spec.activation, 1.0)
            square, variance = unit.square * signal.square, unit.variance * signal.square
            slope_square = unit.slope_square
        else:
            own = moments(self.spec.activation, signal.square)
            square, variance, slope_square = own.square, own.variance, own.slope_square
        return Signal(square, variance, signal.energy, signal.factor * slope_square)

    def _shortcut(self, stream: Stream, block: BlockSpec) -> tuple[Stream, float]:
        """The shortcut's output, and what a projection does to the squared gradient."""
        if block.shortcut == "identity":
            return stream, 1.0
        if block.shortcut == "pad":
            return _padded(stream, block), 1.0
        variance = float(stream.x.var(axis=1).mean())
        signal = Signal(stream.square, variance, stream.energy)
        signal = self._convolved(signal, projection_layer(block), 1.0)
        if self.spec.order == "post":
            signal = self._normed(signal)
        return self._drawn(signal, 1, stream.log_scale), signal.factor

    def _drawn(self, signal: Signal, kinds: int, log_scale: float) -> Stream:
        """A signal as a sample of channels."""
        varying = signal.variance if self.normalised else signal.square
        offset = np.full(kinds, signal.square - varying)
        x = math.sqrt(varying) * self.normals(kinds)
        return Stream(x, offset, signal.energy, log_scale)

    def _add(self, shortcut: Stream, signal: Signal, gate: Gate) -> Stream:
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
        return Stream(
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


def _padded(stream: Stream, block: BlockSpec) -> Stream:
    """Option A: every stride-th position, and channels of zeros."""
    seen = float(stream.energy[:: block.stride, :: block.stride].mean())
    more = block.out_channels // block.in_channels - 1
    kinds = len(stream.x)
    return replace(
        stream,
        x=np.concatenate([math.sqrt(seen) * stream.x, np.zeros((kinds * more, SAMPLES))]),
        offset=np.concatenate([seen * stream.offset, np.zeros(kinds * more)]),
        energy=planes.subsampled(stream.energy, block.stride),
    )


def log(square: float) -> float:
    """The natural logarithm; minus infinity of 0."""
    return math.log(square) if square > 0.0 else -math.inf

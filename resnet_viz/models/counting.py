"""Parameters and multiply-accumulates of a network from its specification, by arithmetic.

Imports no torch: listing every network, the thousand-layer ones included, takes an instant.
"""

from __future__ import annotations

from typing import NamedTuple

from resnet_viz.models.specs import EXPANSION, BlockSpec, ResNetSpec


class Count(NamedTuple):
    """Learnable numbers, and multiply-accumulates of convolutions and classifier for an image."""

    parameters: int
    macs: int

    def __add__(self, other: object) -> Count:
        """Both counted together."""
        if not isinstance(other, Count):
            return NotImplemented
        return Count(self.parameters + other.parameters, self.macs + other.macs)


def count(spec: ResNetSpec) -> Count:
    """What the network that `spec` describes costs for one image of its input size."""
    side = spec.input_size
    stem, kernel = spec.stem_channels, 3
    if spec.family == "imagenet":
        side, kernel = _halved(side), 7
    total = _conv(spec.in_channels, stem, kernel, side)
    if spec.order == "post":
        total += _norm(spec, stem)
    if spec.family == "imagenet":
        side = _halved(side)  # max-pooling
    for block in spec.blocks():
        total += _block(spec, block, side)
        if block.stride == 2:
            side = _halved(side)
    features = spec.widths[-1] * EXPANSION[spec.block]
    if spec.order == "pre":
        total += _norm(spec, features)
    return total + Count((features + 1) * spec.n_classes, features * spec.n_classes)


def _block(spec: ResNetSpec, block: BlockSpec, side: int) -> Count:
    """One block; `side` is that of its input."""
    out = _halved(side) if block.stride == 2 else side
    if block.kind == "basic":
        convs = [
            (_conv(block.in_channels, block.width, 3, out), block.in_channels, block.width),
            (_conv(block.width, block.out_channels, 3, out), block.width, block.out_channels),
        ]
    else:
        middle = _conv(block.width, block.width, 3, out, spec.groups)
        convs = [
            # The stride sits in the 3x3 convolution, so the first 1x1 works at full size.
            (_conv(block.in_channels, block.width, 1, side), block.in_channels, block.width),
            (middle, block.width, block.width),
            (_conv(block.width, block.out_channels, 1, out), block.width, block.out_channels),
        ]
    total = Count(0, 0)
    for conv, before, after in convs:
        total += conv + _norm(spec, before if spec.order == "pre" else after)
    if block.shortcut == "projection":
        total += _conv(block.in_channels, block.out_channels, 1, out)
        if spec.order == "post":
            total += _norm(spec, block.out_channels)
    return total


def _conv(before: int, after: int, kernel: int, side: int, groups: int = 1) -> Count:
    weights = before // groups * after * kernel**2
    return Count(weights, weights * side**2)


def _norm(spec: ResNetSpec, channels: int) -> Count:
    return Count(0 if spec.norm == "none" else 2 * channels, 0)


def _halved(side: int) -> int:
    return (side + 1) // 2

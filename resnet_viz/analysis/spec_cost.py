"""What a network costs for one image, by arithmetic on its specification alone.

Imports no torch. Counting on torch's meta device gives the same numbers, but its first
convolution imports 800 modules, which takes longer than everything else before a first picture.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from resnet_viz.analysis.block_layers import BlockLayers, Shape, open_block, strided
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.probe.snapshot import Totals

FLOAT32_BYTES = 4


@dataclass(frozen=True)
class BlockCost:
    """The cost of one residual block for one image.

    Attributes:
        parameters: learnable numbers.
        macs: multiply-accumulates of its convolutions and linear layers (the papers' "FLOPs");
            norms, activations, biases and the sum are not counted.
        activation_bytes: memory of what its innermost modules put out, the sum included, in
            float32. In-place and identity modules put out nothing new.
    """

    parameters: int
    macs: int
    activation_bytes: int


@dataclass(frozen=True)
class NetworkCost:
    """The cost of every residual block by name, and of the whole network."""

    blocks: dict[str, BlockCost]
    total: Totals


@lru_cache(maxsize=64)
def spec_cost(spec: ResNetSpec, input_shape: Shape | None = None) -> NetworkCost:
    """The cost of the network that `spec` describes, as if all its gates were open.

    Args:
        spec: the network.
        input_shape: (C, H, W) of the image; the specification's own where left out.
    """
    _, height, width = input_shape or (spec.in_channels, spec.input_size, spec.input_size)
    outside = _Tally(spec, spec.in_channels, height, width)
    _count_stem(outside)
    blocks, shape = {}, outside.shape
    for block in spec.blocks():
        layers = open_block(spec, block, shape)
        blocks[block.name] = block_cost(layers)
        shape = layers.out_shape
    outside.shape = shape
    _count_head(outside)
    everything = (*blocks.values(), outside.cost())
    return NetworkCost(blocks, _sum(everything))


def block_cost(layers: BlockLayers) -> BlockCost:
    """What the modules of a block and its sum cost together."""
    put_out = [layer.out_shape for layer in layers.layers] + [layers.out_shape]
    elements = sum(channels * height * width for channels, height, width in put_out)
    return BlockCost(layers.parameters, layers.macs, elements * FLOAT32_BYTES)


class _Tally:
    """Adds up what the stem and the head cost while a tensor's shape goes through them."""

    def __init__(self, spec: ResNetSpec, channels: int, height: int, width: int) -> None:
        self.spec = spec
        self.shape = (channels, height, width)
        self.parameters = self.macs = self.elements = 0

    def cost(self) -> BlockCost:
        return BlockCost(self.parameters, self.macs, self.elements * FLOAT32_BYTES)

    def put_out(self) -> None:
        """A module puts out a new tensor of the present shape."""
        channels, height, width = self.shape
        self.elements += channels * height * width

    def stride(self, stride: int) -> None:
        """Keep every stride-th row and column."""
        self.shape = (self.shape[0], *strided(self.shape, stride))

    def conv(self, out_channels: int, kernel: int, stride: int = 1) -> None:
        weights = out_channels * self.shape[0] * kernel * kernel
        self.stride(stride)
        self.shape = (out_channels, *self.shape[1:])
        self.parameters += weights
        self.macs += weights * self.shape[1] * self.shape[2]
        self.put_out()

    def norm(self) -> None:
        if self.spec.norm != "none":
            self.parameters += 2 * self.shape[0]
            self.put_out()

    def activation(self) -> None:
        if self.spec.activation != "identity":
            self.put_out()


def _count_stem(tally: _Tally) -> None:
    imagenet = tally.spec.family == "imagenet"
    tally.conv(tally.spec.stem_channels, 7 if imagenet else 3, 2 if imagenet else 1)
    if tally.spec.order == "post":
        tally.norm()
        tally.activation()
    if imagenet:
        tally.stride(2)  # max-pooling
        tally.put_out()


def _count_head(tally: _Tally) -> None:
    if tally.spec.order == "pre":
        tally.norm()
        tally.activation()
    tally.shape = (tally.shape[0], 1, 1)
    tally.put_out()  # average pooling
    tally.conv(tally.spec.n_classes, 1)  # a linear layer is a convolution of one pixel
    tally.parameters += tally.spec.n_classes  # its bias


def _sum(costs: Iterable[BlockCost]) -> Totals:
    costs = tuple(costs)
    return Totals(
        parameters=sum(cost.parameters for cost in costs),
        macs=sum(cost.macs for cost in costs),
        activation_bytes=sum(cost.activation_bytes for cost in costs),
    )

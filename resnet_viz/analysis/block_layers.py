"""The modules of a residual block in order, with their shapes and costs, from its specification.

Imports no torch: the window draws a block's anatomy from it, and `spec_cost` sums it up. Names
are those of the modules in `models/blocks.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from resnet_viz.models.specs import BlockSpec, ResNetSpec

Shape = tuple[int, int, int]
LayerKind = Literal["conv", "norm", "activation", "pad"]


@dataclass(frozen=True)
class Layer:
    """One module of a block, for one image.

    Attributes:
        name: of the module within the block: `conv1`, `downsample.0`.
        kind: what it does; `pad` subsamples and appends zero channels.
        in_shape: (C, H, W) of what it reads.
        out_shape: (C, H, W) of what it puts out.
        kernel: side of a convolution's window, pixels; 0 for other kinds.
        stride: of a convolution or of subsampling.
        groups: of a convolution.
        parameters: learnable numbers.
        macs: multiply-accumulates; only convolutions are counted.
    """

    name: str
    kind: LayerKind
    in_shape: Shape
    out_shape: Shape
    kernel: int = 0
    stride: int = 1
    groups: int = 1
    parameters: int = 0
    macs: int = 0


@dataclass(frozen=True)
class BlockLayers:
    """A block opened: y = after(shortcut(x) + branch(x)).

    Attributes:
        block: which.
        in_shape: (C, H, W) of x.
        branch: of F, in order.
        shortcut: in order; empty where it is the identity.
        after: what follows the sum: the last activation, or nothing.
    """

    block: BlockSpec
    in_shape: Shape
    branch: tuple[Layer, ...]
    shortcut: tuple[Layer, ...]
    after: tuple[Layer, ...]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All modules that put out a tensor, the sum apart."""
        return (*self.branch, *self.shortcut, *self.after)

    @property
    def out_shape(self) -> Shape:
        """(C, H, W) of y."""
        return self.branch[-1].out_shape

    @property
    def parameters(self) -> int:
        """Learnable numbers of the block."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the block."""
        return sum(layer.macs for layer in self.layers)


def open_block(spec: ResNetSpec, block: BlockSpec, in_shape: Shape) -> BlockLayers:
    """The modules of a block; a norm or an activation that does nothing is left out.

    Args:
        spec: the network.
        block: of the network.
        in_shape: (C, H, W) of x.
    """
    branch = tuple(_branch(spec, block, in_shape))
    after: tuple[Layer, ...] = ()
    if spec.order == "post" and spec.activation != "identity":
        last = 3 if block.kind == "bottleneck" else 2
        after = (_same(f"act{last}", "activation", branch[-1].out_shape),)
    shortcut = tuple(_shortcut(spec, block, in_shape))
    return BlockLayers(block, in_shape, branch, shortcut, after)


def opened(spec: ResNetSpec, name: str) -> BlockLayers:
    """A block of a network by its name, for an image of the network's own size.

    Raises:
        KeyError: if there is no such block.
    """
    shape = stem_shape(spec, (spec.in_channels, spec.input_size, spec.input_size))
    for block in spec.blocks():
        if block.name == name:
            return open_block(spec, block, shape)
        shape = (block.out_channels, *strided(shape, block.stride))
    raise KeyError(name)


def stem_shape(spec: ResNetSpec, image: Shape) -> Shape:
    """(C, H, W) of what enters the first block, for an image of (C, H, W)."""
    if spec.family == "imagenet":
        for _ in range(2):  # a strided convolution, then max-pooling
            image = (spec.stem_channels, *strided(image, 2))
    return (spec.stem_channels, *image[1:])


def strided(shape: Shape, stride: int) -> tuple[int, int]:
    """(H, W) after a stride: odd windows padded by half their size keep every stride-th pixel."""
    return (shape[1] - 1) // stride + 1, (shape[2] - 1) // stride + 1


def _branch(spec: ResNetSpec, block: BlockSpec, shape: Shape) -> Iterator[Layer]:
    post = spec.order == "post"
    convs = _convolutions(spec, block)
    for number, (channels, kernel, stride, groups) in enumerate(convs, 1):
        if not post:
            yield from _norm(spec, f"bn{number}", shape)
            yield from _activation(spec, f"act{number}", shape)
        layer = _conv(f"conv{number}", shape, channels, kernel, stride, groups)
        shape = layer.out_shape
        yield layer
        if post:
            yield from _norm(spec, f"bn{number}", shape)
            if number < len(convs):
                yield from _activation(spec, f"act{number}", shape)


def _convolutions(spec: ResNetSpec, block: BlockSpec) -> list[tuple[int, int, int, int]]:
    """(output channels, kernel, stride, groups) of each of the branch's convolutions."""
    width, out = block.width, block.out_channels
    if block.kind == "basic":
        return [(width, 3, block.stride, 1), (out, 3, 1, 1)]
    return [(width, 1, 1, 1), (width, 3, block.stride, spec.groups), (out, 1, 1, 1)]


def _shortcut(spec: ResNetSpec, block: BlockSpec, shape: Shape) -> Iterator[Layer]:
    if block.shortcut == "projection":
        layer = _conv("downsample.0", shape, block.out_channels, 1, block.stride, 1)
        yield layer
        if spec.order == "post":
            yield from _norm(spec, "downsample.1", layer.out_shape)
    elif block.shortcut == "pad":
        out = (block.out_channels, *strided(shape, block.stride))
        yield Layer("downsample", "pad", shape, out, stride=block.stride)


def _conv(name: str, shape: Shape, channels: int, kernel: int, stride: int, groups: int) -> Layer:
    weights = channels * (shape[0] // groups) * kernel * kernel
    height, width = strided(shape, stride)
    return Layer(
        name,
        "conv",
        shape,
        (channels, height, width),
        kernel=kernel,
        stride=stride,
        groups=groups,
        parameters=weights,
        macs=weights * height * width,
    )


def _norm(spec: ResNetSpec, name: str, shape: Shape) -> Iterator[Layer]:
    if spec.norm != "none":
        # A scale and a shift for each channel.
        yield Layer(name, "norm", shape, shape, parameters=2 * shape[0])


def _activation(spec: ResNetSpec, name: str, shape: Shape) -> Iterator[Layer]:
    if spec.activation != "identity":
        yield _same(name, "activation", shape)


def _same(name: str, kind: LayerKind, shape: Shape) -> Layer:
    return Layer(name, kind, shape, shape)

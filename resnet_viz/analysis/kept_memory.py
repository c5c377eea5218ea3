"""What autograd keeps of a forward pass for the backward pass, by arithmetic.

Activation memory as usually counted adds up everything that modules put out. A backward pass
needs less: a convolution and a norm keep what enters them, ReLU, tanh and sigmoid what leaves
them, other activations what enters them, and a sum nothing. Imports no torch.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from resnet_viz.analysis.theory import branch_layers, projection_layer
from resnet_viz.models.specs import EXPANSION, BlockSpec, ResNetSpec

Shape = tuple[int, int, int]

# Activations whose derivative torch computes from their output; others use their input.
_KEEP_OUTPUT = ("relu", "tanh", "sigmoid")
# The places of max-pooling's maxima are int64: as much memory as two float32.
_INDEX_BYTES = 8


@dataclass(frozen=True)
class Kept:
    """Numbers that are alive between forward and backward pass, for one image.

    Attributes:
        elements: floating-point numbers that autograd keeps.
        index_bytes: memory of max-pooling's indices.
        outputs: size of every block's output, in elements, in forward order.
        largest: elements of the largest tensor.
    """

    elements: int
    index_bytes: int
    outputs: tuple[int, ...]
    largest: int


def kept(spec: ResNetSpec, input_shape: Shape | None = None) -> Kept:
    """What is kept where all parameters require gradients and all gates are open.

    Args:
        spec: the network.
        input_shape: (C, H, W) of the image; the specification's own where left out.
    """
    shape = input_shape or (spec.in_channels, spec.input_size, spec.input_size)
    tape = _Tape(spec)
    x = _stem(tape, tape.put(shape))
    outputs = []
    for block in spec.blocks():
        x = _block(tape, x, block)
        outputs.append(tape.size(x))
    if spec.order == "pre":
        x = tape.act(tape.norm(x))
    features = spec.widths[-1] * EXPANSION[spec.block]
    tape.conv(tape.put((features, 1, 1)), spec.n_classes, 1)  # pooling keeps nothing
    return Kept(tape.kept_elements, tape.index_bytes, tuple(outputs), tape.largest)


@dataclass
class _Tape:
    """Every tensor's shape by number, and which of them somebody keeps."""

    spec: ResNetSpec
    index_bytes: int = 0
    shapes: list[Shape] = field(default_factory=list)
    keeping: set[int] = field(default_factory=set)

    def put(self, shape: Shape) -> int:
        """A new tensor."""
        self.shapes.append(shape)
        return len(self.shapes) - 1

    def size(self, x: int) -> int:
        channels, height, width = self.shapes[x]
        return channels * height * width

    @property
    def kept_elements(self) -> int:
        return sum(map(self.size, self.keeping))

    @property
    def largest(self) -> int:
        return max(map(self.size, range(len(self.shapes))))

    def conv(self, x: int, out_channels: int, stride: int) -> int:
        self.keeping.add(x)
        return self.put((out_channels, *self._strided(x, stride)))

    def norm(self, x: int) -> int:
        if self.spec.norm == "none":
            return x
        self.keeping.add(x)
        return self.put(self.shapes[x])

    def act(self, x: int) -> int:
        if self.spec.activation == "identity":
            return x
        out = self.put(self.shapes[x])
        self.keeping.add(out if self.spec.activation in _KEEP_OUTPUT else x)
        return out

    def max_pool(self, x: int) -> int:
        self.keeping.add(x)
        out = self.put((self.shapes[x][0], *self._strided(x, 2)))
        self.index_bytes += self.size(out) * _INDEX_BYTES
        return out

    def _strided(self, x: int, stride: int) -> tuple[int, int]:
        _, height, width = self.shapes[x]
        return (height - 1) // stride + 1, (width - 1) // stride + 1


def _stem(tape: _Tape, x: int) -> int:
    spec = tape.spec
    imagenet = spec.family == "imagenet"
    x = tape.conv(x, spec.stem_channels, 2 if imagenet else 1)
    if spec.order == "post":
        x = tape.act(tape.norm(x))
    return tape.max_pool(x) if imagenet else x


def _block(tape: _Tape, x: int, block: BlockSpec) -> int:
    post = tape.spec.order == "post"
    layers = branch_layers(block, tape.spec.groups)
    inside = x
    for number, layer in enumerate(layers, 1):
        if not post:
            inside = tape.act(tape.norm(inside))
        inside = tape.conv(inside, layer.out_channels, layer.stride)
        if post:
            inside = tape.norm(inside)
            if number < len(layers):
                inside = tape.act(inside)
    if block.shortcut == "projection":
        layer = projection_layer(block)
        projected = tape.conv(x, layer.out_channels, layer.stride)
        if post:
            tape.norm(projected)
    total = tape.put(tape.shapes[inside])
    return tape.act(total) if post else total

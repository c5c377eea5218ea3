"""The lines of a block's anatomy: what each layer is called, puts out and costs. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from resnet_viz.analysis.block_layers import BlockLayers, Layer, Shape
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.numerals import count
from resnet_viz.ui.block_view.formula import ACTIVATION_NAMES, SHORTCUT_SYMBOLS

Role = Literal["input", "branch", "shortcut", "sum", "after", "output"]

_NORMS = {"batch": ("batch norm", "BN"), "group": ("group norm", "GN")}


@dataclass(frozen=True)
class Row:
    """One line, top to bottom.

    Attributes:
        role: its place in y = after(shortcut(x) + F(x)).
        label: what stands beside it.
        short: the same where there is little room.
        shape: (C, H, W) of what it puts out.
        parameters, macs: its cost; of the whole block in the last row.
        layer: the module; None for x, the sum and y.
        changes: whether the shape is another than that of what it reads.
    """

    role: Role
    label: str
    short: str
    shape: Shape
    parameters: int = 0
    macs: int = 0
    layer: Layer | None = None
    changes: bool = False

    @property
    def shape_text(self) -> str:
        """`64 × 56 × 56`: channels, height, width."""
        return " × ".join(str(n) for n in self.shape)

    @property
    def short_shape(self) -> str:
        """`64 · 56²`, where height and width are the same."""
        channels, height, width = self.shape
        return f"{channels} · {height}²" if height == width else f"{channels} · {height} · {width}"

    @property
    def costs(self) -> bool:
        """Whether it has figures of cost at all."""
        return self.layer is not None or self.role == "output"


def rows_of(spec: ResNetSpec, layers: BlockLayers) -> tuple[Row, ...]:
    """The lines of a block: x, the branch, the shortcut, the sum, what follows it, y."""
    out, symbol = layers.out_shape, SHORTCUT_SYMBOLS[layers.block.shortcut]
    return (
        Row("input", "x", "x", layers.in_shape),
        *(_row(spec, "branch", layer) for layer in layers.branch),
        *(_row(spec, "shortcut", layer) for layer in layers.shortcut),
        Row("sum", f"{symbol} + F(x)", "sum", out),
        *(_row(spec, "after", layer) for layer in layers.after),
        Row("output", "y", "y", out, layers.parameters, layers.macs),
    )


def _row(spec: ResNetSpec, role: Role, layer: Layer) -> Row:
    return Row(
        role,
        layer_label(spec, layer),
        layer_label(spec, layer, short=True),
        layer.out_shape,
        layer.parameters,
        layer.macs,
        layer,
        changes=layer.in_shape != layer.out_shape,
    )


def layer_label(spec: ResNetSpec, layer: Layer, *, short: bool = False) -> str:
    """What a layer is called: `conv 3×3 /2`, `batch norm` (`BN`), `ReLU`, `zero pad /2`."""
    stride = f" /{layer.stride}" if layer.stride > 1 else ""
    if layer.kind == "conv":
        return f"conv {layer.kernel}×{layer.kernel}{stride}"
    if layer.kind == "norm":
        return _NORMS[spec.norm][short]
    if layer.kind == "pad":
        return f"{'pad' if short else 'zero pad'}{stride}"
    return ACTIVATION_NAMES[spec.activation]


def reckoning(row: Row) -> tuple[str, ...]:
    """How a row's figures come about, in several lengths, the longest first."""
    layer = row.layer
    if row.role == "output":
        return (
            f"the block: {row.parameters:,} parameters, {row.macs:,} multiply-adds for one image",
            f"{row.parameters:,} parameters, {row.macs:,} multiply-adds",
            f"{count(row.parameters)} parameters, {count(row.macs)} multiply-adds",
        )
    if row.role == "input":
        return (f"x: {row.shape[0]} channels of {_places(row.shape)} numbers", row.shape_text)
    if layer is None:
        return ("number by number: both shapes must be the same, and nothing is learnt", row.label)
    if layer.kind == "conv":
        return _convolution(layer)
    if layer.kind == "norm":
        return (
            f"{layer.name}: a scale and a shift for each of {row.shape[0]} channels = "
            f"{layer.parameters:,} parameters",
            f"2 · {row.shape[0]} channels = {layer.parameters:,} parameters",
        )
    if layer.kind == "pad":
        extra = layer.out_shape[0] - layer.in_shape[0]
        pixels = f"every {layer.stride}nd pixel, " if layer.stride == 2 else ""
        return (f"{pixels}{extra} more channels of zeros: nothing is learnt",)
    return (f"{layer.name}: every number for itself, nothing is learnt", "nothing is learnt")


def _convolution(layer: Layer) -> tuple[str, ...]:
    read, written = layer.in_shape[0], layer.out_shape[0]
    of = f"{read} / {layer.groups} · {written}" if layer.groups > 1 else f"{read} · {written}"
    weights = f"{layer.kernel} · {layer.kernel} · {of} = {layer.parameters:,} weights"
    places = _places(layer.out_shape)
    return (
        f"{layer.name}: {weights},  at {places} places = {layer.macs:,} multiply-adds",
        f"{weights},  × {places} = {count(layer.macs)}",
        weights,
    )


def _places(shape: Shape) -> str:
    return f"{shape[1]} · {shape[2]}"

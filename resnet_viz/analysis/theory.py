"""What papers say about gradients at initialisation: factors per layer and per block.

All of it holds for wide networks with random weights. "Mean square" is that of one element;
a norm is L2 over the whole tensor, as everywhere in this program. Imports no torch.

For the *norm* of a gradient only the fan-in counts: every element of a convolution's output
sends its gradient to fan-in elements of the input, so that

    E‖∂L/∂x‖² = fan-in · Var(w) · ‖∂L/∂z‖²    for z = w * x,

whatever stride and channels do to the shape. Per element this is the fan-out of He et al.
(n_out k² Var(w) at stride 1), since x has n_in / n_out times as many elements as z. Zero
padding takes a share off both: see `border_factor`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from resnet_viz.analysis.moments import moments
from resnet_viz.models.specs import Activation, BlockSpec, ResNetSpec

HE = "He et al. 2015, arXiv:1502.01852, eq. 10 and 14"
MEAN_FIELD = "Schoenholz et al. 2017, arXiv:1611.01232"
RESIDUAL = "Yang & Schoenholz 2017, arXiv:1712.08969; Balduzzi et al. 2017, arXiv:1702.08591"
BATCH_NORM = "Yang et al. 2019, arXiv:1902.08129"
RESIDUAL_BATCH_NORM = "De & Smith 2020, arXiv:2002.10444"

# Variance of max(z, 0) for standard normal z.
RELU_VARIANCE = (math.pi - 1.0) / (2.0 * math.pi)

# What a wide plain layer of convolution, batch norm and ReLU does to the squared norm of a
# gradient on its way back, whatever the weights' variance: 1.467; the norm itself grows by 1.211.
BATCH_NORM_RELU_FACTOR = math.pi / (math.pi - 1.0)


@dataclass(frozen=True)
class Layer:
    """One convolution of a block.

    Attributes:
        in_channels: channels of its input, of all groups.
        out_channels: channels of its output.
        kernel: side of its window; padded by half of it.
        stride: 1 or 2.
        groups: groups of channels.
    """

    in_channels: int
    out_channels: int
    kernel: int
    stride: int = 1
    groups: int = 1

    @property
    def fan_in(self) -> int:
        """Inputs to one output element: n_in k² of its group."""
        return self.in_channels // self.groups * self.kernel**2

    @property
    def fan_out(self) -> int:
        """What torch's initialisations call so: n_out k², of all groups."""
        return self.out_channels * self.kernel**2


def branch_layers(block: BlockSpec, groups: int = 1) -> tuple[Layer, ...]:
    """The convolutions of a block's branch in forward order."""
    if block.kind == "basic":
        return (
            Layer(block.in_channels, block.width, 3, block.stride),
            Layer(block.width, block.out_channels, 3),
        )
    return (
        Layer(block.in_channels, block.width, 1),
        Layer(block.width, block.width, 3, block.stride, groups),
        Layer(block.width, block.out_channels, 1),
    )


def projection_layer(block: BlockSpec) -> Layer:
    """The convolution of a projection shortcut."""
    return Layer(block.in_channels, block.out_channels, 1, block.stride)


def weight_variance(spec: ResNetSpec, layer: Layer, gain: float = 1.0) -> float:
    """Variance of one weight of a convolution as `models.init` draws it.

    Args:
        spec: names the initialisation.
        layer: the convolution.
        gain: factor on the weights after drawing.

    Source: He et al. 2015, arXiv:1502.01852; Glorot & Bengio 2010, eq. 12 and 16;
    torch's default is uniform in ±1/sqrt(fan-in).
    """
    drawn = {
        "he": 2.0 / layer.fan_out,
        "xavier": 2.0 / (layer.fan_in + layer.fan_out),
        "torch": 1.0 / (3.0 * layer.fan_in),
        "normal": spec.init_std**2,
    }
    return gain**2 * drawn[spec.init]


def border_factor(size: int, kernel: int, stride: int = 1) -> float:
    """Share of a padded convolution's taps that meet the picture instead of the padding.

    It multiplies the mean square going forward and the squared norm going back, where signal
    and gradient are spread evenly.

    Args:
        size: side of the square input, pixels.
        kernel: odd side of the window.
        stride: of the convolution.
    """
    reach = kernel // 2
    outputs = range(0, size, stride)
    hits = sum(min(size, o + reach + 1) - max(0, o - reach) for o in outputs)
    return (hits / (len(outputs) * kernel)) ** 2


def forward_factor(fan_in: int, variance: float, activation: Activation = "relu") -> float | None:
    """Growth of the mean square over one convolution and its activation, without norm.

    fan_in Var(w) / 2 for ReLU. None for activations whose factor depends on the scale.

    Source: He et al. 2015, arXiv:1502.01852, eq. 10.
    """
    share = _scale_free_share(activation)
    return None if share is None else fan_in * variance * share


def backward_factor(fan_in: int, variance: float, activation: Activation = "relu") -> float | None:
    """Growth of the squared gradient norm over one convolution and the activation before it.

    The squared L2 norm over the whole tensor, not the mean square of an element: see the head
    of this module. None for activations whose factor depends on the scale.

    Source: He et al. 2015, arXiv:1502.01852, eq. 14.
    """
    return forward_factor(fan_in, variance, activation)


def _scale_free_share(activation: Activation) -> float | None:
    """E[act(z)²] / E[z²] = E[act'(z)²], where both are the same at every scale."""
    if activation not in ("relu", "leaky_relu", "identity"):
        return None
    return moments(activation, 1.0).slope_square


def branch_gain(spec: ResNetSpec, block: BlockSpec, gain: float = 1.0) -> float | None:
    """E[F(x)²] / E[x²] of a wide block without norm, borders left out: c in (1 + c) per block.

    In pre-activation order x is taken as symmetric about 0. He initialisation gives 1 for a
    pre-activation block, whose stream's variance doubles, and 2 for a post-activation one,
    where the ReLU after the sum takes part of it back.

    Source: Balduzzi et al. 2017, arXiv:1702.08591; Zhang et al. 2019,
    arXiv:1901.09321.
    """
    share = _scale_free_share(spec.activation)
    if share is None:
        return None
    layers = branch_layers(block, spec.groups)
    product = math.prod(layer.fan_in * weight_variance(spec, layer, gain) for layer in layers)
    activations = len(layers) if spec.order == "pre" else len(layers) - 1
    return product * share**activations

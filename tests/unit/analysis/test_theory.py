"""Theory's factors against wide networks that are built and measured.

Tolerances say how near a wide network comes to an infinitely wide one.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from resnet_viz.analysis import theory
from resnet_viz.analysis.theory import Layer, branch_layers, projection_layer, weight_variance
from resnet_viz.models.gates import PLAIN
from resnet_viz.models.network import build
from resnet_viz.models.specs import ResNetSpec, spec
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.snapshot import Snapshot

SIDE = 16


def chain(n_blocks: int, width: int, **options) -> ResNetSpec:
    """One stage: blocks of one shape, nothing but identity shortcuts."""
    return ResNetSpec(
        "chain", "cifar", "basic", (n_blocks,), (width,), n_classes=10, input_size=SIDE, **options
    )


def measured(spec: ResNetSpec, plain: bool, seed: int = 0, n_images: int = 8) -> Snapshot:
    net = build(spec, seed)
    if plain:
        net.gates.set_all(PLAIN)
    images = torch.randn(n_images, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    targets = torch.arange(n_images) % 10
    return capture(net, images, targets, training_mode=spec.norm == "batch")


def growth(snapshot: Snapshot) -> float:
    """Squared gradient norm per layer on the way back, geometric mean over all blocks."""
    first, last = snapshot.blocks[0].grad_in, snapshot.blocks[-1].grad_in
    n_layers = 2 * (len(snapshot.blocks) - 1)
    return (first / last) ** (2 / n_layers)


def squares(snapshot: Snapshot) -> np.ndarray:
    """Mean square of the stream at the first block's input and every block's output."""
    first = snapshot.blocks[0]
    n = snapshot.input_shape[0]
    return np.array(
        [first.norm_in**2 / (n * math.prod(first.in_shape))]
        + [b.norm_out**2 / (n * math.prod(b.out_shape)) for b in snapshot.blocks]
    )


@pytest.mark.parametrize("init", ["he", "xavier", "torch", "normal"])
@pytest.mark.parametrize("name", ["resnet20", "resnet50", "resnext50_32x4d"])
def test_weight_variance_is_that_of_the_drawn_weights(name: str, init: str) -> None:
    wanted = spec(
        name,
        init=init,
        norm="none",
        init_std=0.02,
        depths=(1, 1),
        widths=(32, 64),
        shortcut="projection",
    )
    net = build(wanted)
    for block in net.blocks.values():
        convs = [block.get_submodule(f"conv{i}") for i in (1, 2, 3)[: 2 + (name != "resnet20")]]
        layers = branch_layers(block.spec, wanted.groups)
        if block.spec.shortcut == "projection":
            convs.append(block.downsample.get_submodule("0"))
            layers = (*layers, projection_layer(block.spec))
        for conv, layer in zip(convs, layers, strict=True):
            assert isinstance(conv, nn.Conv2d)
            assert conv.weight.shape[1] * conv.kernel_size[0] ** 2 == layer.fan_in
            n = conv.weight.numel()
            expected = weight_variance(wanted, layer)
            # Five standard errors of a normal sample's variance.
            assert conv.weight.var().item() == pytest.approx(expected, rel=5 * math.sqrt(2 / n))


@pytest.mark.parametrize(("stride", "out_channels"), [(1, 64), (2, 128), (2, 32), (1, 16)])
def test_a_convolution_multiplies_the_whole_gradients_square_by_fan_in_times_variance(
    stride: int, out_channels: int
) -> None:
    """Whatever stride and channels do to the shape; 6 % for a single draw of weights."""
    generator = torch.Generator().manual_seed(0)
    layer = Layer(64, out_channels, 3, stride)
    weight = 0.3 * torch.randn(out_channels, 64, 3, 3, generator=generator)
    x = torch.randn(2, 64, 32, 32, generator=generator, requires_grad=True)
    z = nn.functional.conv2d(x, weight, stride=stride, padding=1)
    above = torch.randn(z.shape, generator=generator)
    (below,) = torch.autograd.grad(z, x, above)
    found = float(below.norm() ** 2 / above.norm() ** 2)
    expected = layer.fan_in * 0.3**2 * theory.border_factor(32, 3, stride)
    assert found == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize("times_he", [0.25, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("order", ["post", "pre"])
def test_the_gradient_of_a_wide_plain_relu_net_changes_by_half_fan_in_times_variance(
    times_he: float, order: str
) -> None:
    """He et al. 2015, eq. 14, for weights of 1/4, 1/2, 1 and 2 times He's variance.

    10 % per layer: 64 channels, and a border that even energy feels more than a net's does.
    """
    fan_in = 64 * 9
    variance = times_he * 2 / fan_in
    wide = chain(4, 64, norm="none", init="normal", init_std=math.sqrt(variance), order=order)
    expected = theory.backward_factor(fan_in, variance)
    assert expected == pytest.approx(times_he)
    expected *= theory.border_factor(SIDE, 3)
    assert growth(measured(wide, plain=True)) == pytest.approx(expected, rel=0.1)


def test_the_stream_of_a_wide_net_without_norm_doubles_in_every_block() -> None:
    """Pre-activation and He: x + F(x) with F as large as x. 5 % on average, 20 % per block."""
    wide = chain(5, 128, norm="none", init="he", order="pre")
    block = next(wide.blocks())
    assert theory.branch_gain(wide, block) == pytest.approx(1.0)
    stream = squares(measured(wide, plain=False, n_images=4))
    expected = 1.0 + theory.border_factor(SIDE, 3) ** 2
    np.testing.assert_allclose(stream[1:] / stream[:-1], expected, rtol=0.2)
    assert (stream[-1] / stream[0]) ** 0.2 == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(("init", "branch"), [("torch", 1 / 36), ("xavier", 1 / 4)])
def test_weaker_weights_make_the_stream_grow_by_one_plus_their_branch(
    init: str, branch: float
) -> None:
    wide = chain(4, 64, norm="none", init=init, order="pre")
    assert theory.branch_gain(wide, next(wide.blocks())) == pytest.approx(branch)
    stream = squares(measured(wide, plain=False))
    expected = 1.0 + branch * theory.border_factor(SIDE, 3) ** 2
    np.testing.assert_allclose(stream[1:] / stream[:-1], expected, rtol=0.1)


def test_with_batch_norm_the_stream_grows_by_one_in_every_block() -> None:
    """De & Smith 2020: linear, not geometric. 10 % on average, 25 % per block."""
    stream = squares(measured(chain(8, 64, order="pre"), plain=False))
    steps = np.diff(stream)
    expected = theory.border_factor(SIDE, 3)
    assert steps.mean() == pytest.approx(expected, rel=0.1)
    np.testing.assert_allclose(steps, steps.mean(), rtol=0.25)


@pytest.mark.parametrize("std", [0.02, 0.2])
def test_a_plain_batch_norm_net_explodes_whatever_its_weights(std: float) -> None:
    """Yang et al. 2019: squared norm times pi / (pi - 1) = 1.467 per layer; 8 %."""
    wide = chain(6, 64, init="normal", init_std=std)
    assert pytest.approx(0, abs=5e-4) == theory.BATCH_NORM_RELU_FACTOR - 1.467
    assert growth(measured(wide, plain=True)) == pytest.approx(
        theory.BATCH_NORM_RELU_FACTOR, rel=0.08
    )


def test_factors_that_depend_on_a_scale_are_not_given() -> None:
    assert theory.backward_factor(9, 0.1, "tanh") is None
    assert theory.forward_factor(9, 0.1, "gelu") is None
    tanh = chain(1, 4, activation="tanh")
    assert theory.branch_gain(tanh, next(tanh.blocks())) is None
    assert theory.forward_factor(10, 0.1, "identity") == pytest.approx(1.0)

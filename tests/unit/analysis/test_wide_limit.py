"""The infinitely wide network: against closed forms, and against wide ones that are measured."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from resnet_viz.analysis import planes, theory
from resnet_viz.analysis.predictions import Conditions, gradient_curve, stream_curve
from resnet_viz.analysis.wide_limit import WideLimit, wide_limit
from resnet_viz.models.gates import PLAIN, Gate
from resnet_viz.models.network import build
from resnet_viz.models.specs import ResNetSpec, spec
from resnet_viz.probe.capturing import capture
from resnet_viz.probe.snapshot import Snapshot

SIDE = 16
WIDE = (32, 64, 128)


def every(wanted: ResNetSpec, gate: Gate) -> dict[str, Gate]:
    return {block.name: gate for block in wanted.blocks()}


def limit(wanted: ResNetSpec, gate: Gate, **more) -> WideLimit:
    found = wide_limit(
        wanted,
        every(wanted, gate),
        **{"batch_statistics": wanted.norm == "batch", "size": (SIDE, SIDE), **more},
    )
    assert found is not None
    return found


def measured(wanted: ResNetSpec, gate: Gate, seed: int = 0, side: int = SIDE) -> Snapshot:
    net = build(wanted, seed)
    net.gates.set_all(gate)
    images = torch.randn(8, 3, side, side, generator=torch.Generator().manual_seed(1))
    return capture(net, images, list(range(8)), training_mode=wanted.norm == "batch")


def test_a_plain_relu_net_is_the_product_of_its_layers() -> None:
    """He et al.'s factor, and what the border takes, layer by layer from the end."""
    wanted = spec("resnet14", norm="none", init="xavier")
    energy, log_grad = np.ones((SIDE // 4, SIDE // 4)), 0.0
    expected = [0.0]
    size = {1: SIDE, 2: SIDE, 3: SIDE // 2}
    for block in reversed(list(wanted.blocks())):
        first, second = theory.branch_layers(block)
        inside = energy.shape[0]
        before = size[block.stage] if block.stride == 2 else inside
        for layer, side in ((second, inside), (first, before)):
            energy, kept = planes.backward(energy, (side, side), 3, layer.stride)
            variance = theory.weight_variance(wanted, layer)
            # Half of the gradient passes the activation behind each convolution.
            log_grad += 0.5 * math.log(layer.fan_in * variance * kept / 2)
        expected.append(log_grad)
    np.testing.assert_allclose(limit(wanted, PLAIN).log_grad, expected[::-1], atol=1e-3)


def test_without_branches_nothing_changes() -> None:
    one_size = ResNetSpec("one", "cifar", "basic", (9,), (16,), norm="none", order="pre")
    found = limit(one_size, Gate(main=0.0))
    np.testing.assert_allclose(found.log_grad, 0, atol=1e-12)
    np.testing.assert_allclose(found.log_square, 0, atol=1e-12)
    closed = limit(replace(one_size, zero_init=True), Gate())
    np.testing.assert_allclose(closed.log_grad, 0, atol=1e-12)


def test_a_closed_network_has_no_gradient() -> None:
    found = limit(spec("resnet8", norm="none", zero_init=True), PLAIN)
    assert found.log_grad[-1] == 0
    assert np.all(found.log_grad[:-1] == -math.inf)


def test_logarithms_follow_a_plain_net_of_1202_layers_past_floating_point() -> None:
    found = limit(spec("resnet1202", norm="none", init="torch"), PLAIN)
    assert np.isfinite(found.log_grad).all()
    assert found.log_grad[0] < math.log(5e-324)


def test_what_it_is_not_made_for_it_does_not_say() -> None:
    for options in (
        {"norm": "group"},
        {"norm": "batch", "activation": "sigmoid"},
        {"norm": "none", "activation": "gelu"},
        {"norm": "none", "widths": (16, 24, 32)},
    ):
        wanted = spec("resnet8", **options)
        found = wide_limit(wanted, {}, batch_statistics=True, size=(SIDE, SIDE))
        assert found is None, options


def test_an_untrained_batch_norm_in_evaluation_mode_is_none() -> None:
    batch = limit(spec("resnet8"), Gate(), batch_statistics=False)
    none = limit(spec("resnet8", norm="none"), Gate())
    np.testing.assert_array_equal(batch.log_grad, none.log_grad)


@pytest.mark.parametrize("alpha", [0.0, 0.7, 1.0])
@pytest.mark.parametrize(
    "options",
    [
        {"norm": "none", "init": "he"},
        {"norm": "none", "init": "torch"},
        {"norm": "none", "init": "xavier", "activation": "tanh"},
        {"norm": "none", "init": "xavier", "order": "pre"},
        {"norm": "batch"},
        {"norm": "batch", "order": "pre"},
        {"norm": "batch", "shortcut": "projection"},
    ],
    ids=lambda options: "-".join(map(str, options.values())),
)
def test_a_wide_network_measures_what_it_predicts(alpha: float, options: dict[str, str]) -> None:
    """The gradient of every block within a factor of 1.4, whose growth spans many decades."""
    wanted = spec("resnet20", widths=WIDE, **options)
    gate = Gate(skip=alpha)
    snapshot = measured(wanted, gate)
    first = snapshot.blocks[0]
    in_square = first.norm_in**2 / (8 * math.prod(first.in_shape))
    conditions = Conditions(
        wanted, every(wanted, gate), snapshot.training_mode, (SIDE, SIDE), 1.0, in_square
    )
    found = gradient_curve(conditions, snapshot.blocks[-1].grad_in)
    assert found is not None
    grads = np.array([block.grad_in for block in snapshot.blocks])
    assert np.abs(np.log(found.values / grads)).max() < math.log(1.4)


@pytest.mark.parametrize("order", ["post", "pre"])
@pytest.mark.parametrize("norm", ["none", "batch"])
def test_the_stream_grows_as_predicted(norm: str, order: str) -> None:
    """Mean of ten draws within 30 %, three of its standard errors without norm.

    Post-activation counts the ReLU after the sum.
    """
    wanted = ResNetSpec("one", "cifar", "basic", (5,), (64,), norm=norm, order=order, n_classes=10)
    growths = []
    for seed in range(10):
        snapshot = measured(wanted, Gate(), seed, side=8)
        per_batch = 8 * math.prod(snapshot.blocks[0].in_shape)
        start = snapshot.blocks[0].norm_in ** 2 / per_batch
        conditions = Conditions(wanted, {}, snapshot.training_mode, (8, 8), 1.0, start)
        found = stream_curve(conditions)
        assert found is not None
        growths.append([b.norm_out**2 / per_batch for b in snapshot.blocks] / found.values)
    np.testing.assert_allclose(np.mean(growths, axis=0), 1.0, atol=0.3)


def test_the_relu_after_the_sum_takes_part_of_the_growth_back() -> None:
    """(1 + c) per block would be 3 with He's weights; a ReLU'd sum keeps less than all."""
    wanted = ResNetSpec("one", "cifar", "basic", (12,), (16,), norm="none", n_classes=10)
    found = limit(wanted, Gate(), size=(64, 64))  # hardly a border
    gained = theory.branch_gain(wanted, next(wanted.blocks()))
    assert gained == pytest.approx(2.0)
    growth = np.exp(np.diff(found.log_square)[4:])
    assert np.all(growth > (1 + gained) / 2)
    assert np.all(growth < 0.9 * (1 + gained))


def test_predictions_name_whose_they_are() -> None:
    wanted = spec("resnet8", norm="none")

    def sources(spec: ResNetSpec, gate: Gate) -> str:
        found = gradient_curve(Conditions(spec, every(spec, gate), True, (8, 8)), 1.0)
        assert found is not None
        assert found.values[-1] == pytest.approx(1.0)
        return found.source

    assert sources(wanted, PLAIN) == theory.HE
    assert sources(wanted, Gate()) == theory.RESIDUAL
    assert sources(spec("resnet8"), PLAIN) == theory.BATCH_NORM
    assert sources(spec("resnet8"), Gate()) == theory.RESIDUAL_BATCH_NORM
    assert sources(replace(wanted, activation="tanh"), PLAIN) == theory.MEAN_FIELD
    assert gradient_curve(Conditions(wanted, {}, True, (8, 8)), 0.0) is None

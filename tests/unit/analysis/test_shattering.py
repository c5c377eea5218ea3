"""Gradients along a line of inputs, against autograd by hand and closed forms."""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from resnet_viz.analysis.shattering import (
    LineCorrelation,
    correlate,
    cosines,
    input_gradients,
    predicted_class,
    segment,
)
from resnet_viz.analysis.shattering_theory import (
    independent_gates,
    n_plain_relus,
    relu_correlation,
    slope_correlation,
    wide_plain,
    wide_preactivation,
)
from resnet_viz.models.gates import PLAIN, Gate
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import spec

TARGET = 3


def finish(steps: Generator[int, None, Tensor]) -> Tensor:
    """The value of a generator that pauses."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Tensor = end.value
            return found


def a_line(n_points: int = 6, side: int = 10, seed: int = 0) -> Tensor:
    start, end = torch.randn(2, 3, side, side, generator=torch.Generator().manual_seed(seed))
    return segment(start, end, n_points)


def measured(net: ResNet, points: Tensor, *, training_mode: bool = False) -> LineCorrelation:
    found = finish(input_gradients(net, points, TARGET, training_mode=training_mode))
    return correlate(found, points)


def test_a_segment_begins_and_ends_where_it_is_told_to() -> None:
    start, end = torch.zeros(1, 2, 2), torch.full((1, 2, 2), 3.0)
    points = segment(start, end, 4)
    assert points[:, 0, 0, 0].tolist() == pytest.approx([0.0, 1.0, 2.0, 3.0])
    assert torch.equal(points[0], start)
    assert torch.equal(points[-1], end)
    with pytest.raises(ValueError, match="2 points"):
        segment(start, end, 1)


@pytest.mark.parametrize("norm", ["none", "group"])
@pytest.mark.parametrize("plain", [False, True])
def test_gradients_are_those_of_one_image_at_a_time(norm: str, plain: bool) -> None:
    net = build(spec("resnet8", norm=norm, plain=plain), seed=1, dtype=torch.float64)
    points = a_line(3)
    found = finish(input_gradients(net, points, TARGET, training_mode=True))
    for point, row in zip(points, found, strict=True):
        leaf = point[None].double().requires_grad_()
        net(leaf)[0, TARGET].backward()
        assert leaf.grad is not None
        torch.testing.assert_close(row, leaf.grad.flatten(), rtol=1e-9, atol=1e-15)
    assert all(p.grad is not None for p in net.parameters())  # by the oracle alone


def normalised_by(net: ResNet, points: Tensor) -> list[Tensor]:
    """Input gradients, each with the statistics of all points held fixed, one at a time.

    Walks the network by its formula; batch norm is written out.
    """
    blocks = list(net.blocks.values())
    kept: dict[str, tuple[Tensor, Tensor]] = {}

    def norm(module: torch.nn.BatchNorm2d, name: str, x: Tensor, learn: bool) -> Tensor:
        if learn:
            mean = x.mean(dim=(0, 2, 3), keepdim=True)
            kept[name] = (mean, (x - mean).square().mean(dim=(0, 2, 3), keepdim=True))
        mean, variance = kept[name]
        return (x - mean) / torch.sqrt(variance + module.eps)

    def logit(x: Tensor, learn: bool) -> Tensor:
        x = torch.relu(norm(net.bn1, "stem", net.conv1(x), learn))
        for i, block in enumerate(blocks):
            f = torch.relu(norm(block.bn1, f"{i}a", block.conv1(x), learn))
            f = norm(block.bn2, f"{i}b", block.conv2(f), learn)
            x = torch.relu(block.gate.skip * block.downsample(x) + f)
        return (x.mean((2, 3)) @ net.fc.weight.T + net.fc.bias)[:, TARGET]

    with torch.no_grad():
        logit(points, True)
    gradients = []
    for point in points:
        leaf = point[None].clone().requires_grad_()
        gradients.append(torch.autograd.grad(logit(leaf, False).sum(), leaf)[0].flatten())
    return gradients


@pytest.mark.parametrize("plain", [False, True])
def test_batch_norm_holds_the_statistics_of_all_points_fixed(plain: bool) -> None:
    net = build(spec("resnet8", plain=plain), seed=2, dtype=torch.float64)
    points = a_line(4).double()
    found = finish(input_gradients(net, points, TARGET, training_mode=True))
    torch.testing.assert_close(found, torch.stack(normalised_by(net, points)))


def test_in_evaluation_mode_running_statistics_are_used() -> None:
    net = build(spec("resnet8"), seed=2, dtype=torch.float64)
    points = a_line(2).double()
    leaf = points.clone().requires_grad_()
    (expected,) = torch.autograd.grad(net(leaf)[:, TARGET].sum(), leaf)
    found = finish(input_gradients(net, points, TARGET, training_mode=False))
    torch.testing.assert_close(found, expected.flatten(1))


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("plain", [False, True])
def test_the_gradients_of_a_linear_network_are_all_the_same(norm: str, plain: bool) -> None:
    net = build(spec("resnet14", norm=norm, activation="identity", plain=plain), seed=3)
    found = measured(net, a_line(), training_mode=True)
    np.testing.assert_allclose(found.matrix, 1.0, atol=1e-5)
    np.testing.assert_allclose(found.slope, found.slope[0], rtol=1e-3)


def test_the_slope_is_the_derivative_along_the_line() -> None:
    net = build(spec("resnet8", activation="tanh", norm="none"), seed=4, dtype=torch.float64)
    points = a_line(5).double()
    found = measured(net, points)
    direction = (points[1] - points[0]) / torch.linalg.vector_norm(points[1] - points[0])
    with torch.no_grad():
        ahead, behind = (net(points + sign * 1e-5 * direction)[:, TARGET] for sign in (1, -1))
    np.testing.assert_allclose(found.slope, ((ahead - behind) / 2e-5).numpy(), rtol=1e-4)
    assert found.step == pytest.approx(float(torch.linalg.vector_norm(points[3] - points[2])))


def test_a_function_of_one_number_with_a_kink() -> None:
    # f(t) = relu(t) u + relu(-t) v . x: gradients before and after the kink are v and u.
    u, v = torch.tensor([3.0, 4.0]), torch.tensor([4.0, -3.0])
    rows = torch.stack([v, v, u, u])
    found = LineCorrelation(cosines(rows), np.zeros(4), 1.0)
    same, other = 1.0, 0.0
    np.testing.assert_allclose(found.pairs(1), [same, other, same], atol=1e-12)
    np.testing.assert_allclose(found.by_lag(), [1.0, 2 / 3, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(found.far(), [other, other, other], atol=1e-12)


def test_the_matrix_is_symmetric_and_one_with_itself() -> None:
    found = measured(build(spec("resnet8"), seed=5), a_line(), training_mode=True)
    np.testing.assert_allclose(found.matrix, found.matrix.T, atol=1e-12)
    np.testing.assert_allclose(np.diagonal(found.matrix), 1.0, atol=1e-12)
    assert found.by_lag()[0] == pytest.approx(1.0)
    assert np.abs(found.matrix).max() <= 1.0
    assert found.defined == 1.0


def test_tiny_and_missing_gradients() -> None:
    rows = torch.tensor([[1e-200, 0.0], [1e200, 0.0], [0.0, 0.0]], dtype=torch.float64)
    found = LineCorrelation(cosines(rows), np.zeros(3), 1.0)
    assert found.matrix[0, 1] == pytest.approx(1.0)
    assert np.isnan(found.matrix[2]).all()
    assert found.defined == pytest.approx(2 / 3)
    assert found.by_lag()[1] == pytest.approx(1.0)
    assert math.isnan(found.by_lag()[2])


def test_gradients_below_the_range_of_float32_keep_their_direction() -> None:
    # Seven layers of weights around 1e-6 multiply to less than 1e-40; correlations do not care.
    chosen = spec("resnet8", norm="none", init="normal", init_std=1e-6, plain=True)
    net = build(chosen, seed=6)
    points = a_line(3) * 1e6
    naive = points.clone().requires_grad_()
    (lost,) = torch.autograd.grad(net(naive)[:, TARGET].sum(), naive)
    assert lost.abs().max() < 1e-40
    found = measured(net, points)
    exact = measured(build(chosen, seed=6, dtype=torch.float64), points.double())
    assert found.defined == 1.0
    np.testing.assert_allclose(found.matrix, exact.matrix, atol=1e-3)


def test_a_closed_network_has_no_gradient() -> None:
    net = build(spec("resnet8", norm="none"))
    net.gates["layer2.0"] = Gate(0.0, 0.0)
    found = measured(net, a_line(3))
    assert found.defined == 0.0
    assert (found.slope == 0.0).all()


def test_measuring_changes_nothing() -> None:
    net = build(spec("resnet8"), seed=7)
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    buffers = {name: id(buffer) for name, buffer in net.named_buffers()}
    steps = input_gradients(net, a_line(4), TARGET, training_mode=True)
    next(steps)
    net.gates.set_all(PLAIN)  # somebody else's question in between
    rest = finish(steps)
    net.gates.set_all(Gate())
    again = finish(input_gradients(net, a_line(4), TARGET, training_mode=True))
    torch.testing.assert_close(rest, again, rtol=0, atol=0)
    assert not net.training
    assert {name: id(buffer) for name, buffer in net.named_buffers()} == buffers
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, before[name]), name
    assert all(not m._forward_pre_hooks for m in net.modules())
    assert all(p.grad is None and p.requires_grad for p in net.parameters())


def test_the_predicted_class_is_the_highest_logit_of_the_first_image() -> None:
    net = build(spec("resnet8", norm="none"), seed=8)
    images = a_line(2, side=32)
    assert predicted_class(net, images, training_mode=False) == int(net(images)[0].argmax())


# --- theory --------------------------------------------------------------------------------


@pytest.mark.parametrize("c", [-0.7, 0.0, 0.4, 0.95])
def test_kernels_are_the_averages_over_gaussian_pairs(c: float) -> None:
    rng = np.random.default_rng(0)
    u, w = rng.standard_normal((2, 1_000_000))
    v = c * u + math.sqrt(1 - c * c) * w
    relu = np.mean(np.maximum(u, 0) * np.maximum(v, 0)) / np.mean(np.maximum(u, 0) ** 2)
    assert relu_correlation(c) == pytest.approx(relu, abs=5e-3)
    both_open = np.mean((u > 0) & (v > 0)) / np.mean(u > 0)
    assert slope_correlation(c) == pytest.approx(both_open, abs=3e-3)


def test_the_limits_of_the_theory() -> None:
    assert wide_plain(1.0, 50) == pytest.approx(1.0)
    assert wide_plain(0.0, 1) == independent_gates(1) == 0.5
    # Without norm inputs become alike, so gradients correlate more than with independent gates.
    assert wide_plain(0.0, 10) > 10 * independent_gates(10)
    assert wide_preactivation(0.6, [0.0] * 5, 2) == pytest.approx(slope_correlation(0.6))
    # Branches that are all there is make a plain network.
    assert wide_preactivation(0.6, [1e12] * 4, 2) == pytest.approx(wide_plain(0.6, 9), rel=1e-6)


def relus_called(net: ResNet) -> int:
    calls = []
    for module in net.modules():
        if isinstance(module, torch.nn.ReLU):
            module.register_forward_hook(lambda *_: calls.append(1))
    with torch.no_grad():
        net(torch.zeros(1, 3, 16, 16))
    return len(calls)


@pytest.mark.parametrize("name", ["resnet14", "preresnet14", "preresnet164"])
def test_the_relus_of_a_plain_network_are_counted(name: str) -> None:
    chosen = spec(name, depths=(1, 2, 1), plain=True)
    assert n_plain_relus(chosen) == relus_called(build(chosen))


def wide_network_correlations(plain: bool, order: str) -> tuple[float, float]:
    """Measured and predicted mean correlation at neighbouring points of wide networks."""
    chosen = spec("resnet8", norm="none", order=order, widths=(64, 64, 64), plain=plain)
    points = a_line(12, side=12, seed=9)
    alike = float(np.diagonal(cosines(points.flatten(1)), 2).mean())
    found = [measured(build(chosen, seed), points).pairs(2).mean() for seed in range(6)]
    theory = (
        wide_plain(alike, n_plain_relus(chosen))
        if plain
        else wide_preactivation(alike, [1.0] * 3, 2)
    )
    return float(np.mean(found)), theory


@pytest.mark.parametrize(("plain", "order"), [(True, "post"), (True, "pre"), (False, "pre")])
def test_wide_networks_do_as_theory_says(plain: bool, order: str) -> None:
    found, theory = wide_network_correlations(plain, order)
    assert found == pytest.approx(theory, abs=0.06)


def test_independent_gates_halve_the_correlation_at_every_relu() -> None:
    # Fully connected layers whose inputs are unrelated by construction, not by assumption:
    # two independent sets of pre-activations decide the gates, as in the theorem.
    generator = torch.Generator().manual_seed(10)
    n, depth, width = 8, 4, 2000
    rows = torch.randn(1, width, generator=generator).expand(n, width)
    for _ in range(depth):
        gates = (torch.randn(n, width, generator=generator) > 0).float()
        weights = torch.randn(width, width, generator=generator) * math.sqrt(2 / width)
        rows = F.linear(rows * gates, weights)
    off_diagonal = cosines(rows)[~np.eye(n, dtype=bool)]
    assert off_diagonal.mean() == pytest.approx(independent_gates(depth), abs=0.02)

"""Paths against plain autograd: a network with `detach` in it, and the sum over all paths."""

from __future__ import annotations

import copy
import math
from collections.abc import Generator
from itertools import combinations
from typing import TypeVar

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from resnet_viz.analysis.path_gradients import PathGradients, Scaled, added, scaled
from resnet_viz.errors import UserError
from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import spec

T = TypeVar("T")


def network(name: str = "resnet8", **options: object) -> ResNet:
    options = {"n_classes": 5, "widths": (4, 4, 6), "init": "torch", **options}
    return build(spec(name, **options), seed=1, dtype=torch.float64)


def pictures(size: int = 8) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(3, 3, size, size, generator=generator, dtype=torch.float64)
    return images, torch.randint(5, (3,), generator=generator)


def result_of(generator: Generator[None, None, T]) -> T:
    while True:
        try:
            next(generator)
        except StopIteration as end:
            return end.value


def recorded(net: ResNet, training_mode: bool = False) -> PathGradients:
    gradients = PathGradients(net, *pictures(), training_mode=training_mode)
    for _ in gradients.record():
        pass
    return gradients


def value(part: Scaled) -> Tensor:
    return part.direction * math.exp(part.log_scale)


def oracle(net: ResNet, path: frozenset[int] | None, training_mode: bool = False) -> Tensor:
    """∂L/∂x of the first block along one path, or all of it: the forward pass stays whole."""
    net = copy.deepcopy(net).train(training_mode)
    images, targets = pictures()
    with torch.no_grad():
        first = net.stem(images)
    x = first.requires_grad_()
    for index, block in enumerate(net.blocks.values()):
        shortcut, branch = block.downsample(x), block.branch(x)
        if path is not None and index in path:
            shortcut = shortcut.detach()
        elif path is not None:
            branch = branch.detach()
        x = block.gate.skip * shortcut + block.gate.main * branch
        if net.spec.order == "post":
            x = torch.relu(x) if net.spec.activation == "relu" else torch.tanh(x)
    (gradient,) = torch.autograd.grad(F.cross_entropy(net.head(x), targets), first)
    return gradient


def all_paths(n_blocks: int) -> list[frozenset[int]]:
    blocks = range(n_blocks)
    return [frozenset(c) for k in range(n_blocks + 1) for c in combinations(blocks, k)]


CASES = [
    ("resnet8", {"norm": "none"}, False),
    ("resnet8", {"norm": "batch"}, True),
    ("resnet8", {"norm": "batch", "shortcut": "projection"}, True),
    ("resnet8", {"norm": "group", "activation": "tanh", "widths": (8, 8, 8)}, False),
    ("preresnet8", {"norm": "batch"}, True),
]


@pytest.mark.parametrize(("name", "options", "training_mode"), CASES)
def test_every_path_is_autograds_and_they_add_up_to_the_gradient(
    name: str, options: dict[str, object], training_mode: bool
) -> None:
    net = network(name, **options)
    net.gates["layer2.0"] = Gate(skip=0.7, main=0.4)
    gradients = recorded(net, training_mode)
    total = torch.zeros(())
    for path in all_paths(3):
        part = result_of(gradients.along(path))
        expected = oracle(net, path, training_mode)
        torch.testing.assert_close(value(part), expected, rtol=1e-9, atol=1e-15)
        assert part.log_norm == pytest.approx(math.log(expected.norm().item()), abs=1e-9)
        total = total + value(part)
    whole = oracle(net, None, training_mode)
    torch.testing.assert_close(total, whole, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(("name", "options", "training_mode"), CASES)
def test_sums_by_length_are_those_of_the_enumerated_paths(
    name: str, options: dict[str, object], training_mode: bool
) -> None:
    net = network(name, **options)
    sums = result_of(recorded(net, training_mode).by_length(3))
    assert len(sums) == 4
    for length, part in enumerate(sums):
        paths = [path for path in all_paths(3) if len(path) == length]
        expected = torch.stack([oracle(net, path, training_mode) for path in paths]).sum(0)
        torch.testing.assert_close(value(part), expected, rtol=1e-8, atol=1e-15)


def test_sums_by_length_of_more_blocks_add_up_to_the_gradient_and_can_stop_early() -> None:
    net = network("resnet20", norm="none")
    sums = result_of(recorded(net).by_length(9))
    whole = oracle(net, None)
    torch.testing.assert_close(sum(value(s) for s in sums), whole, rtol=1e-8, atol=1e-15)
    for short, full in zip(result_of(recorded(net).by_length(4)), sums, strict=False):
        torch.testing.assert_close(value(short), value(full))


def test_the_plain_twin_has_one_path() -> None:
    net = network("plain8", norm="none")
    gradients = recorded(net)
    assert gradients.free == ()
    assert gradients.always == (0, 1, 2)
    part = result_of(gradients.along({0, 1, 2}))
    torch.testing.assert_close(value(part), oracle(net, None), rtol=1e-9, atol=1e-18)
    assert result_of(gradients.along({0, 1})).log_norm == -math.inf
    sums = result_of(gradients.by_length(3))
    assert [s.log_norm == -math.inf for s in sums] == [True, True, True, False]


def test_a_block_with_both_paths_closed_is_told() -> None:
    net = network()
    net.gates["layer2.0"] = Gate(0.0, 0.0)
    net.gates["layer3.0"] = Gate(1.0, 0.0)
    gradients = recorded(net)
    assert gradients.closed
    assert gradients.free == (0,)
    assert result_of(gradients.along({0})).log_norm == -math.inf


def test_parts_too_small_for_float32_keep_their_size() -> None:
    """56 layers without norm: the longest path underflows float32 on the usual way."""
    double = network("resnet56", norm="none", init="normal", init_std=0.001)
    single = copy.deepcopy(double).float()
    norms = []
    for net in (double, single):
        gradients = PathGradients(net, *pictures())
        list(gradients.record())
        norms.append(result_of(gradients.along(range(27))).log_norm)
    assert norms[0] < -150  # e^-150 is 1e-65
    assert norms[1] == pytest.approx(norms[0], abs=0.01)


def test_a_gradient_that_is_not_finite_is_told() -> None:
    net = network()
    with torch.no_grad():
        net.fc.weight[0, 0] = math.nan
    with pytest.raises(UserError, match="not finite"):
        recorded(net)


def test_without_targets_the_predicted_classes_count() -> None:
    net = network(norm="none")
    images, _ = pictures()
    with torch.no_grad():
        predicted = net(images).argmax(1)
    parts = []
    for targets in (None, predicted):
        gradients = PathGradients(net, images, targets)
        list(gradients.record())
        parts.append(value(result_of(gradients.along({1}))))
    assert torch.equal(*parts)


def test_the_network_stays_as_it_was() -> None:
    net = network().train()
    net.gates["layer1.0"] = Gate(skip=0.25)
    state, gates = copy.deepcopy(net.state_dict()), dict(net.gates)
    gradients = recorded(net, training_mode=True)
    before = value(result_of(gradients.along({0, 2})))
    for name in net.gates:
        net.gates[name] = OPEN  # somebody else asks in between
    assert torch.equal(value(result_of(gradients.along({0, 2}))), before)
    net.gates.assign(gates)
    assert all(m.training for m in net.modules())
    assert all(p.requires_grad and p.grad is None for p in net.parameters())
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, state[name]), name


def test_adding_scaled_tensors() -> None:
    a, b = torch.tensor([3.0, -4.0]), torch.tensor([1.0, 2.0])
    assert added(None, None) is None
    total = added(scaled(a, -500.0), scaled(b, -500.0))
    assert total is not None
    assert total.log_norm == pytest.approx(-500.0 + math.log((a + b).norm().item()), abs=1e-6)
    zero = scaled(torch.zeros(2))
    assert zero.log_norm == -math.inf
    for pair in ((zero, scaled(a)), (scaled(a), zero), (None, scaled(a))):
        alone = added(*pair)
        assert alone is not None
        torch.testing.assert_close(value(alone), a)


def test_long_passes_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resnet_viz.analysis.path_gradients._PAUSE_AFTER_S", 0.0)
    gradients = PathGradients(network(), *pictures())
    assert len(list(gradients.record())) == 3
    assert len(list(gradients.along({0}))) == 3
    assert len(list(gradients.by_length(3))) == 2 + 3 + 4

"""Blocks against the identity, by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from resnet_viz.analysis.identity import Closeness, closeness, compare
from resnet_viz.analysis.stepwise import Stepwise
from resnet_viz.models.gates import PLAIN, Gate
from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import spec


def measured(net: ResNet, images: Tensor, *, training_mode: bool = True) -> list[Closeness]:
    return list(closeness(Stepwise(net, training_mode=training_mode), images))


def images(n: int = 3, side: int = 12) -> Tensor:
    return torch.randn(n, 3, side, side, generator=torch.Generator().manual_seed(0))


def test_three_vectors_by_hand() -> None:
    shortcut, branch = torch.tensor([3.0, 4.0]), torch.tensor([0.0, -10.0])
    share, distance, cosine = compare(shortcut, branch, torch.tensor([3.0, 0.0]))
    assert share == pytest.approx(10 / 5)
    assert distance == pytest.approx(4 / 5)
    assert cosine == pytest.approx(9 / (3 * 5))


def test_what_is_zero_cannot_be_compared() -> None:
    zero, one = torch.zeros(2), torch.ones(2)
    assert all(math.isnan(value) for value in compare(zero, one, one))
    share, distance, cosine = compare(one, one, zero)
    assert (share, distance) == (1.0, 1.0)
    assert math.isnan(cosine)


def test_squares_below_the_range_of_float32_are_not_lost() -> None:
    tiny = torch.full((4,), 1e-30)
    assert compare(tiny, 2 * tiny, 3 * tiny) == pytest.approx((2.0, 2.0, 1.0))


@pytest.mark.parametrize("name", ["resnet8", "preresnet8"])
@pytest.mark.parametrize("gate", [Gate(), PLAIN, Gate(0.3, 0.8)])
def test_figures_are_those_of_the_tensors_that_hooks_see(name: str, gate: Gate) -> None:
    net = build(spec(name, norm="none", init="he"), seed=1)
    net.gates.set_all(gate)
    kept: dict[str, tuple[Tensor, Tensor, Tensor]] = {}
    handles = []
    for block_name, block in net.blocks.items():

        def look(_: object, args: tuple[Tensor, ...], out: Tensor, of: str = block_name) -> None:
            own = net.blocks[of]
            with torch.no_grad():
                kept[of] = (own.downsample(args[0]), own.branch(args[0]), out)

        handles.append(block.register_forward_hook(look))
    with torch.no_grad():
        net(images())
    for handle in handles:
        handle.remove()
    found = measured(net, images())
    assert [block.name for block in found] == list(kept)
    for block in found:
        shortcut, branch, out = (t.double().flatten() for t in kept[block.name])
        assert block.branch_share == pytest.approx(float(branch.norm() / shortcut.norm()), rel=1e-5)
        assert block.distance == pytest.approx(
            float((out - shortcut).norm() / shortcut.norm()), rel=1e-5
        )
        assert block.cosine == pytest.approx(
            float(torch.dot(out, shortcut) / out.norm() / shortcut.norm()), rel=1e-5
        )
    assert [block.keeps_shape for block in found] == [True, False, False]


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("name", ["resnet14", "preresnet14"])
def test_branches_at_zero_make_every_block_the_identity(name: str, norm: str) -> None:
    net = build(spec(name, norm=norm, init="he", zero_init=True))
    for block in measured(net, images()):
        assert block.branch_share == 0.0
        assert block.distance == 0.0
        assert block.cosine == pytest.approx(1.0)
    net.gates.set_all(PLAIN)
    first, *rest = measured(net, images())
    assert first.distance == 1.0
    assert all(math.isnan(block.distance) for block in rest)


def test_a_dropped_branch_leaves_the_identity() -> None:
    net = build(spec("resnet14"))
    net.gates["layer1.1"] = Gate(1.0, 0.0)
    found = {block.name: block for block in measured(net, images())}
    assert found["layer1.1"].distance == 0.0
    assert found["layer1.1"].branch_share > 0.0  # F(x) is measured before its gate
    assert found["layer1.0"].distance > 0.1


def test_measuring_changes_nothing_and_keeps_its_gates_in_between() -> None:
    net = build(spec("resnet8"))
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    whole = measured(net, images())
    steps = closeness(Stepwise(net, training_mode=True), images())
    first = next(steps)
    net.gates.set_all(PLAIN)
    assert [first, *steps] == whole
    assert not net.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())

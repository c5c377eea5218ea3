"""Costs against published numbers and against torch's own counter."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from resnet_viz.analysis.cost import network_cost, run_cost, spec_cost
from resnet_viz.models.gates import Gate
from resnet_viz.models.network import build, skeleton
from resnet_viz.models.specs import ResNetSpec, spec

# Multiply-accumulates of one image, 10^9: He et al. 2015 table 1 gives 1.8, 3.6, 7.6 and 11.3
# for 18, 34, 101 and 152 layers; with the stride in the 3x3 convolution ("v1.5") torchvision's
# documentation has 1.81, 3.66, 4.09, 7.80, 11.51; ResNeXt-50 4.23, wide ResNet-50 11.40.
PUBLISHED = {
    "resnet18": (11_689_512, 1.81),
    "resnet34": (21_797_672, 3.66),
    "resnet50": (25_557_032, 4.09),
    "resnet101": (44_549_160, 7.80),
    "resnet152": (60_192_808, 11.51),
    "resnext50_32x4d": (25_028_904, 4.23),
    "wide_resnet50_2": (68_883_240, 11.40),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_numbers(name: str) -> None:
    parameters, gmacs = PUBLISHED[name]
    total = spec_cost(spec(name)).total
    assert total.parameters == parameters
    assert total.macs / 1e9 == pytest.approx(gmacs, abs=0.006)


@pytest.mark.parametrize(
    "chosen",
    [
        spec("resnet20"),
        spec("preresnet20", shortcut="projection"),
        spec("resnet50", input_size=64),
        spec("resnext50_32x4d", input_size=64, depths=(1, 1), widths=(64, 128)),
        spec("resnet20", norm="none", n_classes=3),
    ],
    ids=lambda s: f"{s.name}-{s.norm}",
)
def test_macs_are_half_of_the_operations_that_torch_counts(chosen: ResNetSpec) -> None:
    net = skeleton(chosen).eval()
    shape = (chosen.in_channels, chosen.input_size, chosen.input_size)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(torch.empty(1, *shape, device="meta"))
    cost = spec_cost(chosen)
    assert cost.total.macs * 2 == counter.get_total_flops()
    counted = counter.get_flop_counts()
    for name, block in cost.blocks.items():
        assert block.macs * 2 == sum(counted[f"ResNet.{name}"].values()), name


@pytest.mark.parametrize("order", ["post", "pre"])
@pytest.mark.parametrize("side", [32, 37, 64])
@pytest.mark.parametrize(
    "chosen",
    [
        spec("resnet20"),
        spec("resnet20", norm="none", activation="identity"),
        spec("resnet14", shortcut="projection", norm="group", activation="tanh"),
        spec("resnet18", n_classes=7),
        spec("resnext50_32x4d"),
        spec("wide_resnet50_2", shortcut="pad"),
        spec("preresnet164", depths=(1, 3, 2), in_channels=1),
    ],
    ids=lambda s: f"{s.name}-{s.norm}",
)
def test_arithmetic_agrees_with_running_the_network_on_meta_tensors(
    chosen: ResNetSpec, side: int, order: str
) -> None:
    chosen = replace(chosen, order=order)
    shape = (chosen.in_channels, side, side + 3)
    assert spec_cost(chosen, shape) == run_cost(skeleton(chosen), shape)


def activation_elements(net: nn.Module, shape: tuple[int, int, int]) -> int:
    """Elements of all tensors with memory of their own that leaf modules put out, measured."""
    seen: set[int] = set()
    kept: list[torch.Tensor] = []

    def look(module: nn.Module, args: tuple[torch.Tensor, ...], out: torch.Tensor) -> None:
        known = {a.untyped_storage().data_ptr() for a in args} | seen
        if out.untyped_storage().data_ptr() not in known:
            seen.add(out.untyped_storage().data_ptr())
            kept.append(out)

    leaves = [m for m in net.modules() if not list(m.children())]
    handles = [m.register_forward_hook(look) for m in leaves]
    with torch.no_grad():
        net(torch.zeros(1, *shape))
    for handle in handles:
        handle.remove()
    return sum(t.numel() for t in kept)


@pytest.mark.parametrize("name", ["resnet14", "preresnet14"])
def test_activation_bytes_are_the_memory_of_what_modules_put_out(name: str) -> None:
    net = build(spec(name))
    assert network_cost(net).total.activation_bytes == 4 * activation_elements(net, (3, 32, 32))


def test_activation_bytes_of_a_block_by_hand() -> None:
    block = network_cost(build(spec("resnet14"))).blocks["layer1.0"]
    # conv1, bn1, act1, conv2, bn2, add, act2: seven tensors of 16 x 32 x 32.
    assert block.activation_bytes == 7 * 16 * 32 * 32 * 4


def test_gates_and_plain_twins_cost_the_same() -> None:
    net = build(spec("resnet14"))
    open_cost = network_cost(net)
    net.gates.set_all(Gate(0.0, 1.0))
    assert network_cost(net) == open_cost
    assert network_cost(build(spec("resnet14", plain=True))) == open_cost
    assert net.gates["layer1.0"] == Gate(0.0, 1.0)


def test_total_is_the_blocks_and_stem_and_head() -> None:
    net = build(spec("resnet14"))
    cost = network_cost(net)
    outside = [net.conv1, net.bn1, net.fc]
    rest = sum(p.numel() for m in outside for p in m.parameters())
    assert cost.total.parameters == rest + sum(b.parameters for b in cost.blocks.values())
    stem_and_head = 32 * 32 * 3 * 9 * 16 + 64 * 10
    assert cost.total.macs == stem_and_head + sum(b.macs for b in cost.blocks.values())


def test_cost_follows_the_size_of_the_image() -> None:
    net = build(spec("resnet14"))
    small, large = network_cost(net, (3, 16, 16)), network_cost(net, (3, 32, 32))
    assert large.blocks["layer1.0"].macs == 4 * small.blocks["layer1.0"].macs
    assert network_cost(net, (3, 16, 16)) is small


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_networks_of_torchvision_cost_what_ours_do(name: str) -> None:
    theirs = getattr(torchvision.models, name)()
    cost = network_cost(theirs, (3, 64, 64))
    ours = network_cost(skeleton(spec(name)), (3, 64, 64))
    assert cost.total.parameters == ours.total.parameters
    assert {n: b.macs for n, b in cost.blocks.items()} == {
        n: b.macs for n, b in ours.blocks.items()
    }
    # In-place activations and sums put out nothing new.
    assert cost.total.activation_bytes < ours.total.activation_bytes
    assert network_cost(theirs, (3, 64, 64)) is cost


def test_counting_leaves_no_trace_and_calls_nobodys_hooks() -> None:
    net = torchvision.models.resnet18(num_classes=3)
    net.layer1.eval()
    called: list[str] = []
    net.layer2.register_forward_hook(lambda *_: called.append("hook"))
    net.fc.register_forward_pre_hook(lambda *_: called.append("pre"))
    modes = [m.training for m in net.modules()]
    versions = [(id(t), t._version) for t in net.state_dict(keep_vars=True).values()]
    network_cost(net, (3, 32, 32))
    assert called == []
    assert [m.training for m in net.modules()] == modes
    assert [(id(t), t._version) for t in net.state_dict(keep_vars=True).values()] == versions
    net(torch.zeros(2, 3, 32, 32))
    assert called == ["hook", "pre"]


def test_a_foreign_network_needs_a_shape() -> None:
    with pytest.raises(ValueError, match="input_shape"):
        network_cost(torchvision.models.resnet18(num_classes=2))


def test_a_crash_while_counting_restores_the_network() -> None:
    net = torchvision.models.resnet18(num_classes=2)
    net.layer1.register_forward_hook(lambda *_: None)
    before = [len(m._forward_hooks) for m in net.modules()]
    with pytest.raises(RuntimeError):
        network_cost(net, (5, 32, 32))
    assert [len(m._forward_hooks) for m in net.modules()] == before
    assert all(m.training for m in net.modules())


def test_a_deep_network() -> None:
    total = spec_cost(spec("resnet110")).total
    assert total.parameters == pytest.approx(1.7e6, rel=0.02)  # He et al. 2015, table 6
    assert total.macs == pytest.approx(0.253e9, rel=0.01)

"""Initial weights: their variances against the papers' formulas, seeds, random state."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from resnet_viz.models.network import ResNet, build
from resnet_viz.models.specs import spec


def convolutions(net: ResNet) -> list[nn.Conv2d]:
    return [m for m in net.modules() if isinstance(m, nn.Conv2d) and m.weight.numel() > 5000]


def fans(layer: nn.Conv2d) -> tuple[int, int]:
    area = math.prod(layer.kernel_size)
    return layer.in_channels * area // layer.groups, layer.out_channels * area // layer.groups


@pytest.mark.parametrize("norm", ["batch", "none"])
@pytest.mark.parametrize(
    ("init", "variance"),
    [
        ("he", lambda fan_in, fan_out: 2 / fan_out),
        ("xavier", lambda fan_in, fan_out: 2 / (fan_in + fan_out)),
        ("torch", lambda fan_in, fan_out: 1 / (3 * fan_in)),
        ("normal", lambda fan_in, fan_out: 0.02**2),
    ],
)
def test_variances(init: str, variance, norm: str):
    net = build(spec("resnet20", init=init, init_std=0.02, norm=norm), seed=1)
    for layer in convolutions(net):
        weights = layer.weight.detach()
        # Five standard errors of a variance estimated from n numbers.
        tolerance = 5 * math.sqrt(2 / weights.numel())
        assert weights.var().item() == pytest.approx(variance(*fans(layer)), rel=tolerance)
        assert weights.mean().abs() < 5 * weights.std() / math.sqrt(weights.numel())


def test_torch_init_is_bounded_as_torch_does_it():
    for layer in convolutions(build(spec("resnet20", init="torch"))):
        bound = 1 / math.sqrt(fans(layer)[0])
        largest = layer.weight.abs().max().item()
        assert 0.98 * bound < largest <= bound


def test_grouped_convolutions_count_their_own_fan():
    net = build(spec("resnext50_32x4d", depths=(1, 1, 1, 1)), seed=2)
    layer = net.blocks["layer4.0"].conv2
    # torch counts the fan-out of all groups, and torchvision's published recipe does with it.
    wanted = 2 / (layer.out_channels * 9)
    assert layer.weight.var().item() == pytest.approx(wanted, rel=0.05)


def test_norms_start_as_the_identity():
    for norm in ("batch", "group"):
        for module in build(spec("resnet20", norm=norm)).modules():
            if isinstance(module, nn.BatchNorm2d | nn.GroupNorm):
                assert module.weight.eq(1).all()
                assert module.bias.eq(0).all()
            if isinstance(module, nn.BatchNorm2d):
                assert module.running_mean.eq(0).all()
                assert module.running_var.eq(1).all()
                assert module.num_batches_tracked == 0


def test_one_seed_gives_one_network_and_another_seed_another():
    first, again, other = (build(spec("resnet20"), seed) for seed in (7, 7, 8))
    assert all(map(torch.equal, first.state_dict().values(), again.state_dict().values()))
    assert not torch.equal(first.conv1.weight, other.conv1.weight)


def test_a_plain_twin_starts_from_the_same_numbers():
    net, twin = build(spec("resnet20"), 4), build(spec("plain20"), 4)
    assert all(map(torch.equal, net.state_dict().values(), twin.state_dict().values()))


def test_building_leaves_the_random_state_alone():
    torch.manual_seed(123)
    before = torch.get_rng_state()
    build(spec("resnet20", zero_init=True), seed=1)
    assert torch.equal(torch.get_rng_state(), before)


def test_building_does_not_reseed_gpus(monkeypatch: pytest.MonkeyPatch):
    calls: list[int] = []
    monkeypatch.setattr(torch.cuda, "manual_seed_all", calls.append)
    build(spec("resnet20"), seed=1)
    assert not calls


@pytest.mark.parametrize("norm", ["batch", "group", "none"])
@pytest.mark.parametrize("name", ["preresnet20", "preresnet164"])
def test_zero_init_makes_every_pre_activation_block_its_shortcut(name: str, norm: str):
    net = build(spec(name, depths=(2, 2, 2), zero_init=True, norm=norm), seed=1)
    x = torch.randn(2, 3, 8, 8)
    with torch.no_grad():
        x = net.stem(x)
        for block in net.blocks.values():
            assert torch.equal(block(x), block.downsample(x))
            x = block(x)


@pytest.mark.parametrize("norm", ["batch", "group", "none"])
@pytest.mark.parametrize("name", ["resnet20", "resnet50"])
def test_zero_init_makes_every_post_activation_block_its_rectified_shortcut(name: str, norm: str):
    depths = (1,) * len(spec(name).depths)
    net = build(spec(name, depths=depths, zero_init=True, norm=norm), seed=1)
    x = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        x = net.stem(x)
        for block in net.blocks.values():
            assert torch.equal(block(x), torch.relu(block.downsample(x)))
            x = block(x)

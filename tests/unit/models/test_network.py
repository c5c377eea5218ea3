"""Whole networks against torchvision, timm and the published counts."""

from __future__ import annotations

import pytest
import timm
import torch
from torch import nn
from torchvision import models as torchvision_models

from resnet_viz.models.network import ResNet, build, skeleton
from resnet_viz.models.specs import IMAGENET, spec

PUBLISHED_COUNTS = {
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "resnext50_32x4d": 25_028_904,
    "resnext101_32x8d": 88_791_336,
    "resnext101_64x4d": 83_455_272,
    "wide_resnet50_2": 68_883_240,
    "wide_resnet101_2": 126_886_696,
}


def count(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters())


def shapes(net: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}


def randomised(net: nn.Module) -> nn.Module:
    """Every tensor random, running statistics too, so that no two places agree by chance."""
    torch.manual_seed(0)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.1)
            nn.init.normal_(module.bias, 0.0, 0.1)
            nn.init.normal_(module.running_mean, 0.0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return net.eval()


@pytest.mark.parametrize("name", IMAGENET)
def test_published_parameter_counts(name: str):
    assert count(skeleton(spec(name))) == PUBLISHED_COUNTS[name]


@pytest.mark.parametrize("name", IMAGENET)
def test_parameter_names_shapes_and_order_are_torchvisions(name: str):
    with torch.device("meta"):
        theirs = torchvision_models.get_model(name, weights=None)
    assert list(shapes(skeleton(spec(name))).items()) == list(shapes(theirs).items())


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2"])
def test_logits_are_torchvisions(name: str):
    theirs = randomised(torchvision_models.get_model(name, weights=None))
    ours = skeleton(spec(name)).to_empty(device="cpu").eval()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        wanted = theirs(x)
        error = (ours(x) - wanted).norm() / wanted.norm()
    assert error <= 1e-5


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_logits_are_timms(name: str):
    theirs = randomised(timm.create_model(name, pretrained=False))
    ours = skeleton(spec(name)).to_empty(device="cpu").eval()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        wanted = theirs(x)
        error = (ours(x) - wanted).norm() / wanted.norm()
    assert error <= 1e-5


@pytest.mark.parametrize(
    ("name", "millions", "digits"),
    [  # He et al. 2015 table 6; He et al. 2016 table 4
        ("resnet20", 0.27, 2),
        ("resnet32", 0.46, 2),
        ("resnet44", 0.66, 2),
        ("resnet56", 0.85, 2),
        ("resnet110", 1.7, 1),
        ("resnet1202", 19.4, 1),
        ("preresnet110", 1.7, 1),
        ("preresnet164", 1.7, 1),
    ],
)
def test_cifar_sizes_of_the_papers(name: str, millions: float, digits: int):
    found = count(skeleton(spec(name))) / 1e6
    assert round(found, digits) == round(millions, digits)


def test_preresnet1001_has_between_10_2_and_10_35_million_parameters():
    assert 10.2e6 <= count(skeleton(spec("preresnet1001"))) <= 10.35e6


@pytest.mark.parametrize("name", ["resnet56", "preresnet20", "resnet18", "resnet50"])
def test_a_plain_twin_has_the_same_parameters(name: str):
    net = spec(name)
    twin = spec(name, plain=True)
    assert shapes(skeleton(twin)) == shapes(skeleton(net))


def test_a_network_without_norm_keeps_names_and_loses_only_norms():
    with_norm, without = (
        shapes(skeleton(spec("resnet20"))),
        shapes(skeleton(spec("resnet20", norm="none"))),
    )
    assert without == {name: shape for name, shape in with_norm.items() if ".bn" not in f".{name}"}


@pytest.mark.parametrize("name", ["resnet20", "preresnet20", "resnet18", "preresnet18"])
@pytest.mark.parametrize("norm", ["batch", "group", "none"])
@pytest.mark.parametrize("shortcut", ["projection", "pad"])
def test_every_combination_runs_forward_and_backward(name: str, norm: str, shortcut: str):
    small = spec(name)
    small = spec(name, norm=norm, shortcut=shortcut, depths=(1,) * len(small.depths), n_classes=5)
    net = build(small).train()
    logits = net(torch.randn(2, 3, 32, 32))
    logits.sum().backward()
    assert logits.shape == (2, 5)
    assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())


def test_blocks_are_named_by_their_module_paths_in_forward_order():
    net = skeleton(spec("resnet34"))
    assert list(net.blocks) == [b.name for b in spec("resnet34").blocks()]
    assert list(net.gates) == list(net.blocks)
    for name, block in net.blocks.items():
        assert net.get_submodule(name) is block
        assert block.spec.name == name


def test_a_skeleton_takes_no_memory():
    assert all(tensor.is_meta for tensor in skeleton(spec("resnet152")).state_dict().values())


@pytest.mark.parametrize("size", [1, 32, 33, 97])
def test_any_image_size_is_taken(size: int):
    with torch.no_grad():
        assert build(spec("resnet20"))(torch.zeros(1, 3, size, size)).shape == (1, 10)


def test_one_channel_images():
    with torch.no_grad():
        assert build(spec("resnet20", in_channels=1))(torch.zeros(1, 1, 28, 28)).shape == (1, 10)


def test_float64_holds_the_same_numbers():
    single, double = build(spec("resnet20"), 5), build(spec("resnet20"), 5, dtype=torch.float64)
    for a, b in zip(single.parameters(), double.parameters(), strict=True):
        assert b.dtype == torch.float64
        assert torch.equal(a.double(), b)


def test_a_built_network_is_in_evaluation_mode_and_learnable():
    net = build(spec("resnet20"))
    assert isinstance(net, ResNet)
    assert not any(module.training for module in net.modules())
    assert all(parameter.requires_grad for parameter in net.parameters())

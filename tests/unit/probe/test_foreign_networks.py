"""Networks of other libraries: they add in place, and activate in place with one module."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import timm
import torch
import torchvision
from torch import nn

from resnet_viz.errors import UserError
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.probe.capturing import capture

FIELDS = (
    *("norm_in", "norm_shortcut", "norm_branch", "norm_out", "cosine", "mean_out", "std_out"),
    *("zero_share", "grad_in", "grad_out", "grad_via_shortcut", "grad_via_branch"),
    "grad_params",
)
NARROW = {"channels": (8, 12, 16, 24), "num_classes": 10}
NETS: dict[str, Callable[[], nn.Module]] = {
    "torchvision-resnet18": lambda: torchvision.models.resnet18(num_classes=10),
    "torchvision-resnet50": lambda: torchvision.models.resnet50(num_classes=10, width_per_group=8),
    "timm-resnet18": lambda: timm.create_model("resnet18", **NARROW),
    "timm-resnet26d": lambda: timm.create_model("resnet26d", **NARROW),
    "timm-seresnet50": lambda: timm.create_model("seresnet50", layers=(1, 2, 1, 1), **NARROW),
    "timm-drop-path": lambda: timm.create_model("resnet18", drop_path_rate=0.2, **NARROW),
    "timm-antialiased": lambda: timm.create_model("resnetblur18", **NARROW),
}


@pytest.fixture(params=NETS)
def net(request: pytest.FixtureRequest) -> nn.Module:
    torch.manual_seed(0)
    return NETS[request.param]().eval()


@pytest.fixture
def images() -> torch.Tensor:
    return torch.randn(2, 3, 48, 48, generator=torch.Generator().manual_seed(1))


def names(net: nn.Module) -> list[str]:
    return [n for n, m in net.named_modules() if type(m).__name__ in ("BasicBlock", "Bottleneck")]


def test_maps_are_those_of_before_the_sum_was_made_in_place(
    net: nn.Module, images: torch.Tensor
) -> None:
    snapshot = capture(net, images, [1, 2], keep=names(net))
    assert list(snapshot.maps) == names(net)
    for name, maps in snapshot.maps.items():
        out = np.maximum(maps.branch + maps.shortcut, 0)
        np.testing.assert_allclose(maps.out, out, rtol=1e-5, atol=1e-5, err_msg=name)
        assert "conv1" in maps.inner
        # In place activation must not have reached back into the copy of its input.
        assert (maps.inner["bn1"] < 0).any()
        np.testing.assert_array_equal(maps.inner["act1"], np.maximum(maps.inner["bn1"], 0))


def test_gradients_agree_with_autograd_on_blocks_taken_apart(
    net: nn.Module, images: torch.Tensor
) -> None:
    """Each block again on a copy that adds out of place, with a leaf for each path."""
    net = net.double()
    images = images.double()
    snapshot = capture(net, images, [1, 2])
    blocks = names(net)
    found: dict[str, torch.Tensor] = {}
    handles = [
        net.get_submodule(name).register_forward_pre_hook(
            lambda module, args, name=name: found.__setitem__(name, args[0].detach().clone())
        )
        for name in blocks
    ]
    logits = net(images)
    for handle in handles:
        handle.remove()
    order = list(found)
    inputs = {name: x.clone().requires_grad_() for name, x in found.items()}
    loss = nn.functional.cross_entropy(logits, torch.tensor([1, 2]))
    assert snapshot.loss == pytest.approx(loss.item(), rel=1e-12)
    # dL/dx of every block: the rest of the network as a function of that x alone.
    for index, name in enumerate(order):
        stats = snapshot.block(name)
        for_shortcut = inputs[name]
        for_branch = found[name].clone().requires_grad_()
        shortcut, branch = paths(net.get_submodule(name), for_shortcut, for_branch)
        out = (shortcut + branch).relu()
        rest = out
        for later in order[index + 1 :]:
            rest = net.get_submodule(later)(rest)
        rest_loss = nn.functional.cross_entropy(head(net, rest), torch.tensor([1, 2]))
        via_shortcut, via_branch, at_out = torch.autograd.grad(
            rest_loss, [for_shortcut, for_branch, out]
        )
        expected = {
            "grad_via_shortcut": via_shortcut,
            "grad_via_branch": via_branch,
            "grad_in": via_shortcut + via_branch,
            "grad_out": at_out,
            "norm_shortcut": shortcut,
            "norm_branch": branch,
            "norm_out": out,
        }
        for field, tensor in expected.items():
            norm = tensor.detach().norm().item()
            assert getattr(stats, field) == pytest.approx(norm, rel=1e-9), f"{name} {field}"


def paths(
    block: nn.Module, for_shortcut: torch.Tensor, for_branch: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Shortcut and branch of a torchvision or timm block, nothing in place."""
    parts = dict(block.named_children())
    last = 3 if "conv3" in parts else 2
    x = for_branch
    for number in range(1, last + 1):
        x = parts[f"bn{number}"](parts[f"conv{number}"](x))
        if number < last:
            x = x.relu()
            # timm blurs after the activation of the convolution that strides.
            if "aa" in parts and number == (2 if last == 3 else 1):
                x = parts["aa"](x)
    for after in ("se", "drop_path"):
        if after in parts:
            x = parts[after](x)
    return parts.get("downsample", nn.Identity())(for_shortcut), x


def head(net: nn.Module, x: torch.Tensor) -> torch.Tensor:
    if hasattr(net, "forward_head"):
        return net.forward_head(x)
    return net.fc(torch.flatten(net.avgpool(x), 1))


def test_the_network_computes_what_it_computes_without_a_probe(
    net: nn.Module, images: torch.Tensor
) -> None:
    with torch.no_grad():
        before = net(images)
    snapshot = capture(net, images, keep=names(net))
    with torch.no_grad():
        after = net(images)
    np.testing.assert_array_equal(snapshot.logits, before)
    np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("name", ["resnet18", "resnet50"])
def test_torchvision_and_our_network_with_the_same_weights_agree(
    name: str, images: torch.Tensor
) -> None:
    ours = build(spec(name), seed=1)
    theirs = getattr(torchvision.models, name)()
    theirs.load_state_dict(ours.state_dict())
    theirs.eval()
    a, b = capture(ours, images, [5, 6]), capture(theirs, images, [5, 6])
    assert a.loss == pytest.approx(b.loss, rel=1e-5)
    assert (a.totals.parameters, a.totals.macs) == (b.totals.parameters, b.totals.macs)
    for mine, other in zip(a.blocks, b.blocks, strict=True):
        assert (mine.name, mine.stage, mine.kind) == (other.name, other.stage, other.kind)
        assert (mine.shortcut, mine.macs) == (other.shortcut, other.macs)
        for field in FIELDS:
            expected = pytest.approx(getattr(mine, field), rel=1e-4, abs=1e-6)
            assert getattr(other, field) == expected, f"{mine.name} {field}"


def test_blocks_are_found_wherever_they_sit() -> None:
    block = torchvision.models.resnet.BasicBlock
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.Sequential(block(8, 8), block(8, 8)), nn.Flatten(), nn.LazyLinear(4)
    )
    images = torch.randn(1, 3, 10, 10)
    net(images)
    blocks = capture(net.eval(), images).blocks
    assert [(b.name, b.stage, b.skip, b.main) for b in blocks] == [
        ("1.0", 1, 1.0, 1.0),
        ("1.1", 1, 1.0, 1.0),
    ]


def test_a_block_that_runs_twice_is_measured_at_its_first_run() -> None:
    block = torchvision.models.resnet.BasicBlock(4, 4)

    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block = block
            self.fc = nn.Linear(4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for _ in range(2):
                x = self.block(x)
            return self.fc(x.mean((2, 3)))

    images = torch.randn(1, 4, 6, 6)
    net = Recurrent().eval()
    (stats,) = capture(net, images).blocks
    assert stats.norm_in == pytest.approx(images.norm().item(), rel=1e-6)
    assert stats.norm_out == pytest.approx(net.block(images).norm().item(), rel=1e-6)


def test_a_network_without_blocks_is_refused() -> None:
    with pytest.raises(UserError, match="Sequential has no residual blocks"):
        capture(nn.Sequential(nn.Conv2d(3, 2, 32), nn.Flatten()), torch.zeros(1, 3, 32, 32))

"""Every kind of block against its formula written out by hand with torch.nn.functional."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from resnet_viz.models.blocks import BLOCKS, Block, GatedAdd, PadShortcut, norm_of
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import BlockSpec, ResNetSpec

GATES = [Gate(), Gate(skip=0.0), Gate(main=0.0), Gate(0.0, 0.0), Gate(0.25, 0.5), Gate(0.3, 1.0)]


def a_spec(kind: str, order: str, shortcut: str = "projection") -> ResNetSpec:
    return ResNetSpec(
        "tiny", "cifar", kind, (2, 2), (4, 8), order=order, shortcut=shortcut, n_classes=3
    )


def a_block(kind: str, order: str, index: int, shortcut: str = "projection") -> Block:
    """Block `index` of a tiny network, in eval mode, with no tensor left at a special value."""
    network = a_spec(kind, order, shortcut)
    torch.manual_seed(index)
    block = BLOCKS[kind, order](list(network.blocks())[index], network)
    for module in block.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.3)
            nn.init.normal_(module.bias, 0.0, 0.3)
            nn.init.normal_(module.running_mean, 0.0, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
    return block.eval()


def bn(x: Tensor, state: dict[str, Tensor], name: str) -> Tensor:
    mean, var = state[f"{name}.running_mean"], state[f"{name}.running_var"]
    scale = state[f"{name}.weight"] / torch.sqrt(var + 1e-5)
    return (x - mean[:, None, None]) * scale[:, None, None] + state[f"{name}.bias"][:, None, None]


def the_branch(x: Tensor, block: Block, order: str) -> Tensor:
    """F(x) from He et al. 2015 figure 5 and He et al. 2016 figure 1(b), (e)."""
    state, stride = block.state_dict(), block.spec.stride
    if block.spec.kind == "basic":
        convs = [("1", {"stride": stride, "padding": 1}), ("2", {"padding": 1})]
    else:
        convs = [("1", {}), ("2", {"stride": stride, "padding": 1}), ("3", {})]
    for position, (number, options) in enumerate(convs):
        if order == "pre":
            x = F.relu(bn(x, state, f"bn{number}"))
        x = F.conv2d(x, state[f"conv{number}.weight"], **options)
        if order == "post":
            x = bn(x, state, f"bn{number}")
            if position < len(convs) - 1:
                x = F.relu(x)
    return x


def the_shortcut(x: Tensor, block: Block, order: str) -> Tensor:
    state = block.state_dict()
    if block.spec.shortcut == "identity":
        return x
    if block.spec.shortcut == "pad":
        out = torch.zeros(
            x.shape[0], block.spec.out_channels, *(-(-s // block.spec.stride) for s in x.shape[2:])
        )
        out[:, : x.shape[1]] = x[:, :, :: block.spec.stride, :: block.spec.stride]
        return out
    y = F.conv2d(x, state["downsample.0.weight"], stride=block.spec.stride)
    return y if order == "pre" else bn(y, state, "downsample.1")


@pytest.mark.parametrize("gate", GATES, ids=str)
@pytest.mark.parametrize("order", ["post", "pre"])
@pytest.mark.parametrize("kind", ["basic", "bottleneck"])
@pytest.mark.parametrize(("index", "shortcut"), [(1, "pad"), (2, "pad"), (2, "projection")])
def test_a_block_computes_its_formula(kind: str, order: str, index: int, shortcut: str, gate: Gate):
    block = a_block(kind, order, index, shortcut)
    block.gate = gate
    x = torch.randn(2, block.spec.in_channels, 7, 7)
    with torch.no_grad():
        shortcut_x, branch_x = the_shortcut(x, block, order), the_branch(x, block, order)
        wanted = gate.skip * shortcut_x + gate.main * branch_x
        if order == "post":
            wanted = F.relu(wanted)
        torch.testing.assert_close(block(x), wanted, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(block.branch(x), branch_x, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(block.downsample(x), shortcut_x, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("kind", "order"), BLOCKS)
def test_no_module_works_in_place(kind: str, order: str):
    block = a_block(kind, order, 2)
    inputs: dict[str, tuple[Tensor, Tensor]] = {}
    for name, module in block.named_modules():
        if not list(module.children()):
            module.register_forward_pre_hook(
                lambda _module, args, name=name: inputs.update({name: (args[0], args[0].clone())})
            )
    with torch.no_grad():
        block(torch.randn(1, block.spec.in_channels, 6, 6))
    assert len(inputs) > 5
    for seen, copy in inputs.values():
        assert torch.equal(seen, copy)


@pytest.mark.parametrize(("kind", "order"), BLOCKS)
def test_modules_run_in_the_order_that_branch_modules_says(kind: str, order: str):
    block = a_block(kind, order, 1)
    called: list[str] = []
    for name, module in block.named_children():
        module.register_forward_hook(lambda *_, name=name: called.append(name))
    block(torch.randn(1, block.spec.in_channels, 5, 5))
    tail = [block.last_activation] if block.last_activation else []
    assert called == ["downsample", *block.branch_modules, "add", *tail]


def test_a_closed_path_cannot_spoil_the_sum():
    add = GatedAdd()
    shortcut, branch = torch.full((2, 2), torch.inf), torch.ones(2, 2)
    add.gate = Gate(skip=0.0)
    assert torch.equal(add(shortcut, branch), branch)
    add.gate = Gate(main=0.0)
    assert torch.equal(add(branch, shortcut), branch)
    add.gate = Gate(0.0, 0.0)
    assert torch.equal(add(shortcut, shortcut), torch.zeros(2, 2))


def test_a_half_open_gate_halves_the_gradient_of_its_path():
    add = GatedAdd()
    add.gate = Gate(skip=0.5, main=0.25)
    shortcut, branch = torch.randn(3, requires_grad=True), torch.randn(3, requires_grad=True)
    add(shortcut, branch).sum().backward()
    assert torch.equal(shortcut.grad, torch.full((3,), 0.5))
    assert torch.equal(branch.grad, torch.full((3,), 0.25))


def test_the_pad_shortcut_has_no_parameters_and_subsamples_odd_sizes_as_the_convolution_does():
    pad = PadShortcut(2, 5, 2)
    assert not list(pad.parameters())
    assert pad(torch.randn(1, 2, 7, 7)).shape == (1, 5, 4, 4)


@pytest.mark.parametrize("channels", [1, 4, 16, 48, 64, 100, 256, 2048])
def test_group_norm_groups_divide_any_number_of_channels(channels: int):
    network = ResNetSpec("g", "cifar", "basic", (1,), (8,), norm="group")
    norm = norm_of(network, channels)
    assert isinstance(norm, nn.GroupNorm)
    assert norm.num_groups <= 32
    assert norm(torch.randn(2, channels, 2, 2)).shape == (2, channels, 2, 2)


@pytest.mark.parametrize(
    ("activation", "function"),
    [
        ("relu", F.relu),
        ("leaky_relu", F.leaky_relu),
        ("elu", F.elu),
        ("gelu", F.gelu),
        ("silu", F.silu),
        ("tanh", torch.tanh),
        ("sigmoid", torch.sigmoid),
        ("identity", lambda x: x),
    ],
)
def test_the_activation_follows_the_sum(activation: str, function):
    network = ResNetSpec("a", "cifar", "basic", (2,), (4,), activation=activation)
    block = BLOCKS["basic", "post"](
        BlockSpec("layer1.0", 1, "basic", 4, 4, 4, 1, "identity"), network
    )
    block.eval().gate = Gate(main=0.0)
    x = torch.randn(1, 4, 3, 3)
    torch.testing.assert_close(block(x), function(x))

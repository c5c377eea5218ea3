"""Layers told from a specification against the modules that torch runs."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from resnet_viz.analysis.block_layers import Layer, opened
from resnet_viz.models.network import build
from resnet_viz.models.specs import ResNetSpec, spec

SHALLOW = {"depths": (1, 2, 1, 1), "widths": (8, 16, 16, 24), "input_size": 65, "n_classes": 5}
SPECS: list[ResNetSpec] = [
    spec("resnet20"),
    spec("preresnet20", norm="group"),
    spec("resnet20", norm="none", activation="tanh"),
    spec("resnet20", activation="identity", shortcut="projection"),
    spec("resnet18", **SHALLOW),
    spec("preresnet18", **SHALLOW),
    spec("resnet50", **SHALLOW),
    spec("preresnet50", **SHALLOW, activation="gelu"),
    spec("resnext50_32x4d", **(SHALLOW | {"widths": (64, 64, 128, 128)})),
    spec("wide_resnet50_2", **SHALLOW),
]


def ran(network: ResNetSpec) -> dict[str, dict[str, tuple[nn.Module, tuple[int, ...]]]]:
    """Every innermost module of every block with the shape it put out, in the order they ran."""
    net = build(network, seed=0)
    names = [block.name for block in network.blocks()]
    found: dict[str, dict[str, tuple[nn.Module, tuple[int, ...]]]] = {n: {} for n in names}

    def note(block: str, name: str) -> Any:
        def hook(module: nn.Module, _: Any, out: torch.Tensor) -> None:
            found[block][name] = (module, tuple(out.shape[1:]))

        return hook

    for block in names:
        for name, module in net.get_submodule(block).named_modules():
            idle = isinstance(module, nn.Identity)
            if name and not idle and not list(module.children()):
                module.register_forward_hook(note(block, name))
    size = network.input_size
    with torch.no_grad():
        net.eval()(torch.zeros(1, 3, size, size))
    return found


def flops(module: nn.Module, shape: tuple[int, ...]) -> int:
    """Floating-point operations of one module, counted while it runs."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(torch.zeros(1, *shape))
    return int(counter.get_total_flops())


@pytest.mark.parametrize("network", SPECS, ids=lambda s: f"{s.name}-{s.norm}-{s.activation}")
def test_names_shapes_parameters_and_macs_are_those_of_torch(network: ResNetSpec) -> None:
    for block, modules in ran(network).items():
        layers = opened(network, block)
        told = {layer.name: layer for layer in layers.layers}
        assert set(told) == set(modules) - {"add"}
        assert modules["add"][1] == layers.out_shape
        for name, layer in told.items():
            module, shape = modules[name]
            assert layer.out_shape == shape, (block, name)
            assert layer.parameters == sum(p.numel() for p in module.parameters())
            if layer.kind == "conv":
                assert 2 * layer.macs == flops(module, layer.in_shape), (block, name)
            else:
                assert layer.macs == 0


@pytest.mark.parametrize("network", SPECS, ids=lambda s: f"{s.name}-{s.norm}-{s.activation}")
def test_each_layer_reads_what_the_one_before_puts_out(network: ResNetSpec) -> None:
    for block in network.blocks():
        layers = opened(network, block.name)
        for path in (layers.branch, layers.shortcut):
            shape = layers.in_shape
            for layer in path:
                assert layer.in_shape == shape
                shape = layer.out_shape
        ends = {path[-1].out_shape for path in (layers.branch, layers.shortcut) if path}
        assert ends | ({layers.in_shape} if not layers.shortcut else set()) == {layers.out_shape}


def test_a_convolution_tells_kernel_stride_and_groups() -> None:
    layers = opened(spec("resnext50_32x4d"), "layer2.0")
    convs = [layer for layer in layers.branch if layer.kind == "conv"]
    assert [(c.kernel, c.stride, c.groups) for c in convs] == [(1, 1, 1), (3, 2, 32), (1, 1, 1)]
    # 256 channels in 32 groups of 8, each read by the 8 filters of its group.
    assert convs[1].parameters == 256 * 8 * 9


def test_published_figures_of_the_first_blocks() -> None:
    # He et al. 2015, section 4.1: a bottleneck costs about as much as two 3x3 of 64 channels.
    basic, bottleneck = opened(spec("resnet34"), "layer1.1"), opened(spec("resnet50"), "layer1.1")
    assert (basic.parameters, bottleneck.parameters) == (73_984, 70_400)
    assert (basic.macs, bottleneck.macs) == (231_211_008, 218_365_952)


def test_there_is_no_such_block() -> None:
    with pytest.raises(KeyError, match="layer9"):
        opened(spec("resnet20"), "layer9.0")


def test_order_of_modules_follows_the_activation() -> None:
    def kinds(layers: tuple[Layer, ...]) -> list[str]:
        return [layer.name for layer in layers]

    post, pre = opened(spec("resnet20"), "layer1.0"), opened(spec("preresnet20"), "layer1.0")
    assert kinds(post.branch) == ["conv1", "bn1", "act1", "conv2", "bn2"]
    assert kinds(post.after) == ["act2"]
    assert kinds(pre.branch) == ["bn1", "act1", "conv1", "bn2", "act2", "conv2"]
    assert pre.after == ()

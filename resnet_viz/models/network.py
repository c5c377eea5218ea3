"""A residual network with a gate in every block, built from its specification."""

from __future__ import annotations

from itertools import groupby

import torch
from torch import Tensor, nn

from resnet_viz.models.blocks import BLOCKS, Block, activation_of, conv, norm_of
from resnet_viz.models.gates import PLAIN, Gate, Gates
from resnet_viz.models.init import initialise
from resnet_viz.models.specs import EXPANSION, ResNetSpec


class ResNet(nn.Module):
    """A residual network; module paths and parameter names are torchvision's.

    Args:
        spec: what to build. A plain spec starts with every skip gate at 0.

    Attributes:
        spec: the specification.
        blocks: the residual blocks by name (`layer1.0`), in forward order.
        gates: `net.gates["layer2.0"] = Gate(skip=0.0)` cuts that block's skip connection.
    """

    def __init__(self, spec: ResNetSpec) -> None:
        super().__init__()
        self.spec = spec
        imagenet = spec.family == "imagenet"
        stem = spec.stem_channels
        self.conv1 = conv(spec.in_channels, stem, 7 if imagenet else 3, 2 if imagenet else 1)
        # Pre-activation blocks begin with their own norm, so their stem is a bare convolution.
        if spec.order == "post":
            self.bn1 = norm_of(spec, stem)
            self.act1 = activation_of(spec)
        if imagenet:
            self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        stages = groupby(spec.blocks(), key=lambda block: block.stage)
        for stage, block_specs in stages:
            blocks = [BLOCKS[spec.block, spec.order](b, spec) for b in block_specs]
            self.add_module(f"layer{stage}", nn.Sequential(*blocks))
        features = spec.widths[-1] * EXPANSION[spec.block]
        if spec.order == "pre":
            self.norm = norm_of(spec, features)
            self.act = activation_of(spec)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(features, spec.n_classes)
        self.gates = Gates(self.blocks, self._set_gate)
        if spec.plain:
            self.gates.set_all(PLAIN)

    @property
    def blocks(self) -> dict[str, Block]:
        """The residual blocks by name, in forward order."""
        return {name: m for name, m in self.named_modules() if isinstance(m, Block)}

    def _set_gate(self, name: str, gate: Gate) -> None:
        block = self.get_submodule(name)
        assert isinstance(block, Block)
        block.gate = gate

    def stem(self, images: Tensor) -> Tensor:
        """What enters the first block; (N, C_in, S, S) -> (N, C, H, W)."""
        x: Tensor = self.conv1(images)
        if self.spec.order == "post":
            x = self.act1(self.bn1(x))
        if self.spec.family == "imagenet":
            x = self.maxpool(x)
        return x

    def head(self, x: Tensor) -> Tensor:
        """Logits from the last block's output; (N, C, H, W) -> (N, n_classes)."""
        if self.spec.order == "pre":
            x = self.act(self.norm(x))
        x = self.avgpool(x)  # (N, C, 1, 1)
        logits: Tensor = self.fc(torch.flatten(x, 1))
        return logits

    def forward(self, images: Tensor) -> Tensor:
        """Logits; (N, C_in, S, S) -> (N, n_classes)."""
        x = self.stem(images)
        for stage in range(1, len(self.spec.depths) + 1):
            x = getattr(self, f"layer{stage}")(x)
        return self.head(x)


def skeleton(spec: ResNetSpec) -> ResNet:
    """The network without memory behind its tensors (torch's meta device).

    Enough to count, to name and to follow shapes, at no cost in memory.
    """
    with torch.device("meta"):
        return ResNet(spec)


def unfilled(spec: ResNetSpec) -> ResNet:
    """The network on the CPU with memory of undefined content: every tensor must be written."""
    net = skeleton(spec)
    # What `to_empty` does, without the half second that its `empty_like` of a meta tensor
    # costs the first time: it imports sympy.
    net._apply(lambda t: torch.empty(t.shape, dtype=t.dtype))  # type: ignore[no-untyped-call]
    return net


def build(
    spec: ResNetSpec,
    seed: int = 0,
    *,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> ResNet:
    """Build a network in evaluation mode with freshly drawn weights.

    Weights are always drawn on the CPU in float32, so one seed gives one network on every
    device and in every precision. The global random state is left as it was.

    Args:
        spec: what to build.
        seed: of torch's generator.
        device: where the network ends up.
        dtype: floating-point type of its tensors.
    """
    net = unfilled(spec)
    initialise(net, seed)
    return net.to(device=device, dtype=dtype).eval()

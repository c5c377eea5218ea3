"""The residual blocks: made to be watched, with torchvision's parameter names.

Every place that a probe looks at is a module call: the first module of the branch, the
shortcut (`downsample`) and the sum (`add`). Nothing works in place and every activation is a
module of its own, so a hook sees the tensor that the formula names.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.specs import Activation, BlockSpec, Norm, ResNetSpec

NormFactory = Callable[[int], nn.Module]

_ACTIVATIONS: dict[Activation, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "identity": nn.Identity,
}


def _group_norm(channels: int) -> nn.Module:
    # Wu & He 2018 (arXiv:1803.08494) use 32 groups; narrow CIFAR stages keep 8 channels a group.
    groups = max(1, min(32, channels // 8))
    while channels % groups:
        groups -= 1
    return nn.GroupNorm(groups, channels)


_NORMS: dict[Norm, NormFactory] = {
    "batch": nn.BatchNorm2d,
    "group": _group_norm,
    "none": lambda channels: nn.Identity(),
}


def activation_of(spec: ResNetSpec) -> nn.Module:
    """A new activation module of the network's kind."""
    return _ACTIVATIONS[spec.activation]()


def norm_of(spec: ResNetSpec, channels: int) -> nn.Module:
    """A new normalisation module for (N, channels, H, W)."""
    return _NORMS[spec.norm](channels)


def conv(
    in_channels: int, out_channels: int, kernel: int, stride: int = 1, groups: int = 1
) -> nn.Conv2d:
    """A convolution that keeps H and W up to its stride; no bias, as in the papers."""
    return nn.Conv2d(
        in_channels,
        out_channels,
        kernel,
        stride=stride,
        padding=kernel // 2,
        groups=groups,
        bias=False,
    )


class GatedAdd(nn.Module):
    """The sum of a block: skip * shortcut + main * branch, out of place.

    A closed path is left out rather than multiplied by zero, so that an overflow in it
    cannot reach the sum as 0 * inf = NaN.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gate: Gate = OPEN

    def forward(self, shortcut: Tensor, branch: Tensor) -> Tensor:
        """Add two tensors of one shape (N, C, H, W)."""
        skip, main = self.gate.skip, self.gate.main
        if skip == 0.0 and main == 0.0:
            return torch.zeros_like(branch)
        if skip == 0.0:
            return branch if main == 1.0 else main * branch
        if main == 0.0:
            return shortcut if skip == 1.0 else skip * shortcut
        if skip == 1.0 and main == 1.0:
            return shortcut + branch
        return skip * shortcut + main * branch

    def extra_repr(self) -> str:
        """Both gates, for `print(net)`."""
        return f"skip={self.gate.skip:g}, main={self.gate.main:g}"


class PadShortcut(nn.Module):
    """Option A of He et al. 2015 section 3.3: subsample, then append zero channels."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.extra_channels = out_channels - in_channels
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, H, W) -> (N, C_out, H/s, W/s)."""
        x = x[:, :, :: self.stride, :: self.stride]  # (N, C_in, H/s, W/s)
        return F.pad(x, (0, 0, 0, 0, 0, self.extra_channels))  # (N, C_out, H/s, W/s)

    def extra_repr(self) -> str:
        """What it does to the shape, for `print(net)`."""
        return f"extra_channels={self.extra_channels}, stride={self.stride}"


def _shortcut(block: BlockSpec, spec: ResNetSpec) -> nn.Module:
    """The shortcut as a module; named `downsample` in published weights.

    In pre-activation networks the projection reads the raw x and carries no norm, so that
    y = W_s x + F(x) holds as written (He et al. 2016, eq. 1).
    """
    if block.shortcut == "identity":
        return nn.Identity()
    if block.shortcut == "pad":
        return PadShortcut(block.in_channels, block.out_channels, block.stride)
    projection = conv(block.in_channels, block.out_channels, 1, block.stride)
    if spec.order == "pre":
        return nn.Sequential(projection)
    return nn.Sequential(projection, norm_of(spec, block.out_channels))


class Block(nn.Module):
    """What the four kinds of block share: y = act(skip * shortcut(x) + main * F(x)).

    `branch_modules` lists the residual branch F in order; `last_activation` follows the sum
    and is the identity in pre-activation networks.
    """

    branch_modules: tuple[str, ...]
    last_activation: str | None
    downsample: nn.Module

    def __init__(self, block: BlockSpec, spec: ResNetSpec) -> None:
        super().__init__()
        self.spec = block

    @property
    def gate(self) -> Gate:
        """The weights of the two paths."""
        return self.add.gate

    @gate.setter
    def gate(self, gate: Gate) -> None:
        self.add.gate = gate

    def _finish(self, block: BlockSpec, spec: ResNetSpec) -> None:
        self.downsample = _shortcut(block, spec)
        self.add = GatedAdd()

    def branch(self, x: Tensor) -> Tensor:
        """F(x), (N, C_in, H, W) -> (N, C_out, H/s, W/s)."""
        for name in self.branch_modules:
            x = getattr(self, name)(x)
        return x

    def forward(self, x: Tensor) -> Tensor:
        """y, (N, C_in, H, W) -> (N, C_out, H/s, W/s)."""
        return self.join(self.downsample(x), self.branch(x))

    def join(self, shortcut: Tensor, branch: Tensor) -> Tensor:
        """The output y from both paths, each (N, C_out, H/s, W/s)."""
        y: Tensor = self.add(shortcut, branch)
        if self.last_activation is not None:
            y = getattr(self, self.last_activation)(y)
        return y


class BasicBlock(Block):
    """Two 3x3 convolutions, activation after the sum (He et al. 2015, figure 2)."""

    branch_modules = ("conv1", "bn1", "act1", "conv2", "bn2")
    last_activation = "act2"

    def __init__(self, block: BlockSpec, spec: ResNetSpec) -> None:
        super().__init__(block, spec)
        self.conv1 = conv(block.in_channels, block.width, 3, block.stride)
        self.bn1 = norm_of(spec, block.width)
        self.act1 = activation_of(spec)
        self.conv2 = conv(block.width, block.out_channels, 3)
        self.bn2 = norm_of(spec, block.out_channels)
        self.act2 = activation_of(spec)
        self._finish(block, spec)


class Bottleneck(Block):
    """1x1, 3x3 (with the stride), 1x1, activation after the sum (He et al. 2015, figure 5)."""

    branch_modules = ("conv1", "bn1", "act1", "conv2", "bn2", "act2", "conv3", "bn3")
    last_activation = "act3"

    def __init__(self, block: BlockSpec, spec: ResNetSpec) -> None:
        super().__init__(block, spec)
        self.conv1 = conv(block.in_channels, block.width, 1)
        self.bn1 = norm_of(spec, block.width)
        self.act1 = activation_of(spec)
        self.conv2 = conv(block.width, block.width, 3, block.stride, spec.groups)
        self.bn2 = norm_of(spec, block.width)
        self.act2 = activation_of(spec)
        self.conv3 = conv(block.width, block.out_channels, 1)
        self.bn3 = norm_of(spec, block.out_channels)
        self.act3 = activation_of(spec)
        self._finish(block, spec)


class PreActBasicBlock(Block):
    """Norm and activation before each 3x3 convolution; y = x + F(x) (He et al. 2016)."""

    branch_modules = ("bn1", "act1", "conv1", "bn2", "act2", "conv2")
    last_activation = None

    def __init__(self, block: BlockSpec, spec: ResNetSpec) -> None:
        super().__init__(block, spec)
        self.bn1 = norm_of(spec, block.in_channels)
        self.act1 = activation_of(spec)
        self.conv1 = conv(block.in_channels, block.width, 3, block.stride)
        self.bn2 = norm_of(spec, block.width)
        self.act2 = activation_of(spec)
        self.conv2 = conv(block.width, block.out_channels, 3)
        self._finish(block, spec)


class PreActBottleneck(Block):
    """Norm and activation before 1x1, 3x3, 1x1; y = x + F(x) (He et al. 2016)."""

    branch_modules = ("bn1", "act1", "conv1", "bn2", "act2", "conv2", "bn3", "act3", "conv3")
    last_activation = None

    def __init__(self, block: BlockSpec, spec: ResNetSpec) -> None:
        super().__init__(block, spec)
        self.bn1 = norm_of(spec, block.in_channels)
        self.act1 = activation_of(spec)
        self.conv1 = conv(block.in_channels, block.width, 1)
        self.bn2 = norm_of(spec, block.width)
        self.act2 = activation_of(spec)
        self.conv2 = conv(block.width, block.width, 3, block.stride, spec.groups)
        self.bn3 = norm_of(spec, block.width)
        self.act3 = activation_of(spec)
        self.conv3 = conv(block.width, block.out_channels, 1)
        self._finish(block, spec)


BLOCKS: dict[tuple[str, str], type[Block]] = {
    ("basic", "post"): BasicBlock,
    ("bottleneck", "post"): Bottleneck,
    ("basic", "pre"): PreActBasicBlock,
    ("bottleneck", "pre"): PreActBottleneck,
}

"""Weight initialisation, one seed for the whole network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from resnet_viz.models.network import ResNet
    from resnet_viz.models.specs import ResNetSpec


def initialise(net: ResNet, seed: int) -> None:
    """Draw every weight of `net` anew, as `net.spec` asks; all tensors are overwritten.

    Convolutions follow `spec.init`: `he` is Kaiming normal over the fan-out with ReLU's gain
    (He et al. 2015, arXiv:1502.01852; torchvision's choice), `xavier` Glorot & Bengio 2010,
    normal form, `torch` the library's default (uniform, variance 1 / (3 fan-in)), `normal` a
    Gaussian of `spec.init_std`. Norms start at scale 1 and shift 0; the classifier is torch's
    default except for `xavier` and `normal`, which include it.
    """
    with torch.random.fork_rng(devices=[]):
        # Not torch.manual_seed, which would reseed the GPUs too.
        torch.default_generator.manual_seed(seed)
        for module in net.modules():
            if isinstance(module, nn.Conv2d):
                _draw(module.weight, net.spec)
            elif isinstance(module, nn.Linear):
                module.reset_parameters()
                if net.spec.init in ("xavier", "normal"):
                    _draw(module.weight, net.spec)
                    nn.init.zeros_(module.bias)
            elif isinstance(module, nn.BatchNorm2d | nn.GroupNorm):
                module.reset_parameters()
        if net.spec.zero_init:
            _close_branches(net)


def _draw(weight: Tensor, spec: ResNetSpec) -> None:
    if spec.init == "he":
        nn.init.kaiming_normal_(weight, mode="fan_out", nonlinearity="relu")
    elif spec.init == "xavier":
        nn.init.xavier_normal_(weight)
    elif spec.init == "normal":
        nn.init.normal_(weight, std=spec.init_std)
    else:
        nn.init.kaiming_uniform_(weight, a=5**0.5)  # what nn.Conv2d and nn.Linear do


def _close_branches(net: ResNet) -> None:
    """Make every F(x) zero: the last norm's scale, or without one after it the last weights.

    Goyal et al. 2017 (arXiv:1706.02677), section 5.1; without norm as in Zhang et al. 2019
    (Fixup, arXiv:1901.09321).
    """
    for block in net.blocks.values():
        last = block.get_submodule(block.branch_modules[-1])
        if isinstance(last, nn.Identity):
            last = block.get_submodule(block.branch_modules[-2])
        weight = last.weight
        assert isinstance(weight, Tensor)
        nn.init.zeros_(weight)

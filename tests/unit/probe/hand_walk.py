"""An oracle for `capture`: every block again by hand, each path from its own leaf.

Uses functional operations on the tensors of the state dict only; no module of the network is
called and no hook is set. Backwards it goes block by block with `torch.autograd.grad`, handing
the gradient at one block's input to the block before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from resnet_viz.models.network import ResNet

ACTIVATIONS = {"relu": F.relu, "tanh": torch.tanh, "gelu": F.gelu, "sigmoid": torch.sigmoid}


@dataclass
class Walked:
    """One block: tensors forward, gradients backward."""

    x: Tensor
    shortcut: Tensor
    branch: Tensor
    out: Tensor
    inner: dict[str, Tensor]
    grad_via_shortcut: Tensor
    grad_via_branch: Tensor
    grad_branch: Tensor
    grad_out: Tensor
    grad_params: list[Tensor]

    @property
    def grad_in(self) -> Tensor:
        return self.grad_via_shortcut + self.grad_via_branch

    def figures(self) -> dict[str, float]:
        s, b, y = (wide(t) for t in (self.shortcut, self.branch, self.out))
        product = norm(s) * norm(b)
        return {
            "norm_in": norm(self.x),
            "norm_shortcut": norm(s),
            "norm_branch": norm(b),
            "norm_out": norm(y),
            "cosine": float((s * b).sum()) / product if product else 0.0,
            "mean_out": float(y.mean()),
            "std_out": float(y.std()),
            "zero_share": float((y == 0).mean()),
            "grad_in": norm(self.grad_in),
            "grad_out": norm(self.grad_out),
            "grad_via_shortcut": norm(self.grad_via_shortcut),
            "grad_via_branch": norm(self.grad_via_branch),
            "grad_params": float(np.sqrt(sum(norm(g) ** 2 for g in self.grad_params))),
        }


def wide(tensor: Tensor | np.ndarray) -> np.ndarray:
    values = tensor.detach().numpy() if isinstance(tensor, Tensor) else tensor
    return values.astype(np.longdouble)


def norm(tensor: Tensor | np.ndarray) -> float:
    # longdouble holds the squares of everything that float32 and most that float64 holds.
    return float(np.sqrt((wide(tensor) ** 2).sum()))


class HandWalk:
    """Runs `net`'s computation from its numbers."""

    def __init__(self, net: ResNet, training: bool) -> None:
        self.spec = net.spec
        self.gates = dict(net.gates)
        self.state = {name: t.detach().clone() for name, t in net.state_dict().items()}
        self.act = ACTIVATIONS[net.spec.activation]
        self.training = training

    def conv(self, x: Tensor, at: str, stride: int = 1, groups: int = 1) -> Tensor:
        weight = self.state[f"{at}.weight"]
        return F.conv2d(x, weight, stride=stride, padding=weight.shape[-1] // 2, groups=groups)

    def norm(self, x: Tensor, at: str) -> Tensor:
        if self.spec.norm == "none":
            return x
        weight, bias = self.state[f"{at}.weight"], self.state[f"{at}.bias"]
        if self.spec.norm == "group":
            channels = x.shape[1]
            groups = max(1, min(32, channels // 8))
            while channels % groups:
                groups -= 1
            return F.group_norm(x, groups, weight, bias)
        if self.training:
            return F.batch_norm(x, None, None, weight, bias, training=True)
        mean, var = self.state[f"{at}.running_mean"], self.state[f"{at}.running_var"]
        return F.batch_norm(x, mean, var, weight, bias)

    def branch(self, x: Tensor, block) -> tuple[Tensor, dict[str, Tensor]]:
        strides = (block.stride, 1) if block.kind == "basic" else (1, block.stride, 1)
        middle = 1 if block.kind == "bottleneck" else None
        inner: dict[str, Tensor] = {}
        for index, stride in enumerate(strides):
            number = index + 1
            groups = self.spec.groups if index == middle else 1
            at = f"{block.name}.conv{number}"
            if self.spec.order == "pre":
                inner[f"bn{number}"] = x = self.norm(x, f"{block.name}.bn{number}")
                inner[f"act{number}"] = x = self.act(x)
                inner[f"conv{number}"] = x = self.conv(x, at, stride, groups)
            else:
                inner[f"conv{number}"] = x = self.conv(x, at, stride, groups)
                inner[f"bn{number}"] = x = self.norm(x, f"{block.name}.bn{number}")
                if number < len(strides):
                    inner[f"act{number}"] = x = self.act(x)
        return x, inner

    def shortcut(self, x: Tensor, block) -> Tensor:
        if block.shortcut == "identity":
            return x * 1.0
        if block.shortcut == "pad":
            picked = x[:, :, :: block.stride, :: block.stride]
            n, c, h, w = picked.shape
            return torch.cat([picked, picked.new_zeros(n, block.out_channels - c, h, w)], dim=1)
        x = self.conv(x, f"{block.name}.downsample.0", block.stride)
        return x if self.spec.order == "pre" else self.norm(x, f"{block.name}.downsample.1")

    def head(self, y: Tensor) -> Tensor:
        if self.spec.order == "pre":
            y = self.act(self.norm(y, "norm"))
        return F.linear(y.mean((2, 3)), self.state["fc.weight"], self.state["fc.bias"])

    def run(self, images: Tensor, targets: Tensor) -> tuple[dict[str, Walked], Tensor, float]:
        """Every block by name, the logits and the loss."""
        x = self.conv(images, "conv1", 2 if self.spec.family == "imagenet" else 1)
        if self.spec.order == "post":
            x = self.act(self.norm(x, "bn1"))
        if self.spec.family == "imagenet":
            x = F.max_pool2d(x, 3, 2, 1)
        steps = []
        for block in self.spec.blocks():
            gate = self.gates[block.name]
            names = [n for n in self.state if n.startswith(block.name + ".")]
            parameters = [self.state[n] for n in names if n.endswith((".weight", ".bias"))]
            for parameter in parameters:
                parameter.requires_grad_()
            for_shortcut = x.detach().clone().requires_grad_()
            for_branch = x.detach().clone().requires_grad_()
            s = self.shortcut(for_shortcut, block)
            b, inner = self.branch(for_branch, block)
            y = gate.skip * s + gate.main * b
            if self.spec.order == "post":
                y = self.act(y)
            steps.append((block.name, x, for_shortcut, for_branch, s, b, y, inner, parameters))
            x = y.detach()
        last = x.clone().requires_grad_()
        logits = self.head(last)
        loss = F.cross_entropy(logits, targets)
        (grad,) = torch.autograd.grad(loss, last)
        walked = {}
        for name, x, for_shortcut, for_branch, s, b, y, inner, parameters in reversed(steps):
            inputs = [for_shortcut, for_branch, b, *parameters]
            found = torch.autograd.grad(y, inputs, grad, allow_unused=True)
            found = [
                torch.zeros_like(t) if g is None else g for t, g in zip(inputs, found, strict=True)
            ]
            via_shortcut, via_branch, at_branch, *own = found
            walked[name] = Walked(x, s, b, y, inner, via_shortcut, via_branch, at_branch, grad, own)
            grad = via_shortcut + via_branch
        return dict(reversed(walked.items())), logits.detach(), loss.item()

"""The optimiser of a run and its learning rate at every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from resnet_viz.train.config import OptimiserConfig


def make_optimiser(
    net: nn.Module, config: OptimiserConfig, body_lr: float = 1.0
) -> torch.optim.Optimizer:
    """The optimiser for all weights of `net` that may change.

    Args:
        net: weights that need no gradient are left out; its classifier is called `fc`.
        config: norms and biases may go without decay.
        body_lr: learning rate of all but the classifier as a share of the classifier's.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    decays = (config.weight_decay, 0.0)
    for decay in decays:  # in this order, whichever comes first in the network
        for lr_share in (body_lr, 1.0):
            groups.setdefault((decay, lr_share), [])
    for name, parameter in net.named_parameters():
        if not parameter.requires_grad:
            continue
        # Norms' scales and shifts and the classifier's bias are the vectors of the network.
        free = parameter.ndim < 2 and not config.decay_norms
        share = 1.0 if name.startswith("fc.") else body_lr
        groups[decays[free], share].append(parameter)
    made = [
        {"params": params, "weight_decay": decay, "lr_share": share}
        for (decay, share), params in groups.items()
        if params
    ]
    return _OPTIMISERS[config.name](made, config)


def _sgd(groups: list[dict[str, object]], config: OptimiserConfig) -> torch.optim.Optimizer:
    return torch.optim.SGD(groups, lr=config.lr, momentum=config.momentum, nesterov=config.nesterov)


_OPTIMISERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": _sgd,
    "adam": lambda groups, config: torch.optim.Adam(groups, lr=config.lr),
    "adamw": lambda groups, config: torch.optim.AdamW(groups, lr=config.lr),
    "rmsprop": lambda groups, config: torch.optim.RMSprop(
        groups, lr=config.lr, momentum=config.momentum
    ),
}


def set_lr(optimiser: torch.optim.Optimizer, lr: float) -> None:
    """Give every parameter group its share of a learning rate."""
    for group in optimiser.param_groups:
        group["lr"] = lr * group["lr_share"]


def optimiser_tensors(optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What the optimiser remembers, by `<number of the weight>.<what>`; not copied.

    The rest of its `state_dict` follows from the recipe.
    """
    return {
        f"{index}.{what}": value
        for index, memory in optimiser.state_dict()["state"].items()
        for what, value in memory.items()
        if value is not None
    }


def restore_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Give back what `optimiser_tensors` returned, laid out in memory as the weights are."""
    weights = [p for group in optimiser.param_groups for p in group["params"]]
    optimiser.state.clear()
    for name, value in tensors.items():
        index, _, what = name.partition(".")
        weight = weights[int(index)]
        if value.shape == weight.shape:
            value = torch.empty_like(weight, requires_grad=False).copy_(value)
        optimiser.state[weight][what] = value  # a count of steps stays on the CPU

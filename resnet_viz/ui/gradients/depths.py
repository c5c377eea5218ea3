"""Depths that the laboratory offers, and which network a typed depth means. No Qt."""

from __future__ import annotations

import re

from resnet_viz.errors import UserError
from resnet_viz.models.specs import CIFAR_DEPTHS, Order, spec

IMAGENET_DEPTHS = (18, 34, 50, 101, 152)
# Built of bottlenecks, and only as pre-activation networks: He et al. 2016 (arXiv:1603.05027).
_PRE_ONLY = (164, 1001)


def offered(order: Order) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Depths of the CIFAR family and of the ImageNet family."""
    cifar = CIFAR_DEPTHS if order == "post" else tuple(sorted((*CIFAR_DEPTHS, *_PRE_ONLY)))
    return cifar, IMAGENET_DEPTHS


def network_of(depth: int, order: Order) -> str:
    """The preset of a depth; a depth that both families have is the ImageNet network.

    Raises:
        UserError: if there is no such network.
    """
    prefix = "preresnet" if order == "pre" and depth in _PRE_ONLY else "resnet"
    name = f"{prefix}{depth}"
    try:
        spec(name)
    except UserError:
        near = ", ".join(str(d) for d in nearest_depths(depth))
        raise UserError(
            f"There is no residual network of {depth} layers.",
            f"CIFAR networks have 6n + 2 layers; the nearest are {near}.",
        ) from None
    return name


def nearest_depths(depth: int) -> list[int]:
    """The CIFAR depths on both sides of a number; a network has at least one block a stage."""
    below = max(8, depth - (depth - 2) % 6)
    return [below] if below >= depth else [below, below + 6]


def depth_in(text: str) -> int:
    """The depth that somebody typed: `56`, `ResNet-56`, `56 layers`.

    Raises:
        UserError: if there is no number in it.
    """
    match = re.search(r"\d{1,5}(?!\d)", text)
    if match is None:
        raise UserError(
            f"{text.strip()!r} is not a depth.", "Type a number of layers, such as 56 or 62."
        )
    return int(match[0])


def depth_of(network: str) -> int:
    """Layers of a preset, as its name counts them."""
    return depth_in(network)


def with_order(network: str, order: Order) -> str:
    """The preset that goes with another order of the blocks' parts.

    Raises:
        UserError: if there is none of this depth.
    """
    return network_of(depth_of(network), order)


def described(depth: int, order: Order) -> str:
    """A depth with its number of blocks: `56   27 blocks`."""
    return f"{depth}   {spec(network_of(depth, order)).n_blocks} blocks"

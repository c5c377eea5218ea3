"""Random crops and flips of whole batches, drawn once per epoch from (seed, epoch).

All draws of an epoch are made before its first batch, on the CPU: a run that stops in the
middle of an epoch continues with the very same pictures, on every device.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class EpochPlan:
    """What happens to every picture in one epoch.

    Attributes:
        order: indices of the pictures in the order of training, (N,) int64.
        top: first row of the crop in the padded picture, by place in the order, (N,) int64.
        left: first column, likewise.
        flip: mirror left to right, (N,) bool.
        side: of the crop, pixels.
        padding: mirrored border that the crop may reach into, pixels.
    """

    order: Tensor
    top: Tensor
    left: Tensor
    flip: Tensor
    side: int
    padding: int


def plan_epoch(
    n_images: int, size: int, *, seed: int, epoch: int, side: int, padding: int, flip: bool
) -> EpochPlan:
    """Draw one epoch.

    Args:
        n_images: in the training set.
        size: side of the pictures, pixels.
        seed: of the run.
        epoch: 0-based.
        side: of the crop, at most `size + 2 * padding`.
        padding: of the pictures before the crop, below `size`.
        flip: whether half of the pictures are mirrored.
    """
    generator = torch.Generator().manual_seed((seed << 24) + epoch)
    order = torch.randperm(n_images, generator=generator)
    places = size + 2 * padding - side + 1
    top, left = torch.randint(places, (2, n_images), generator=generator)
    coin = torch.randint(2, (n_images,), generator=generator).bool()
    return EpochPlan(order, top, left, coin & flip, side, padding)


def augmented(images: Tensor, plan: EpochPlan, start: int, stop: int) -> Tensor:
    """The pictures at places `start` to `stop` of the epoch, cropped and flipped.

    The border is a reflection without the edge pixel (numpy's `reflect`), reached by index
    arithmetic, so no padded copy of the data set is needed.

    Args:
        images: the training set, (N, C, S, S), any dtype.
        plan: of the epoch.
        start: first place.
        stop: place after the last.

    Returns:
        (stop - start, C, side, side), dtype and device of `images`.
    """
    part = slice(start, stop)
    device, size = images.device, images.shape[-1]
    steps = torch.arange(plan.side)
    across = torch.where(plan.flip[part, None], plan.side - 1 - steps, steps)
    rows = _reflect(plan.top[part, None] + steps - plan.padding, size).to(device)
    columns = _reflect(plan.left[part, None] + across - plan.padding, size).to(device)
    index = plan.order[part].to(device)
    channels = torch.arange(images.shape[1], device=device)
    return images[
        index[:, None, None, None],
        channels[None, :, None, None],
        rows[:, None, :, None],
        columns[:, None, None, :],
    ]


def _reflect(positions: Tensor, size: int) -> Tensor:
    last = size - 1
    return last - (last - positions.abs()).abs()

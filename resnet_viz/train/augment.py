"""Random crops, zooms and flips of whole batches, drawn once per epoch from (seed, epoch).

All draws of an epoch are made before its first batch, on the CPU: a run that stops in the
middle of an epoch continues with the very same pictures, on every device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

# Width by height of a zoomed crop: between these, as in Szegedy et al. 2014 (arXiv:1409.4842).
_ASPECTS = (3 / 4, 4 / 3)


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
        boxes: the zoomed crops in pixels of the picture, (N, 4) as top, left, height and
            width; None where crops keep their scale, and then `top` and `left` count.
    """

    order: Tensor
    top: Tensor
    left: Tensor
    flip: Tensor
    side: int
    padding: int
    boxes: Tensor | None = None


def plan_epoch(
    n_images: int,
    size: int,
    *,
    seed: int,
    epoch: int,
    side: int,
    padding: int,
    flip: bool,
    scale: tuple[float, ...] = (),
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
        scale: smallest and largest share of the picture's area that a zoomed crop holds;
            empty for crops without zoom. A zoomed crop does not reach into the border.
    """
    generator = torch.Generator().manual_seed((seed << 24) + epoch)
    order = torch.randperm(n_images, generator=generator)
    places = max(1, size + 2 * padding - side + 1)  # a zoomed crop may be larger
    top, left = torch.randint(places, (2, n_images), generator=generator)
    coin = torch.randint(2, (n_images,), generator=generator).bool()
    # Last, so that runs without zoom draw what they always drew.
    boxes = _boxes(n_images, size, scale, generator) if scale else None
    return EpochPlan(order, top, left, coin & flip, side, padding, boxes)


def _boxes(
    n_images: int, size: int, scale: tuple[float, ...], generator: torch.Generator
) -> Tensor:
    share, aspect, down, right = torch.rand(4, n_images, generator=generator)
    area = size**2 * (scale[0] + (scale[1] - scale[0]) * share)
    low, high = map(math.log, _ASPECTS)
    ratio = (low + (high - low) * aspect).exp()
    height = (area / ratio).sqrt().clamp(max=size)
    width = (area * ratio).sqrt().clamp(max=size)
    return torch.stack([down * (size - height), right * (size - width), height, width], 1)


def augmented(images: Tensor, plan: EpochPlan, start: int, stop: int) -> Tensor:
    """The pictures at places `start` to `stop` of the epoch, cropped and flipped.

    The border is a reflection without the edge pixel (numpy's `reflect`), reached by index
    arithmetic, so no padded copy of the data set is needed.

    Args:
        images: the training set, (N, C, S, S), uint8.
        plan: of the epoch.
        start: first place.
        stop: place after the last.

    Returns:
        (stop - start, C, side, side), dtype and device of `images`.
    """
    if plan.boxes is not None:
        return _zoomed(images, plan, plan.boxes, slice(start, stop))
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


def _zoomed(images: Tensor, plan: EpochPlan, boxes: Tensor, part: slice) -> Tensor:
    """Every box of the part, brought to the plan's side between neighbouring pixels."""
    device, size = images.device, images.shape[-1]
    top, left, height, width = boxes[part].unsqueeze(-1).unbind(1)
    places = (torch.arange(plan.side) + 0.5) / plan.side  # of pixel centres in the box
    across = torch.where(plan.flip[part, None], 1 - places, places)
    rows = 2 * (top + places * height) / size - 1  # `grid_sample` counts from -1 to 1
    columns = 2 * (left + across * width) / size - 1
    shape = (-1, plan.side, plan.side)
    grid = torch.stack([columns[:, None, :].expand(shape), rows[:, :, None].expand(shape)], -1)
    batch = images[plan.order[part].to(device)].float()
    zoomed = F.grid_sample(batch, grid.to(device), padding_mode="border", align_corners=False)
    return zoomed.round().to(images.dtype)


def _reflect(positions: Tensor, size: int) -> Tensor:
    last = size - 1
    return last - (last - positions.abs()).abs()

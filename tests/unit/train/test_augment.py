"""Batched crops and flips against a loop over pictures in numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz.train.augment import augmented, plan_epoch

N, SIZE = 60, 9


@pytest.fixture
def images() -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(256, (N, 3, SIZE, SIZE), generator=generator, dtype=torch.uint8)


@pytest.mark.parametrize(("side", "padding"), [(9, 4), (9, 0), (6, 0), (7, 2), (11, 1)])
def test_equals_a_loop_over_pictures(images: torch.Tensor, side: int, padding: int) -> None:
    plan = plan_epoch(N, SIZE, seed=5, epoch=2, side=side, padding=padding, flip=True)
    got = augmented(images, plan, 20, 50).numpy()
    for place in range(20, 50):
        picture = images[plan.order[place]].numpy()
        border = [(0, 0), (padding, padding), (padding, padding)]
        padded = np.pad(picture, border, mode="reflect")
        top, left = int(plan.top[place]), int(plan.left[place])
        expected = padded[:, top : top + side, left : left + side]
        if plan.flip[place]:
            expected = expected[:, :, ::-1]
        assert np.array_equal(got[place - 20], expected)


def test_draws_reach_every_place_and_both_sides() -> None:
    plan = plan_epoch(4000, 8, seed=0, epoch=0, side=7, padding=1, flip=True)
    for offsets in (plan.top, plan.left):
        counts = torch.bincount(offsets)
        assert len(counts) == 4  # 8 + 2 - 7 + 1 places
        assert counts.min() > 4000 / 4 * 0.85
    assert 0.45 < plan.flip.float().mean() < 0.55
    assert sorted(plan.order.tolist()) == list(range(4000))


def test_without_flip_or_padding_a_full_crop_is_the_picture(images: torch.Tensor) -> None:
    plan = plan_epoch(N, SIZE, seed=5, epoch=0, side=SIZE, padding=0, flip=False)
    assert torch.equal(augmented(images, plan, 0, N), images[plan.order])


def test_the_same_seed_and_epoch_draw_the_same_epoch() -> None:
    def draw(seed: int, epoch: int) -> torch.Tensor:
        plan = plan_epoch(N, SIZE, seed=seed, epoch=epoch, side=9, padding=2, flip=True)
        return torch.stack([plan.order, plan.top, plan.left, plan.flip.long()])

    assert torch.equal(draw(3, 1), draw(3, 1))
    assert not torch.equal(draw(3, 1), draw(3, 2))
    assert not torch.equal(draw(3, 1), draw(4, 1))
    # The largest seed must still fit the generator.
    assert not torch.equal(draw(2**32 - 1, 10_000), draw(2**32 - 1, 10_001))


def test_smaller_crops_see_the_same_order_and_flips() -> None:
    big = plan_epoch(N, SIZE, seed=3, epoch=1, side=9, padding=2, flip=True)
    small = plan_epoch(N, SIZE, seed=3, epoch=1, side=6, padding=2, flip=True)
    assert torch.equal(big.order, small.order)
    assert torch.equal(big.flip, small.flip)


def test_a_zoomed_crop_equals_pillow_s_resize_of_its_box() -> None:
    rows, columns = torch.meshgrid(torch.arange(40), torch.arange(40), indexing="ij")
    ramp = torch.stack([rows * 5, columns * 6, (rows + columns) * 2]).to(torch.uint8)[None]
    pictures = ramp.repeat(N, 1, 1, 1)
    plan = plan_epoch(N, 40, seed=3, epoch=1, side=60, padding=0, flip=True, scale=(0.3, 0.9))
    assert plan.boxes is not None
    got = augmented(pictures, plan, 10, 40).permute(0, 2, 3, 1).numpy().astype(int)
    whole = Image.fromarray(ramp[0].permute(1, 2, 0).numpy())
    for place in range(10, 40):
        top, left, height, width = plan.boxes[place].tolist()
        box = (left, top, left + width, top + height)
        expected = np.asarray(whole.resize((60, 60), Image.Resampling.BILINEAR, box), int)
        if plan.flip[place]:
            expected = expected[:, ::-1]
        # Pillow does not look beyond the box, so their outermost pixels may differ.
        assert np.abs(got[place - 10] - expected)[2:-2, 2:-2].max() <= 2


def test_zoomed_crops_hold_the_asked_shares_and_stay_inside() -> None:
    plan = plan_epoch(
        4000, 100, seed=0, epoch=0, side=50, padding=0, flip=False, scale=(0.25, 0.75)
    )
    assert plan.boxes is not None
    top, left, height, width = plan.boxes.unbind(1)
    assert min(top.min(), left.min()) >= 0
    assert max((top + height).max(), (left + width).max()) <= 100.001
    area = height * width / 100**2
    assert area.min() >= 0.24
    assert area.max() <= 0.76
    assert 0.47 < area.mean() < 0.53
    aspects = width / height
    assert aspects.min() > 0.74
    assert aspects.max() < 1.35

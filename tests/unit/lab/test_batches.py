"""Batches: what they hold, that a seed repeats them, and what people are told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.images import CIFAR10, Preprocess, load_image
from resnet_viz.lab import batches
from resnet_viz.lab.batches import noise, one_picture, photographs, stream
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.samples import sample_images

SMALL = Preprocess(16, 16, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def test_noise_is_standard_normal_with_every_class() -> None:
    batch = noise(200, (3, 8, 8), 10, seed=0)
    assert batch.images.shape == (200, 3, 8, 8)
    # 38,400 numbers: six standard errors.
    assert abs(batch.images.mean().item()) < 6 / 38_400**0.5
    assert abs(batch.images.var().item() - 1) < 6 * (2 / 38_400) ** 0.5
    assert batch.targets is not None
    assert sorted(set(batch.targets.tolist())) == list(range(10))
    assert not batch.labelled
    assert batch.note == "200 images of noise, random classes, seed 0"
    assert noise(1, (3, 8, 8), 10, seed=4).note == "1 image of noise, random classes, seed 4"


def test_a_seed_repeats_noise_and_another_does_not() -> None:
    first, again, other = (noise(2, (3, 8, 8), 10, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first.images, again.images)
    assert not torch.equal(first.images, other.images)


def test_noise_does_not_repeat_the_numbers_of_the_weights() -> None:
    """Both come from one seed; torch's generator with the bare seed would give both the same."""
    net = build(spec("resnet8", init="normal", init_std=1.0), seed=0)
    weights = net.conv1.weight.detach().flatten()
    pixels = noise(2, (3, 32, 32), 10, seed=0).images.flatten()[: len(weights)]
    assert abs(torch.corrcoef(torch.stack([weights, pixels]))[0, 1].item()) < 0.3


def test_streams_differ_by_seed_and_by_purpose() -> None:
    seeds = {stream(seed, purpose) for seed in (0, 1, 2**63 - 1) for purpose in ("noise", "crops")}
    assert len(seeds) == 6
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_noise_leaves_the_random_state_alone() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    noise(2, (3, 8, 8), 10, seed=0)
    assert torch.equal(torch.get_rng_state(), before)


def test_photographs_are_crops_of_the_samples() -> None:
    batch = photographs(8, SMALL, seed=0)
    assert batch.images.shape == (8, 3, 16, 16)
    assert batch.targets is None
    assert batch.note == "8 crops of the sample photographs, predicted classes, seed 0"
    assert torch.equal(photographs(8, SMALL, seed=0).images, batch.images)
    assert not torch.equal(photographs(8, SMALL, seed=1).images, batch.images)
    # Eight different pictures, not one eight times.
    assert len({image.numpy().tobytes() for image in batch.images}) == 8


def test_a_crop_shows_half_of_the_photograph_or_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a picture whose colours are its coordinates every crop tells where it is from."""
    size = 256
    rows, columns = np.mgrid[:size, :size].astype(np.uint8)
    gradient = np.stack([rows, columns, np.zeros_like(rows)], axis=-1)
    monkeypatch.setattr(batches, "load_image", lambda path: gradient)
    crops = 255 * photographs(40, SMALL, seed=0).images
    for crop in crops:
        step_down = (crop[0, -1, :] - crop[0, 0, :]).mean().item() / 15
        step_right = (crop[1, :, -1] - crop[1, :, 0]).mean().item() / 15
        assert step_down == pytest.approx(step_right, abs=0.5), "crops are squares"
        assert size / 2 / 16 - 1 <= step_down <= size / 16 + 1
    middles = crops.mean(dim=(2, 3))[:, :2]
    assert middles.std(dim=0).min() > 10, "crops come from all over the photograph"


def test_without_the_samples_people_are_told_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "sample_images", lambda: ())
    with pytest.raises(UserError, match="scikit-image"):
        photographs(2, SMALL, seed=0)


def test_reading_photographs_can_be_stopped() -> None:
    def stop() -> None:
        raise OperationCancelled

    with pytest.raises(OperationCancelled):
        photographs(2, SMALL, 0, stop)


def test_one_picture_equals_torchvisions_transform() -> None:
    from resnet_viz.torchvision_compat import ensure_torchvision

    ensure_torchvision()
    from torchvision.transforms import v2

    rgb = load_image(sample_images()[0].path)
    transform = v2.Compose(
        [
            v2.Resize(32),
            v2.CenterCrop(32),
            v2.ToImage(),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(CIFAR10.mean, CIFAR10.std),
        ]
    )
    expected = transform(Image.fromarray(rgb))
    batch = one_picture(rgb, CIFAR10)
    torch.testing.assert_close(batch.images[0], expected.as_subclass(torch.Tensor))
    assert batch.note == "the picture on screen, predicted class"

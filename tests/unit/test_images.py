"""What the network sees equals what torchvision's transforms make of the same PIL image."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz.images import (
    CIFAR10,
    IMAGENET,
    Preprocess,
    crop_box,
    load_image,
    network_view,
    normalise,
    sample_images,
)
from resnet_viz.torchvision_compat import ensure_torchvision

ensure_torchvision()
from torchvision.transforms import v2  # noqa: E402 - must follow ensure_torchvision

ODD = Preprocess(57, 40, (0.5, 0.4, 0.3), (0.2, 0.3, 0.4))
SIZES = [
    (1, 1),
    (3, 2),
    (32, 32),
    (224, 224),
    (256, 256),
    (300, 451),
    (451, 300),
    (641, 57),
    (9, 99),
]


def noise(width: int, height: int) -> np.ndarray:
    rng = np.random.default_rng(width * 1000 + height)
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("pre", [CIFAR10, IMAGENET, ODD], ids=["cifar", "imagenet", "odd"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_view_and_input_equal_torchvision(size, pre):
    rgb = noise(*size)
    picture = v2.Compose([v2.Resize(pre.resize), v2.CenterCrop(pre.crop)])(Image.fromarray(rgb))
    view = network_view(rgb, pre)
    np.testing.assert_array_equal(view, np.asarray(picture))

    tensor = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])(picture)
    expected = v2.Normalize(pre.mean, pre.std)(tensor)
    measured = normalise(view, pre)
    assert measured.dtype == np.float32
    assert measured.flags.c_contiguous
    torch.testing.assert_close(torch.from_numpy(measured)[0], expected, rtol=1e-6, atol=1e-6)


def test_thin_strip_is_not_blown_up(monkeypatch):
    # Resized as a whole, this strip would have 256 x 1,280,000 pixels: 1 GB.
    strip = np.repeat(np.arange(5000, dtype=np.uint8)[:, None, None], 3, axis=2)
    sizes = []
    resize = Image.Image.resize
    monkeypatch.setattr(
        Image.Image, "resize", lambda *a, **k: sizes.append(a[1]) or resize(*a, **k)
    )
    view = network_view(strip, IMAGENET)
    assert sizes == [(224, 224)]
    # In the middle of the strip, between rows 2499 and 2500, values rise by 1 per 256 pixels.
    assert view.shape == (224, 224, 3)
    assert set(np.unique(view)) == {2499 % 256, 2500 % 256}


def test_short_way_agrees_with_the_long_one(monkeypatch):
    rgb = noise(90, 700)
    long_way = network_view(rgb, IMAGENET).astype(int)
    monkeypatch.setattr("resnet_viz.images._MAX_RESIZED_PIXELS", 0)
    assert np.abs(network_view(rgb, IMAGENET) - long_way).max() <= 1


def test_crop_box_is_central_and_in_source_pixels():
    assert crop_box(64, 64, CIFAR10) == (0, 0, 64, 64)
    assert crop_box(256, 512, IMAGENET) == (16, 144, 240, 368)
    # A 512 x 512 photo is halved; the crop of 224 covers 448 source pixels.
    assert crop_box(512, 512, IMAGENET) == (32, 32, 480, 480)
    left, top, right, bottom = crop_box(300, 200, CIFAR10)
    assert (top, bottom) == (0, 200)
    assert left + right == pytest.approx(300, abs=300 / 48)
    assert right - left == pytest.approx(200)


def test_crop_box_shows_what_the_network_sees():
    # A white square exactly as large as the box fills the network's view.
    left, top, right, bottom = (round(v) for v in crop_box(512, 768, IMAGENET))
    rgb = np.zeros((768, 512, 3), np.uint8)
    rgb[top:bottom, left:right] = 255
    view = network_view(rgb, IMAGENET)
    assert view[2:-2, 2:-2].min() == 255


def test_normalise_takes_batches():
    views = np.stack([noise(4, 4), noise(4, 4)[::-1]])
    batch = normalise(views, CIFAR10)
    assert batch.shape == (2, 3, 4, 4)
    np.testing.assert_array_equal(batch[1], normalise(views[1], CIFAR10)[0])


@pytest.mark.parametrize(
    "values",
    [(32, 64, (0, 0, 0), (1, 1, 1)), (32, 0, (0, 0, 0), (1, 1, 1)), (32, 32, (0, 0, 0), (1, 0, 1))],
)
def test_impossible_preprocessing_is_refused(values):
    with pytest.raises(ValueError):
        Preprocess(*values)


def test_samples_are_photographs_that_load():
    samples = sample_images()
    assert "cat" in {s.key for s in samples}
    assert len({s.key for s in samples}) == len(samples)
    for sample in samples:
        assert min(load_image(sample.path).shape[:2]) >= 224


def test_without_scikit_image_there_are_no_samples(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert sample_images() == ()


def test_images_import_neither_torch_nor_qt_nor_skimage():
    code = (
        "import sys, resnet_viz.images as i; i.sample_images();"
        "print([m for m in ('torch', 'torchvision', 'PySide6', 'skimage') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

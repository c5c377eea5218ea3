"""Pictures: files and bytes to RGB arrays, and RGB arrays to what a network sees.

Needs numpy and Pillow only, so that the window can use it before torch is imported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from resnet_viz.picture_files import MAX_PIXELS, SUFFIXES, RGBArray, load_image
from resnet_viz.samples import Sample, sample_images

__all__ = [
    "CIFAR10",
    "IMAGENET",
    "MAX_PIXELS",
    "SUFFIXES",
    "Preprocess",
    "RGBArray",
    "Sample",
    "crop_box",
    "load_image",
    "network_view",
    "normalise",
    "sample_images",
]


@dataclass(frozen=True)
class Preprocess:
    """How a picture becomes a network's input: torchvision's Resize, CenterCrop, Normalize.

    Attributes:
        resize: length of the shorter side after resizing, pixels.
        crop: side of the central square that is kept, pixels; at most `resize`.
        mean: subtracted per channel (RGB), in units of white = 1.
        std: divided by per channel.
    """

    resize: int
    crop: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def __post_init__(self) -> None:
        if not 1 <= self.crop <= self.resize:
            raise ValueError(f"need 1 <= crop <= resize, got {self.crop} and {self.resize}")
        if len(self.mean) != 3 or len(self.std) != 3 or min(self.std) <= 0:
            raise ValueError(f"need 3 means and 3 positive deviations: {self.mean}, {self.std}")


CIFAR10 = Preprocess(32, 32, (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616))
IMAGENET = Preprocess(256, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))

# Above this many pixels the resized picture is never made as a whole: a 1 x 5000 strip would
# grow to 256 x 1,280,000 only to be cropped.
_MAX_RESIZED_PIXELS = 32_000_000


def _resized(width: int, height: int, pre: Preprocess) -> tuple[int, int]:
    """(width, height) after resizing; the longer side is rounded down, as in torchvision."""
    if width <= height:
        return pre.resize, int(pre.resize * height / width)
    return int(pre.resize * width / height), pre.resize


def _crop_corner(resized: tuple[int, int], pre: Preprocess) -> tuple[int, int]:
    """(left, top) of the central crop; halves round to even, as in torchvision."""
    return round((resized[0] - pre.crop) / 2), round((resized[1] - pre.crop) / 2)


def crop_box(width: int, height: int, pre: Preprocess) -> tuple[float, float, float, float]:
    """The part of a picture that the network sees.

    Args:
        width: of the picture, pixels.
        height: of the picture, pixels.
        pre: the network's preprocessing.

    Returns:
        (left, top, right, bottom) in pixels of the picture.
    """
    resized = _resized(width, height, pre)
    left, top = _crop_corner(resized, pre)
    x, y = width / resized[0], height / resized[1]
    return left * x, top * y, (left + pre.crop) * x, (top + pre.crop) * y


def network_view(rgb: RGBArray, pre: Preprocess) -> RGBArray:
    """The picture as the network sees it, before normalisation.

    Equal to torchvision's `Resize(pre.resize)` and `CenterCrop(pre.crop)` on a PIL image
    (bilinear with antialiasing). Only strips so thin that the resized picture would exceed
    32 million pixels take a shorter way, which may differ by one grey level.

    Args:
        rgb: (H, W, 3) uint8.
        pre: the network's preprocessing.

    Returns:
        (pre.crop, pre.crop, 3) uint8.
    """
    height, width = rgb.shape[:2]
    image = Image.fromarray(np.ascontiguousarray(rgb))
    resized = _resized(width, height, pre)
    if resized[0] * resized[1] > _MAX_RESIZED_PIXELS:
        box = crop_box(width, height, pre)
        image = image.resize((pre.crop, pre.crop), Image.Resampling.BILINEAR, box=box)
        return np.array(image, dtype=np.uint8)
    if resized != image.size:
        image = image.resize(resized, Image.Resampling.BILINEAR)
    left, top = _crop_corner(resized, pre)
    return np.array(image.crop((left, top, left + pre.crop, top + pre.crop)), dtype=np.uint8)


def normalise(views: RGBArray, pre: Preprocess) -> NDArray[np.float32]:
    """Network input from what `network_view` returns.

    Args:
        views: (N, H, W, 3) or (H, W, 3) uint8.
        pre: the network's preprocessing.

    Returns:
        (N, 3, H, W) float32, C-contiguous; N is 1 for a single view.
    """
    batch = views[None] if views.ndim == 3 else views
    shares = batch.astype(np.float32) / np.float32(255)
    scaled = (shares - np.asarray(pre.mean, np.float32)) / np.asarray(pre.std, np.float32)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))

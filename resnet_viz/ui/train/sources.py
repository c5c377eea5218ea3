"""The data sets that can be chosen, as people speak of them. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from resnet_viz.images import CIFAR10, IMAGENET
from resnet_viz.train.config import DataSource

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Source:
    """One source of pictures.

    Attributes:
        title: its name.
        what: what it holds, in a few words.
        side: of the pictures that networks are trained on, pixels.
        classes: how many; 0 where that is known only after a look.
        download_mb: size of the download; 0 where nothing is downloaded.
        mean: subtracted per channel (RGB), white = 1.
        std: divided by per channel.
        flip: whether a mirrored picture is as good: a mirrored 2 is no digit.
    """

    title: str
    what: str
    side: int
    classes: int
    download_mb: int = 0
    mean: Colour = (0.5, 0.5, 0.5)
    std: Colour = (0.25, 0.25, 0.25)
    flip: bool = True


# Means and deviations of MNIST's and Fashion-MNIST's training pixels are those that the field
# uses; the pictures are grey, so that all three channels have the same.
SOURCES: dict[DataSource, Source] = {
    "shapes": Source("Shapes", "drawn by a seed: nothing to download", 32, 10, std=(0.2, 0.2, 0.2)),
    "cifar10": Source(
        "CIFAR-10", "60,000 photographs of 10 things", 32, 10, 170, CIFAR10.mean, CIFAR10.std
    ),
    "cifar100": Source(
        "CIFAR-100",
        "60,000 photographs of 100 things",
        32,
        100,
        169,
        (0.5071, 0.4865, 0.4409),
        (0.2673, 0.2564, 0.2762),
    ),
    "mnist": Source(
        "MNIST", "70,000 handwritten digits", 32, 10, 12, (0.1307,) * 3, (0.3081,) * 3, False
    ),
    "fashionmnist": Source(
        "Fashion-MNIST", "70,000 pictures of clothes", 32, 10, 31, (0.2860,) * 3, (0.3530,) * 3
    ),
    "imagenette": Source(
        "Imagenette",
        "13,394 photographs of 10 ImageNet classes",
        112,
        10,
        99,
        IMAGENET.mean,
        IMAGENET.std,
    ),
    "folder": Source(
        "Folder", "your own pictures, one folder a class", 112, 0, 0, IMAGENET.mean, IMAGENET.std
    ),
}

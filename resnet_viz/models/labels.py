"""Class names and picture preparation for networks whose weights do not bring their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from resnet_viz.assets import assets_dir
from resnet_viz.images import CIFAR10, IMAGENET, Preprocess
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.torchvision_compat import ensure_torchvision

CIFAR10_LABELS = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)

_SYNSET = re.compile(r"n[0-9]{8}")


def imagenet_labels() -> tuple[str, ...]:
    """The 1000 class names of ImageNet-1K, as torchvision writes them."""
    ensure_torchvision()
    from torchvision.models import ResNet18_Weights

    return tuple(ResNet18_Weights.DEFAULT.meta["categories"])


def imagenet_synsets() -> dict[str, int]:
    """Class index of each of ImageNet-1K's WordNet identifiers (`n01440764` -> 0)."""
    text = (assets_dir() / "imagenet-synsets.txt").read_text("ascii")
    return {name: index for index, name in enumerate(text.split())}


def class_words(folders: Sequence[str]) -> tuple[str, ...]:
    """What people call the classes of class folders.

    Args:
        folders: names of the folders.

    Returns:
        ImageNet's words for its WordNet identifiers (`n01440764` -> `tench`), with the
        identifier behind them where that keeps two classes apart; other names as they are.
    """
    if not any(map(_SYNSET.fullmatch, folders)):
        return tuple(folders)
    labels, synsets = imagenet_labels(), imagenet_synsets()
    words = [labels[synsets[name]] if name in synsets else name for name in folders]
    counts = Counter(words)  # some published lists have two cranes, and so may the folders
    return tuple(
        word if counts[word] == 1 or word == name else f"{word} ({name})"
        for word, name in zip(words, folders, strict=True)
    )


def usual_labels(spec: ResNetSpec) -> tuple[str, ...]:
    """Names for the outputs of a network that nobody has named: guessed from their number."""
    if spec.n_classes == 1000:
        return imagenet_labels()
    if spec.family == "cifar" and spec.n_classes == len(CIFAR10_LABELS):
        return CIFAR10_LABELS
    return tuple(f"class {index}" for index in range(spec.n_classes))


def usual_preprocess(spec: ResNetSpec) -> Preprocess:
    """The preparation that the network's family is usually trained with, at its input size."""
    usual = CIFAR10 if spec.family == "cifar" else IMAGENET
    if spec.input_size == usual.crop:
        return usual
    resize = round(usual.resize * spec.input_size / usual.crop)
    return Preprocess(resize, spec.input_size, usual.mean, usual.std)

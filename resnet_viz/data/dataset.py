"""Pictures in memory, as uint8, and what is to be known about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnet_viz.picture_files import RGBArray


@dataclass(frozen=True)
class Split:
    """One part of a data set.

    Attributes:
        images: (N, S, S, 3) uint8 RGB.
        labels: class of each, (N,) int64.
    """

    images: RGBArray
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def per_class(self, n_classes: int) -> tuple[int, ...]:
        """How many pictures of each class there are."""
        return tuple(np.bincount(self.labels, minlength=n_classes).tolist())


@dataclass(frozen=True)
class Dataset:
    """What a network is trained on and measured on.

    Attributes:
        classes: names by index.
        train: the pictures to learn from.
        test: the pictures to measure on, never trained on.
    """

    classes: tuple[str, ...]
    train: Split
    test: Split


@dataclass(frozen=True)
class LoadedData:
    """A data set and what is to be known about it.

    Attributes:
        dataset: the pictures.
        broken: files that could not be read, as path relative to the data folder and reason;
            they are left out.
        note: where the pictures come from and how the split was made, for people.
        split: which pictures are trained on and which are held out, the content of `split.json`:
            `train` and `held_out` are lists of paths relative to `folder`, or of places in the
            published order, or `all`; of pictures that are drawn, their number and seed.
    """

    dataset: Dataset
    broken: tuple[tuple[str, str], ...] = ()
    note: str = ""
    split: Mapping[str, Any] = field(default_factory=dict)


def sample(dataset: Dataset, per_class: int, seed: int = 0) -> tuple[RGBArray, NDArray[np.int64]]:
    """Some of the training pictures, as many of each class.

    Args:
        dataset: drawn from its training part.
        per_class: at most so many of each class, those of a class side by side.
        seed: of the draw.

    Returns:
        pictures (n, S, S, 3) uint8 and their labels (n,), ascending.
    """
    labels = dataset.train.labels
    order = np.random.default_rng(seed).permutation(len(labels))
    drawn = labels[order]
    places = [order[drawn == c][:per_class] for c in range(len(dataset.classes))]
    chosen = np.concatenate(places)
    return dataset.train.images[chosen], labels[chosen]

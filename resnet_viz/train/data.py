"""Image folders as arrays: every picture decoded once and kept as uint8."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnet_viz.errors import UserError
from resnet_viz.images import SUFFIXES, Preprocess, RGBArray, load_image, network_view

_TEST_FOLDERS = ("test", "val")


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
        split: which pictures were trained on and which were held out; content of `split.json`.
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


def load_dataset(folder: Path, preprocess: Preprocess) -> Dataset:
    """Read a data set: class folders, or CIFAR-10's binary files.

    Args:
        folder: holds `train/<class>/*` and `test/<class>/*` (or `val/`), or `data_batch_1.bin`
            and so on as in CIFAR-10's "binary version".
        preprocess: brings every picture to the network's size.

    Raises:
        UserError: if something is missing, empty, unreadable, or the two parts differ in
            their classes.
    """
    if not folder.is_dir():
        raise UserError(
            f"There is no data folder {str(folder)!r}.",
            "Set `folder` in the recipe's [data] section; relative paths start where you run.",
        )
    if (folder / "data_batch_1.bin").is_file():
        return _cifar10_binary(folder, preprocess)
    train = folder / "train"
    test = next((folder / n for n in _TEST_FOLDERS if (folder / n).is_dir()), None)
    if not train.is_dir() or test is None:
        raise UserError(
            f"The data folder {str(folder)!r} needs the folders train and test (or val).",
            "Each holds one folder of images per class.",
        )
    classes = _class_names(train)
    if (others := _class_names(test)) != classes:
        odd = sorted(set(classes) ^ set(others))[0]
        raise UserError(f"The class {odd!r} is in only one of {str(train)!r} and {str(test)!r}.")
    return Dataset(
        classes, _read_split(train, classes, preprocess), _read_split(test, classes, preprocess)
    )


def _class_names(folder: Path) -> tuple[str, ...]:
    names = tuple(sorted(p.name for p in folder.iterdir() if p.is_dir()))
    if not names:
        raise UserError(f"{str(folder)!r} holds no class folders.")
    return names


def _read_split(folder: Path, classes: tuple[str, ...], preprocess: Preprocess) -> Split:
    files: list[Path] = []
    labels: list[int] = []
    for index, name in enumerate(classes):
        found = sorted(f for f in (folder / name).iterdir() if f.suffix.lower() in SUFFIXES)
        if not found:
            raise UserError(f"There is no image in {str(folder / name)!r}.")
        files += found
        labels += [index] * len(found)
    images = np.empty((len(files), preprocess.crop, preprocess.crop, 3), np.uint8)

    def read(place: int) -> None:
        images[place] = network_view(load_image(files[place]), preprocess)

    with ThreadPoolExecutor(max_workers=2) as pool:  # Pillow decodes outside the GIL
        for _ in pool.map(read, range(len(files)), chunksize=256):
            pass
    return Split(images, np.asarray(labels, np.int64))


def _cifar10_binary(folder: Path, preprocess: Preprocess) -> Dataset:
    """Krizhevsky's records: one byte of label, then 32 x 32 red, green and blue bytes."""
    try:
        classes = (folder / "batches.meta.txt").read_text("utf-8").split()
        train = [_records(folder / f"data_batch_{n}.bin") for n in range(1, 6)]
        parts = np.concatenate(train), _records(folder / "test_batch.bin")
    except OSError as error:
        raise UserError(f"CIFAR-10's binary version is incomplete: {error}.") from error
    if (preprocess.resize, preprocess.crop) != (32, 32):
        raise UserError("CIFAR-10's binary files need a network with input_size = 32.")
    splits = [
        Split(
            np.ascontiguousarray(r[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)),
            r[:, 0].astype(np.int64),
        )
        for r in parts
    ]
    if any(split.labels.max(initial=0) >= len(classes) for split in splits):
        raise UserError(f"A label in {str(folder)!r} has no name in batches.meta.txt.")
    return Dataset(tuple(classes), *splits)


def _records(file: Path) -> NDArray[np.uint8]:
    content = np.fromfile(file, np.uint8)
    if content.size == 0 or content.size % 3073:
        raise UserError(f"{str(file)!r} is not a file of CIFAR-10's binary version.")
    return content.reshape(-1, 3073)

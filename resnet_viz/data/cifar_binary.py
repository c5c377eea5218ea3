"""CIFAR-10's "binary version", which needs no pickle to read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resnet_viz.data.dataset import Dataset, Split
from resnet_viz.errors import UserError

_SIDE = 32
_RECORD = 1 + 3 * _SIDE**2


def is_binary_version(folder: Path) -> bool:
    """Whether a folder looks like CIFAR-10's binary version."""
    return (folder / "data_batch_1.bin").is_file()


def read_binary_version(folder: Path) -> Dataset:
    """Read Krizhevsky's records: one byte of label, then 32 x 32 red, green and blue bytes.

    Raises:
        UserError: if a file is missing or damaged.
    """
    try:
        classes = (folder / "batches.meta.txt").read_text("utf-8").split()
        train = [_records(folder / f"data_batch_{n}.bin") for n in range(1, 6)]
        parts = np.concatenate(train), _records(folder / "test_batch.bin")
    except OSError as error:
        raise UserError(f"CIFAR-10's binary version is incomplete: {error}.") from error
    splits = [_split(records) for records in parts]
    if any(split.labels.max(initial=0) >= len(classes) for split in splits):
        raise UserError(f"A label in {str(folder)!r} has no name in batches.meta.txt.")
    return Dataset(tuple(classes), *splits)


def _records(file: Path) -> NDArray[np.uint8]:
    content = np.fromfile(file, np.uint8)
    if content.size == 0 or content.size % _RECORD:
        raise UserError(f"{str(file)!r} is not a file of CIFAR-10's binary version.")
    return content.reshape(-1, _RECORD)


def _split(records: NDArray[np.uint8]) -> Split:
    images = records[:, 1:].reshape(-1, 3, _SIDE, _SIDE).transpose(0, 2, 3, 1)
    return Split(np.ascontiguousarray(images), records[:, 0].astype(np.int64))

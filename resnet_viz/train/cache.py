"""Decoded data sets kept between runs, so that 60,000 small files are opened only once."""

from __future__ import annotations

import hashlib
import logging
import zipfile
from pathlib import Path
from typing import BinaryIO

import numpy as np
import platformdirs

from resnet_viz.errors import UserError
from resnet_viz.files import write_atomically
from resnet_viz.images import Preprocess
from resnet_viz.train.data import Dataset, Split, load_dataset

_log = logging.getLogger(__name__)


def cache_folder() -> Path:
    """Where decoded data sets are kept; safe to delete at any time."""
    return Path(platformdirs.user_cache_path("resnet-viz")) / "datasets"


def load_cached(folder: Path, preprocess: Preprocess, cache: Path | None = None) -> Dataset:
    """As `load_dataset`, but a folder that has not changed since is read from the cache.

    A cache that cannot be read or written costs time, never the run.

    Args:
        folder: see `load_dataset`.
        preprocess: likewise.
        cache: folder of the cache; `cache_folder()` by default.

    Raises:
        UserError: see `load_dataset`.
    """
    if not folder.is_dir():
        return load_dataset(folder, preprocess)  # which knows what to say
    stored = (cache or cache_folder()) / f"{_fingerprint(folder, preprocess)}.npz"
    if stored.is_file():
        try:
            return _read(stored)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            _log.warning("The cached data set %s is unreadable and made anew: %s", stored, error)
    data = load_dataset(folder, preprocess)
    try:
        stored.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(stored, lambda file: _write(file, data))
    except OSError as error:
        _log.warning("The decoded data set is not cached in %s: %s", stored, error)
    return data


def _fingerprint(folder: Path, preprocess: Preprocess) -> str:
    """A hash of every file's name, size and time of change, and of the size to decode to."""
    digest = hashlib.sha256(f"1 {preprocess.resize} {preprocess.crop}".encode())
    try:
        for file in sorted(folder.rglob("*")):
            facts = file.stat()
            if not file.is_dir():
                line = f"{file.relative_to(folder)}\0{facts.st_size}\0{facts.st_mtime_ns}\n"
                digest.update(line.encode(errors="surrogateescape"))
    except OSError as error:
        raise UserError(f"Cannot read the data folder {str(folder)!r}: {error}.") from error
    return digest.hexdigest()[:32]


def _write(file: BinaryIO, data: Dataset) -> None:
    np.savez(
        file,
        classes=np.array(data.classes, dtype=np.str_),
        train_images=data.train.images,
        train_labels=data.train.labels,
        test_images=data.test.images,
        test_labels=data.test.labels,
    )


def _read(file: Path) -> Dataset:
    with np.load(file, allow_pickle=False) as arrays:
        return Dataset(
            tuple(map(str, arrays["classes"])),
            Split(arrays["train_images"], arrays["train_labels"]),
            Split(arrays["test_images"], arrays["test_labels"]),
        )

"""Pictures kept between runs: 60,000 small files are opened, or drawn, only once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
import platformdirs

from resnet_viz.data.class_folders import Picture
from resnet_viz.data.dataset import Dataset, Split
from resnet_viz.data.decoding import Decoded, decode, require_memory
from resnet_viz.data.watch import Watch
from resnet_viz.files import write_atomically
from resnet_viz.images import Preprocess

T = TypeVar("T")

_log = logging.getLogger(__name__)

_FORMAT = 3
_MOST_BYTES = 8 << 30  # of all cached data sets; those used longest ago go first


def cache_folder() -> Path:
    """Where decoded data sets are kept; safe to delete at any time."""
    return Path(platformdirs.user_cache_path("resnet-viz")) / "datasets"


def decode_cached(
    folder: Path,
    pictures: Sequence[Picture],
    preprocess: Preprocess,
    watch: Watch,
    cache: Path | None = None,
) -> Decoded:
    """As `decode`, but pictures that have not changed since are read from the cache.

    A cache that cannot be read or written costs time, never the run.

    Args:
        folder: that the pictures' paths are relative to.
        pictures: what to read; those that turned out broken are remembered too.
        preprocess: brings every picture to the network's size.
        watch: told how many are done.
        cache: folder of the cache; `cache_folder()` by default.

    Raises:
        UserError: see `decode`.
        OperationCancelled: likewise.
    """
    require_memory(len(pictures), preprocess.crop)
    names = [picture.path for picture in pictures]
    return _kept(
        (cache or cache_folder()) / f"{_fingerprint(folder, pictures, preprocess)}.npz",
        lambda: decode(folder, names, preprocess, watch),
        _write,
        _read,
        watch,
    )


def draw_cached(
    key: str, draw: Callable[[], Dataset], watch: Watch, cache: Path | None = None
) -> Dataset:
    """Pictures that a program draws; those drawn before are read from the cache.

    Args:
        key: all that the pictures depend on.
        draw: makes them.
        watch: told that they are read.
        cache: folder of the cache; `cache_folder()` by default.
    """
    name = hashlib.sha256(f"{_FORMAT} {key}".encode()).hexdigest()[:32]
    stored = (cache or cache_folder()) / f"{name}.npz"
    return _kept(stored, draw, _write_dataset, _read_dataset, watch)


def _kept(
    stored: Path,
    make: Callable[[], T],
    write: Callable[[BinaryIO, T], None],
    read: Callable[[Mapping[str, Any]], T],
    watch: Watch,
) -> T:
    """What is in the file, or else what is made now and in the file from then on."""
    if stored.is_file():
        watch.at("Reading pictures from the cache")
        try:
            # Opened here, because numpy leaves a damaged file open.
            with stored.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
                found = read(arrays)
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            _log.warning("The cached data set %s is unreadable and made anew: %s", stored, error)
        else:
            with contextlib.suppress(OSError):  # a cache that one may only read
                stored.touch()
            return found
    made = make()
    try:
        stored.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(stored, lambda file: write(file, made))
        _forget_oldest(stored)
    except OSError as error:
        _log.warning("The decoded data set is not cached in %s: %s", stored, error)
    return made


def _fingerprint(folder: Path, pictures: Sequence[Picture], preprocess: Preprocess) -> str:
    """A hash of every file's name, size and time of change, and of the size to decode to."""
    head = f"{_FORMAT} {preprocess.resize} {preprocess.crop} {folder.resolve()}\n"
    digest = hashlib.sha256(head.encode(errors="surrogateescape"))
    for picture in pictures:
        line = f"{picture.path}\0{picture.size}\0{picture.changed_ns}\n"
        digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()[:32]


def _forget_oldest(newest: Path) -> None:
    """Remove what was used longest ago until all is within the limit; `newest` stays."""
    kept = [(file.stat(), file) for file in newest.parent.glob("*.npz") if file != newest]
    total = newest.stat().st_size + sum(facts.st_size for facts, _ in kept)
    for facts, file in sorted(kept, key=lambda entry: entry[0].st_mtime):
        if total <= _MOST_BYTES:
            return
        file.unlink(missing_ok=True)
        total -= facts.st_size


def _write(file: BinaryIO, decoded: Decoded) -> None:
    # JSON escapes what of a file's name is no valid text.
    broken = np.array(json.dumps(decoded.broken))
    np.savez(file, images=decoded.images, kept=decoded.kept, broken=broken)


def _read(arrays: Mapping[str, Any]) -> Decoded:
    broken = json.loads(str(arrays["broken"]))
    pairs = tuple((name, reason) for name, reason in broken)
    return Decoded(arrays["images"], arrays["kept"], pairs)


def _write_dataset(file: BinaryIO, data: Dataset) -> None:
    np.savez(
        file,
        classes=np.array(data.classes, np.str_),
        train_images=data.train.images,
        train_labels=data.train.labels,
        test_images=data.test.images,
        test_labels=data.test.labels,
    )


def _read_dataset(arrays: Mapping[str, Any]) -> Dataset:
    train, test = (
        Split(arrays[f"{name}_images"], arrays[f"{name}_labels"]) for name in ("train", "test")
    )
    return Dataset(tuple(map(str, arrays["classes"])), train, test)

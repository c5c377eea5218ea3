"""Decoded pictures kept between runs, so that 60,000 small files are opened only once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import platformdirs

from resnet_viz.files import write_atomically
from resnet_viz.images import Preprocess
from resnet_viz.train.class_folders import Picture
from resnet_viz.train.decoding import Decoded, decode, require_memory
from resnet_viz.train.watch import Watch

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
    stored = (cache or cache_folder()) / f"{_fingerprint(folder, pictures, preprocess)}.npz"
    require_memory(len(pictures), preprocess.crop)
    if stored.is_file():
        watch.at("Reading pictures from the cache")
        try:
            return _read(stored)
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            _log.warning("The cached data set %s is unreadable and made anew: %s", stored, error)
    decoded = decode(folder, [picture.path for picture in pictures], preprocess, watch)
    try:
        stored.parent.mkdir(parents=True, exist_ok=True)
        _make_room(stored.parent, decoded.images.nbytes)
        write_atomically(stored, lambda file: _write(file, decoded))
    except OSError as error:
        _log.warning("The decoded data set is not cached in %s: %s", stored, error)
    return decoded


def _fingerprint(folder: Path, pictures: Sequence[Picture], preprocess: Preprocess) -> str:
    """A hash of every file's name, size and time of change, and of the size to decode to."""
    head = f"{_FORMAT} {preprocess.resize} {preprocess.crop} {folder.resolve()}\n"
    digest = hashlib.sha256(head.encode(errors="surrogateescape"))
    for picture in pictures:
        line = f"{picture.path}\0{picture.size}\0{picture.changed_ns}\n"
        digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()[:32]


def _make_room(cache: Path, wanted: int) -> None:
    """Remove what was used longest ago until `wanted` bytes more stay within the limit."""
    kept = sorted(((f.stat(), f) for f in cache.glob("*.npz")), key=lambda entry: entry[0].st_mtime)
    total = wanted + sum(facts.st_size for facts, _ in kept)
    for facts, file in kept:
        if total <= _MOST_BYTES:
            return
        file.unlink(missing_ok=True)
        total -= facts.st_size


def _write(file: BinaryIO, decoded: Decoded) -> None:
    # JSON escapes what of a file's name is no valid text.
    broken = np.array(json.dumps(decoded.broken))
    np.savez(file, images=decoded.images, kept=decoded.kept, broken=broken)


def _read(file: Path) -> Decoded:
    # Opened here, because numpy leaves a damaged file open.
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        broken = json.loads(str(arrays["broken"]))
        decoded = Decoded(
            arrays["images"], arrays["kept"], tuple((name, reason) for name, reason in broken)
        )
    with contextlib.suppress(OSError):  # a cache that one may only read
        file.touch()
    return decoded

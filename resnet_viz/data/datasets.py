"""Any data source of a recipe as arrays in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from resnet_viz.data.cache import decode_cached, draw_cached
from resnet_viz.data.cifar_binary import is_binary_version, read_binary_version
from resnet_viz.data.class_folders import Listing, Picture, list_pictures
from resnet_viz.data.dataset import Dataset, LoadedData, Split, sample
from resnet_viz.data.decoding import Decoded, require_memory, resized
from resnet_viz.data.held_out import plan, require_each, some_of, some_of_note
from resnet_viz.data.public_data import TITLES, imagenette_folder, public_arrays
from resnet_viz.data.shapes import CLASSES, N_TEST, N_TRAIN, shapes
from resnet_viz.data.watch import Watch
from resnet_viz.errors import UserError
from resnet_viz.images import Preprocess
from resnet_viz.models.download import Cancelled, Progress
from resnet_viz.models.labels import class_words
from resnet_viz.numerals import counted
from resnet_viz.train.config import TrainConfig

__all__ = ["LoadedData", "load", "require_same_pictures", "sample"]

_PROBE = 20


def load(
    config: TrainConfig, progress: Progress | None = None, cancelled: Cancelled | None = None
) -> LoadedData:
    """Load a recipe's pictures, downloading them if need be.

    The same recipe gives the same pictures in the same order, as long as the files are the same.

    Args:
        config: of the run.
        progress: called as work is done.
        cancelled: looked at ten times a second; not while one file is being decoded.

    Raises:
        UserError: if they cannot be had or would not fit into memory; says what to do.
        OperationCancelled: if `cancelled()` became true.
    """
    watch = Watch(progress, cancelled)
    source, folder = config.data.source, config.data.folder
    if source == "shapes":
        return _shapes(config, watch)
    if source == "imagenette":
        place = imagenette_folder(folder, config.preprocess.crop, watch)
        return _class_folders(place, config, watch)
    if source in TITLES:
        arrays, place = public_arrays(source, folder, watch)
        return _arrays(arrays, place, f"{TITLES[source]} from `{place}`.", config, watch)
    place = Path(folder).expanduser()
    if is_binary_version(place):
        note = f"CIFAR-10's binary version from `{place}`."
        return _arrays(read_binary_version(place), place, note, config, watch)
    return _class_folders(place, config, watch)


def require_same_pictures(recorded: Path, split: Mapping[str, Any]) -> None:
    """Check that a run continues with the pictures that it was begun with.

    Args:
        recorded: the run's `split.json`; if there is none that can be read, nothing is checked.
        split: `LoadedData.split` of the data just loaded.

    Raises:
        UserError: if they differ; names a picture.
    """
    try:
        begun = json.loads(recorded.read_text("utf-8"))
    except (OSError, ValueError):
        return
    for part, words in (("train", "learned from"), ("held_out", "held out")):
        before, after = begun.get(part), split.get(part)
        if before == after:
            continue
        names = [set(side) if isinstance(side, list) else set() for side in (before, after)]
        odd = sorted(map(str, names[0] ^ names[1]))
        named = f", such as {odd[0]!r}" if odd else ""
        raise UserError(
            f"The pictures {words} are not those that the run began with{named}.",
            "Put the data folder back as it was, or start a new run.",
        )


def _shapes(config: TrainConfig, watch: Watch) -> LoadedData:
    few, seed = config.data.train_images, config.run.seed
    if few:
        require_each(few, len(CLASSES))
    clutter = config.data.clutter

    def draw() -> Dataset:
        few_seed = seed if few else None
        return shapes(few or N_TRAIN, N_TEST, few_seed=few_seed, clutter=clutter, watch=watch)

    # All of them take some seconds. A few tell whether they are still drawn as they were.
    few_drawn = shapes(_PROBE, _PROBE, clutter=clutter).train.images.tobytes()
    key = f"{N_TRAIN} {N_TEST} {clutter} {hashlib.sha256(few_drawn).hexdigest()}"
    data = draw() if few else draw_cached(key, draw, watch)
    drawn = {"drawn": len(data.train), "seed": [0, seed] if few else 0}
    how = f", {few:,} of seed {seed}" if few else ""
    how += "" if clutter == 1.0 else f", clutter {clutter:g}"
    return LoadedData(
        _sized(data, config.preprocess, watch),
        note=f"Drawn by the program{how}; {N_TEST:,} others are held out.",
        split={
            "source": "shapes",
            "clutter": clutter,
            "train": drawn,
            "held_out": {"drawn": N_TEST, "seed": 0},
        },
    )


def _arrays(data: Dataset, place: Path, note: str, config: TrainConfig, watch: Watch) -> LoadedData:
    chosen: Sequence[int] | str = "all"
    notes = [note, f"Held out: its own {len(data.test):,} test pictures."]
    if few := config.data.train_images:
        order = np.random.default_rng(config.run.seed).permutation(len(data.train))
        places = some_of(data.train.labels, order, few, len(data.classes))
        notes.append(some_of_note(len(places), len(data.train), config.run.seed))
        train = Split(data.train.images[places], data.train.labels[places])
        data, chosen = Dataset(data.classes, train, data.test), places.tolist()
    return LoadedData(
        _sized(data, config.preprocess, watch),
        note=" ".join(notes),
        split={
            "source": config.data.source,
            "folder": str(place.resolve()),
            "train": chosen,
            "held_out": "all",
        },
    )


def _sized(data: Dataset, preprocess: Preprocess, watch: Watch) -> Dataset:
    require_memory(len(data.train) + len(data.test), preprocess.crop)
    train, test = (
        Split(resized(split.images, preprocess, watch), split.labels)
        for split in (data.train, data.test)
    )
    return Dataset(data.classes, train, test)


def _class_folders(folder: Path, config: TrainConfig, watch: Watch) -> LoadedData:
    listing = list_pictures(folder, watch)
    seed = config.run.seed
    parts = plan(
        listing, share=config.data.held_out, train_images=config.data.train_images, seed=seed
    )
    # In the folder's order, so that another split finds the same decoded pictures in the cache.
    wanted = {*parts.train, *parts.held_out}
    pictures = [p for p in (*listing.train, *(listing.held_out or ())) if p in wanted]
    decoded = decode_cached(folder, pictures, config.preprocess, watch)
    row_of = {pictures[place].path: row for row, place in enumerate(decoded.kept.tolist())}
    train, held_out = (
        [picture for picture in part if picture.path in row_of]
        for part in (parts.train, parts.held_out)
    )
    _require_readable(listing, train, held_out)
    broken = tuple((_text(n), _text(why)) for n, why in (*listing.unusable, *decoded.broken))
    notes = [*parts.notes, *listing.notes, *_broken_note(len(broken))]
    return LoadedData(
        Dataset(
            class_words(listing.classes),
            _rows(decoded, row_of, train),
            _rows(decoded, row_of, held_out),
        ),
        broken,
        " ".join(notes),
        {
            "source": config.data.source,
            "folder": str(folder.resolve()),
            "note": " ".join(parts.notes),
            "train": [_text(picture.path) for picture in train],
            "held_out": [_text(picture.path) for picture in held_out],
        },
    )


def _text(name: str) -> str:
    """A file's name as text that can be written down, also where it is none."""
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _broken_note(n_broken: int) -> list[str]:
    if not n_broken:
        return []
    verb = "are" if n_broken > 1 else "is"
    return [f"{counted(n_broken, 'file')} cannot be read and {verb} left out."]


def _require_readable(
    listing: Listing, train: Sequence[Picture], held_out: Sequence[Picture]
) -> None:
    have = {picture.label for picture in train}
    for label, name in enumerate(listing.classes):
        if label not in have:
            raise UserError(
                f"None of the pictures of {name!r} to learn from can be read.",
                f"Replace them, or take the folder {name!r} out of {str(listing.folder)!r}.",
            )
    if not held_out:
        raise UserError(
            f"None of the pictures that are held out in {str(listing.folder)!r} can be read.",
            "Replace them.",
        )


def _rows(decoded: Decoded, row_of: Mapping[str, int], pictures: Sequence[Picture]) -> Split:
    rows = [row_of[picture.path] for picture in pictures]
    together = rows[-1] - rows[0] + 1 == len(rows)  # a view then, and no second copy
    images = decoded.images[rows[0] : rows[-1] + 1] if together else decoded.images[rows]
    return Split(images, np.array([picture.label for picture in pictures], np.int64))

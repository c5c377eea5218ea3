"""Which pictures are trained on and which are held out, drawn by a seed and as even as can be.

Files are drawn by a hash of seed and name, so the same files are held out whatever the order in
which a system lists them, and adding one moves few others to the other side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnet_viz.data.class_folders import Listing, Picture
from resnet_viz.errors import UserError
from resnet_viz.numerals import figure


@dataclass(frozen=True)
class Plan:
    """The two parts of a data folder, before any picture is read.

    Attributes:
        train: pictures to learn from, by class and then by name.
        held_out: pictures to measure on, likewise.
        notes: how they were told apart, in sentences.
    """

    train: tuple[Picture, ...]
    held_out: tuple[Picture, ...]
    notes: tuple[str, ...]


def plan(listing: Listing, *, share: float, train_images: int, seed: int) -> Plan:
    """Part a folder's pictures.

    Args:
        listing: the folder's.
        share: of every class to hold out where the folder does not tell, rounded, but at least
            one picture, and one is left to learn from.
        train_images: see `some_of`; 0 for all.
        seed: of both draws.

    Raises:
        UserError: if no class has two pictures, or `train_images` is too few.
    """
    if listing.held_out is None:
        train, held, said = _drawn(listing, share, seed)
    else:
        train, held = listing.train, listing.held_out
        said = [f"Held out: {len(held):,} pictures, the folder's own `{listing.part}`."]
    if train_images:
        order = _order([picture.path for picture in train], f"train {seed}")
        labels = np.array([picture.label for picture in train], np.int64)
        chosen = some_of(labels, order, train_images, len(listing.classes))
        said.append(some_of_note(len(chosen), len(train), seed))
        train = tuple(train[place] for place in chosen)
    return Plan(train, held, tuple(said))


def _drawn(
    listing: Listing, share: float, seed: int
) -> tuple[tuple[Picture, ...], tuple[Picture, ...], list[str]]:
    pictures = listing.train
    order = _order([picture.path for picture in pictures], f"held out {seed}")
    labels = np.array([picture.label for picture in pictures], np.int64)[order]
    held: set[int] = set()
    single = []
    for label, name in enumerate(listing.classes):
        of_class = order[labels == label]
        if len(of_class) == 1:
            single.append(name)
        wanted = max(1, round(share * len(of_class)))
        held.update(of_class[: min(wanted, len(of_class) - 1)].tolist())
    if not held:
        raise UserError(
            f"No class in {str(listing.folder)!r} has more than one picture, so none can be "
            "held out to measure on.",
            "Add pictures.",
        )
    said = [
        f"Held out: {figure(100 * share, 2)} % of each class, {len(held):,} of "
        f"{len(pictures):,} pictures, drawn by seed {seed}."
    ]
    said += [f"The only picture of `{name}` is learned from." for name in single]
    parts = (
        tuple(picture for place, picture in enumerate(pictures) if (place in held) == wanted_held)
        for wanted_held in (False, True)
    )
    train_part, held_part = parts
    return train_part, held_part, said


def _order(names: Sequence[str], purpose: str) -> NDArray[np.int64]:
    """Places in an order that depends on purpose and name alone."""
    ranks = [
        hashlib.sha256(f"{purpose}\0{name}".encode(errors="surrogateescape")).digest()
        for name in names
    ]
    return np.array(sorted(range(len(names)), key=ranks.__getitem__), np.int64)


def some_of(
    labels: NDArray[np.int64], order: NDArray[np.int64], n_images: int, n_classes: int
) -> NDArray[np.int64]:
    """Places of `n_images` pictures, as many of each class as possible, ascending.

    Args:
        labels: class of each picture, (N,).
        order: a permutation of the places; those that come first are taken.
        n_images: how many; where a class has too few pictures others do not fill in.
        n_classes: how many classes there are.

    Raises:
        UserError: if there would be classes without a picture.
    """
    require_each(n_images, n_classes)
    each, more = divmod(n_images, n_classes)
    drawn = labels[order]
    chosen = [order[drawn == c][: each + (c < more)] for c in range(n_classes)]
    return np.sort(np.concatenate(chosen))


def require_each(n_images: int, n_classes: int) -> None:
    """Refuse a draw that would leave classes without a picture.

    Raises:
        UserError: if there are fewer pictures than classes.
    """
    if n_images < n_classes:
        raise UserError(
            f"train_images = {n_images} is less than one picture for each of {n_classes} classes.",
            f"Write {n_classes} or more, or 0 for all.",
        )


def some_of_note(n_chosen: int, n_all: int, seed: int) -> str:
    """What `some_of` did, for people."""
    return f"Learned from: {n_chosen:,} of {n_all:,} pictures, evenly drawn by seed {seed}."

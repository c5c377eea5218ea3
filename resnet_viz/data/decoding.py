"""Pictures of any size and kind to uint8 arrays of one size, with room made sure of before."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resnet_viz.data.watch import Watch
from resnet_viz.errors import UserError
from resnet_viz.images import Preprocess, RGBArray, load_image, network_view
from resnet_viz.memory import free_memory
from resnet_viz.numerals import binary_size

_READING = "Reading pictures"
_CHUNK = 256  # handed to the threads at once; a cancel drops what of them has not begun
_WORKERS = min(4, os.cpu_count() or 1)  # Pillow decodes outside the GIL
_FINER = 2  # a large JPEG is decoded at so many times the wanted size, then reduced smoothly
_COPIES = 2  # as decoded, and as the trainer arranges them


@dataclass(frozen=True)
class Decoded:
    """Pictures that could be read.

    Attributes:
        images: (N, S, S, 3) uint8 RGB.
        kept: places of the N among those asked for, ascending.
        broken: names of the others, with the reason.
    """

    images: RGBArray
    kept: NDArray[np.int64]
    broken: tuple[tuple[str, str], ...] = ()


def require_memory(n_images: int, side: int) -> None:
    """Refuse a data set that does not fit into memory, before an hour has gone into reading it.

    Raises:
        UserError: says how much would be needed, how much there is, and what would fit.
    """
    each = _COPIES * 3 * side**2
    free = free_memory()
    if n_images * each <= free:
        return
    raise UserError(
        f"{n_images:,} pictures of {side} x {side} pixels need {binary_size(n_images * each)} of "
        f"memory, and {binary_size(free)} are free.",
        f"Choose a smaller input_size, set train_images ({free // each:,} pictures would fit), or "
        "close other programs.",
    )


def decode(folder: Path, names: Sequence[str], preprocess: Preprocess, watch: Watch) -> Decoded:
    """Read picture files; those that are broken are left out and listed.

    Args:
        folder: that the names are relative to.
        names: of the files.
        preprocess: brings every picture to the network's size.
        watch: told how many are done.

    Raises:
        UserError: if there is not enough memory.
        OperationCancelled: if the user changed their mind.
    """
    require_memory(len(names), preprocess.crop)
    images = np.empty((len(names), preprocess.crop, preprocess.crop, 3), np.uint8)
    enough = _FINER * preprocess.resize
    reasons: dict[int, str] = {}

    def read(place: int) -> None:
        name = names[place]
        try:
            picture = load_image(folder / name, name, enough_side=enough)
            images[place] = network_view(picture, preprocess)
        except UserError as error:
            reasons[place] = _reason(error, name)

    # The outer one, because those inside `load_image` are entered by several threads at once
    # and then leave the filters as another thread had set them.
    with warnings.catch_warnings(), ThreadPoolExecutor(_WORKERS, "decode") as pool:
        watch.at(_READING, 0, len(names))
        for start in range(0, len(names), _CHUNK):
            stop = min(start + _CHUNK, len(names))
            pending = [pool.submit(read, place) for place in range(start, stop)]
            try:
                for place, future in enumerate(pending, start):
                    future.result()
                    watch.at(_READING, place + 1, len(names))
            finally:
                for future in pending:
                    future.cancel()
    return _without(images, reasons, names)


def _without(images: RGBArray, reasons: dict[int, str], names: Sequence[str]) -> Decoded:
    kept = np.array([place for place in range(len(names)) if place not in reasons], np.int64)
    for new, old in enumerate(kept.tolist() if reasons else ()):
        images[new] = images[old]  # in place: there may be no room for a second array
    broken = tuple((names[place], reasons[place]) for place in sorted(reasons))
    return Decoded(images[: len(kept)], kept, broken)


def _reason(error: UserError, name: str) -> str:
    """`Cannot load cat.png: the file holds text.` without what the list says already."""
    return error.message.split(f"{name}: ", 1)[-1].rstrip(".")


def resized(images: NDArray[np.uint8], preprocess: Preprocess, watch: Watch) -> RGBArray:
    """Pictures in memory, brought to the network's size; grey ones become RGB.

    Args:
        images: (N, H, W) grey or (N, H, W, 3) RGB, uint8.
        preprocess: of the network.
        watch: told how many are done.

    Returns:
        (N, S, S, 3) uint8, C-contiguous; `images` itself where nothing is to be done.

    Raises:
        UserError: if there is not enough memory.
        OperationCancelled: if the user changed their mind.
    """
    side = preprocess.crop
    if images.shape[1:] == (side, side, 3) and preprocess.resize == side:
        return np.ascontiguousarray(images)
    require_memory(len(images), side)
    views = np.empty((len(images), side, side, 3), np.uint8)
    for place, image in enumerate(images):
        rgb = image if image.ndim == 3 else np.broadcast_to(image[..., None], (*image.shape, 3))
        views[place] = network_view(rgb, preprocess)
        watch.at("Resizing pictures", place + 1, len(images))
    return views

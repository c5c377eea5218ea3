"""Public data sets: found on disk, else downloaded once.

Addresses, hashes and the parsing of the files are those of torchvision's data set classes; the
download is ours, because theirs can neither be stopped nor go on where it was.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from resnet_viz.data import places
from resnet_viz.data.dataset import Dataset, Split
from resnet_viz.data.fetching import Archive, obtain, unpack_gzip, unpack_tar
from resnet_viz.data.watch import Watch
from resnet_viz.errors import UserError
from resnet_viz.torchvision_compat import ensure_torchvision

TITLES = {
    "cifar10": "CIFAR-10",
    "cifar100": "CIFAR-100",
    "mnist": "MNIST",
    "fashionmnist": "FashionMNIST",
    "imagenette": "Imagenette",
}
"""Public data sets by source, as people call them."""

_CLASSES = {
    "cifar10": "CIFAR10",
    "cifar100": "CIFAR100",
    "mnist": "MNIST",
    "fashionmnist": "FashionMNIST",
}
# Largest input side for which the photographs whose shorter side is 160 pixels are enough.
_SMALL_SIDE = 160


@dataclass(frozen=True)
class _Layout:
    """How torchvision keeps a data set.

    Attributes:
        folder: below a root folder, with slashes: `cifar-10-batches-py`, `MNIST/raw`.
        files: names in it.
        archives: one tar archive of `folder`, or one gzip archive for each file.
    """

    folder: str
    files: tuple[str, ...]
    archives: tuple[Archive, ...]

    def is_in(self, root: Path) -> bool:
        return all((root / self.folder / name).is_file() for name in self.files)


def public_arrays(source: str, folder: str, watch: Watch) -> tuple[Dataset, Path]:
    """A data set that is published as arrays, at its own size.

    Args:
        source: a key of `TITLES` but `imagenette`.
        folder: where it is or goes; empty for `data_folder()`.
        watch: told how far the download is.

    Returns:
        the data set, its images (N, H, W, 3) or, if grey, (N, H, W); and the folder it is in.

    Raises:
        UserError: if it cannot be had or is damaged; says what to do.
        OperationCancelled: if the user changed their mind.
    """
    kind = _torchvision(_CLASSES[source])
    layout = _layout(kind)
    roots = places.roots(folder, layout.folder)
    root = next(filter(layout.is_in, roots), None)
    if root is None:
        root = _goal(folder)
        _fetch(source, layout, root, roots, watch)
    place = root / layout.folder
    watch.at(f"Reading {TITLES[source]}")
    with warnings.catch_warnings():
        # The pickles are as old as CIFAR, and numpy complains about how they were written.
        warnings.simplefilter("ignore")
        try:
            parts = [kind(root, train=train, download=False) for train in (True, False)]
        except (RuntimeError, OSError, ValueError, AssertionError, LookupError) as error:
            raise UserError(
                f"{TITLES[source]} in {str(place)!r} is damaged ({error}).",
                "Delete that folder to have it downloaded again.",
            ) from error
    return Dataset(_plain_names(parts[0].classes), *map(_split, parts)), place


def _split(part: Any) -> Split:
    return Split(np.asarray(part.data), np.asarray(part.targets, np.int64))


def _plain_names(classes: Sequence[str]) -> tuple[str, ...]:
    """`0 - zero` becomes `0`, `maple_tree` becomes `maple tree`."""
    return tuple(name.split(" - ")[0].replace("_", " ") for name in classes)


def _torchvision(name: str) -> Any:
    ensure_torchvision()
    import torchvision.datasets

    return getattr(torchvision.datasets, name)


def _layout(kind: Any) -> _Layout:
    if hasattr(kind, "tgz_md5"):
        listed = [*kind.train_list, *kind.test_list, [kind.meta["filename"]]]
        names = tuple(entry[0] for entry in listed)
        return _Layout(kind.base_folder, names, (Archive((kind.url,), kind.tgz_md5),))
    archives = tuple(
        Archive(tuple(mirror + name for mirror in kind.mirrors), md5)
        for name, md5 in kind.resources
    )
    names = tuple(archive.name.removesuffix(".gz") for archive in archives)
    return _Layout(f"{kind.__name__}/raw", names, archives)


def _goal(folder: str) -> Path:
    return Path(folder).expanduser() if folder else places.data_folder()


def _fetch(source: str, layout: _Layout, root: Path, roots: Sequence[Path], watch: Watch) -> None:
    system = places.SYSTEM.get(source)  # packed anew, so without the published hashes
    others = [place for base in roots for place in (base, base / layout.folder)]
    for archive in layout.archives:
        if archive.name.endswith(".gz") and len(layout.archives) > 1:
            target = root / layout.folder / archive.name.removesuffix(".gz")
            if target.is_file():
                continue
            packed = system / archive.name if system else None
            if packed is None or not packed.is_file():
                packed = obtain(archive, target.parent, others, watch)
            unpack_gzip(packed, target, watch)
        else:
            packed = obtain(archive, root, others, watch)
            unpack_tar(packed, layout.folder, root, watch)


def imagenette_folder(folder: str, side: int, watch: Watch) -> Path:
    """The class folders of Imagenette, downloaded if need be.

    Args:
        folder: where they are or go; empty for `data_folder()`.
        side: of the network's input, pixels: decides which of the published sizes is taken.
        watch: told how far the download is.

    Raises:
        UserError: if they cannot be had; says what to do.
        OperationCancelled: if the user changed their mind.
    """
    archives = _torchvision("Imagenette")._ARCHIVES
    sizes = ("160px", "320px", "full") if side <= _SMALL_SIDE else ("320px", "full", "160px")
    names = [PurePosixPath(archives[size][0]).stem for size in sizes]
    if folder and places.has_parts(given := Path(folder).expanduser()):
        return given
    roots = places.roots(folder, "")
    for root in roots:
        found = filter(places.has_parts, root.glob("imagenette2*"))
        if best := min(found, key=_rank(names), default=None):
            return best
    root = _goal(folder)
    url, md5 = archives[sizes[0]]
    unpack_tar(obtain(Archive((url,), md5), root, roots, watch), names[0], root, watch)
    return root / names[0]


def _rank(names: Sequence[str]) -> Callable[[Path], tuple[int, str]]:
    """Sort key: the earlier of `names` first, other folders last."""
    ranks = {name: rank for rank, name in enumerate(names)}
    return lambda place: (ranks.get(place.name, len(names)), place.name)

"""Pictures drawn from class folders, with true labels where the folders' names tell them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resnet_viz.errors import UserError
from resnet_viz.images import SUFFIXES, Preprocess, RGBArray, load_image, network_view
from resnet_viz.lab.batches import counted, stream
from resnet_viz.models.labels import class_words, imagenet_synsets

# Where a data set keeps what a network was not trained on.
_TEST_FOLDERS = ("test", "val")
_N_SYNSETS = 1000
_NAMED = 3


@dataclass(frozen=True)
class Drawing:
    """Pictures drawn from a folder.

    Attributes:
        views: (N, S, S, 3) uint8 as the network sees them.
        targets: (N,) class of each; None if the folder's names are not the network's classes.
        note: for people: what was drawn, what was left out, and why.
    """

    views: RGBArray
    targets: NDArray[np.int64] | None
    note: str


def draw(
    folder: Path,
    labels: Sequence[str],
    pre: Preprocess,
    n_images: int,
    seed: int,
    check: Callable[[], None] = lambda: None,
) -> Drawing:
    """Draw pictures evenly from all of a folder's.

    A folder that holds `test` or `val` stands for that one. Folders are classes where their
    names are the network's (in any case, `_` and `-` for blanks) or ImageNet's synsets; if some
    are, the others are left out, and if none is, nothing is labelled. A folder of bare
    pictures is drawn from as well.

    Args:
        folder: of class folders, or of pictures.
        labels: the network's class names.
        pre: its preprocessing.
        n_images: how many to draw; all if there are fewer.
        seed: of the draw.
        check: called before each picture is read; may raise.

    Raises:
        UserError: if there is no such folder, or no picture in it that can be read.
    """
    root = _root(folder)
    classes = _class_folders(root)
    known = _known_classes([c.name for c in classes], labels)
    used = [c for c in classes if c.name in known] or classes or [root]
    files = [file for each in used for file in _pictures(each)]
    if not files:
        raise UserError(f"There is no picture in {str(root)!r}.", _HINT)
    views, drawn, broken = _read(files, pre, n_images, seed, check)
    if not drawn:
        raise UserError(f"None of the {len(files)} files in {str(root)!r} can be read.", _HINT)
    targets = np.array([known[f.parent.name] for f in drawn], np.int64) if known else None
    parts = [
        f"{len(drawn):,} of {counted(len(files), 'picture')} in `{_shown(root)}`, seed {seed}",
        *_label_notes(known, classes),
        *_broken_notes(broken),
    ]
    return Drawing(views, targets, "; ".join(parts))


_HINT = "Choose a folder of pictures, or one that holds a folder of pictures per class."


def _root(folder: Path) -> Path:
    folder = folder.expanduser()
    if not folder.is_dir():
        raise UserError(f"There is no folder {str(folder)!r}.", _HINT)
    try:
        return next((part for n in _TEST_FOLDERS if (part := folder / n).is_dir()), folder)
    except OSError as error:
        raise _unreadable(folder, error) from error


def _unreadable(folder: Path, error: OSError) -> UserError:
    reason = error.strerror or type(error).__name__
    return UserError(f"Cannot read the folder {str(folder)!r}: {reason}.", _HINT)


def _class_folders(root: Path) -> list[Path]:
    return sorted(p for p in _entries(root) if p.is_dir() and not p.name.startswith("."))


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        p
        for p in _entries(folder)
        if p.suffix.lower() in SUFFIXES and not p.name.startswith(".") and p.is_file()
    )


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise _unreadable(folder, error) from error


def _known_classes(names: Sequence[str], labels: Sequence[str]) -> dict[str, int]:
    """Class index of each folder name that is one of the network's classes."""
    index_of = {_plainly(label): index for index, label in enumerate(labels)}
    # In published lists two classes of ImageNet are called crane, or maillot.
    counts = Counter(map(_plainly, labels))
    found = {
        name: index_of[plain]
        for name, words in zip(names, class_words(names), strict=True)
        if counts.get(plain := _plainly(words)) == 1
    }
    if len(labels) == _N_SYNSETS:
        synsets = imagenet_synsets()
        found.update({name: synsets[name] for name in names if name in synsets})
    return found


def _plainly(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


def _read(
    files: Sequence[Path],
    pre: Preprocess,
    n_images: int,
    seed: int,
    check: Callable[[], None],
) -> tuple[RGBArray, list[Path], list[Path]]:
    """Views of `n_images` files in random order, those files, and those that are broken."""
    rng = np.random.default_rng(stream(seed, "folder"))
    views = np.empty((min(n_images, len(files)), pre.crop, pre.crop, 3), np.uint8)
    drawn: list[Path] = []
    broken: list[Path] = []
    for index in rng.permutation(len(files)):
        if len(drawn) == len(views):
            break
        check()
        try:
            views[len(drawn)] = network_view(load_image(files[index]), pre)
        except UserError:
            broken.append(files[index])
        else:
            drawn.append(files[index])
    return views[: len(drawn)], drawn, broken


def _shown(root: Path) -> str:
    """Enough of a path to know it by: `cifar10/test`."""
    return "/".join(root.resolve().parts[-2:]).lstrip("/")


def _label_notes(known: dict[str, int], classes: Sequence[Path]) -> list[str]:
    if not known:
        why = "its folders are not this network's classes" if classes else "it has no folders"
        return [f"no labels, since {why}: the predicted classes are used"]
    others = [c.name for c in classes if c.name not in known]
    if not others:
        return ["true labels"]
    return ["true labels", f"left out as no classes of this network: {_list(others)}"]


def _broken_notes(broken: Sequence[Path]) -> list[str]:
    return [f"not readable and skipped: {_list([b.name for b in broken])}"] if broken else []


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(f"`{name}`" for name in names[:_NAMED]) + more

"""What lies in a folder of class folders: found from the listing, no picture is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from resnet_viz.data.watch import Watch
from resnet_viz.errors import UserError
from resnet_viz.images import SUFFIXES

_TRAIN = "train"
_HELD_OUT = ("test", "val", "valid", "validation")
_CLUTTER = {"__MACOSX"}  # what a Mac leaves in archives; its pictures are none
# Pictures to their owner, which would be missed without a word.
_FOREIGN = (".heic", ".heif", ".svg", ".psd", ".dng", ".cr2", ".nef", ".arw")
_NAMED = 3
_HINT = "Make one folder for each class and put its pictures there."


class Picture(NamedTuple):
    """A file that is expected to hold a picture.

    Attributes:
        path: relative to the data folder, with slashes on every system.
        label: index of its class.
        size: bytes.
        changed_ns: when it was last written, Unix time in nanoseconds.
    """

    path: str
    label: int
    size: int
    changed_ns: int


@dataclass(frozen=True)
class Listing:
    """A data folder's pictures by class.

    Attributes:
        folder: the data folder.
        classes: names of the class folders, sorted.
        train: pictures to learn from, by class and then by name; all, if `held_out` is None.
        held_out: pictures to measure on, likewise; None if the folder does not tell them apart.
        part: name of the folder that `held_out` is from, or empty.
        unusable: paths that are no pictures without a look inside, with the reason.
        notes: what was left out on purpose, in sentences.
    """

    folder: Path
    classes: tuple[str, ...]
    train: tuple[Picture, ...]
    held_out: tuple[Picture, ...] | None = None
    part: str = ""
    unusable: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class _Found:
    """What the scan of one part has come across so far.

    Attributes:
        by_class: pictures by the class folder's name; labels are given later.
        unusable: see `Listing`.
        loose: pictures that lie beside the class folders.
    """

    by_class: dict[str, list[Picture]] = field(default_factory=dict)
    unusable: list[tuple[str, str]] = field(default_factory=list)
    loose: int = 0


def list_pictures(folder: Path, watch: Watch) -> Listing:
    """Find the classes and their pictures.

    A folder that holds `train` and `test` (or `val`, `valid`, `validation`) has its parts made;
    one that holds class folders, or `train` alone, has not. Pictures in folders inside a class
    folder belong to the class. Names that begin with a dot are ignored, links are followed.

    Args:
        folder: of class folders.
        watch: told how many pictures have been found.

    Raises:
        UserError: if there is no such folder, fewer than two classes have pictures, or a class
            is in one part only.
        OperationCancelled: if the user changed their mind.
    """
    train_root, held_root = _parts(folder)
    train = _scan_part(folder, train_root, watch)
    if held_root is None:
        names = [name for name, found in train.by_class.items() if found]
        _require_two(train_root, names, train)
        return _listing(folder, names, train)
    held = _scan_part(folder, held_root, watch)
    names = [name for name in train.by_class if train.by_class[name] or held.by_class.get(name)]
    _require_same(train_root, held_root, train, held)
    _require_two(train_root, names, train)
    return _listing(folder, names, train, held, held_root.name)


def _listing(
    folder: Path, names: Sequence[str], train: _Found, held: _Found | None = None, part: str = ""
) -> Listing:
    found = [train] if held is None else [train, held]
    return Listing(
        folder,
        tuple(names),
        _labelled(train, names),
        None if held is None else _labelled(held, names),
        part,
        tuple(entry for each in found for entry in each.unusable),
        tuple(_notes([n for n in train.by_class if n not in names], sum(f.loose for f in found))),
    )


def _labelled(found: _Found, names: Sequence[str]) -> tuple[Picture, ...]:
    return tuple(
        picture._replace(label=label)
        for label, name in enumerate(names)
        for picture in found.by_class[name]
    )


def _notes(empty: Sequence[str], loose: int) -> Iterator[str]:
    if empty:
        many = len(empty) > 1
        yield (
            f"{_shown(empty)} {'hold' if many else 'holds'} no picture and "
            f"{'are' if many else 'is'} left out."
        )
    if loose:
        yield f"Left out, since in no class folder: {loose:,} picture{'s' if loose > 1 else ''}."


def _shown(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(f"`{name}`" for name in names[:_NAMED]) + more


def _parts(folder: Path) -> tuple[Path, Path | None]:
    """Where the class folders are: to learn from, and to measure on if that is told apart."""
    if not folder.is_dir():
        raise UserError(
            f"There is no data folder {str(folder)!r}.",
            "Set `folder` in the recipe's [data] section; relative paths start where you run.",
        )
    # A part holds folders: among pictures of vehicles, `train` is a class.
    parts = {
        entry.name.lower(): Path(entry.path)
        for entry in _entries(folder)
        if entry.name.lower() in (_TRAIN, *_HELD_OUT) and entry.is_dir() and _holds_folders(entry)
    }
    held_out = next((parts[name] for name in _HELD_OUT if name in parts), None)
    if _TRAIN in parts:
        return parts[_TRAIN], held_out
    if held_out is not None:
        raise UserError(
            f"The data folder {str(folder)!r} holds {held_out.name} but not train.",
            "It needs the folders train and test (or val), each with one folder per class, or "
            "the class folders themselves.",
        )
    return folder, None


def _holds_folders(folder: os.DirEntry[str]) -> bool:
    return any(entry.is_dir() and not _ignored(entry.name) for entry in _entries(folder.path))


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    """A folder's entries by name.

    Raises:
        UserError: if it cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(f"Cannot read the folder {str(folder)!r}: {reason}.") from error


def _ignored(name: str) -> bool:
    return name.startswith(".") or name in _CLUTTER


def _scan_part(folder: Path, root: Path, watch: Watch) -> _Found:
    found = _Found()
    prefix = "" if root == folder else f"{root.name}/"
    n_pictures = 0
    for entry in _entries(root):
        if _ignored(entry.name):
            continue
        if not entry.is_dir():
            found.loose += entry.name.lower().endswith(SUFFIXES)
            continue
        pictures = found.by_class.setdefault(entry.name, [])
        for picture in _scan(entry.path, f"{prefix}{entry.name}/", (), found.unusable):
            pictures.append(picture)
            n_pictures += 1
            watch.at("Looking for pictures", n_pictures)
    if not found.by_class:
        raise UserError(f"{str(root)!r} holds no class folders.", _HINT)
    return found


def _scan(
    folder: str, prefix: str, above: tuple[tuple[int, int], ...], unusable: list[tuple[str, str]]
) -> Iterator[Picture]:
    """Pictures in a folder and those inside it; a link back to a folder above is not followed."""
    try:
        facts = Path(folder).stat()
        entries = _entries(folder)
    except (OSError, UserError):
        unusable.append((prefix.rstrip("/"), "the folder cannot be read"))
        return
    here = (facts.st_dev, facts.st_ino)
    if here in above:
        return
    for entry in entries:
        name = f"{prefix}{entry.name}"
        suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - per file, so quickly
        if _ignored(entry.name):
            continue
        if entry.is_dir():
            yield from _scan(entry.path, f"{name}/", (*above, here), unusable)
        elif suffix in _FOREIGN:
            unusable.append((name, f"pictures of the kind {suffix} are not supported"))
        elif suffix in SUFFIXES:
            picture = _picture(entry, name)
            if isinstance(picture, str):
                unusable.append((name, picture))
            else:
                yield picture


def _picture(entry: os.DirEntry[str], name: str) -> Picture | str:
    """The picture, or why it cannot be one."""
    try:
        facts = entry.stat()
    except FileNotFoundError:
        return "the file that it links to is gone"
    except OSError as error:
        return error.strerror or type(error).__name__
    if not stat.S_ISREG(facts.st_mode):
        return "it is not an ordinary file"
    if facts.st_size == 0:
        return "the file is empty (0 bytes)"
    return Picture(name, -1, facts.st_size, facts.st_mtime_ns)


def _require_two(root: Path, names: Sequence[str], found: _Found) -> None:
    if not names:
        raise UserError(f"There is no picture in the class folders of {str(root)!r}.", _HINT)
    if len(names) > 1:
        return
    inner = [e.name for e in _entries(root / names[0]) if e.is_dir() and not _ignored(e.name)]
    hint = _HINT
    if len(inner) > 1:
        hint = f"If {_shown(inner)} are the classes, choose {str(root / names[0])!r}."
    elif len(found.by_class) > 1:
        others = [name for name in found.by_class if name != names[0]]
        hint = f"There is no picture in {_shown(others)}."
    raise UserError(
        f"{str(root)!r} holds pictures of one class only, {names[0]!r}; telling classes apart "
        "takes two.",
        hint,
    )


def _require_same(train_root: Path, held_root: Path, train: _Found, held: _Found) -> None:
    """Each class must have pictures in both parts, or in neither."""
    for name in sorted(set(train.by_class) | set(held.by_class)):
        if (name in train.by_class) != (name in held.by_class):
            raise UserError(
                f"The class {name!r} is in only one of {str(train_root)!r} and {str(held_root)!r}."
            )
        for one, other in ((train, held), (held, train)):
            if other.by_class[name] and not one.by_class[name]:
                place = (train_root if one is train else held_root) / name
                raise UserError(f"There is no picture in {str(place)!r}.", _HINT)

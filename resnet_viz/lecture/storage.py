"""Opening and saving lectures: `.toml` files, and `.rvl` bundles with their pictures inside.

Imports neither torch nor Qt.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from resnet_viz.errors import UserError
from resnet_viz.files import write_atomically, writing
from resnet_viz.lecture import places
from resnet_viz.lecture.bundle import LECTURE
from resnet_viz.lecture.made import Made
from resnet_viz.lecture.named_files import Kind, NamedFile, places_of_files, rebased, renamed
from resnet_viz.lecture.reader import LectureError, Reading, in_order
from resnet_viz.lecture.scenes import Lecture
from resnet_viz.lecture.text import examine, read_text, to_toml
from resnet_viz.lecture.unpacking import is_bundle, unpack, unpacked_folder

SUFFIXES = (".toml", ".rvl")
"""Of files that hold lectures; a `.toml` file may be something else, see `seems_a_lecture`."""


@dataclass(frozen=True)
class Opened:
    """A lecture and where it comes from.

    Attributes:
        lecture: what the file holds.
        folder: that the files it names are relative to.
        remarks: sentences on what in it will not work, with line numbers.
        made: how a bundle was made, to compare with; None for a `.toml` file.
    """

    lecture: Lecture
    folder: Path
    remarks: tuple[str, ...] = ()
    made: Made | None = None


def open_lecture(path: Path) -> Opened:
    """Open a lecture, also one in which some things will not work.

    Raises:
        UserError: if the file cannot be read, is damaged or is no lecture; names the line.
    """
    if is_bundle(path):
        folder, made = unpack(path)
        opened = _opened(folder / LECTURE, path.name)
        return replace(opened, remarks=(*made.left_out, *opened.remarks), made=made)
    return _opened(path, path.name)


def _opened(path: Path, source: str) -> Opened:
    reading = examine(read_text(path), source)
    if reading.lecture is None:
        raise _with_count(reading.mistakes)
    remarks = tuple(map(str, all_mistakes(reading, path.parent)))
    return Opened(reading.lecture, path.parent, remarks)


def _with_count(mistakes: tuple[LectureError, ...]) -> LectureError:
    """The first mistake, with a word on how many more there are."""
    first, more = mistakes[0], len(mistakes) - 1
    if not more:
        return first
    others = "one more mistake" if more == 1 else f"{more} more mistakes"
    hint = f"{first.hint} There is {others}." if more == 1 else f"{first.hint} There are {others}."
    return LectureError(first.message, hint.strip(), first.line)


def all_mistakes(reading: Reading, folder: Path) -> tuple[LectureError, ...]:
    """Everything that will not work in a lecture, by line: also files that are not there.

    Args:
        reading: of its text.
        folder: that the files it names are relative to.
    """
    return in_order((*reading.mistakes, *_missing_files(reading, folder)))


def _missing_files(reading: Reading, folder: Path) -> Iterator[LectureError]:
    if reading.lecture is None or reading.source is None:
        return
    for index, scene in enumerate(reading.lecture.scenes):
        for file, place in places_of_files(scene).items():
            try:
                _FIND[file.kind](file.name, folder)
            except UserError as error:
                yield reading.source.mistake(error, "scene", index, *place)


_FIND: dict[Kind, Callable[[str, Path], Path]] = {
    "picture": places.picture_path,
    "checkpoint": places.checkpoint_path,
    "run": places.run_path,
    "recipe": places.recipe_path,
    "folder": places.pictures_path,
}


def save(lecture: Lecture, path: Path, folder: Path | None = None) -> Lecture:
    """Write a lecture as a `.toml` file; a crash leaves the old one or the new.

    The files of a bundle are brought along, into a folder beside the file: where they were
    unpacked they do not stay for ever.

    Args:
        lecture: also one in which some things do not work yet.
        path: the file.
        folder: that its files are relative to until now; None for that of `path`.

    Returns:
        The lecture as it was written: it names the same files from the folder of `path`.

    Raises:
        UserError: if it cannot be written; the old file is kept.
    """
    old, new = folder or path.parent, path.parent
    with writing(path):
        if old.resolve().is_relative_to(unpacked_folder().resolve()):
            lecture = _brought(lecture, old, path)
        written = rebased(lecture, old, new)
        content = to_toml(written).encode()
        write_atomically(path, lambda file: file.write(content))
    return written


def _brought(lecture: Lecture, old: Path, path: Path) -> Lecture:
    """The lecture with the files inside `old` copied beside `path`, and named there."""
    home, number = path.with_name(f"{path.stem} files"), 1
    while home.exists():
        number += 1
        home = path.with_name(f"{path.stem} files {number}")

    def bring(file: NamedFile) -> str:
        source = file.path(old)
        if not source.is_relative_to(old) or not source.exists():
            return file.name
        target = home / source.relative_to(old)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, target)
        return str(target.absolute())

    return renamed(lecture, bring)


def seems_a_lecture(path: Path) -> bool:
    """Whether a file is meant as a lecture, and not as a recipe or a list of experiments.

    A damaged lecture is one: its mistakes are to be told as those of a lecture.
    """
    if is_bundle(path):
        return True
    if path.suffix.lower() != ".toml":
        return False
    try:
        text = read_text(path)
        keys = set(tomllib.loads(text))
    except UserError:
        return False
    except (ValueError, RecursionError):
        return any(line.strip().startswith("[[scene") for line in text.splitlines())
    return "scene" in keys or (bool(keys) and keys <= {"title", "author"})

"""One file that holds a lecture with its pictures, small weights, recipes and runs.

A `.rvl` file is a zip archive:

    lecture.toml    names the files below, relative to itself
    pictures/  weights/  recipes/  runs/  folders/
    made.json       what it was made with, and the figures that were measured then

Imports neither torch nor Qt.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.files import write_atomically, writing
from resnet_viz.lecture.made import Made, Numbers
from resnet_viz.lecture.named_files import Kind, NamedFile, named_files, renamed
from resnet_viz.lecture.places import recipe_path
from resnet_viz.lecture.scenes import Lecture
from resnet_viz.lecture.text import to_toml
from resnet_viz.lecture.views import Look, Training, View
from resnet_viz.numerals import binary_size
from resnet_viz.runs.lock import LOCK_NAME
from resnet_viz.train.recipe import read_config

SUFFIX = ".rvl"
LECTURE, MADE = "lecture.toml", "made.json"
FOLDERS: dict[Kind, str] = {
    "picture": "pictures",
    "checkpoint": "weights",
    "recipe": "recipes",
    "run": "runs",
    "folder": "folders",
}

LARGEST_BYTES = 64 << 20
"""A file or folder that is larger stays out, so that a bundle can be sent by mail or kept."""

_RUN_LEAVES = (LOCK_NAME, "checkpoints")  # what only going on with the training needs

Progress = Callable[[int, int], None]
"""Called with the bytes that are packed and those there are to pack."""


def pack(
    lecture: Lecture,
    folder: Path,
    path: Path,
    numbers: Numbers,
    versions: Mapping[str, str],
    *,
    device: str = "",
    progress: Progress = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[str, ...]:
    """Write a bundle; a crash leaves the old file or the new.

    Args:
        lecture: whose relative names start at `folder`.
        folder: of its file.
        path: of the bundle.
        numbers: figures as measured now, at the beginning of each scene.
        versions: they were measured with, see `made.versions_here`.
        device: they were measured on: `cpu`; empty if unknown.
        progress: called as files are packed.
        cancelled: asked as often.

    Returns:
        Sentences on what the lecture needs and the bundle does not hold; the bundle tells
        them too, where it is opened.

    Raises:
        UserError: if a file cannot be read or the bundle cannot be written.
        OperationCancelled: if `cancelled()` became true; nothing is written then.
    """
    packing = _Packing(lecture, folder)
    made = Made(versions, device, numbers, packing.left_out)
    texts = {LECTURE: to_toml(packing.lecture), MADE: made.to_json()}
    total = sum(file.stat().st_size for file in packing.files.values())

    def write(target: BinaryIO) -> None:
        done = 0
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in texts.items():
                archive.writestr(name, text)
            for name, file in packing.files.items():
                if cancelled():
                    raise OperationCancelled
                archive.write(file, name)
                done += file.stat().st_size
                progress(done, total)

    with writing(path):
        write_atomically(path, write)
    return packing.left_out


class _Packing:
    """What goes into a bundle under which name, and what stays out.

    Attributes:
        lecture: with the names that its files have in the bundle.
        files: by name in the bundle.
        left_out: sentences.
    """

    def __init__(self, lecture: Lecture, folder: Path) -> None:
        self._folder = folder
        self._names: dict[Path, str] = {}
        self.files: dict[str, Path] = {}
        self._left_out: dict[str, None] = {}
        for number, scene in enumerate(lecture.scenes, 1):
            for file in named_files(scene):
                self._take(file, number)
            for view in scene.views:
                for need in _needs(view, folder):
                    self._left_out.setdefault(f"Scene {number}: {need}")
        self.lecture = renamed(lecture, self._name)

    @property
    def left_out(self) -> tuple[str, ...]:
        return tuple(self._left_out)

    def _name(self, file: NamedFile) -> str:
        return self._names.get(_resolved(file, self._folder), file.name)

    def _take(self, file: NamedFile, scene: int) -> None:
        path = _resolved(file, self._folder)
        if path in self._names:
            return
        what = f"Scene {scene}: the {file.kind} {file.name!r}"
        if not path.exists():
            self._left_out.setdefault(f"{what} was not there when the bundle was made.")
            return
        found = dict(_files(path))
        if (size := sum(each.stat().st_size for each in found.values())) > LARGEST_BYTES:
            most = binary_size(LARGEST_BYTES)
            self._left_out.setdefault(f"{what} has {binary_size(size)}; up to {most} are packed.")
            return
        name = self._free(f"{FOLDERS[file.kind]}/{_safe(path.name)}")
        self._names[path] = name
        self.files |= {f"{name}/{inner}" if inner else name: each for inner, each in found.items()}

    def _free(self, name: str) -> str:
        """A name that no other file has, also where case does not count."""
        taken = {each.casefold() for each in self._names.values()}
        stem, dot, suffix = name.rpartition(".") if "." in Path(name).name else (name, "", "")
        number, free = 1, name
        while free.casefold() in taken:
            number += 1
            free = f"{stem}-{number}{dot}{suffix}"
        return free


def _resolved(file: NamedFile, folder: Path) -> Path:
    return file.path(folder).resolve()


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """The files of a folder by their relative names, or the one file with an empty name."""
    if path.is_file():
        yield "", path
        return
    is_run = (path / "run.json").is_file() or (path / "metrics.jsonl").is_file()
    for file in sorted(path.rglob("*")):
        inner = file.relative_to(path)
        if file.is_file() and not (is_run and inner.parts[0] in _RUN_LEAVES):
            yield inner.as_posix(), file


def _safe(name: str) -> str:
    """A file name that every system can have."""
    return re.sub(r'[<>:"/\\|?*\x00-\x1f]', "-", name).strip(" .") or "file"


def _needs(view: View, folder: Path) -> Iterator[str]:
    """Sentences on what a view needs that no bundle holds."""
    if isinstance(view, Look) and view.weights == "imagenet":
        yield f"published weights of {view.network} are downloaded when they are first shown."
    if getattr(view, "picture", None) == "" and _looks_at_it(view):
        yield "it shows the picture of the window, which is not in the bundle."
    if isinstance(view, Training):
        try:
            data = read_config(recipe_path(view.recipe, folder)).data
        except UserError:
            return  # a recipe that cannot be read is told where it is packed or shown
        if data.source != "shapes":
            yield f"it trains on {data.dataset}, whose pictures are not in the bundle."


def _looks_at_it(view: View) -> bool:
    settings = getattr(view, "settings", None)
    return settings is None or settings.batch == "picture"

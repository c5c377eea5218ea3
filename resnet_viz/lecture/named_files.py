"""The files that a lecture names beside itself, and naming them from elsewhere.

Fields of views name them, and so do the changes of steps. Imports neither torch nor Qt.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from resnet_viz.lecture.scenes import Lecture, Scene, Step
from resnet_viz.lecture.views import BUNDLED, SAMPLE, View

Kind = Literal["picture", "checkpoint", "run", "recipe", "folder"]

_KINDS: dict[str, Kind] = {
    "picture": "picture",
    "path": "checkpoint",
    "run": "run",
    "recipe": "recipe",
    "folder": "folder",
}


@dataclass(frozen=True)
class NamedFile:
    """A file or folder that a lecture names.

    Attributes:
        kind: what it is; `folder` holds class folders of pictures.
        name: as the lecture has it: absolute, or relative to the lecture's file.
    """

    kind: Kind
    name: str

    @property
    def shipped(self) -> bool:
        """Whether it comes with the program."""
        return self.name.startswith((SAMPLE, BUNDLED))

    def path(self, folder: Path) -> Path:
        """Where it is, for a lecture in `folder`."""
        return folder / Path(self.name).expanduser()


Rename = Callable[[NamedFile], str]
"""The new name of a file; the old one leaves it."""


def named_files(scene: Scene, *, shipped: bool = False) -> tuple[NamedFile, ...]:
    """The files that a scene names, each once; those that ship with the program if asked for."""
    found: dict[NamedFile, None] = {}

    def note(file: NamedFile) -> str:
        found[file] = None
        return file.name

    _renamed_scene(scene, note)
    return tuple(file for file in found if shipped or not file.shipped)


def renamed(lecture: Lecture, rename: Rename) -> Lecture:
    """A lecture whose files have other names; what ships with the program keeps its own."""

    def own(file: NamedFile) -> str:
        return file.name if file.shipped else rename(file)

    return replace(lecture, scenes=tuple(_renamed_scene(s, own) for s in lecture.scenes))


def rebased(lecture: Lecture, old: Path, new: Path) -> Lecture:
    """A lecture that names the same files from another folder.

    Args:
        lecture: whose relative names start at `old`.
        old: folder of its file.
        new: where its file shall be. What lies inside becomes relative, so that both can be
            moved together.
    """
    old, new = old.resolve(), new.resolve()

    def rename(file: NamedFile) -> str:
        path = file.path(old).resolve()
        if path.is_relative_to(new):
            return path.relative_to(new).as_posix()
        absolute = Path(file.name).expanduser().is_absolute()
        return file.name if absolute else _relative(path, new)

    return renamed(lecture, rename)


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        return str(path)


def _renamed_scene(scene: Scene, rename: Rename) -> Scene:
    return replace(
        scene,
        views=tuple(_renamed_view(view, rename) for view in scene.views),
        steps=tuple(_renamed_step(step, rename) for step in scene.steps),
    )


def _renamed_view(view: View, rename: Rename) -> View:
    changed: dict[str, Any] = {}
    for field in fields(view):
        content = getattr(view, field.name)
        if field.name in ("settings", "experiment"):
            if getattr(content, "folder", ""):
                folder = _new_name("folder", content.folder, rename)
                changed[field.name] = replace(content, folder=folder)
        elif field.name in _KINDS:
            changed[field.name] = _new_name(field.name, content, rename)
    return replace(view, **changed)


def _renamed_step(step: Step, rename: Rename) -> Step:
    return replace(step, change=_renamed_table(step.change, rename))


def _renamed_table(table: Mapping[str, Any], rename: Rename) -> dict[str, Any]:
    """The fields of a view as a file has them; an experiment is a table in it."""
    return {
        key: _renamed_table(content, rename)
        if isinstance(content, Mapping)
        else _new_name(key, content, rename)
        for key, content in table.items()
    }


def _new_name(key: str, content: Any, rename: Rename) -> Any:
    if key not in _KINDS or not isinstance(content, str) or not content:
        return content
    return rename(NamedFile(_KINDS[key], content))

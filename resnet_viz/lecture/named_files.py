"""The files that a lecture names beside itself, and naming them from elsewhere.

Fields of views name them, and so do the changes of steps. Imports neither torch nor Qt.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from resnet_viz.lecture.checks import Place
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
_Visit = Callable[[NamedFile, Place], str]
"""The same, told also where in the scene the file is named."""


def named_files(scene: Scene) -> tuple[NamedFile, ...]:
    """The files that a scene names, each once, without those that ship with the program."""
    return tuple(file for file in places_of_files(scene) if not file.shipped)


def places_of_files(scene: Scene) -> dict[NamedFile, Place]:
    """Where in a scene each file is named first; also those that ship with the program."""
    found: dict[NamedFile, Place] = {}

    def note(file: NamedFile, place: Place) -> str:
        found.setdefault(file, place)
        return file.name

    _renamed_scene(scene, note)
    return found


def renamed(lecture: Lecture, rename: Rename) -> Lecture:
    """A lecture whose files have other names; what ships with the program keeps its own."""

    def own(file: NamedFile, _place: Place) -> str:
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


def _renamed_scene(scene: Scene, visit: _Visit) -> Scene:
    views = (_renamed_view(v, visit, ("view", i)) for i, v in enumerate(scene.views))
    steps = (_renamed_step(s, visit, ("step", i)) for i, s in enumerate(scene.steps))
    return replace(scene, views=tuple(views), steps=tuple(steps))


def _renamed_view(view: View, visit: _Visit, place: Place) -> View:
    changed: dict[str, Any] = {}
    for field in fields(view):
        content = getattr(view, field.name)
        if field.name in ("settings", "experiment"):
            if getattr(content, "folder", ""):
                inside = place if field.name == "settings" else (*place, field.name)
                folder = _new_name("folder", content.folder, visit, inside)
                changed[field.name] = replace(content, folder=folder)
        elif field.name in _KINDS:
            changed[field.name] = _new_name(field.name, content, visit, place)
    return replace(view, **changed)


def _renamed_step(step: Step, visit: _Visit, place: Place) -> Step:
    return replace(step, change=_renamed_table(step.change, visit, (*place, "change")))


def _renamed_table(table: Mapping[str, Any], visit: _Visit, place: Place) -> dict[str, Any]:
    """The fields of a view as a file has them; an experiment is a table in it."""
    return {
        key: _renamed_table(content, visit, (*place, key))
        if isinstance(content, Mapping)
        else _new_name(key, content, visit, place)
        for key, content in table.items()
    }


def _new_name(key: str, content: Any, visit: _Visit, place: Place) -> Any:
    if key not in _KINDS or not isinstance(content, str) or not content:
        return content
    return visit(NamedFile(_KINDS[key], content), (*place, key))

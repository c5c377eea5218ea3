"""What an editor does to a lecture: every edit is a new value. Imports neither torch nor Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from resnet_viz.lecture.scenes import Lecture, Scene

COPY = " (copy)"
"""Behind the title of a duplicated scene, until somebody gives it one of its own."""


def changed_scene(lecture: Lecture, index: int, **fields: Any) -> Lecture:
    """One scene with other fields.

    Raises:
        IndexError: if there is no such scene.
        UserError: if a value cannot be used.
    """
    scenes = list(lecture.scenes)
    scenes[index] = replace(scenes[index], **fields)
    return replace(lecture, scenes=tuple(scenes))


def with_scenes(lecture: Lecture, index: int, scenes: Sequence[Scene]) -> Lecture:
    """Scenes put in before the one at `index`; at the end where `index` is the number of scenes."""
    before = lecture.scenes
    return replace(lecture, scenes=(*before[:index], *scenes, *before[index:]))


def without_scene(lecture: Lecture, index: int) -> Lecture:
    """One scene less."""
    before = lecture.scenes
    return replace(lecture, scenes=(*before[:index], *before[index + 1 :]))


def moved_scene(lecture: Lecture, index: int, to: int) -> Lecture:
    """The scene at `index` in the place that will be number `to`."""
    scenes = list(lecture.scenes)
    scene = scenes.pop(index)
    scenes.insert(to, scene)
    return replace(lecture, scenes=tuple(scenes))


def duplicated_scene(lecture: Lecture, index: int) -> Lecture:
    """A copy of a scene behind it."""
    scene = lecture.scenes[index]
    title = scene.title if scene.title.endswith(COPY) else scene.title + COPY
    return with_scenes(lecture, index + 1, [replace(scene, title=title)])

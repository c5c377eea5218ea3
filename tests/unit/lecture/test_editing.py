"""Scenes put in, taken out and moved."""

from __future__ import annotations

import pytest

from resnet_viz.lecture.editing import (
    changed_scene,
    duplicated_scene,
    moved_scene,
    with_scenes,
    without_scene,
)
from resnet_viz.lecture.scenes import Lecture, Scene

ABC = Lecture("L", "me", tuple(Scene(title) for title in "abc"))


def titles(lecture: Lecture) -> str:
    assert (lecture.title, lecture.author) == ("L", "me")
    return "".join(scene.title for scene in lecture.scenes)


@pytest.mark.parametrize(
    ("index", "to", "order"), [(0, 2, "bca"), (2, 0, "cab"), (0, 1, "bac"), (1, 1, "abc")]
)
def test_a_scene_gets_the_number_that_it_is_given(index: int, to: int, order: str) -> None:
    assert titles(moved_scene(ABC, index, to)) == order


def test_scenes_come_and_go_and_the_lecture_before_stays() -> None:
    assert titles(with_scenes(ABC, 1, [Scene("x"), Scene("y")])) == "axybc"
    assert titles(with_scenes(ABC, 3, [Scene("x")])) == "abcx"
    assert titles(without_scene(ABC, 1)) == "ac"
    assert titles(changed_scene(ABC, 2, title="C")) == "abC"
    assert titles(ABC) == "abc"


def test_a_copy_says_that_it_is_one_but_once() -> None:
    twice = duplicated_scene(duplicated_scene(ABC, 1), 2)
    assert [scene.title for scene in twice.scenes] == ["a", "b", "b (copy)", "b (copy)", "c"]

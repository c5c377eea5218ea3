"""A lecture: scenes with live views, what is said about them, and what happens step by step.

Imports neither torch nor Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from resnet_viz.lecture.views import View

Action = Literal["", "train", "pause", "reveal"]


@dataclass(frozen=True)
class Step:
    """What the next key does within a scene.

    Attributes:
        say: takes the place of the scene's sentence; empty leaves it.
        view: which of the scene's views is changed, from 1.
        change: fields of that view and their new values, as in a file: `{"cut": ["all"]}`.
        do: `train` begins or continues the training, `pause` pauses it, `reveal` lays the
            measured curve over the audience's guess.
    """

    say: str = ""
    view: int = 1
    change: Mapping[str, Any] = field(default_factory=dict)
    do: Action = ""


@dataclass(frozen=True)
class Question:
    """For the handout: asked on one page, answered on another.

    Attributes:
        ask: the question.
        answer: with the names of measured figures in braces: `{first_plain}`.
    """

    ask: str
    answer: str = ""


@dataclass(frozen=True)
class Scene:
    """One picture of a lecture.

    Texts may name measured figures in braces, which `lecture/facts.py` fills in: `{ratio_plain}`
    is of the first view, `{2.ratio_plain}` of the second.

    Attributes:
        title: the headline; says what is to be seen, not what to believe.
        sentence: under it.
        notes: for the speaker alone; Markdown's plain subset (paragraphs, lists with "- ").
        views: one, or two side by side.
        steps: in order; the scene begins before the first.
        predict: name of the curve of the first view that is hidden until it is revealed, while
            the audience's guess is drawn; empty for none. `lecture/prediction.py` has the names.
        questions: for the handout.
    """

    title: str
    sentence: str = ""
    notes: str = ""
    views: tuple[View, ...] = ()
    steps: tuple[Step, ...] = ()
    predict: str = ""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Lecture:
    """A list of scenes.

    Attributes:
        title: for people.
        author: may be empty.
        scenes: in order.
    """

    title: str = "Untitled lecture"
    author: str = ""
    scenes: tuple[Scene, ...] = ()


@dataclass(frozen=True)
class Moment:
    """What a scene shows at one of its steps.

    Attributes:
        sentence: as a template.
        views: with all changes up to this step.
        revealed: whether the hidden curve is shown; True where none is hidden.
        do: what this step does; empty where the scene is entered at it from behind.
        view: which view `do` is for, from 1.
    """

    sentence: str
    views: tuple[View, ...]
    revealed: bool
    do: Action = ""
    view: int = 1

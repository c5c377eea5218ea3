"""The words of a scene with its measured figures, for painting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from resnet_viz.lecture.facts import Fact, Facts, fill
from resnet_viz.lecture.scenes import Scene
from resnet_viz.ui.lecture.wrapped_text import CLOSE, OPEN

_EXPECTED = Fact("0.00×10⁻⁰⁰", 0.0)
"""About as long as a measured figure: room is kept for it before it is known."""


def marked(template: str, facts: Sequence[Facts]) -> str:
    """A template with its figures, marked where they are numbers."""
    return fill(template, [{n: _marked(f) for n, f in known.items()} for known in facts])


def expected(scene: Scene, facts: Sequence[Facts]) -> list[str]:
    """All sentences of a scene, with something as long as a figure for those not known yet."""
    sentences = [scene.sentence, *(step.say for step in scene.steps if step.say)]
    guessed = [_Guessed({n: _marked(f) for n, f in known.items()}) for known in facts]
    return [fill(sentence, guessed) for sentence in sentences]


def _marked(fact: Fact) -> Fact:
    return fact if fact.value is None else replace(fact, text=f"{OPEN}{fact.text}{CLOSE}")


class _Guessed(dict[str, Fact]):
    """Has every name."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Fact:
        return _marked(_EXPECTED)

"""The tables of a lecture's file as a lecture, and its mistakes with the lines they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resnet_viz.errors import UserError
from resnet_viz.lab.entries import EntryError, checked
from resnet_viz.lab.toml_lines import Lines
from resnet_viz.lecture.checks import faults
from resnet_viz.lecture.scenes import Lecture, Question, Scene, Step
from resnet_viz.lecture.script import view_from_table
from resnet_viz.lecture.views import View

_PARTS = ("view", "step", "question")


class LectureError(UserError):
    """A mistake in a lecture's file.

    Args:
        message: one sentence naming file and line.
        hint: what is allowed, and the nearest match.
        line: from 1; 0 where no single one is to blame.
    """

    def __init__(self, message: str, hint: str = "", line: int = 0) -> None:
        super().__init__(message, hint)
        self.line = line


class Source:
    """A lecture's text, to say where in it something stands.

    Args:
        name: for people.
        text: the whole file, which `tomllib` has accepted.
    """

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._lines = Lines(text)

    def mistake(self, error: UserError, *place: str | int) -> LectureError:
        """An error with the file, the line and the scene in front of it.

        Args:
            error: what is wrong.
            place: keys of what is to blame, from the outermost in.
        """
        line = self._lines.of(*place) or 0
        where = f"{self._name}, line {line}" if line else self._name
        if place[:1] == ("scene",) and len(place) > 1:
            where += f", scene {int(place[1]) + 1}"
        return LectureError(f"{where}: {error.message}", error.hint, line)


@dataclass(frozen=True)
class Reading:
    """What a text holds.

    Attributes:
        lecture: None where something in it is no value of a lecture at all.
        mistakes: in the order of their lines; with a lecture they are of the kind that
            `lecture/checks.py` finds, which it can be shown and edited with.
        source: the text; None where it is not even TOML.
    """

    lecture: Lecture | None
    mistakes: tuple[LectureError, ...]
    source: Source | None = None


def in_order(mistakes: Iterable[LectureError]) -> tuple[LectureError, ...]:
    """Mistakes by their lines."""
    return tuple(sorted(mistakes, key=lambda each: (each.line, each.message)))


class Reader:
    """Turns the tables of one file into a lecture and its mistakes into sentences with a line.

    What cannot be read is noted and left out, so that all mistakes are found at once.

    Args:
        source: its text.
        tables: what `tomllib` made of it.
    """

    def __init__(self, source: Source, tables: Mapping[str, Any]) -> None:
        self._source = source
        self._tables = tables
        self._mistakes: list[LectureError] = []
        self._broken: set[str | int] = set()

    def reading(self) -> Reading:
        """The lecture as far as it can be read, and every mistake."""
        values = self._values(Lecture, self._tables, ("scene",), "a lecture's entry")
        scenes = [self._scene(t, *p) for t, p in self._each("scene", self._tables)]
        lecture = None if self._mistakes else Lecture(**values, scenes=tuple(scenes))
        for index, scene in enumerate(scenes):
            if index not in self._broken:  # or mistakes would follow from mistakes
                for fault in faults(scene):
                    self._note(UserError(fault.message, fault.hint), "scene", index, *fault.place)
        return Reading(lecture, in_order(self._mistakes), self._source)

    def _scene(self, table: Mapping[str, Any], *place: str | int) -> Scene:
        values = self._values(Scene, table, _PARTS, "a scene's entry", *place)
        if "title" not in table:
            self._note(UserError("A scene needs a title."), *place)
        views = [self._view(t, *p) for t, p in self._each("view", table, *place)]
        steps = [self._step(t, *p) for t, p in self._each("step", table, *place)]
        questions = [self._question(t, *p) for t, p in self._each("question", table, *place)]
        return Scene(
            **{"title": "", **values},
            views=tuple(view for view in views if view is not None),
            steps=tuple(steps),
            questions=tuple(questions),
        )

    def _view(self, table: Mapping[str, Any], *place: str | int) -> View | None:
        try:
            return view_from_table(table)
        except EntryError as error:
            self._note(error, *place, *error.key.split("."))
            return None

    def _step(self, table: Mapping[str, Any], *place: str | int) -> Step:
        values = self._values(Step, table, ("change",), "a step's entry", *place)
        change = table.get("change", {})
        if not isinstance(change, dict):
            hint = 'Write change = { cut = ["all"] }.'
            self._note(UserError("change must be a table.", hint), *place, "change")
            change = {}
        return Step(**values, change=change)

    def _question(self, table: Mapping[str, Any], *place: str | int) -> Question:
        values = self._values(Question, table, (), "a question's entry", *place)
        if "ask" not in table:
            self._note(UserError('A question needs ask = "...".'), *place)
        return Question(**{"ask": "", **values})

    # --- entries ---------------------------------------------------------------------------

    def _values(
        self,
        kind: type[Any],
        table: Mapping[str, Any],
        tables: tuple[str, ...],
        what: str,
        *place: str | int,
    ) -> dict[str, Any]:
        """The plain entries of a table, checked; those in `tables` are somebody else's to read."""
        values: dict[str, Any] = {}
        for key in table.keys() - set(tables):
            try:
                values |= checked(kind, {key: table[key]}, what)
            except EntryError as error:
                self._note(error, *place, error.key)
        return values

    def _each(
        self, key: str, table: Mapping[str, Any], *place: str | int
    ) -> Iterator[tuple[Mapping[str, Any], tuple[str | int, ...]]]:
        """The tables of an array and where they stand."""
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
            dotted = ".".join([*(p for p in place if isinstance(p, str)), key])
            hint = f"Write [[{dotted}]] with two brackets."
            self._note(UserError(f"A {key} is a table.", hint), *place, key)
            found = []
        return ((each, (*place, key, i)) for i, each in enumerate(found))

    def _note(self, error: UserError, *place: str | int) -> None:
        """Keep a mistake, and in mind that its scene has one."""
        known = tuple(part for part in place if part != "")
        if known[:1] == ("scene",) and len(known) > 1:
            self._broken.add(known[1])
        self._mistakes.append(self._source.mistake(error, *known))

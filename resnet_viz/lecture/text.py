"""A lecture as a TOML file that people can read and write.

    title = "Why skip connections?"
    author = "..."                      # optional

    [[scene]]                           # as many as you like, in order
    title = "The gradient at every block"
    sentence = "With skips {first_residual}, without {first_plain}."
    notes = '''
    For the speaker alone.
    - Paragraphs, and lists like this one.
    '''
    predict = "plain"                   # optional: this curve is hidden until it is revealed

    [[scene.view]]                      # one, or two side by side
    kind = "pair"                       # what is shown, see below
    network = "resnet56"
    norm = "none"

    [[scene.step]]                      # what the next key does
    say = "Now with batch norm."        # takes the place of the sentence
    view = 1                            # which view; 1 may be left out
    change = { norm = "batch" }         # fields of that view
    do = "reveal"                       # or "train", "pause"

    [[scene.question]]                  # for the handout
    ask = "What has changed?"
    answer = "The ratio is {ratio_plain} now."

Kinds of views and their fields, each of which may be left out, are in `lecture/views.py`:
`overview`, `maps`, `photo` (one network on one picture), `anatomy` (one block), `pair`,
`addnode`, `study` (the gradient laboratory's, with the fields of `LabSettings` beside their
own; a study asks `experiment = { kind = "depth", depths = [8, 20] }`), `run` (a recorded
training), `training` (a new one). In lists of blocks `["all"]` stands for every block. Paths are
relative to the file; `sample:cat` and `bundled:duel56-cifar10` ship with the program.

Names in braces are figures measured when they are shown: `{ratio_plain}` is of the first view,
`{2.ratio_plain}` of the second.

Imports neither torch nor Qt.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from resnet_viz import toml_values
from resnet_viz.errors import UserError
from resnet_viz.lab.entries import EntryError, checked
from resnet_viz.lab.toml_lines import Lines
from resnet_viz.lecture.scenes import Lecture, Question, Scene, Step
from resnet_viz.lecture.script import view_from_table, view_to_table
from resnet_viz.lecture.views import View


def read_lecture(path: Path) -> Lecture:
    """Read a lecture.

    Raises:
        UserError: if the file cannot be read or is no lecture; names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"Cannot read the lecture {str(path)!r}: {reason}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"Cannot read the lecture {str(path)!r}: it is not text.") from error
    return parse(text, path.name)


def parse(text: str, source: str = "lecture.toml") -> Lecture:
    """Read a lecture from its text; `source` names it in errors.

    Raises:
        UserError: if it is no lecture; names the line and what is allowed.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{source} is not valid TOML: {error}.") from error
    return _Reader(text, source, tables).lecture()


class _Reader:
    """Turns the tables of one file into a lecture and its mistakes into sentences with a line."""

    def __init__(self, text: str, source: str, tables: Mapping[str, Any]) -> None:
        self._source = source
        self._tables = tables
        self._lines = Lines(text)

    def lecture(self) -> Lecture:
        values = self._values(Lecture, self._tables, ("scene",), "a lecture's entry")
        scenes = self._each("scene", self._tables)
        return Lecture(**values, scenes=tuple(self._scene(t, *p) for t, p in scenes))

    def _scene(self, table: Mapping[str, Any], *place: str | int) -> Scene:
        values = self._values(Scene, table, ("view", "step", "question"), "a scene's entry", *place)
        if "title" not in values:
            raise self._error(UserError("A scene needs a title."), *place)
        return Scene(
            **values,
            views=tuple(self._view(t, *p) for t, p in self._each("view", table, *place)),
            steps=tuple(self._step(t, *p) for t, p in self._each("step", table, *place)),
            questions=tuple(
                self._question(t, *p) for t, p in self._each("question", table, *place)
            ),
        )

    def _view(self, table: Mapping[str, Any], *place: str | int) -> View:
        try:
            return view_from_table(table)
        except EntryError as error:
            raise self._error(error, *place, *error.key.split(".")) from error

    def _step(self, table: Mapping[str, Any], *place: str | int) -> Step:
        values = self._values(Step, table, ("change",), "a step's entry", *place)
        change = table.get("change", {})
        if not isinstance(change, dict):
            hint = 'Write change = { cut = ["all"] }.'
            raise self._error(UserError("change must be a table.", hint), *place, "change")
        return Step(**values, change=change)

    def _question(self, table: Mapping[str, Any], *place: str | int) -> Question:
        values = self._values(Question, table, (), "a question's entry", *place)
        if "ask" not in values:
            raise self._error(UserError('A question needs ask = "...".'), *place)
        return Question(**values)

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
        plain = {key: content for key, content in table.items() if key not in tables}
        try:
            return checked(kind, plain, what)
        except EntryError as error:
            raise self._error(error, *place, error.key) from error

    def _each(
        self, key: str, table: Mapping[str, Any], *place: str | int
    ) -> Iterator[tuple[Mapping[str, Any], tuple[str | int, ...]]]:
        """The tables of an array and where they stand."""
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
            dotted = ".".join([*(p for p in place if isinstance(p, str)), key])
            hint = f"Write [[{dotted}]] with two brackets."
            raise self._error(UserError(f"A {key} is a table.", hint), *place, key)
        return ((each, (*place, key, i)) for i, each in enumerate(found))

    def _error(self, error: UserError, *place: str | int) -> UserError:
        """The error with the file, the line and the scene in front of it."""
        known = [part for part in place if part != ""]
        where = self._source
        if (line := self._lines.of(*known)) is not None:
            where += f", line {line}"
        if len(known) > 1 and known[0] == "scene":
            where += f", scene {int(known[1]) + 1}"
        return UserError(f"{where}: {error.message}", error.hint)


# --- writing ---------------------------------------------------------------------------------


def to_toml(lecture: Lecture) -> str:
    """A lecture as text that `parse` reads back as an equal value.

    Raises:
        UserError: if a text is not valid Unicode.
    """
    tables = [_table("", {"title": lecture.title, "author": lecture.author})]
    for scene in lecture.scenes:
        tables.extend(_scene_tables(scene))
    return "\n\n".join(tables) + "\n"


def _scene_tables(scene: Scene) -> Iterator[str]:
    texts = ("sentence", "notes", "predict")
    yield _table("scene", {"title": scene.title, **{k: getattr(scene, k) for k in texts}})
    for view in scene.views:
        yield "\n".join(["[[scene.view]]", *toml_values.entries(view_to_table(view))])
    for step in scene.steps:
        yield _table("scene.step", _step_entries(step))
    for question in scene.questions:
        yield _table("scene.question", {"ask": question.ask, "answer": question.answer})


def _step_entries(step: Step) -> dict[str, Any]:
    view = step.view if step.view != Step().view else ""
    return {"say": step.say, "view": view, "change": step.change or "", "do": step.do}


def _table(name: str, table: Mapping[str, Any]) -> str:
    """A table without its empty entries, all but those that it must have."""
    lines = [f"[[{name}]]"] if name else []
    for key, content in table.items():
        if isinstance(content, str) and (content or key in ("title", "ask")):
            lines.append(f"{key} = {toml_values.prose(content)}")
        elif not isinstance(content, str):
            lines.append(f"{key} = {toml_values.value(content)}")
    return "\n".join(lines)

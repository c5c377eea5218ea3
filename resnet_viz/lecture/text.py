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
`{2.ratio_plain}` of the second; `lecture/fact_names.py` knows those of each kind of view.

Imports neither torch nor Qt.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from resnet_viz import toml_values
from resnet_viz.errors import UserError
from resnet_viz.lab.toml_lines import last_begun
from resnet_viz.lecture.reader import LectureError, Reader, Reading, Source
from resnet_viz.lecture.scenes import Lecture, Scene, Step
from resnet_viz.lecture.script import view_to_table

LARGEST_BYTES = 4 << 20
"""A lecture's text is smaller; what is not is some other file."""

_POSITION = re.compile(r" \(at line (?P<line>\d+), column (?P<column>\d+)\)$")
_SINGLE = re.compile(r"^\s*\[(?P<name>scene(\.(view|step|question))?)\]", re.MULTILINE)
_ANYWHERE = " (at end of document)"


def require_file(path: Path) -> None:
    """Raise UserError if there is no such file; opening a named pipe would wait for ever."""
    if path.is_file():
        return
    why = "it is not a file" if path.exists() else "there is no such file"
    raise UserError(f"Cannot read the lecture {str(path)!r}: {why}.", _KINDS)


def read_text(path: Path) -> str:
    """The text of a lecture's file.

    Raises:
        UserError: if it cannot be read, or is no text.
    """
    require_file(path)
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UserError(f"{str(path)!r} is too large for a lecture.", _KINDS)
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"Cannot read the lecture {str(path)!r}: {reason}.") from error
    except UnicodeDecodeError as error:
        raise UserError(
            f"Cannot read the lecture {str(path)!r}: it is not text.", _KINDS
        ) from error


_KINDS = "A lecture is a TOML file in UTF-8; one with its pictures packed ends in .rvl."


def read_lecture(path: Path) -> Lecture:
    """Read a lecture that has no mistake.

    Raises:
        UserError: if the file cannot be read or has a mistake; names the line of the first.
    """
    return parse(read_text(path), path.name)


def parse(text: str, source: str = "lecture.toml") -> Lecture:
    """Read a lecture that has no mistake from its text; `source` names it in errors.

    Raises:
        UserError: for the first mistake; names its line and what is allowed.
    """
    reading = examine(text, source)
    if reading.lecture is None or reading.mistakes:
        raise reading.mistakes[0]
    return reading.lecture


def examine(text: str, source: str = "lecture.toml") -> Reading:
    """Read what can be read, and find every mistake."""
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError also of numbers without end
        return Reading(None, (_syntax_error(error, text, source),))
    return Reader(Source(source, text), tables).reading()


def _syntax_error(error: Exception, text: str, source: str) -> LectureError:
    message = str(error) or "it is nested too deeply"
    if position := _POSITION.search(message):
        line, message = int(position["line"]), message[: position.start()]
        where = f"{source}, line {line}, column {position['column']}"
        return LectureError(f"{where}: not valid TOML: {message}.", _brackets(text), line)
    if message.endswith(_ANYWHERE):
        line, message = last_begun(text), message.removesuffix(_ANYWHERE)
        hint = "The file ends within what begins on this line; is it complete?"
        return LectureError(f"{source}, line {line}: not valid TOML: {message}.", hint, line)
    return LectureError(f"{source}: not valid TOML: {message}.")


def _brackets(text: str) -> str:
    """A hint where a table has one bracket that needs two, which TOML notices only later."""
    if (single := _SINGLE.search(text)) is None:
        return ""
    line = text.count("\n", 0, single.start("name")) + 1
    return f"Write [[{single['name']}]] with two brackets in line {line}."


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

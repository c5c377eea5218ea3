"""The laboratory's state as one line of text, to copy in one place and paste in another.

    resnet-viz lab norm=batch init=he cut=layer1.0-8,layer2.3 resnet_viz=0.1.0 torch=2.13.0

Entries are separated by blanks and stand for themselves; what is not listed is as usual. The
same line gives the same numbers where the versions are the same. Imports neither torch nor Qt.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from resnet_viz import __version__
from resnet_viz.lab.entries import EntryError
from resnet_viz.lab.experiments import EXPERIMENTS, Experiment
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.text import experiment_from_table, settings_from_table, settings_to_table

_BEGINNING = "resnet-viz lab"
_ENTRY = re.compile(r'([A-Za-z_][\w.]*)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?=\s|$)')
_BARE = re.compile(r"[A-Za-z0-9_.,+:/~@%-]+")
_RUN = re.compile(r"(layer\d+)\.(\d+)-(\d+)")
# As many blocks as any network here has; a run of more is a slip of the finger.
_LONGEST_RUN = 10_000
_DIGITS = 16
_BLOCKS = ("cut", "dropped", "plain_restored", "plain_dropped")
_PROGRAMS = ("resnet_viz", "torch")
_PICTURE = ("picture", "picture_sha256")


@dataclass(frozen=True)
class PictureMark:
    """What a picture is known by, since it does not fit into a line.

    Attributes:
        name: the file's, or what the window calls a pasted picture.
        sha256: first 16 hexadecimal digits of the hash of its height, width and pixels.
    """

    name: str
    sha256: str

    @classmethod
    def of(cls, name: str, rgb: NDArray[np.uint8]) -> PictureMark:
        """The mark of a picture, (H, W, 3)."""
        digest = hashlib.sha256(f"{rgb.shape[0]}x{rgb.shape[1]}:".encode())
        digest.update(np.ascontiguousarray(rgb).data)
        return cls(name, digest.hexdigest()[:_DIGITS])


@dataclass(frozen=True)
class State:
    """What a line says.

    Attributes:
        settings: of the networks and the batch.
        experiment: what was asked last; None if the line names none.
        picture: that the settings' batch is made of; None unless it is.
        warnings: why the numbers may differ from those where the line was copied, in sentences.
    """

    settings: LabSettings
    experiment: Experiment | None = None
    picture: PictureMark | None = None
    warnings: tuple[str, ...] = ()


def to_line(
    settings: LabSettings,
    experiment: Experiment | None = None,
    picture: PictureMark | None = None,
    *,
    torch: str = "",
) -> str:
    """The state as a line without line breaks.

    Args:
        settings: of the networks and the batch.
        experiment: the one on screen, or None.
        picture: on screen; written only where the batch is made of it.
        torch: the engine's version of torch; empty if it is not known.
    """
    entries: dict[str, Any] = {}
    for key, value in settings_to_table(settings).items():
        entries[key] = _runs(value) if key in _BLOCKS else value
    if experiment is not None:
        entries["experiment"] = experiment.key
        entries.update(_options(experiment))
    if picture is not None and settings.batch == "picture":
        entries.update(zip(_PICTURE, (picture.name, picture.sha256), strict=True))
    entries["resnet_viz"] = __version__
    if torch:
        entries["torch"] = torch
    return " ".join([_BEGINNING, *(f"{key}={_written(value)}" for key, value in entries.items())])


def from_line(text: str, *, torch: str = "") -> State:
    """The state that a line holds; line breaks within it count as blanks.

    Args:
        text: from `to_line`, or written by hand.
        torch: the engine's version of torch, to compare; empty if it is not known.

    Raises:
        EntryError: if the text is no such line, or an entry cannot be used; names the entry.
    """
    entries = _entries(text)
    versions = {name: entries.pop(name, "") for name in _PROGRAMS}
    name, digest = (entries.pop(key, "") for key in _PICTURE)
    experiment = _experiment(entries)
    hints = get_type_hints(LabSettings)
    table = {key: _read(value, hints.get(key, str)) for key, value in entries.items()}
    for key in _BLOCKS:
        if key in table:
            table[key] = [block for part in table[key] for block in _blocks(key, part)]
    return State(
        settings_from_table(table),
        experiment,
        PictureMark(name, digest) if name or digest else None,
        _warnings(versions, {"resnet_viz": __version__, "torch": torch}),
    )


# --- writing -------------------------------------------------------------------------------


def _options(experiment: Experiment) -> dict[str, Any]:
    """Options that are not the usual ones, by their names in a line: `lesion.how`."""
    usual = type(experiment)()
    return {
        f"{experiment.key}.{field.name}": value
        for field in fields(experiment)
        if (value := getattr(experiment, field.name)) != getattr(usual, field.name)
    }


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, list | tuple):
        return ",".join(map(_written, value))
    text = str(value)
    if _BARE.fullmatch(text):
        return text
    # Whatever cannot be seen, or not be encoded, is escaped.
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _runs(names: Iterable[str]) -> list[str]:
    """Block names with neighbours joined: `layer1.0-8`."""
    runs: list[tuple[str, int, int]] = []
    for stage, index in sorted(map(_stage_and_index, names)):
        if runs and runs[-1][0] == stage and runs[-1][2] == index - 1:
            runs[-1] = (stage, runs[-1][1], index)
        else:
            runs.append((stage, index, index))
    return [f"{s}.{first}" + (f"-{last}" if last > first else "") for s, first, last in runs]


def _stage_and_index(name: str) -> tuple[str, int]:
    stage, _, index = name.partition(".")
    return stage, int(index)


# --- reading -------------------------------------------------------------------------------


def _entries(text: str) -> dict[str, str]:
    """The entries of a line as texts, quotes taken off."""
    beginning = re.match(r"\s*resnet-viz\s+lab(?=\s|$)", text)
    if beginning is None:
        raise EntryError(
            "This text holds no settings of the laboratory.",
            f"They begin with `{_BEGINNING}`; copy the whole line.",
        )
    rest = text[beginning.end() :].strip()
    entries: dict[str, str] = {}
    while rest:
        match = _ENTRY.match(rest)
        if match is None:
            raise EntryError(
                f"{rest.split()[0]!r} is not an entry.", "Entries look like norm=batch."
            )
        key, value = match.groups()
        if key in entries:
            raise EntryError(f"{key} is given twice.", key=key)
        entries[key] = _unquoted(key, value)
        rest = rest[match.end() :].strip()
    return entries


def _unquoted(key: str, value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        # Not strict: a blank at which a mail was broken may have become a line break.
        return str(json.loads(value, strict=False))
    except ValueError as error:
        raise EntryError(
            f"{key} cannot be {value}.", "Its backslashes mean nothing.", key
        ) from error


def _experiment(entries: dict[str, str]) -> Experiment | None:
    """The experiment of a line, its entries taken out; errors name them as the line does."""
    key = entries.pop("experiment", None)
    if key is None:
        return None
    prefix = f"{key}."
    given = {name.removeprefix(prefix): name for name in entries if name.startswith(prefix)}
    kind = EXPERIMENTS.get(key)
    hints = get_type_hints(kind) if kind is not None else {}
    options = {
        name: _read(entries.pop(written), hints.get(name, str)) for name, written in given.items()
    }
    try:
        return experiment_from_table({"kind": key, **options})
    except EntryError as error:
        where = "experiment" if error.key == "kind" else given.get(error.key, "experiment")
        raise EntryError(error.message, error.hint, where) from error


def _read(text: str, hint: Any) -> Any:
    """A text as the annotated type; as it is where it is none, for the table to complain of."""
    origin = get_origin(hint)
    if origin in (tuple, frozenset):
        item, *_ = get_args(hint)
        return [_read(part, item) for part in text.split(",")] if text else []
    if hint is bool:
        return {"true": True, "false": False}.get(text, text)
    if hint in (int, float):
        try:
            return hint(text)
        except ValueError:
            return text
    return text


def _blocks(key: str, part: str) -> Iterator[str]:
    """The blocks of `layer1.0-8`, or the one that is named."""
    match = _RUN.fullmatch(part)
    if match is None:
        yield part
        return
    stage, first, last = match[1], int(match[2]), int(match[3])
    if not 0 <= last - first < _LONGEST_RUN:
        raise EntryError(f"{key} cannot hold {part!r}.", "A run is written layer1.0-8.", key)
    yield from (f"{stage}.{index}" for index in range(first, last + 1))


def _warnings(theirs: Mapping[str, str], ours: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"The line was copied with {name} {theirs[name]}; this is {ours[name]}, so the numbers "
        "may differ."
        for name in _PROGRAMS
        if theirs[name] and ours[name] and theirs[name] != ours[name]
    )

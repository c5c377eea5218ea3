"""A list of experiments, read from a TOML file.

    title = "Why gradients vanish"      # optional
    picture = "cat.jpg"                 # optional, for settings with batch = "picture"

    [settings]                          # of all experiments: fields of LabSettings
    network = "resnet20"

    [[experiment]]                      # as many as you like, one after the other
    kind = "depth"
    name = "No norm"                    # optional
    depths = [8, 20, 56]                # options of this kind
    settings = { norm = "none" }        # optional: what differs for this one

Imports neither torch nor Qt.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from resnet_viz.errors import UserError
from resnet_viz.lab.entries import EntryError, nearest
from resnet_viz.lab.experiments import EXPERIMENTS, Experiment, Lesion
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.text import experiment_from_table, settings_from_table
from resnet_viz.lab.toml_lines import Lines

_TOP = ("title", "picture", "settings", "experiment")


@dataclass(frozen=True)
class Task:
    """One experiment to run.

    Attributes:
        number: its place in the file, from 1.
        name: for people.
        settings: of the networks and the batch.
        experiment: the question.
    """

    number: int
    name: str
    settings: LabSettings
    experiment: Experiment


@dataclass(frozen=True)
class LabConfig:
    """What a file asks for.

    Attributes:
        title: for people.
        tasks: in the file's order.
        picture: shown where `batch` is `picture`; None if there is none.
        source: file name.
        text: the file's content.
    """

    title: str
    tasks: tuple[Task, ...]
    picture: Path | None
    source: str
    text: str = field(repr=False)


def read_config(path: Path, only: Sequence[str] = ()) -> LabConfig:
    """Read a list of experiments.

    Args:
        path: the TOML file.
        only: names, kinds or numbers of the experiments that are wanted; all if there are none.

    Raises:
        UserError: if the file cannot be read, is not TOML, or asks for something that there is
            not; names the line and what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"Cannot read the experiments {str(path)!r}: {reason}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"Cannot read the experiments {str(path)!r}: it is not text.") from error
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path.name} is not valid TOML: {error}.") from error
    return _Reader(path, text, tables).read(only)


class _Reader:
    """Turns the tables of one file into tasks and its mistakes into sentences with a line."""

    def __init__(self, path: Path, text: str, tables: Mapping[str, Any]) -> None:
        self._path = path
        self._text = text
        self._tables = tables
        self._lines = Lines(text)

    def read(self, only: Sequence[str]) -> LabConfig:
        for key in self._tables:
            if key not in _TOP:
                raise self._error(
                    UserError(
                        f"There is no entry {key!r}.",
                        f"{nearest(key, _TOP)}There are {', '.join(_TOP)}.",
                    ),
                    key,
                )
        title = self._text_entry(self._tables, "title", self._path.stem)
        picture = self._picture()
        tasks = self._chosen([self._task(*each) for each in enumerate(self._experiments())], only)
        for task in tasks:
            self._check(task, picture)
        return LabConfig(title, tuple(tasks), picture, self._path.name, self._text)

    # --- entries ---------------------------------------------------------------------------

    def _experiments(self) -> list[Mapping[str, Any]]:
        tables = self._tables.get("experiment", [])
        if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
            raise self._error(
                UserError("An experiment is a table.", "Write [[experiment]] with two brackets."),
                "experiment",
            )
        if not tables:
            raise UserError(
                f"{self._path.name} has no experiment.",
                f'Add [[experiment]] with kind = "..."; kinds: {", ".join(EXPERIMENTS)}.',
            )
        return tables

    def _task(self, index: int, table: Mapping[str, Any]) -> Task:
        options = {k: v for k, v in table.items() if k not in ("name", "settings")}
        place = ("experiment", index)
        try:
            experiment = experiment_from_table(options)
        except EntryError as error:
            raise self._error(error, *place, error.key) from error
        name = self._text_entry(table, "name", experiment.title, *place)
        if isinstance(experiment, Lesion) and experiment.folder:
            experiment = replace(experiment, folder=str(self._found(experiment.folder)))
        return Task(index + 1, name, self._settings(index, table.get("settings", {})), experiment)

    def _settings(self, index: int, own: Any) -> LabSettings:
        common = self._tables.get("settings", {})
        if not isinstance(common, dict):
            raise self._error(UserError("settings must be a table."), "settings")
        if not isinstance(own, dict):
            place = ("experiment", index, "settings")
            raise self._error(UserError("settings must be a table."), *place)
        try:
            settings = settings_from_table({**common, **own})
        except EntryError as error:
            within = ("experiment", index) if error.key in own else ()
            raise self._error(error, *within, "settings", error.key) from error
        if settings.folder:
            settings = replace(settings, folder=str(self._found(settings.folder)))
        return settings

    def _text_entry(self, table: Mapping[str, Any], key: str, usual: str, *place: str | int) -> str:
        value = table.get(key, usual)
        if not isinstance(value, str) or not value.strip():
            raise self._error(UserError(f"{key} must be text, got {value!r}."), *place, key)
        return " ".join(value.split())

    def _picture(self) -> Path | None:
        name = self._text_entry(self._tables, "picture", "-")
        if "picture" not in self._tables:
            return None
        picture = self._found(name)
        if not picture.is_file():
            raise self._error(
                UserError(f"There is no picture {str(picture)!r}.", _WHERE), "picture"
            )
        return picture

    def _found(self, name: str) -> Path:
        """A path of the file: from its own folder, or from the working directory if only there."""
        path = Path(name).expanduser()
        beside = self._path.parent / path  # an absolute path stays as it is
        return path if path.exists() and not beside.exists() else beside

    # --- checks ----------------------------------------------------------------------------

    def _chosen(self, tasks: list[Task], only: Sequence[str]) -> list[Task]:
        for word in only:
            if not any(word in _words(task) for task in tasks):
                known = [task.name for task in tasks]
                raise UserError(
                    f"{self._path.name} has no experiment {word!r}.",
                    f"{nearest(word, known)}There are {', '.join(map(repr, known))}.",
                )
        return [task for task in tasks if not only or not _words(task).isdisjoint(only)]

    def _check(self, task: Task, picture: Path | None) -> None:
        """What can be refused before anything is computed."""
        place = ("experiment", task.number - 1)
        own = "settings" in self._tables["experiment"][task.number - 1]
        settings = (*place, "settings") if own else ("settings",)
        if task.settings.batch == "picture" and picture is None:
            raise self._error(
                UserError('batch = "picture" needs a picture.', 'Add picture = "..." at the top.'),
                *settings,
                "batch",
            )
        if task.settings.batch == "folder":
            self._check_folder(task.settings.folder, *settings, "folder")
        if isinstance(task.experiment, Lesion) and task.experiment.folder:
            self._check_folder(task.experiment.folder, *place, "folder")

    def _check_folder(self, folder: str, *place: str | int) -> None:
        if not folder:
            raise self._error(UserError('batch = "folder" needs a folder.'), *place)
        if not Path(folder).is_dir():
            raise self._error(UserError(f"There is no folder {folder!r}.", _WHERE), *place)

    def _error(self, error: UserError, *place: str | int) -> UserError:
        """The error with the file, the line and the table in front of it."""
        known = [part for part in place if part != ""]
        where = self._path.name
        if (line := self._lines.of(*known)) is not None:
            where += f", line {line}"
        if len(known) > 1 and known[0] == "experiment":
            where += f", [[experiment]] {int(known[1]) + 1}"
        return UserError(f"{where}: {error.message}", error.hint)


_WHERE = "Relative paths start at the configuration file, or at the working directory."


def _words(task: Task) -> set[str]:
    """By which one may ask for it."""
    return {task.name, task.experiment.key, str(task.number)}

"""The runs in some folders: listed, renamed, deleted; no torch, no Qt."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from resnet_viz.errors import UserError
from resnet_viz.runs.facts import read_facts, write_facts
from resnet_viz.runs.layout import RunFacts, RunPaths, RunState
from resnet_viz.runs.lock import LOCK_NAME, has_writer, writer_is_gone
from resnet_viz.runs.places import bundled_runs_folder, runs_folder
from resnet_viz.runs.states import run_state

# At the end of the metrics, where the newest measurement of each network is looked for.
_TAIL_BYTES = 1 << 20
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Figures:
    """The newest measurement of one network on the held-out pictures.

    Attributes:
        step: steps done.
        loss: mean; NaN if it was not finite.
        accuracy: 0 to 1.
        n_images: pictures measured.
    """

    step: int
    loss: float
    accuracy: float
    n_images: int


@dataclass(frozen=True)
class RunEntry:
    """A run in a list.

    Attributes:
        path: of its folder.
        title: the user's name for it, or the folder's.
        created: Unix time.
        state: by its last event.
        facts: what it is.
        last_step: newest recorded step, 0 before the first.
        figures: by network; a network that was not measured lately is not in it.
        bundled: ships with the program and cannot be changed.
        interrupted: it says that it goes on, but nobody writes it; see `writer_is_gone`.
    """

    path: Path
    title: str
    created: float
    state: RunState
    facts: RunFacts = field(repr=False)
    last_step: int = 0
    figures: Mapping[str, Figures] = field(default_factory=dict)
    bundled: bool = False
    interrupted: bool = False


class RunLibrary:
    """Runs in folders of runs.

    Args:
        folders: that hold run folders; they need not exist. The user's own if left out.
        bundled: the folder of the runs that ship with the program.

    Attributes:
        notes: what `entries` had to leave out and why, in sentences.
    """

    def __init__(
        self, folders: Sequence[Path] | None = None, *, bundled: Path | None = None
    ) -> None:
        self._folders = (runs_folder(),) if folders is None else tuple(folders)
        self._bundled = bundled or bundled_runs_folder()
        self._known: dict[Path, tuple[object, RunEntry]] = {}
        self.notes: tuple[str, ...] = ()

    def entries(self) -> list[RunEntry]:
        """All runs, the newest first, the bundled ones last.

        Runs that cannot be read are left out and named in `notes`.
        """
        found: dict[Path, RunEntry] = {}
        notes: list[str] = []
        for folder in (*self._folders, self._bundled):
            for path in _runs_in(folder):
                try:
                    found.setdefault(path, self.entry(path))
                except UserError as error:
                    notes.append(error.message)
        self.notes = tuple(notes)
        return sorted(found.values(), key=lambda entry: (entry.bundled, -entry.created))

    def entry(self, path: Path) -> RunEntry:
        """One run, which may be anywhere.

        Raises:
            UserError: if there is no run, or it cannot be read.
        """
        mark = _mark(RunPaths(path))
        if path not in self._known or self._known[path][0] != mark:
            self._known[path] = mark, self._read(path)
        entry = self._known[path][1]
        live = entry.state in ("running", "paused") and not entry.bundled
        silent_s = time.time() - _last_change(RunPaths(path))
        return replace(entry, interrupted=live and writer_is_gone(path, silent_s))

    def rename(self, path: Path, name: str) -> None:
        """Give a run another name; its folder stays where it is.

        Args:
            path: of the run.
            name: for people; empty for the folder's name.

        Raises:
            UserError: if it is a bundled one or cannot be written.
        """
        self._require_own(path)
        name = " ".join(name.split())
        if len(name) > _LONGEST_NAME:
            raise UserError(f"A name has at most {_LONGEST_NAME} letters, this has {len(name)}.")
        write_facts(replace(read_facts(path), name=name, format=RunFacts.format), path)

    def delete(self, path: Path) -> None:
        """Remove all that belongs to a run; other files in its folder stay.

        Raises:
            UserError: if it is a bundled one, is being written, or cannot be removed.
        """
        self._require_own(path)
        read_facts(path)  # refuses a folder that is no run
        if has_writer(path):
            raise UserError(
                f"The run in {str(path)!r} is being written.", "Stop its training first."
            )
        try:
            _remove(path)
        except OSError as error:
            reason = error.strerror or error
            raise UserError(f"Cannot delete {str(path)!r}: {reason}.") from error
        self._known.pop(path, None)

    def _require_own(self, path: Path) -> None:
        if self._is_bundled(path):
            raise UserError(
                f"The run {path.name!r} ships with the program and cannot be changed.",
                "Train it again to have one of your own.",
            )

    def _is_bundled(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._bundled.resolve())

    def _read(self, path: Path) -> RunEntry:
        facts = read_facts(path)
        records = list(_newest_records(RunPaths(path).metrics))
        steps = (r["step"] for r in records if r.get("kind") == "step")
        return RunEntry(
            path=path,
            title=facts.name or path.resolve().name,
            created=facts.created,
            state=run_state((r for r in records if r.get("kind") == "event"), facts, path),
            facts=facts,
            last_step=next((s for s in steps if isinstance(s, int)), 0),
            figures=_figures(records),
            bundled=self._is_bundled(path),
        )


def _runs_in(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return sorted(path for path in folder.iterdir() if _is_run(RunPaths(path)))
    return []


def _is_run(paths: RunPaths) -> bool:
    return paths.facts.is_file() or paths.config.is_file()


def _mark(paths: RunPaths) -> object:
    """Changes when a run does."""
    marks = []
    for path in (paths.facts, paths.metrics):
        with contextlib.suppress(OSError):
            found = path.stat()
            marks.append((found.st_mtime_ns, found.st_size))
    return tuple(marks)


def _last_change(paths: RunPaths) -> float:
    """Unix time; 0 if nothing can be found."""
    times = [0.0]
    for path in (paths.facts, paths.metrics):
        with contextlib.suppress(OSError):
            times.append(path.stat().st_mtime)
    return max(times)


def _newest_records(metrics: Path) -> Iterator[dict[str, Any]]:
    """Records at the end of the metrics, the newest first: of the steps only the last one."""
    with contextlib.suppress(OSError), metrics.open("rb") as file:
        start = max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES)
        file.seek(start)
        lines = file.read().splitlines()[1 if start else 0 :]
        stepped = False
        for line in reversed(lines):
            is_step = b'"kind": "step"' in line
            if is_step and stepped:
                continue
            with contextlib.suppress(ValueError):
                record = json.loads(line)
                if isinstance(record, dict):
                    stepped |= is_step
                    yield record


def _figures(records: Sequence[Mapping[str, Any]]) -> dict[str, Figures]:
    figures: dict[str, Figures] = {}
    for record in records:
        if record.get("kind") == "evaluation":
            with contextlib.suppress(KeyError, TypeError, ValueError):
                loss = record["loss"]
                found = Figures(
                    int(record["step"]),
                    float("nan") if loss is None else float(loss),
                    float(record["accuracy"]),
                    int(record.get("n_images") or 0),
                )
                figures.setdefault(str(record.get("network", "network")), found)
    return figures


def _remove(path: Path) -> None:
    paths = RunPaths(path)
    paths.facts.unlink(missing_ok=True)  # first: half removed, it is no run any more
    paths.config.unlink(missing_ok=True)
    for folder in (paths.checkpoints, paths.snapshots):
        if folder.exists():
            shutil.rmtree(folder)
    exported = [file for w in path.glob("*.safetensors") for file in (w, w.with_suffix(".json"))]
    known = (paths.split, paths.metrics, path / LOCK_NAME, path / "checkpoint.pt")
    for file in (*known, *path.glob("blocks-*.bin"), *path.glob("*.part"), *exported):
        file.unlink(missing_ok=True)
    if not any(path.iterdir()):
        path.rmdir()

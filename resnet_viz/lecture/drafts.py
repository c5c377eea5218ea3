"""Unsaved work on lectures, kept so that a crash loses none of it.

Each window that has unsaved work keeps it in a folder of its own, which it holds a lock on:

    lecture.toml    the lecture, files named by absolute paths
    place.json      where it is kept, if it ever was saved
    .lock           held by the window

A folder whose lock nobody holds was left over by a crash. Imports neither torch nor Qt.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from resnet_viz.errors import UserError
from resnet_viz.files import write_atomically, writing
from resnet_viz.lecture.named_files import NamedFile, renamed
from resnet_viz.lecture.scenes import Lecture
from resnet_viz.lecture.text import examine, read_text, to_toml
from resnet_viz.runs.lock import RunLock, has_writer

_LECTURE, _PLACE = "lecture.toml", "place.json"


def drafts_folder() -> Path:
    """Where unsaved work is kept; it need not exist."""
    return Path(platformdirs.user_data_path("resnet-viz")) / "lecture-drafts"


@dataclass(frozen=True)
class Draft:
    """Unsaved work that a crash left over.

    Attributes:
        folder: that holds it.
        lecture: the work; its files are named by absolute paths.
        path: of the lecture's file; None if it never was saved.
        time: when it was last kept, Unix time in seconds.
    """

    folder: Path
    lecture: Lecture
    path: Path | None
    time: float


class DraftKeeper:
    """Keeps the unsaved work of one window.

    Args:
        parent: of all drafts; `drafts_folder()` if left out.
    """

    def __init__(self, parent: Path | None = None) -> None:
        self._parent = parent or drafts_folder()
        self._folder: Path | None = None
        self._lock: RunLock | None = None

    def keep(self, lecture: Lecture, folder: Path, path: Path | None) -> None:
        """Keep this in place of what was kept before.

        Args:
            lecture: with unsaved changes.
            folder: that its files are relative to.
            path: of its file; None if it never was saved.

        Raises:
            UserError: if it cannot be written; what was kept before is kept.
        """
        text = to_toml(renamed(lecture, lambda file: _absolute(file, folder)))
        place = json.dumps({"path": None if path is None else str(path.absolute())})
        with writing(self._parent):
            home = self._home()
            write_atomically(home / _PLACE, lambda file: file.write(place.encode()))
            write_atomically(home / _LECTURE, lambda file: file.write(text.encode()))

    def drop(self) -> None:
        """There is no unsaved work any more: it was saved, or the user does not want it."""
        if self._lock is not None:
            self._lock.release()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = self._lock = None

    def _home(self) -> Path:
        if self._folder is None:
            self._parent.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix="draft-", dir=self._parent))
            lock = RunLock(folder)
            lock.take()
            self._folder, self._lock = folder, lock
        return self._folder


def _absolute(file: NamedFile, folder: Path) -> str:
    return str(file.path(folder).absolute())


def left_over(parent: Path | None = None) -> tuple[Draft, ...]:
    """Unsaved work of windows that are no more, newest first.

    Args:
        parent: of all drafts; `drafts_folder()` if left out.
    """
    parent = parent or drafts_folder()
    folders = list(parent.glob("draft-*")) if parent.is_dir() else []
    drafts = (_draft(folder) for folder in folders if not has_writer(folder))
    return tuple(sorted((d for d in drafts if d is not None), key=lambda d: d.time, reverse=True))


def discard(draft: Draft) -> None:
    """Forget unsaved work that was taken up again, or that nobody wants."""
    shutil.rmtree(draft.folder, ignore_errors=True)


def _draft(folder: Path) -> Draft | None:
    """What a folder holds; None for one that was given up before anything was kept."""
    file = folder / _LECTURE
    with contextlib.suppress(OSError, UserError, ValueError):
        lecture = examine(read_text(file), file.name).lecture
        place = json.loads((folder / _PLACE).read_text(encoding="utf-8")).get("path")
        if lecture is not None:
            path = Path(place) if isinstance(place, str) else None
            return Draft(folder, lecture, path, file.stat().st_mtime)
    return None

"""What is done to kept runs: renamed, thrown away. Asks nobody; raises what went wrong."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFile

from resnet_viz.errors import UserError
from resnet_viz.runs.layout import RunPaths
from resnet_viz.runs.library import RunEntry, RunLibrary
from resnet_viz.runs.lock import has_writer


def to_trash(path: Path) -> bool:
    """Move a run's folder to the desktop's trash; False where there is none.

    Raises:
        UserError: if the run is being written.
    """
    if has_writer(path):
        raise UserError(f"The run in {str(path)!r} is being written.", "Stop its training first.")
    return moved_to_trash(path)


def moved_to_trash(path: Path) -> bool:
    """Ask the desktop; False if it has no trash for this folder."""
    return QFile(str(path)).moveToTrash()


def listed(library: RunLibrary, opened: list[Path]) -> tuple[list[RunEntry], tuple[str, ...]]:
    """The library's runs and those that were opened elsewhere, and what had to be left out."""
    entries = library.entries()
    known = {entry.path.resolve() for entry in entries}
    more = []
    for path in opened:
        try:
            if path.resolve() not in known:
                more.append(library.entry(path))
        except UserError:
            continue  # it is gone; who opened it was told of errors then
    return more + entries, library.notes


def resume_problem(entry: RunEntry, *, training: bool) -> str:
    """Why a run cannot be resumed here; empty if it can."""
    paths = RunPaths(entry.path)
    if entry.bundled:
        return "It comes with the program: train its recipe anew instead"
    if entry.state == "finished":
        return "It is finished"
    if training:
        return "Another run is being trained here: stop that first"
    if entry.state in ("running", "paused") and not entry.interrupted:
        return "It is being trained already"
    if not paths.config.is_file():
        return "It has no recipe: a script of its own wrote it"
    if not paths.checkpoints.is_dir():
        return "It has no checkpoint to go on from"
    return ""

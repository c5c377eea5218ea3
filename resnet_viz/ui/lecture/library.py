"""Lectures to open: those that ship with the program, and those opened last. No widgets."""

from __future__ import annotations

import tomllib
from pathlib import Path

from PySide6.QtCore import QSettings

from resnet_viz.assets import assets_dir

_KEY = "lecture/recent"
_MOST = 8


def built_in_lectures() -> list[tuple[str, Path]]:
    """(title, path) of the lectures that ship with the program, by their files' names."""
    paths = sorted((assets_dir() / "lectures").glob("*.toml"))
    return [(_title(path), path) for path in paths]


def is_built_in(path: Path) -> bool:
    """Whether a lecture ships with the program, so that nothing may be written into it."""
    return (assets_dir() / "lectures").resolve() in path.resolve().parents


class RecentLectures:
    """The lectures opened or saved last, newest first, kept in the settings."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def paths(self) -> list[Path]:
        """Those that are still there."""
        kept = self._settings.value(_KEY, [])
        kept = [kept] if isinstance(kept, str) else kept  # INI files keep one as a string
        paths = [Path(str(name)) for name in kept] if isinstance(kept, list) else []
        return [path for path in paths if path.is_file()]

    def add(self, path: Path) -> None:
        """Put a path first."""
        path = path.resolve()
        names = [str(path), *(str(p) for p in self.paths() if p != path)]
        self._settings.setValue(_KEY, names[:_MOST])


def _title(path: Path) -> str:
    try:
        title = tomllib.loads(path.read_text(encoding="utf-8")).get("title")
    except (OSError, ValueError):
        return path.stem  # opening it then says what is wrong
    return title if isinstance(title, str) else path.stem

"""The way in for files: drops, paste, dialogs and the command line end here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QSettings, Signal

from resnet_viz.errors import UserError
from resnet_viz.images import sample_images
from resnet_viz.ui.pictures import (
    CHECKPOINT_SUFFIXES,
    IMAGE_SUFFIXES,
    PictureLoader,
    read_mime,
)

_MAX_STRIP = 200
_MAX_RECENT = 8


class Intake(QObject):
    """Sorts what comes in: pictures are decoded, checkpoints passed on, the rest explained.

    Signals:
        picture: a decoded `Picture`.
        checkpoint: path of a checkpoint to load.
        gallery: [(title, path)] to pick from.
        problem: the exception why something did not come in.
        note: a sentence worth saying.
    """

    picture = Signal(object)
    checkpoint = Signal(object)
    gallery = Signal(list)
    problem = Signal(object)
    note = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = PictureLoader(self)
        self._loader.loaded.connect(self.picture)
        self._loader.failed.connect(self.problem)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open a picture, a checkpoint, a folder of pictures, or several pictures at once."""
        if len(paths) == 1 and paths[0].is_dir():
            paths = self._pictures_in(paths[0]) or paths
        checkpoints = [p for p in paths if p.suffix.lower() in CHECKPOINT_SUFFIXES]
        pictures = [p for p in paths if p not in checkpoints]
        if checkpoints:
            self.checkpoint.emit(checkpoints[0])
        if len(checkpoints) > 1:
            self.note.emit(f"Of {len(checkpoints)} checkpoints, {checkpoints[0].name} is loaded.")
        if len(pictures) > 1:
            shown = pictures[:_MAX_STRIP]
            self.gallery.emit([(p.name, str(p)) for p in shown])
            if len(pictures) > len(shown):
                self.note.emit(f"The first {_MAX_STRIP} of {len(pictures)} pictures are shown.")
        if pictures:
            self.open_picture(pictures[0])

    def open_picture(self, path: Path) -> None:
        """Open one picture; the gallery stays."""
        self._loader.load_file(path)

    def open_sample(self) -> None:
        """Show the samples and open the first."""
        samples = sample_images()
        self.gallery.emit([(s.title, str(s.path)) for s in samples])
        if samples:
            self.open_picture(samples[0].path)

    def take(self, mime: QMimeData, name: str) -> None:
        """Open what was dropped or pasted; `name` is for pictures that have none."""
        try:
            found = read_mime(mime)
        except UserError as error:
            self.problem.emit(error)
            return
        if found.files:
            self.open_paths(found.files)
        elif found.data is not None:
            self._loader.load_bytes(found.data, name)
        elif found.image is not None:
            self._loader.load_qimage(found.image, name)

    def close(self) -> None:
        """Let a running decode end."""
        self._loader.wait()

    def _pictures_in(self, folder: Path) -> list[Path]:
        try:
            return sorted(p for p in folder.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES)
        except OSError:
            return []  # opening the folder itself then says what is wrong


class RecentFiles:
    """The pictures opened last, newest first, kept in the settings."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def paths(self) -> list[str]:
        """Paths, newest first; they may be gone by now."""
        value = self._settings.value("recent", [])
        if isinstance(value, str):  # an INI file keeps a list of one as a string
            return [value]
        return [str(v) for v in value] if isinstance(value, list) else []

    def add(self, path: str) -> None:
        """Put a path first."""
        recent = [path, *(p for p in self.paths() if p != path)]
        self._settings.setValue("recent", recent[:_MAX_RECENT])

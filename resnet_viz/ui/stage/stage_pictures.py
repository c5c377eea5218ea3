"""The picture that a live view of a lecture names: bundled ones at once, others when decoded."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from resnet_viz.errors import UserError
from resnet_viz.images import load_image
from resnet_viz.lecture.places import picture_path
from resnet_viz.lecture.views import SAMPLE
from resnet_viz.samples import sample_images
from resnet_viz.ui.pictures import Picture, PictureLoader


class StagePictures(QObject):
    """Finds and decodes the pictures of one live view.

    Bundled photographs are small and shared by many scenes: they are decoded at once and kept.
    All others are decoded off the window's thread.

    Args:
        folder: that files are relative to.
        parent: owner.

    Signals:
        loaded: a `Picture` that was asked for last.
        failed: the exception, for bad pictures a `UserError`.
    """

    loaded = Signal(object)
    failed = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._name = ""
        self._picture: Picture | None = None
        self._waiting = False
        self._loader = PictureLoader(self)
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_failed)

    def get(self, name: str) -> Picture | None:
        """A picture by its name in a lecture; None if `loaded` will bring it.

        Args:
            name: as in `views.Look`; empty for the first bundled photograph.

        Raises:
            UserError: if there is no such picture.
        """
        if not name:
            name = first_sample()
        if name.startswith(SAMPLE):
            self.forget()
            return _sample(name, picture_path(name, self._folder))
        if name != self._name:
            path = picture_path(name, self._folder)
            self._name, self._picture, self._waiting = name, None, True
            self._loader.load_file(path)
        return self._picture

    @property
    def waiting(self) -> bool:
        """Whether a picture is being decoded."""
        return self._waiting

    def forget(self) -> None:
        """What is being decoded is not wanted any more."""
        self._name, self._picture, self._waiting = "", None, False

    def close(self) -> None:
        """Let a running decode end."""
        self.forget()
        self._loader.wait()

    def _on_loaded(self, picture: Picture) -> None:
        if self._waiting:
            self._picture, self._waiting = picture, False
            self.loaded.emit(picture)

    def _on_failed(self, error: object) -> None:
        if self._waiting:
            self.forget()
            self.failed.emit(error)


def first_sample() -> str:
    """What stands for "the picture that the window shows" where no window says which.

    Raises:
        UserError: if no photographs are installed.
    """
    samples = sample_images()
    if not samples:
        raise UserError(
            "No picture is chosen, and this installation has no bundled photographs.",
            "Drop a picture on the window.",
        )
    return f"{SAMPLE}{samples[0].key}"


@lru_cache(maxsize=8)
def _sample(name: str, path: Path) -> Picture:
    """The same object for all who ask, so that measurements of it can be compared."""
    titles = {sample.key: sample.title for sample in sample_images()}
    title = titles.get(name.removeprefix(SAMPLE), path.name)
    return Picture(title, load_image(path), str(path))

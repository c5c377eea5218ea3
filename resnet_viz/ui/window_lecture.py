"""What the window has to do with lectures: files meant for them, and adding what is on screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QMimeData

from resnet_viz.errors import UserError
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.workspaces import Workspaces

if TYPE_CHECKING:
    from resnet_viz.ui.lecture.workspace import LectureWorkspace

TITLE = "Lecture"


class WindowLecture:
    """Brings the Lecture workspace up where something is meant for it.

    Args:
        workspaces: Lecture is one of them.
        notifier: tells what was added, and what cannot be.
    """

    def __init__(self, workspaces: Workspaces, notifier: Notifier) -> None:
        self._workspaces = workspaces
        self._notifier = notifier

    def there(self, act: Callable[[LectureWorkspace], object]) -> Callable[[], None]:
        """A command that brings the workspace up and acts there."""

        def run() -> None:
            act(self._workspace())

        return run

    def add_what_is_seen(self) -> None:
        """Make a scene of what the workspace on screen shows; it stays on screen."""
        seen = self._workspaces.current
        try:
            views = seen.scene_views()
        except UserError as error:
            self._notifier.error(error.message, error.hint)
            return
        if not views:
            self._notifier.info("There is nothing on screen that a lecture could show.")
            return
        self._workspace().add(views, seen.headline)

    def take(self, files: Sequence[Path]) -> bool:
        """Open a lecture; False if `files` is none."""
        return False

    def take_mime(self, mime: QMimeData) -> bool:
        """The same for what was dropped or pasted."""
        urls = mime.urls() if mime.hasUrls() else []
        return self.take([Path(url.toLocalFile()) for url in urls if url.isLocalFile()])

    def _workspace(self) -> LectureWorkspace:
        self._workspaces.show_titled(TITLE)
        return cast("LectureWorkspace", self._workspaces.current)

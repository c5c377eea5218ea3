"""What the window has to do with lectures: files meant for them, and adding what is on screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QMenu

from resnet_viz.errors import UserError
from resnet_viz.ui.notify import Level, Notice, Notifier
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
            act(self._show())

        return run

    def add_menu(self, menu: QMenu) -> None:
        """Put lectures to open and screens into a menu; they are looked up when it is opened."""
        lectures = menu.addMenu("Recent and &built-in lectures")

        def fill() -> None:
            self._made().fill_menu(lectures)

        lectures.aboutToShow.connect(fill)
        lectures.triggered.connect(lambda _action: self._show())
        screens = menu.addMenu("S&creen for the slides")
        screens.aboutToShow.connect(lambda: self._made().presenting.fill_screens(screens))

    def add_what_is_seen(self) -> None:
        """Make a scene of what the workspace on screen shows; that stays on screen."""
        seen = self._workspaces.current
        try:
            views = seen.scene_views()
        except UserError as error:
            self._notifier.error(error.message, error.hint)
            return
        if not views:
            self._notifier.info("There is nothing on screen that a lecture could show.")
            return
        lecture = self._made()
        number = lecture.add(views, seen.headline.partition(" · ")[0])
        self._notifier.post(
            Notice(
                Level.INFO,
                f"Added as scene {number} of “{lecture.document.lecture.title}”.",
                action="Show the lecture",
                on_action=lambda: self._workspaces.show_titled(TITLE),
            )
        )

    def take(self, files: Sequence[Path]) -> bool:
        """Open a lecture; False if `files` is none."""
        # Imported when something comes in, which is not at the start.
        from resnet_viz.lecture.storage import seems_a_lecture

        if len(files) != 1 or not files[0].is_file() or not seems_a_lecture(files[0]):
            return False
        self._show().open(files[0])
        return True

    def take_mime(self, mime: QMimeData) -> bool:
        """The same for what was dropped or pasted."""
        urls = mime.urls() if mime.hasUrls() else []
        return self.take([Path(url.toLocalFile()) for url in urls if url.isLocalFile()])

    def _made(self) -> LectureWorkspace:
        return cast("LectureWorkspace", self._workspaces.made_titled(TITLE))

    def _show(self) -> LectureWorkspace:
        self._workspaces.show_titled(TITLE)
        return self._made()

"""What the window has to do with trainings: files meant for them, and one that was cut short."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QMimeData, QSettings

from resnet_viz.ui.notify import Level, Notice, Notifier
from resnet_viz.ui.workspaces import Workspaces

if TYPE_CHECKING:
    from resnet_viz.ui.train.workspace import TrainWorkspace

TITLE = "Train"
UNFINISHED = "train/unfinished"
"""Setting: the run whose training was stopped by closing the window; empty for none."""


class WindowTraining:
    """Brings the Train workspace up where something is meant for it.

    Args:
        workspaces: Train is one of them.
        notifier: offers to resume.
        settings: remember which training was cut short.
    """

    def __init__(self, workspaces: Workspaces, notifier: Notifier, settings: QSettings) -> None:
        self._workspaces = workspaces
        self._notifier = notifier
        self._settings = settings

    def take(self, files: Sequence[Path]) -> bool:
        """Open class folders, a run or a recipe in Train; False if `files` is none of these."""
        # Imported when something comes in, which is not at the start.
        from resnet_viz.ui.train.dropping import what_is

        meant = what_is(files)
        if meant is not None:
            self._workspace().use(meant)
        return meant is not None

    def take_mime(self, mime: QMimeData) -> bool:
        """The same for what was dropped or pasted."""
        urls = mime.urls() if mime.hasUrls() else []
        return self.take([Path(url.toLocalFile()) for url in urls if url.isLocalFile()])

    def offer_resuming(self) -> None:
        """Offer once to go on with the training that closing the window has stopped."""
        folder = Path(str(self._settings.value(UNFINISHED, "") or ""))
        self._settings.setValue(UNFINISHED, "")
        if not (folder.name and (folder / "run.json").is_file()):
            return
        self._notifier.post(
            Notice(
                Level.INFO,
                f"The training `{folder.name}` was stopped when the window was closed.",
                "Nothing of it is lost.",
                action="Resume it",
                on_action=lambda: self._workspace().session.resume_run(folder),
            )
        )

    def _workspace(self) -> TrainWorkspace:
        self._workspaces.show_titled(TITLE)
        return cast("TrainWorkspace", self._workspaces.current)

"""Pictures of the workspace on screen: written to a file, or put on the clipboard."""

from __future__ import annotations

from pathlib import Path

from resnet_viz.errors import UserError
from resnet_viz.ui import exporting
from resnet_viz.ui.looks import Looks
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.workspaces import Workspaces


class WindowPictures:
    """Takes pictures and tells what became of them.

    Args:
        workspaces: the one on screen is in the picture.
        looks: for the background.
        notifier: tells where the picture is, or why there is none.
    """

    def __init__(self, workspaces: Workspaces, looks: Looks, notifier: Notifier) -> None:
        self._workspaces = workspaces
        self._looks = looks
        self._notifier = notifier

    def write(self, path: Path) -> None:
        """Write a picture of the workspace."""
        background = self._looks.theme.window
        try:
            written = exporting.write_png(self._workspaces.current, background, path)
        except UserError as error:
            self._notifier.error(error.message, error.hint)
        else:
            self._notifier.info(f"Written to {written}.")

    def copy(self) -> None:
        """Put a picture of the workspace on the clipboard."""
        exporting.copy(self._workspaces.current, self._looks.theme.window)
        self._notifier.info("A picture of the window is on the clipboard.")

"""What exports of figures and of films have in common: a dialog, a file, what became of it."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from resnet_viz.errors import UserError
from resnet_viz.ui.looks import Looks
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.workspaces import Workspaces

_FOLDER = "folder/export"
_UNFIT = r"[^\w.+ -]+"  # in names of files


class WindowExports(QObject):
    """Takes something out of the workspace on screen by a dialog that asks what, and how.

    Args:
        window: the dialogs' parent.
        workspaces: the one on screen offers what it has.
        looks: for the dialog's colours.
        notifier: tells what became of it, or why there is nothing.
        settings: where choices and the folder are kept.

    Attributes:
        dialog: the one that is open; None for none.
    """

    dialog: QDialog | None

    def __init__(
        self,
        window: QWidget,
        workspaces: Workspaces,
        looks: Looks,
        notifier: Notifier,
        settings: QSettings,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._workspaces = workspaces
        self._looks = looks
        self._notifier = notifier
        self._settings = settings
        self.dialog = None

    def _choose_file(self, title: str, stem: str, suffix: str) -> Path | None:
        """A file in the folder of the last export, with the suffix; None for none.

        Args:
            title: of the dialog.
            stem: suggested; what does not fit into a file's name is replaced.
            suffix: with its dot, appended to names that end otherwise.
        """
        folder = Path(str(self._settings.value(_FOLDER, "")))
        suggested = str(folder / f"{re.sub(_UNFIT, '-', stem)}{suffix}")
        kind = f"{suffix[1:].upper()} (*{suffix})"
        parent = self.dialog or self._window
        name, _ = QFileDialog.getSaveFileName(parent, title, suggested, kind)
        if not name:
            return None
        path = Path(name)
        self._settings.setValue(_FOLDER, str(path.parent))
        return path if path.suffix.lower() == suffix else Path(name + suffix)

    def _tell(self, error: UserError) -> None:
        self._notifier.error(error.message, error.hint)

    def _on_closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()

"""Films of the workspace on screen: a dialog, a file, and what became of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFileDialog, QWidget

from resnet_viz.errors import UserError
from resnet_viz.ui.looks import Looks
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.workspaces import Workspaces

if TYPE_CHECKING:
    from resnet_viz.ui.figures.film import Film
    from resnet_viz.ui.figures.film_dialog import FilmDialog

_NOTHING = (
    "There is nothing to film here: open a training in Train, or run an experiment in Gradients."
)
_FOLDER = "folder/export"
_UNFIT = r"[^\w.+ -]+"  # in names of files


class WindowFilms(QObject):
    """Asks what to film, and tells where the film is.

    Args:
        window: the dialog's parent.
        workspaces: the one on screen offers its films.
        looks: for colours.
        notifier: tells where a film is, or why there is none.
        settings: where choices and the folder are kept.

    Attributes:
        dialog: the one that is open; None for none.
    """

    def __init__(
        self,
        window: QWidget,
        workspaces: Workspaces,
        looks: Looks,
        notifier: Notifier,
        settings: QSettings,
    ) -> None:
        super().__init__(window)
        self._window, self._workspaces, self._looks = window, workspaces, looks
        self._notifier, self._settings = notifier, settings
        self.dialog: FilmDialog | None = None

    def ask(self) -> None:
        """Open the dialog."""
        from resnet_viz.ui.figures.film_dialog import FilmDialog  # with the first film

        films = self._workspaces.current.films()
        if not films:
            self._notifier.info(_NOTHING)
            return
        self.dialog = FilmDialog(films, self._settings, self._looks.theme, self._window)
        self.dialog.save_wanted.connect(self._ask_file)
        self.dialog.made.connect(lambda path: self._notifier.info(f"Written to {path}."))
        self.dialog.failed.connect(self._tell)
        self.dialog.finished.connect(self._on_closed)
        self.dialog.open()

    def _ask_file(self, film: Film, suffix: str) -> None:
        folder = Path(str(self._settings.value(_FOLDER, "")))
        suggested = str(folder / f"{re.sub(_UNFIT, '-', film.file_name)}{suffix}")
        name, _ = QFileDialog.getSaveFileName(
            self.dialog or self._window,
            "Save the film",
            suggested,
            f"{suffix[1:].upper()} (*{suffix})",
        )
        if name and self.dialog is not None:
            path = Path(name)
            self._settings.setValue(_FOLDER, str(path.parent))
            fitting = path.suffix.lower() == suffix
            self.dialog.begin(path if fitting else Path(name + suffix))

    def _tell(self, error: UserError) -> None:
        self._notifier.error(error.message, error.hint)

    def _on_closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()

"""The recipe as TOML: copied, pasted, saved and opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from resnet_viz.errors import UserError
from resnet_viz.train.recipe import parse_config, read_config, to_toml
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.train.session import TrainSession

_FILTER = "Recipes (*.toml);;All files (*)"


class RecipeText(QObject):
    """Writes a session's recipe as text and takes it from one.

    Args:
        session: whose recipe.
        notifier: tells what went wrong.
        window: parent of the dialogs.
    """

    def __init__(self, session: TrainSession, notifier: Notifier, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._notifier = notifier
        self._window = window

    def copy(self) -> None:
        """Put the recipe on the clipboard."""
        QGuiApplication.clipboard().setText(to_toml(self._session.config))
        self._notifier.info("The recipe is on the clipboard, as TOML.")

    def paste(self) -> None:
        """Take the recipe on the clipboard."""
        self.take(QGuiApplication.clipboard().text())

    def save(self) -> None:
        """Ask for a file and write the recipe into it."""
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save the recipe", "recipe.toml", _FILTER
        )
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the recipe into a file; `resnet-viz train` reads it too."""
        path = path if path.suffix else path.with_suffix(".toml")
        try:
            path.write_text(to_toml(self._session.config), encoding="utf-8")
        except OSError as error:
            self._notifier.error(
                f"Cannot write `{path}`: {error.strerror or error}.",
                "Choose a folder that exists and that you may write to.",
            )
        else:
            self._notifier.info(f"Written to {path}; `resnet-viz train` takes it too.")

    def open(self) -> None:
        """Ask for a file and take the recipe in it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a recipe", "", _FILTER)
        if name:
            self.open_from(Path(name))

    def open_from(self, path: Path) -> None:
        """Take the recipe of a file; a bad one is explained and nothing changes."""
        try:
            self._session.set_config(read_config(path))
        except UserError as error:
            self._notifier.error(error.message, error.hint)
        else:
            self._notifier.info(f"The recipe of {path.name} is set; Play trains it.")

    def take(self, text: str) -> None:
        """Take the recipe of a text; a bad one is explained and nothing changes."""
        if self._session.training:
            self._notifier.info("Stop the training first: its recipe stays as it is.")
            return
        try:
            self._session.set_config(parse_config(text, "The pasted text"))
        except UserError as error:
            self._notifier.error(f"Cannot use this recipe: {error.message}", error.hint)
        else:
            self._notifier.info("The pasted recipe is set; Play trains it. Ctrl+Z goes back.")

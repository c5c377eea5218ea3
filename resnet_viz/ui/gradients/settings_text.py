"""The laboratory's settings as text: copied, pasted, saved and opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from resnet_viz.errors import UserError
from resnet_viz.lab.config import read_config
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.line import PictureMark, State, from_line, to_line
from resnet_viz.lab.settings import LabSettings
from resnet_viz.ui.gradients.session import LabSession
from resnet_viz.ui.notify import Notifier

_FILTER = "Settings and experiments (*.txt *.toml);;All files (*)"
_LARGEST_BYTES = 1 << 20


def is_settings_text(text: str) -> bool:
    """Whether a text is meant as settings, well-formed or not."""
    return text.lstrip().startswith("resnet-viz lab")


class SettingsText(QObject):
    """Writes a session's settings as a line of text and takes them from one.

    Args:
        session: whose settings.
        notifier: tells what went wrong, and what may give other numbers.
        torch_version: of the engine, empty before it is up.
        window: parent of the dialogs.

    Signals:
        experiment_named: the `Experiment` that a text names, beside its settings.

    Attributes:
        experiment: gives the one on screen, or None; goes into the text.
        picture_name: of the picture on screen.
    """

    experiment_named = Signal(object)

    def __init__(
        self,
        session: LabSession,
        notifier: Notifier,
        torch_version: Callable[[], str],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._notifier = notifier
        self._torch_version = torch_version
        self._window = window
        self.experiment: Callable[[], Experiment | None] = lambda: None
        self.picture_name = ""

    # --- out -----------------------------------------------------------------------------------

    def line(self) -> str:
        """The settings as one line."""
        picture = self._session.picture
        mark = None
        if picture is not None and self._session.settings.batch == "picture":
            mark = PictureMark.of(self.picture_name, picture)
        return to_line(self._session.settings, self.experiment(), mark, torch=self._torch_version())

    def copy(self) -> None:
        """Put the line on the clipboard."""
        QGuiApplication.clipboard().setText(self.line())
        self._notifier.info("The settings are on the clipboard, as one line of text.")

    def save(self) -> None:
        """Ask for a file and write the line into it."""
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save the settings", "laboratory.txt", "Text (*.txt)"
        )
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the line into a file."""
        path = path if path.suffix else path.with_suffix(".txt")
        try:
            path.write_text(self.line() + "\n", encoding="utf-8")
        except OSError as error:
            self._notifier.error(
                f"Cannot write `{path}`: {error.strerror or error}.",
                "Choose a folder that exists and that you may write to.",
            )
        else:
            self._notifier.info(f"Written to {path}.")

    # --- in ------------------------------------------------------------------------------------

    def paste(self) -> None:
        """Take the settings on the clipboard."""
        self.take(QGuiApplication.clipboard().text())

    def open(self) -> None:
        """Ask for a file and take the settings in it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open settings", "", _FILTER)
        if name:
            self.open_from(Path(name))

    def open_from(self, path: Path) -> None:
        """Take the settings of a file: a line, or the first experiment of a list."""
        try:
            if path.suffix.lower() == ".toml":
                first = read_config(path).tasks[0]
                self._use(first.settings, first.experiment)
            else:
                self.take(_read(path))
        except UserError as error:
            self._notifier.error(error.message, error.hint)

    def take(self, text: str) -> None:
        """Take the settings of a line; bad text is explained and nothing changes."""
        try:
            state = from_line(text, torch=self._torch_version())
        except UserError as error:
            self._notifier.error(f"Cannot use these settings: {error.message}", error.hint)
            return
        self._use(state.settings, state.experiment)
        if notes := [*state.warnings, *self._missing_picture(state)]:
            self._notifier.warning(" ".join(notes))

    def _use(self, settings: LabSettings, experiment: Experiment | None) -> None:
        self._session.set_settings(settings)
        if experiment is not None:
            self.experiment_named.emit(experiment)

    def _missing_picture(self, state: State) -> list[str]:
        if state.picture is None or state.settings.batch != "picture":
            return []
        picture = self._session.picture
        if picture is not None and PictureMark.of("", picture).sha256 == state.picture.sha256:
            return []
        return [f"They were measured on `{state.picture.name}`, and another picture is on screen."]


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise UserError(f"`{path.name}` is too large to hold settings.")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"Cannot read `{path}`: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"Cannot read `{path.name}`: it is not text.") from error

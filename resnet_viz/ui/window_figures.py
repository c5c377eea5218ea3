"""Figures of the workspace on screen: exported by a dialog, or put on the clipboard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from resnet_viz.errors import UserError
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.looks import Looks
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.workspaces import Workspaces

if TYPE_CHECKING:
    from resnet_viz.ui.figures.export_dialog import ExportDialog
    from resnet_viz.ui.figures.writing import Options

_NOTHING = "Nothing is on screen yet that could be exported."
_FOLDER = "folder/export"
_UNFIT = r"[^\w.+ -]+"  # in names of files


class WindowFigures(QObject):
    """Takes figures out of the workspaces and tells what became of them.

    What draws them is imported when it is first asked for.

    Args:
        window: the dialogs' parent.
        workspaces: the one on screen offers its figures.
        looks: for the dialog's colours.
        notifier: tells where a figure is, or why there is none.
        settings: where options and the folder are kept.

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
        self._window = window
        self._workspaces = workspaces
        self._looks = looks
        self._notifier = notifier
        self._settings = settings
        self.dialog: ExportDialog | None = None
        workspaces.facts_changed.connect(self._refresh)

    def ask(self) -> None:
        """Open the dialog."""
        from resnet_viz.ui.figures.export_dialog import ExportDialog

        workspace = self._workspaces.current
        if not workspace.figures():
            self._notifier.info(_NOTHING)
            return
        self.dialog = ExportDialog(
            workspace.figures, self._settings, self._looks.theme, self._window
        )
        self.dialog.save_wanted.connect(self._ask_file)
        self.dialog.said.connect(self._notifier.info)
        self.dialog.finished.connect(self._on_closed)
        self.dialog.open()

    def copy(self) -> None:
        """Put the most important figure on the clipboard, drawn as the last one was."""
        from resnet_viz.ui.figures.form import remembered
        from resnet_viz.ui.figures.writing import clipboard

        figures = self._workspaces.current.figures()
        if not figures:
            self._notifier.info(_NOTHING)
            return
        try:
            mime = clipboard(figures[0], remembered(self._settings))
        except UserError as error:
            self._notifier.error(error.message, error.hint)
            return
        QGuiApplication.clipboard().setMimeData(mime)
        self._notifier.info(f"{figures[0].title} is on the clipboard, as pixels and as SVG.")

    def save(self, figure: Figure, path: Path, options: Options) -> None:
        """Write a figure and say where it is."""
        from resnet_viz.ui.figures.writing import write

        try:
            written = write(figure, path, options)
        except UserError as error:
            self._notifier.error(error.message, error.hint)
        else:
            self._notifier.info(f"Written to {written}.")
            if self.dialog is not None:
                self.dialog.about.setText(f"Written to {written}.")

    def _ask_file(self, figure: Figure, options: Options, suffix: str) -> None:
        folder = Path(str(self._settings.value(_FOLDER, "")))
        stem = f"{self._workspaces.current.export_name} {figure.file_name}"
        suggested = str(folder / f"{re.sub(_UNFIT, '-', stem)}{suffix}")
        parent = self.dialog or self._window
        name, _ = QFileDialog.getSaveFileName(
            parent, "Save the figure", suggested, f"{suffix[1:].upper()} (*{suffix})"
        )
        if name:
            path = Path(name)
            self._settings.setValue(_FOLDER, str(path.parent))
            fitting = path.suffix.lower() == suffix
            self.save(figure, path if fitting else Path(name + suffix), options)

    def _refresh(self) -> None:
        if self.dialog is not None:
            self.dialog.refresh()

    def _on_closed(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()

"""Figures of the workspace on screen: exported by a dialog, or put on the clipboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from resnet_viz.errors import UserError
from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.window_exports import WindowExports

if TYPE_CHECKING:
    from resnet_viz.ui.figures.export_dialog import ExportDialog
    from resnet_viz.ui.figures.writing import Options

_NOTHING = "Nothing is on screen yet that could be exported."


class WindowFigures(WindowExports):
    """Takes figures out of the workspaces and tells what became of them.

    What draws them is imported when it is first asked for.
    """

    dialog: ExportDialog | None

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
        self._workspaces.facts_changed.connect(self.dialog.refresh)
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
            self._tell(error)
            return
        QGuiApplication.clipboard().setMimeData(mime)
        self._notifier.info(f"{figures[0].title} is on the clipboard, as pixels and as SVG.")

    def save(self, figure: Figure, path: Path, options: Options) -> None:
        """Write a figure and say where it is."""
        from resnet_viz.ui.figures.writing import write

        try:
            written = write(figure, path, options)
        except UserError as error:
            self._tell(error)
        else:
            self._notifier.info(f"Written to {written}.")
            if self.dialog is not None:
                self.dialog.about.setText(f"Written to {written}.")

    def _ask_file(self, figure: Figure, options: Options, suffix: str) -> None:
        stem = f"{self._workspaces.current.export_name} {figure.file_name}"
        path = self._choose_file("Save the figure", stem, suffix)
        if path is not None:
            self.save(figure, path, options)

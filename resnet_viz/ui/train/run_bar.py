"""What can be done with the chosen run, and how far an export is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.runs.library import RunEntry
from resnet_viz.ui.gradients.charts.flow import FlowLayout
from resnet_viz.ui.labels import muted
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.run_export import EXPORTS


class RunBar(QWidget):
    """Buttons in a row, or in more where it is narrow.

    Signals:
        export_wanted(str): the format to export as.
    """

    export_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.open = _button("Open", "Put this run on screen (Enter)")
        self.open.setProperty("role", "primary")
        self.resume = _button("Resume", "")
        self.rename = _button("Rename", "")
        self.delete = _button("Delete…", "")
        self.folder = _button("Show folder", "Show its files in the file manager")
        self.elsewhere = _button(
            "Open run folder…", "Open a run that lies elsewhere, such as on a cluster's drive"
        )
        self.export = QToolButton()
        self.export.setText("Export ▾")
        self.export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.choices = QMenu(self.export)
        for form in EXPORTS:
            action = self.choices.addAction(f"{form}…")
            action.triggered.connect(lambda _=False, f=form: self.export_wanted.emit(f))
        self.export.setMenu(self.choices)
        self.how = muted("Tick up to six runs to compare them")
        self.words = QLabel("Exporting")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the export")
        self.cancel = _button("Cancel", "Stop exporting")
        self._lay_out()
        self.hide_progress()
        self.set_theme(LIGHT)

    def _lay_out(self) -> None:
        buttons = QWidget()
        flow = FlowLayout(buttons, gap=6, line_gap=4)
        for button in (
            self.open,
            self.resume,
            self.rename,
            self.delete,
            self.export,
            self.folder,
            self.elsewhere,
            self.how,
        ):
            flow.addWidget(button)
        self.exporting = QWidget()
        row = QHBoxLayout(self.exporting)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(buttons)
        column.addWidget(self.exporting)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's sizes."""
        self.export.setStyleSheet(
            f"QToolButton {{ padding: {4 if theme.font_px < 16 else 6}px 8px; }}"
            "QToolButton::menu-indicator { image: none; }"
        )

    def show_entry(self, entry: RunEntry | None, *, resume_problem: str, here: bool) -> None:
        """Offer what can be done with a run.

        Args:
            entry: the chosen run; None for none.
            resume_problem: why it cannot be resumed; empty if it can.
            here: whether it is being trained by this window.
        """
        there = entry is not None
        bundled = entry is not None and entry.bundled
        for button in (self.open, self.folder, self.export):
            button.setEnabled(there)
        self.resume.setEnabled(there and not resume_problem)
        self.resume.setToolTip(resume_problem or "Go on from its last checkpoint")
        self.rename.setEnabled(there and not bundled)
        self.rename.setToolTip("Give it another name (F2)" if not bundled else _BUNDLED)
        self.delete.setEnabled(there and not bundled and not here)
        self.delete.setToolTip(
            _BUNDLED if bundled else "It is being trained" if here else "Move it to the trash"
        )

    def show_progress(self, done: int, total: int) -> None:
        """Show how far an export is; a `total` of 0 for not known."""
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.exporting.show()

    def hide_progress(self) -> None:
        """Nothing is being exported."""
        self.exporting.hide()


_BUNDLED = "It comes with the program and stays as it is"


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    return button

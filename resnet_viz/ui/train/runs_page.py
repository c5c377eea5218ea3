"""The tab "Runs": what was trained, here or elsewhere; opened, compared, exported, thrown away."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QSortFilterProxyModel, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QLabel,
    QMessageBox,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resnet_viz.engine.messages import Failed
from resnet_viz.errors import UserError
from resnet_viz.runs.library import RunEntry, RunLibrary
from resnet_viz.ui.hint_card import HintCard
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.train.compare_view import CompareView
from resnet_viz.ui.train.reading import Reading
from resnet_viz.ui.train.run_bar import RunBar
from resnet_viz.ui.train.run_export import RunExport
from resnet_viz.ui.train.run_model import SORT, RunModel
from resnet_viz.ui.train.run_shelf import listed, resume_problem, to_trash
from resnet_viz.ui.train.run_table import RunTable
from resnet_viz.ui.train.session import TrainSession

_LOOK_MS = 4000
"""Between looks at the folders while the page is on screen."""


class RunsPage(QWidget):
    """Lists the runs of a library.

    Args:
        session: opens, resumes and compares them.
        library: the user's own runs and the bundled ones if left out.
        parent: owner.

    Signals:
        opened(object): path of a run that the user opened here, now on screen.
    """

    opened = Signal(object)

    def __init__(
        self,
        session: TrainSession,
        library: RunLibrary | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._library = library or RunLibrary()
        self._elsewhere: list[Path] = []
        self._wanted: Path | None = None
        self.model = RunModel()
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSourceModel(self.model)
        self.sorted.setSortRole(SORT)
        self.table = RunTable(self.sorted)
        self.bar = RunBar()
        self.hint = HintCard()
        self.notes = QLabel()
        self.compare = CompareView(session)
        self.export = RunExport(self)
        self._reading = Reading(self)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._lay_out()
        self._connect()
        self.set_theme(LIGHT)
        self._on_chosen()

    # --- construction ------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.hint.say(
            "No runs yet",
            "Every training is kept: its curves, its blocks, its weights. Press Play to begin one, "
            "or open the folder of a run that was trained elsewhere.",
            "Open run folder…",
        )
        self.notes.setWordWrap(True)
        self.notes.hide()
        card = QFrame()
        card.setObjectName("card")
        column = QVBoxLayout(card)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self.bar)
        column.addWidget(self.notes)
        column.addWidget(self.table, 1)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(card)
        self.splitter.addWidget(self.compare)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(8)
        self.splitter.setStretchFactor(0, 2)
        self.splitter.setStretchFactor(1, 3)
        self.compare.hide()
        self.body = QStackedWidget()
        self.body.addWidget(self.hint)
        self.body.addWidget(self.splitter)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 6, 0, 0)
        box.addWidget(self.body)

    def _connect(self) -> None:
        session, bar = self._session, self.bar
        self.hint.run_clicked.connect(self.ask_folder)
        self.table.opened.connect(self.open)
        self.table.chosen.connect(self._on_chosen)
        self.model.ticked_changed.connect(self._on_ticked)
        self.model.renamed.connect(self._on_renamed)
        self.model.refused.connect(self._say)
        bar.open.clicked.connect(self.open)
        bar.resume.clicked.connect(self.resume)
        bar.rename.clicked.connect(self.table.rename)
        bar.delete.clicked.connect(self.delete)
        bar.folder.clicked.connect(self.show_folder)
        bar.elsewhere.clicked.connect(self.ask_folder)
        bar.export_wanted.connect(self._ask_export)
        bar.cancel.clicked.connect(self.export.cancel)
        self.export.progressed.connect(bar.show_progress)
        self.export.ended.connect(self._on_exported)
        self.export.failed.connect(self._tell)
        self._reading.done.connect(self._on_listed)
        self._timer.timeout.connect(self._look)
        session.run_changed.connect(self._on_run)
        session.state_changed.connect(self._look)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        for part in (self.table, self.bar, self.hint, self.compare):
            part.set_theme(theme)
        self.notes.setStyleSheet(
            f"color: {theme.text}; font-size: {theme.font_px}px; background: {theme.highlight};"
            " border-radius: 6px; padding: 4px 8px;"
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the folders now, and again from time to time."""
        super().showEvent(event)
        self._look()
        self._timer.start()

    # --- the list ----------------------------------------------------------------------------

    def _look(self) -> None:
        if not self.isVisible():
            self._timer.stop()
            return
        opened = list(self._elsewhere)
        self._reading.start("runs", lambda: listed(self._library, opened))

    def _on_listed(self, _key: object, result: object) -> None:
        if isinstance(result, Exception):
            raise result  # a bug: what a folder may hold does not end in one
        entries, notes = cast("tuple[list[RunEntry], tuple[str, ...]]", result)
        chosen = self.chosen
        reader = self._session.reader
        self.model.set_entries(entries, None if reader is None else reader.path)
        self.body.setCurrentIndex(1 if entries else 0)
        if notes:
            self._say(" ".join(notes))
        self.table.choose(self._row(chosen.path if chosen is not None else self.model.current))
        self._on_chosen()

    def _row(self, path: Path | None) -> int:
        """Row in the order on screen, -1 if the run is not there."""
        row = -1 if path is None else self.model.row_of(path)
        return -1 if row < 0 else self.sorted.mapFromSource(self.model.index(row, 0)).row()

    @property
    def chosen(self) -> RunEntry | None:
        """The run that is chosen in the list."""
        row = self.table.row()
        if row < 0:
            return None
        return self.model.entries[self.sorted.mapToSource(self.sorted.index(row, 0)).row()]

    def _on_chosen(self) -> None:
        entry = self.chosen
        problem = "" if entry is None else resume_problem(entry, training=self._session.training)
        self.bar.show_entry(entry, resume_problem=problem, here=self._is_trained(entry))

    def _is_trained(self, entry: RunEntry | None) -> bool:
        """Whether the run is the one that is being trained here."""
        status = self._session.status
        return entry is not None and status is not None and status.folder == entry.path

    def _on_run(self) -> None:
        """A run that was opened from elsewhere is listed too."""
        reader = self._session.reader
        if reader is not None and self.model.row_of(reader.path) < 0:
            self._remember(reader.path)
        self._tell_opened()
        self._look()

    def _remember(self, path: Path) -> None:
        if path not in self._elsewhere:
            self._elsewhere.append(path)

    # --- what the user does ------------------------------------------------------------------

    def open(self) -> None:
        """Put the chosen run on screen."""
        if self.chosen is not None:
            self._open(self.chosen.path)

    def _open(self, path: Path) -> None:
        self._wanted = path
        self._session.open_run(path)
        self._tell_opened()  # if it was on screen already

    def _tell_opened(self) -> None:
        """Tell of what the user opened once it could be read."""
        reader = self._session.reader
        if reader is not None and reader.path == self._wanted:
            self._wanted = None
            self.opened.emit(reader.path)

    def ask_folder(self) -> None:
        """Open a run that lies anywhere, such as on a cluster's file system."""
        name = QFileDialog.getExistingDirectory(self, "The folder of a run (it holds run.json)")
        if name:
            self._open(Path(name))

    def resume(self) -> None:
        """Go on with the chosen run."""
        if self.chosen is not None:
            self._session.resume_run(self.chosen.path)

    def show_folder(self) -> None:
        """Show the chosen run's files in the desktop's file manager."""
        if self.chosen is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.chosen.path)))

    def delete(self) -> None:
        """Throw the chosen run away, if the user means it."""
        entry = self.chosen
        if entry is None or not self._sure(
            f"Move the run “{entry.title}” to the trash?", f"{entry.path}", "Move to the trash"
        ):
            return
        try:
            if not to_trash(entry.path):
                if not self._sure(
                    "There is no trash for this folder. Delete the run for good?",
                    f"{entry.path}\nThis cannot be undone.",
                    "Delete for good",
                ):
                    return
                self._library.delete(entry.path)
        except UserError as error:
            self._tell(error)
            return
        self._forget(entry.path)

    def _forget(self, path: Path) -> None:
        self._elsewhere = [other for other in self._elsewhere if other != path]
        reader = self._session.reader
        if reader is not None and reader.path == path:
            self._session.close_run()
        self._look()

    def _sure(self, question: str, details: str, yes: str) -> bool:
        """Ask; the safe answer is the default."""
        box = QMessageBox(QMessageBox.Icon.Question, "Runs", question, parent=self)
        box.setInformativeText(details)
        agree = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.exec()
        return box.clickedButton() is agree

    def _on_renamed(self, path: Path, name: str) -> None:
        try:
            self._library.rename(path, name)
        except UserError as error:
            self._tell(error)
        self._look()

    def _on_ticked(self) -> None:
        self.compare.setVisible(bool(self.model.ticked))
        self._session.compare(self.model.ticked)

    def _ask_export(self, form: str) -> None:
        name = QFileDialog.getExistingDirectory(self, f"Export as {form} into a folder")
        if name and self.chosen is not None:
            self.start_export(form, Path(name))

    def start_export(self, form: str, folder: Path) -> None:
        """Write the chosen run as `form` into a folder."""
        if self.chosen is not None and not self.export.busy:
            self.bar.show_progress(0, 0)
            self.export.start(self.chosen.path, form, folder)

    def _on_exported(self, words: str) -> None:
        self.bar.hide_progress()
        self._say(words)

    # --- telling -----------------------------------------------------------------------------

    def _say(self, words: str) -> None:
        self.notes.setText(words)
        self.notes.setVisible(bool(words))

    def _tell(self, error: UserError) -> None:
        self._session.failed.emit(Failed(0, error.message, error.hint))

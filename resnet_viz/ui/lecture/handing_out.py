"""Handing a lecture out from its workspace: which file, how far it is, what came of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QProgressDialog, QWidget

from resnet_viz.errors import UserError
from resnet_viz.lecture.handout import Handout
from resnet_viz.lecture.scenes import Lecture
from resnet_viz.report.versions import versions
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.lecture.handout_files import check_suffix, write_handout
from resnet_viz.ui.lecture.handout_maker import HandoutMaker, unknown
from resnet_viz.ui.notify import Notifier


class HandingOut(QObject):
    """Makes one handout at a time, beside everything else.

    Args:
        client: the window's engine.
        notifier: says what came of it.
        window: parent of the dialogs.
    """

    def __init__(self, client: EngineClient, notifier: Notifier, window: QWidget) -> None:
        super().__init__(window)
        self._client = client
        self._notifier = notifier
        self._window = window
        self.maker: HandoutMaker | None = None
        self._dialog: QProgressDialog | None = None

    def ask(self, lecture: Lecture, folder: Path) -> None:
        """Choose a file and write the handout of a lecture into it."""
        usual = str(folder / f"{lecture.title}.pdf")
        kinds = "To print (*.pdf);;To read on a screen (*.html)"
        name, kind = QFileDialog.getSaveFileName(self._window, "Hand the lecture out", usual, kinds)
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() not in (".pdf", ".html"):
            path = path.with_name(path.name + (".html" if "html" in kind else ".pdf"))
        self.start(lecture, folder, path)

    def start(self, lecture: Lecture, folder: Path, path: Path) -> None:
        """Measure every scene and write the handout; one under way is stopped."""
        try:
            check_suffix(path)
        except UserError as error:
            self._notifier.error(error.message, error.hint)
            return
        self.stop()
        self.maker = HandoutMaker(self._client, lecture, folder, versions(), self._window)
        self.maker.progressed.connect(self._on_progress)
        self.maker.finished.connect(lambda handout: self._on_finished(handout, path))
        self._dialog = QProgressDialog("Measuring the scenes…", "Cancel", 0, 0, self._window)
        self._dialog.setWindowTitle("ResNet Visualizer")
        self._dialog.setWindowModality(Qt.WindowModality.NonModal)
        self._dialog.canceled.connect(self.stop)
        self._dialog.show()
        self.maker.start()

    def stop(self) -> None:
        """Give up what is under way; nothing is written."""
        maker, self.maker = self.maker, None
        if maker is not None:
            maker.cancel()
            maker.deleteLater()
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.canceled.disconnect(self.stop)
            dialog.close()
            dialog.deleteLater()

    def _on_progress(self, done: int, total: int) -> None:
        if self._dialog is not None:
            self._dialog.setMaximum(total)
            self._dialog.setValue(min(done, total - 1))  # at the maximum it would close itself

    def _on_finished(self, handout: Handout, path: Path) -> None:
        if self.maker is not None:
            self.maker.deleteLater()
            self.maker = None
        self.stop()
        try:
            write_handout(handout, path)
        except UserError as error:
            self._notifier.error(error.message, error.hint)
            return
        lacking = unknown(handout)
        words = f" {lacking} of its sentences lack a figure." if lacking else ""
        self._notifier.info(f"Wrote {path}.{words}")

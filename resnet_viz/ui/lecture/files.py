"""A document's way to files and back: open, save, pack, and what is done with unsaved work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from resnet_viz.errors import UserError
from resnet_viz.lecture import drafts, storage
from resnet_viz.lecture.made import Made
from resnet_viz.lecture.scenes import Lecture
from resnet_viz.ui.lecture.document import LectureDocument, Place
from resnet_viz.ui.lecture.library import is_built_in
from resnet_viz.ui.notify import Level, Notice, Notifier

_OPEN = "Lectures (*.toml *.rvl);;All files (*)"
_SAVE = "Lectures (*.toml)"
_BUNDLE = ".rvl"
_DRAFT_MS = 3000
_REMARKS_SHOWN = 3


class LectureFiles(QObject):
    """Opens and saves the lecture of a document; asks before unsaved work is lost.

    Args:
        document: whose lecture.
        notifier: tells what does not work; the lecture before stays then.
        window: parent of the dialogs.

    Attributes:
        path: the file on screen, a bundle or a built-in one too; None for a new lecture.
        made: how the bundle on screen was made; None where it is no bundle.
        keeper: keeps unsaved work, so that a crash loses none.

    Signals:
        opened: path of the file that was opened or saved.
    """

    opened = Signal(object)

    def __init__(self, document: LectureDocument, notifier: Notifier, window: QWidget) -> None:
        super().__init__(window)
        self._document = document
        self._notifier = notifier
        self._window = window
        self._folder = Path.home()
        self.path: Path | None = None
        self.made: Made | None = None
        self.keeper = drafts.DraftKeeper()
        self._autosave = QTimer(self, singleShot=True, interval=_DRAFT_MS)
        self._autosave.timeout.connect(self.keep_draft)
        document.lecture_changed.connect(lambda _lecture: self._autosave.start())
        document.unsaved_changed.connect(self._on_unsaved)

    # --- opening -----------------------------------------------------------------------------

    def new(self) -> None:
        """Begin an empty lecture."""
        if self.may_lose():
            self.made = self.path = None
            self._document.begin_with(Lecture(), Place(folder=self._folder))

    def ask_open(self) -> None:
        """Choose a lecture and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open a lecture", str(self._folder), _OPEN
        )
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> bool:
        """Open a lecture; a damaged one is told with its line, and the one before stays.

        Returns:
            Whether it is on screen.
        """
        try:
            opened = storage.open_lecture(path)
        except UserError as error:
            self._notifier.error(error.message, error.hint)
            return False
        if not self.may_lose():
            return False
        self.path, self.made = path, opened.made
        own = path if path.suffix.lower() != _BUNDLE and not is_built_in(path) else None
        place = Place(own, opened.folder, is_built_in(path))
        self._document.begin_with(opened.lecture, place)
        self._folder = self._folder if place.built_in else path.parent
        self._tell_remarks(path, opened.remarks)
        self.opened.emit(path)
        return True

    def offer_draft(self) -> None:
        """Offer what a crash left over, newest first."""
        left = drafts.left_over()
        if not left:
            return
        draft = left[0]
        name = draft.path.name if draft.path is not None else f"“{draft.lecture.title}”"
        self._notifier.post(
            Notice(
                Level.INFO,
                f"Unsaved changes to the lecture {name} were kept.",
                "They wait until you take them up.",
                action="Take them up",
                on_action=lambda: self.take_up(draft),
            )
        )

    def take_up(self, draft: drafts.Draft) -> None:
        """Go on with unsaved work of another time."""
        if not self.may_lose():
            return
        folder = draft.path.parent if draft.path is not None else self._folder
        self.path, self.made = draft.path, None
        self._document.begin_with(draft.lecture, Place(draft.path, folder), unsaved=True)
        self.keep_draft()  # before the old one is gone
        drafts.discard(draft)

    # --- saving ------------------------------------------------------------------------------

    def save(self) -> bool:
        """Save where the lecture is kept; asks for a place if it has none.

        Returns:
            Whether it is saved.
        """
        path = self._document.place.path
        return self.ask_save() if path is None else self.save_to(path)

    def ask_save(self) -> bool:
        """Choose a file and save there.

        Returns:
            Whether it is saved.
        """
        stem = _file_name(self._document.lecture.title)
        usual = self._document.place.path or self._folder / f"{stem}.toml"
        name, _ = QFileDialog.getSaveFileName(self._window, "Save the lecture", str(usual), _SAVE)
        if not name:
            return False
        path = Path(name)
        return self.save_to(path if path.suffix else path.with_suffix(".toml"))

    def save_to(self, path: Path) -> bool:
        """Save into a file; the document is unsaved no more.

        Returns:
            Whether it is saved.
        """
        if is_built_in(path):
            self._notifier.error(
                "Lectures that ship with the program stay as they are.", "Choose another folder."
            )
            return False
        document = self._document
        try:
            written = storage.save(document.lecture, path, document.place.folder)
        except UserError as error:
            self._notifier.error(error.message, error.hint)
            return False
        self.path, self.made = path, None
        document.saved_as(written, Place(path, path.parent))
        self._folder = path.parent
        self.keeper.drop()
        self._notifier.info(f"Saved as {path.name}.")
        self.opened.emit(path)
        return True

    # --- unsaved work ------------------------------------------------------------------------

    def may_lose(self) -> bool:
        """Ask what becomes of unsaved changes; False if the user wants to go on with them."""
        if not self._document.unsaved:
            return True
        buttons = QMessageBox.StandardButton
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(f"Save the changes to “{self._document.lecture.title}”?")
        box.setInformativeText(_ASK)
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        later = box.addButton("Keep as a draft", QMessageBox.ButtonRole.ActionRole)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        if box.clickedButton() is later:
            return self._leave_draft()
        if answer == buttons.Save:
            return self.save()
        if answer == buttons.Discard:
            self.keeper.drop()
            return True
        return False

    def keep_draft(self) -> None:
        """Write unsaved work where a crash does not reach it."""
        document = self._document
        if not document.unsaved:
            return
        self._guarded(
            lambda: self.keeper.keep(document.lecture, document.place.folder, document.place.path)
        )

    def close_down(self) -> None:
        """The window closes, and everything was asked."""
        self._autosave.stop()

    # --- inside ------------------------------------------------------------------------------

    def _leave_draft(self) -> bool:
        """Let unsaved work wait until another time."""
        self.keep_draft()
        self.keeper = drafts.DraftKeeper()  # the next unsaved work is another draft
        return True

    def _on_unsaved(self, unsaved: bool) -> None:
        if not unsaved:
            self._autosave.stop()
            self.keeper.drop()

    def _tell_remarks(self, path: Path, remarks: tuple[str, ...]) -> None:
        if not remarks:
            return
        shown = " ".join(remarks[:_REMARKS_SHOWN])
        more = len(remarks) - _REMARKS_SHOWN
        rest = f" And {more} more." if more > 0 else ""
        self._notifier.post(
            Notice(
                Level.WARNING,
                f"{path.name} is open, but not all of it will work.",
                shown + rest,
                details="\n".join(remarks),
            )
        )

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except UserError as error:
            self._notifier.warning(error.message, error.hint)


_ASK = "A draft is kept by the program and offered the next time it starts."


def _file_name(title: str) -> str:
    """A title as the name of a file."""
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in title)
    return " ".join(kept.split()) or "lecture"

"""Every edit of a lecture is a step of undo; files, drafts and damaged files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.lecture import drafts, storage
from resnet_viz.lecture.scenes import Lecture, Scene
from resnet_viz.lecture.views import Overview, Photo
from resnet_viz.ui.lecture.document import LectureDocument, Place
from resnet_viz.ui.lecture.files import LectureFiles
from resnet_viz.ui.lecture.library import RecentLectures, built_in_lectures, is_built_in
from resnet_viz.ui.notify import Level, Notifier

ABC = Lecture("Letters", scenes=tuple(Scene(title, views=(Overview(),)) for title in "abc"))


@pytest.fixture
def document(qapp: QApplication, tmp_path: Path) -> LectureDocument:
    made = LectureDocument()
    made.begin_with(ABC, Place(folder=tmp_path))
    return made


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def files(
    document: LectureDocument, window: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> LectureFiles:
    monkeypatch.setattr(drafts, "drafts_folder", lambda: tmp_path / "drafts")
    return LectureFiles(document, Notifier(), window)


def titles(document: LectureDocument) -> str:
    return "".join(scene.title for scene in document.lecture.scenes)


def answer(monkeypatch: pytest.MonkeyPatch, words: str) -> list[str]:
    """Press a button of the next question; returns the questions asked."""
    asked: list[str] = []

    def press(box: QMessageBox) -> int:
        asked.append(box.text())
        button = next(b for b in box.buttons() if b.text().replace("&", "") == words)
        button.click()
        return int(box.standardButton(button))

    monkeypatch.setattr(QMessageBox, "exec", press)
    return asked


# --- edits -----------------------------------------------------------------------------------


def test_every_edit_is_taken_back_and_done_again_with_the_scene_it_was_made_in(
    document: LectureDocument,
) -> None:
    document.select(1)
    document.duplicate()
    document.change_scene("Name it", title="x")
    document.move(2, 0)
    document.select(3)
    document.delete()
    document.add([Scene("y"), Scene("z")])
    assert titles(document) == "xabyz"
    assert document.selected == 3
    seen = []
    while document.undo.canUndo():
        document.undo.undo()
        seen.append((titles(document), document.selected))
    assert seen == [
        ("xab", 2), ("xabc", 3), ("abxc", 2), ("abb (copy)c", 2), ("abc", 1),
    ]  # fmt: skip
    while document.undo.canRedo():
        document.undo.redo()
    assert titles(document) == "xabyz"


def test_letters_of_one_text_are_one_step_and_those_of_another_begin_a_new_one(
    document: LectureDocument,
) -> None:
    for text in ("n", "ne", "new"):
        document.change_scene("Edit the title", typed="title", title=text)
    document.change_scene("Edit the notes", typed="notes", notes="n")
    document.end_typing()
    document.change_scene("Edit the notes", typed="notes", notes="no")
    assert document.undo.count() == 3
    document.undo.undo()
    document.undo.undo()
    assert document.scene == Scene("new", views=(Overview(),))
    document.undo.undo()
    assert titles(document) == "abc"
    assert not document.unsaved


def test_what_changes_nothing_is_no_step(document: LectureDocument) -> None:
    document.change_scene("Edit", title="a")
    document.move(1, 1)
    document.move(0, -5)
    assert document.undo.count() == 0


def test_the_last_scene_can_go_and_come_back(document: LectureDocument) -> None:
    for _ in range(3):
        document.delete()
    assert (titles(document), document.selected) == ("", -1)
    document.delete()
    document.duplicate()
    document.change_scene("Edit", title="nobody")
    document.undo.undo()
    assert titles(document) == "c"
    assert document.selected == 0


# --- files -----------------------------------------------------------------------------------


def test_saved_and_opened_again_it_is_the_same_and_a_picture_is_found_from_elsewhere(
    document: LectureDocument, files: LectureFiles, tmp_path: Path
) -> None:
    document.change_scene("Show", views=(Photo(picture="mine.png"),))
    (tmp_path / "deep").mkdir()
    assert files.save_to(tmp_path / "deep" / "talk.toml")
    assert not document.unsaved
    assert document.scene is not None
    assert document.scene.views == (Photo(picture="../mine.png"),)
    saved = document.lecture
    files.new()
    assert document.lecture == Lecture()
    assert files.open(tmp_path / "deep" / "talk.toml")
    assert document.lecture == saved
    assert document.place == Place(tmp_path / "deep" / "talk.toml", tmp_path / "deep")


def test_a_damaged_file_is_told_with_its_line_and_the_lecture_before_stays(
    document: LectureDocument, files: LectureFiles, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('title = "x"\n\n[[scene]]\ntitle = "y\n')
    document.change_scene("Edit", title="mine")
    assert not files.open(bad)
    notice = files._notifier.history[-1]
    assert notice.level is Level.ERROR
    assert "bad.toml, line 4" in notice.message
    assert titles(document) == "minebc"
    assert document.unsaved


def test_what_will_not_work_in_it_is_told_but_it_opens(files: LectureFiles, tmp_path: Path) -> None:
    lecture = Lecture("Gone", scenes=(Scene("one", views=(Photo(picture="gone.png"),)),))
    storage.save(lecture, tmp_path / "gone.toml")
    assert files.open(tmp_path / "gone.toml")
    notice = files._notifier.history[-1]
    assert notice.level is Level.WARNING
    assert "gone.png" in notice.hint


def test_a_built_in_lecture_is_never_written_over(
    document: LectureDocument, files: LectureFiles
) -> None:
    title, path = built_in_lectures()[0]
    before = path.read_bytes()
    assert is_built_in(path)
    assert files.open(path)
    assert (document.lecture.title, document.place.path) == (title, None)
    document.change_scene("Edit", title="mine")
    assert not files.save_to(path)
    assert path.read_bytes() == before
    assert document.unsaved


@pytest.mark.parametrize(
    ("words", "goes_on", "kept"),
    [("Cancel", False, 0), ("Discard", True, 0), ("Keep as a draft", True, 1)],
)
def test_unsaved_changes_are_asked_about(
    document: LectureDocument,
    files: LectureFiles,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    goes_on: bool,
    kept: int,
) -> None:
    asked = answer(monkeypatch, words)
    assert files.may_lose()
    assert asked == []
    document.change_scene("Edit", title="mine")
    assert files.may_lose() is goes_on
    assert len(asked) == 1
    assert "Letters" in asked[0]
    found = list((tmp_path / "drafts").glob("draft-*/lecture.toml"))
    assert len(found) == kept


def test_saving_when_asked_asks_where_and_a_change_of_mind_keeps_everything(
    document: LectureDocument,
    files: LectureFiles,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer(monkeypatch, "Save")
    document.change_scene("Edit", title="mine")
    chosen = ["", str(tmp_path / "talk")]
    monkeypatch.setattr(
        "resnet_viz.ui.lecture.files.QFileDialog.getSaveFileName",
        lambda *_: (chosen.pop(0), ""),
    )
    assert not files.may_lose()
    assert files.may_lose()
    assert storage.open_lecture(tmp_path / "talk.toml").lecture == document.lecture


def test_unsaved_work_survives_a_crash_and_is_taken_up_again(
    document: LectureDocument, files: LectureFiles, tmp_path: Path, window: QWidget
) -> None:
    document.change_scene("Edit", title="mine")
    files.keep_draft()
    assert files.keeper._lock is not None
    files.keeper._lock.release()  # as the system does for a process that was killed
    notifier, document = Notifier(), LectureDocument()
    later = LectureFiles(document, notifier, window)
    later.offer_draft()
    offer = notifier.history[-1]
    assert "Letters" in offer.message
    assert offer.on_action is not None
    offer.on_action()
    assert titles(document) == "minebc"
    assert document.unsaved
    assert later.save_to(tmp_path / "talk.toml")
    assert list((tmp_path / "drafts").glob("draft-*")) == []


def test_lectures_opened_last_come_first_and_those_gone_are_left_out(
    tmp_path: Path, qapp: QApplication
) -> None:
    from PySide6.QtCore import QSettings

    recent = RecentLectures(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    paths = [tmp_path / f"{name}.toml" for name in "abc"]
    for path in paths:
        path.touch()
        recent.add(path)
    recent.add(paths[0])
    assert recent.paths() == [paths[0], paths[2], paths[1]]
    paths[2].unlink()
    assert recent.paths() == [paths[0], paths[1]]

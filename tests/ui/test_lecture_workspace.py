"""The Lecture workspace: the scene list, the live preview, the form, files dropped, F5."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeClient
from lecture_stages import PlayedStage
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot
from windows import lecturing

from resnet_viz.lab.settings import LabSettings
from resnet_viz.lecture import drafts, storage
from resnet_viz.lecture.facts import Fact
from resnet_viz.lecture.scenes import Lecture, Question, Scene, Step
from resnet_viz.lecture.views import Overview, Pair, Photo, Run
from resnet_viz.ui.lecture import scene_pool, stage_place
from resnet_viz.ui.lecture.document import Place
from resnet_viz.ui.lecture.library import RecentLectures
from resnet_viz.ui.lecture.scene_model import THUMBNAIL
from resnet_viz.ui.lecture.workspace import LectureWorkspace
from resnet_viz.ui.main_window import MainWindow
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.theme import DARK

SMALL = Overview(network="resnet20")
LECTURE = Lecture(
    "Skips",
    "me",
    (
        Scene("First", "one {loss}", "notes", (SMALL,), (Step("cut", change={"cut": ["all"]}),)),
        Scene("Second", "two", views=(Photo(), Pair(LabSettings(network="resnet20")))),
        Scene("Third", "three", views=(replace(SMALL, seed=1, weights="none"),)),
    ),
)


@pytest.fixture(autouse=True)
def _played(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    PlayedStage.made = []
    monkeypatch.setattr(stage_place, "make_stage", PlayedStage)
    monkeypatch.setattr(scene_pool, "_AFTER_KEY_MS", 1)
    monkeypatch.setattr(drafts, "drafts_folder", lambda: tmp_path / "drafts")
    yield
    PlayedStage.made = []


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def ws(qtbot: QtBot, settings: QSettings, tmp_path: Path) -> Iterator[LectureWorkspace]:
    made = LectureWorkspace(FakeClient(), Notifier(), RecentLectures(settings))  # type: ignore[arg-type]
    host = QWidget()
    made.setParent(host)
    qtbot.addWidget(host)
    made.document.begin_with(LECTURE, Place(folder=tmp_path))
    for widget in (host, made):
        widget.resize(1260, 600)
    host.show()
    qtbot.waitExposed(host)
    made.enter()
    yield made
    made.close_down()


@pytest.fixture
def window(qtbot: QtBot, settings: QSettings) -> Iterator[MainWindow]:
    with lecturing(qtbot, settings) as made:
        yield made


def titles(ws: LectureWorkspace) -> list[str]:
    return [scene.title for scene in ws.document.lecture.scenes]


def stage(ws: LectureWorkspace, number: int = 1) -> PlayedStage:
    assert ws.preview.view is not None
    found = ws.preview.view.stages[number - 1]
    assert isinstance(found, PlayedStage)
    return found


# --- the list --------------------------------------------------------------------------------


def test_keys_of_the_list_choose_move_copy_and_delete(ws: LectureWorkspace) -> None:
    scenes = ws.column.list
    QTest.keyClick(scenes, Qt.Key.Key_Down)
    assert ws.document.selected == 1
    QTest.keyClick(scenes, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert titles(ws) == ["Second", "First", "Third"]
    QTest.keyClick(scenes, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert titles(ws)[:2] == ["Second", "Second (copy)"]
    QTest.keyClick(scenes, Qt.Key.Key_Delete)
    QTest.keyClick(scenes, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert titles(ws) == ["Second", "Third", "First"]
    assert scenes.currentIndex().row() == ws.document.selected == 2


@pytest.mark.parametrize(("dragged", "gap", "order"), [(0, 2, "213"), (0, 3, "231"), (2, 0, "312")])
def test_a_scene_that_is_dragged_into_a_gap_stands_there(
    ws: LectureWorkspace, dragged: int, gap: int, order: str
) -> None:
    model = ws.column.list.scenes
    before = titles(ws)
    mime = model.mimeData([model.index(dragged)])
    assert not model.dropMimeData(mime, Qt.DropAction.MoveAction, gap, 0, model.index(-1))
    assert titles(ws) == [before[int(number) - 1] for number in order]


def test_a_scene_has_its_picture_until_it_is_changed(ws: LectureWorkspace, qtbot: QtBot) -> None:
    model = ws.column.list.scenes

    def pictured(row: int) -> bool:
        return model.data(model.index(row), THUMBNAIL) is not None

    qtbot.waitUntil(lambda: all(pictured(row) for row in range(3)), timeout=10_000)
    ws.document.move(2, 0)
    assert all(pictured(row) for row in range(3))
    ws.leave()  # or it is painted again at once
    ws.document.change_scene("Edit", title="other")
    assert not pictured(0)


# --- the live scene --------------------------------------------------------------------------


def test_the_preview_shows_the_chosen_scene_in_the_shape_of_a_slide(ws: LectureWorkspace) -> None:
    size = ws.preview.stack.size()
    assert size.width() / size.height() == pytest.approx(16 / 9, abs=0.02)
    assert stage(ws).view == SMALL
    ws.document.select(1)
    assert [stage(ws, n).view.kind for n in (1, 2)] == ["photo", "pair"]


def test_steps_go_forward_and_back_as_the_script_says(ws: LectureWorkspace) -> None:
    bar = ws.preview.bar
    assert not bar.back.isEnabled()
    bar.forward.click()
    shown = stage(ws).view
    assert isinstance(shown, Overview)
    assert len(shown.cuts(shown.spec())) == 9
    assert "1 of 1" in bar.words.text()
    assert not bar.forward.isEnabled()
    bar.back.click()
    assert stage(ws).view == SMALL


def double_click(widget: QWidget, at: QPoint) -> None:
    """Qt's own leaves the button down, and a pool prepares nothing while one is."""
    QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=at)


def test_title_and_sentence_are_edited_where_they_stand(ws: LectureWorkspace) -> None:
    view = ws.preview.view
    assert view is not None
    title, sentence = view.headline.places()
    double_click(view.headline, title.center())
    editor = ws.preview.words.editor
    assert editor.isVisible()
    assert editor.toPlainText() == "First"
    QTest.keyClicks(editor, "Better")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert not editor.isVisible()
    assert ws.document.scene is not None
    assert ws.document.scene.title == view.headline.title == "Better"
    double_click(view.headline, sentence.center())
    assert editor.toPlainText() == "one {loss}"
    QTest.keyClicks(editor, "never mind")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert ws.document.scene.sentence == "one {loss}"
    ws.preview.step_by(1)
    ws.preview.words.edit_sentence()
    assert editor.toPlainText() == "cut"
    QTest.keyClicks(editor, "gone")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert ws.document.scene.steps[0].say == "gone"
    assert (ws.document.scene.sentence, ws.preview.step) == ("one {loss}", 1)


def test_letters_typed_on_the_slide_cut_no_skips(window: MainWindow, tmp_path: Path) -> None:
    storage.save(LECTURE, tmp_path / "talk.toml")
    window.open_paths([tmp_path / "talk.toml"])
    ws = window.workspace
    assert isinstance(ws, LectureWorkspace)
    ws.preview.words.edit_title()
    QTest.keyClicks(ws.preview.words.editor, "sad")
    assert stage(ws).view == SMALL
    assert ws.preview.words.editor.toPlainText() == "sad"
    ws.preview.words.editor.give_up()


def test_words_that_are_edited_leave_the_live_view_and_what_was_done_to_it(
    ws: LectureWorkspace,
) -> None:
    live = stage(ws)
    ws.flip_skip()
    changed = live.view
    ws.form.text.title.setFocus()
    ws.form.text.title.selectAll()
    QTest.keyClicks(ws.form.text.title, "Typed")
    assert ws.document.scene is not None
    assert ws.document.scene.title == "Typed"
    assert stage(ws) is live
    assert live.view == changed
    assert ws.document.undo.count() == 1


def test_what_was_changed_by_hand_is_kept_in_the_view_or_as_a_step(ws: LectureWorkspace) -> None:
    bar = ws.preview.bar
    assert not bar.keep.isVisible()
    ws.flip_skip()
    assert bar.keep.isVisible()
    bar.undo.click()
    assert stage(ws).view == SMALL
    assert not bar.keep.isVisible()
    stage(ws).improvise(replace(SMALL, cut=frozenset({"layer2.0"})))
    bar.keep.click()
    kept = replace(SMALL, cut=frozenset({"layer2.0"}))
    assert ws.document.scene is not None
    assert ws.document.scene.views == (kept,)
    assert stage(ws).view == kept
    stage(ws).improvise(replace(kept, selected="layer3.0"))
    bar.as_step.click()
    assert ws.document.scene.steps[0] == Step(change={"selected": "layer3.0"})
    assert ws.preview.step == 1
    assert stage(ws).view == replace(kept, selected="layer3.0")
    ws.undo.undo()
    ws.undo.undo()
    assert ws.document.lecture == LECTURE


def test_keys_act_on_the_view_that_was_used_last(ws: LectureWorkspace) -> None:
    ws.document.select(1)
    ws.flip_all()
    assert isinstance(photo := stage(ws, 1).view, Photo)
    assert len(photo.cuts(photo.spec())) == len(list(photo.spec().blocks()))
    stage(ws, 2).button.setFocus()
    ws.walk_blocks(2)
    ws.flip_skip()
    pair = stage(ws, 2).view
    assert isinstance(pair, Pair)
    assert pair.settings.cut == {pair.selected} == {"layer1.2"}


# --- the form --------------------------------------------------------------------------------


def test_fields_of_a_view_change_it_and_what_cannot_be_is_said_there(ws: LectureWorkspace) -> None:
    ws.document.select(2)
    form = ws.form.views.forms[0]
    form.editors["norm"].wanted.emit("none")
    form.editors["network"].wanted.emit("resnet32")
    assert ws.document.scene is not None
    view = ws.document.scene.views[0]
    assert isinstance(view, Overview)
    assert (view.norm, view.network, view.seed) == ("none", "resnet32", 1)
    assert stage(ws).view == view
    form.editors["cut"].wanted.emit(["layer7.0"])
    assert "layer7.0" in form.problem.text()
    assert ws.document.scene.views[0] == view
    form.editors["weights"].wanted.emit("bundled")
    assert "norm" not in form.editors  # of no effect with trained weights


def test_another_network_forgets_blocks_that_it_does_not_have(ws: LectureWorkspace) -> None:
    deep = Overview(network="resnet56", cut=frozenset({"layer1.8"}), selected="layer3.8")
    ws.document.change_scene("Set", views=(deep,))
    ws.form.views.forms[0].editors["network"].wanted.emit("resnet20")
    assert ws.document.scene is not None
    assert ws.document.scene.views == (Overview(network="resnet20"),)
    assert ws.form.views.forms[0].problem.text() == ""


def test_views_are_added_changed_in_kind_and_removed(ws: LectureWorkspace) -> None:
    ws.add_scene()
    ws.preview.words.editor.give_up()
    page = ws.form.views
    menu = page.add.menu()
    assert menu is not None
    for action in menu.actions():
        if action.text() == "Experiment":
            action.trigger()
    assert ws.document.scene is not None
    assert [v.kind for v in ws.document.scene.views] == ["study"]
    form = page.forms[0]
    assert form.experiment is not None
    form._change("experiment", {"kind": "depth", "depths": [8, 14]})
    assert form.options is not None
    form.options.set_text("depths", "8, 20")
    study = ws.document.scene.views[0]
    assert study.experiment.depths == (8, 20)  # type: ignore[union-attr]
    form.wanted.emit(Run())
    assert [v.kind for v in ws.document.scene.views] == ["run"]
    form.remove.click()
    assert not ws.document.scene.views
    assert not page.forms


def test_steps_and_questions_are_written_and_what_does_not_work_is_told(
    ws: LectureWorkspace,
) -> None:
    ws.form.steps.add.click()
    card = ws.form.steps.cards[1]
    card.change.typed.emit('alpha = 0.5, selected = "layer1.1"')
    assert ws.document.scene is not None
    assert ws.document.scene.steps[1].change == {"alpha": 0.5, "selected": "layer1.1"}
    assert ws.form.faults.text() == ""
    card.change.typed.emit("alpha = 7")
    assert "alpha" in ws.form.faults.text()
    card.change.typed.emit("alpha = ")
    assert card.problem.text()
    card.moved.emit(-1)
    assert [step.say for step in ws.document.scene.steps] == ["", "cut"]
    ws.form.steps.cards[0].removed.emit()
    assert len(ws.form.steps.cards) == 1
    ws.form.questions.add.click()
    ws.form.questions.asks[0].setPlainText("Why?")
    ws.form.questions.answers[0].setPlainText("Because.")
    assert ws.document.scene.questions == (Question("Why?", "Because."),)


def test_measured_figures_are_offered_with_their_values_and_written_by_name(
    ws: LectureWorkspace,
) -> None:
    stage(ws).measure(loss=Fact("2.3", 2.3))
    ws.form._fill_menu()
    measured, later = ws.form._menu.actions()
    assert measured.text() == "{loss}\t2.3"
    submenu = later.menu()
    assert isinstance(submenu, QMenu)
    waiting = [action.text().split()[0] for action in submenu.actions()]
    assert "{ratio}" in waiting
    assert "{loss}" not in waiting
    ws.form.text.notes.setFocus()
    ws.form.text.notes.selectAll()
    ws.form._menu.actions()[0].trigger()
    assert ws.document.scene is not None
    assert ws.document.scene.notes == "{loss}"


def test_a_new_lecture_says_what_to_do_and_its_first_scene_is_named_on_the_slide(
    ws: LectureWorkspace,
) -> None:
    ws.files.new()
    assert ws.preview.invitation.isVisible()
    assert "Ctrl+Shift+L" in ws.preview.invitation.text.text()
    assert not ws.form.isEnabled()
    ws.preview.invitation.run_button.click()
    assert titles(ws) == ["New scene"]
    assert ws.preview.words.editor.isVisible()
    QTest.keyClicks(ws.preview.words.editor, "Hello")
    QTest.keyClick(ws.preview.words.editor, Qt.Key.Key_Return)
    assert titles(ws) == ["Hello"]


def test_it_takes_themes_and_does_nothing_while_it_is_out_of_sight(ws: LectureWorkspace) -> None:
    ws.set_theme(DARK)
    assert stage(ws).theme.name == "dark"
    made = len(PlayedStage.made)
    ws.leave()
    ws.document.add([Scene("New", views=(SMALL,))] * 3)
    QApplication.processEvents()
    QTest.qWait(100)
    assert len(PlayedStage.made) <= made + 1  # the one that would be on screen


# --- the window ------------------------------------------------------------------------------


def drop(window: MainWindow, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    button, modifier = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    centre = QPointF(QPoint(400, 300))
    window.dropEvent(QDropEvent(centre, Qt.DropAction.CopyAction, mime, button, modifier))


def test_a_lecture_dropped_on_the_window_is_opened_and_a_damaged_one_told(
    window: MainWindow, tmp_path: Path
) -> None:
    storage.save(LECTURE, tmp_path / "talk.toml")
    drop(window, tmp_path / "talk.toml")
    assert window.workspace.title == "Lecture"
    assert window.workspace.headline == "Skips"
    (tmp_path / "bad.toml").write_text("[[scene]]\ntitle = 3\n")
    drop(window, tmp_path / "bad.toml")
    assert window.strip.notice is not None
    assert "bad.toml, line 2" in window.strip.notice.message
    assert window.workspace.headline == "Skips"


def test_the_built_in_lecture_is_opened_first_and_ones_own_the_next_time(
    window: MainWindow, settings: QSettings, tmp_path: Path, qtbot: QtBot
) -> None:
    window.workspaces.show_titled("Lecture")
    ws = window.workspace
    assert isinstance(ws, LectureWorkspace)
    assert ws.document.place.built_in
    assert "built in" in ws.headline
    storage.save(LECTURE, tmp_path / "talk.toml")
    ws.open(tmp_path / "talk.toml")
    ws.document.select(2)
    ws.save(settings)
    later = LectureWorkspace(FakeClient(), Notifier(), RecentLectures(settings))  # type: ignore[arg-type]
    qtbot.addWidget(later)
    later.restore(settings)
    assert (later.document.lecture, later.document.selected) == (LECTURE, 2)
    later.close_down()


def test_the_window_stays_open_while_unsaved_work_is_thought_about(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.save(LECTURE, tmp_path / "talk.toml")
    window.open_paths([tmp_path / "talk.toml"])
    ws = window.workspace
    assert isinstance(ws, LectureWorkspace)
    ws.document.change_scene("Edit", title="new")
    monkeypatch.setattr(ws.files, "may_lose", lambda: False)
    assert not window.close()
    assert window.isVisible()


def test_a_presentation_begins_at_the_chosen_scene_and_editing_goes_on_where_it_was_left(
    ws: LectureWorkspace,
) -> None:
    ws.document.select(1)
    ws.presenting.start(from_start=False)
    show = ws.presenting.presentation
    assert show is not None
    assert (show.position.scene, show.position.step) == (1, 0)
    show.go_to(0)
    show.next()
    show.end()
    assert (ws.document.selected, ws.preview.step) == (0, 1)
    ws.document.select(2)
    ws.presenting.start(from_start=True)
    assert show.position.scene == 0
    show.end()


# --- bundles ---------------------------------------------------------------------------------


def test_a_bundle_tells_which_figures_differ_here(
    ws: LectureWorkspace, tmp_path: Path, qtbot: QtBot
) -> None:
    stage(ws).measure(loss=Fact("2.3", 2.3))
    with qtbot.waitSignal(ws.packing.packer.done, timeout=10_000):
        ws.packing.start(tmp_path / "talk.rvl")
    ws.document.undo.setClean()
    assert ws.open(tmp_path / "talk.rvl")
    check = ws.column.check
    assert check.isVisible()
    stage(ws).measure(loss=Fact("2.5", 2.5))
    check._compare()
    told = " ".join(check.differences)
    assert "2.3" in told
    assert "2.5" in told
    stage(ws).measure(loss=Fact("2.3", 2.3))
    check._compare()
    assert check.differences == []
    ws.files.new()
    assert not check.isVisible()

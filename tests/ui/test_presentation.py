"""A lecture on a screen: remote keys, layers, the presenter view, drops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import FakeClient
from lecture_stages import PlayedStage
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.errors import UserError
from resnet_viz.lecture.scenes import Lecture, Scene, Step
from resnet_viz.lecture.views import Maps, Overview, Photo, View
from resnet_viz.ui.lecture import scene_pool, screens, stage_place
from resnet_viz.ui.lecture.pointer_layer import PointerKind
from resnet_viz.ui.lecture.presentation import Presentation
from resnet_viz.ui.lecture.remote import FOOTER_KEYS, KEY_SHEET
from resnet_viz.ui.lecture.walk import Position
from resnet_viz.ui.notify import Level, Notice
from resnet_viz.ui.theme import LIGHT

SLIDES, NOTES = QRect(0, 0, 960, 540), QRect(1000, 0, 900, 560)
CUT = Step("All are cut.", change={"cut": ["all"]})
LECTURE = Lecture(
    "Skips",
    scenes=(
        Scene(
            "First", "one", "Say **hello**.\n\n- and wait", (Overview(),), (CUT, Step(do="train"))
        ),
        Scene("Second", "two", views=(Maps(), Photo())),
        Scene("Third", "three", views=(Overview(seed=1),), steps=(CUT,)),
    ),
)


@pytest.fixture(autouse=True)
def _stages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    PlayedStage.made = []
    monkeypatch.setattr(stage_place, "make_stage", PlayedStage)
    monkeypatch.setattr(scene_pool, "_AFTER_KEY_MS", 1)
    yield
    PlayedStage.made = []


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Presentation]:
    """The lecture, presented, with a presenter view beside it."""
    show = Presentation(FakeClient(), LIGHT)
    qtbot.addWidget(show)
    show.start(LECTURE, Path(), screen=SLIDES, presenter_screen=NOTES)
    qtbot.waitExposed(show)
    yield show
    show.close_down()


def press(show: QWidget, key: Qt.Key, text: str = "") -> None:
    """A key as it comes from the keyboard: to the window, before any widget."""
    native = show.windowHandle()
    assert native is not None
    QTest.keyClick(native, key)


def shown(show: Presentation) -> list[View]:
    assert show.view is not None
    return [stage.view for stage in show.view.stages]


def click(show: Presentation, button: str) -> None:
    """Press a button of the presenter view."""
    for widget in show.presenter.findChildren(QWidget):
        if getattr(widget, "text", lambda: "")() == button:
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
            return
    raise AssertionError(f"no button {button}")


# --- walking ---------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [Qt.Key.Key_PageDown, Qt.Key.Key_Right, Qt.Key.Key_Space])
def test_keys_of_a_remote_walk_through_steps_and_scenes(show: Presentation, key: Qt.Key) -> None:
    seen = []
    for _ in range(5):
        press(show, key)
        seen.append((show.position.scene, show.position.step))
    assert seen == [(0, 1), (0, 2), (1, 0), (2, 0), (2, 1)]
    press(show, key)
    assert show.position == Position(2, 1)
    assert "The end" in show.layers.notice.text()


@pytest.mark.parametrize("key", [Qt.Key.Key_PageUp, Qt.Key.Key_Left])
def test_going_back_enters_a_scene_at_its_last_step(show: Presentation, key: Qt.Key) -> None:
    show.go_to(2)
    seen = []
    for _ in range(5):
        press(show, key)
        seen.append((show.position.scene, show.position.step))
    assert seen == [(1, 0), (0, 2), (0, 1), (0, 0), (0, 0)]


def test_a_step_shows_what_the_script_says_and_acts_only_forward(show: Presentation) -> None:
    stage = PlayedStage.made[0]
    press(show, Qt.Key.Key_PageDown)
    assert shown(show) == [Overview(cut=frozenset({"all"}))]
    assert stage.acts == []
    press(show, Qt.Key.Key_PageDown)
    assert stage.acts == ["train"]
    press(show, Qt.Key.Key_PageDown)
    press(show, Qt.Key.Key_PageUp)
    assert stage.acts == ["train"]


def test_the_next_key_goes_on_with_the_script_after_improvising(show: Presentation) -> None:
    stage = PlayedStage.made[0]
    stage.improvise(Overview(cut=frozenset({"layer1.3"})))
    press(show, Qt.Key.Key_PageDown)
    assert stage.view == Overview(cut=frozenset({"all"}))
    stage.improvise(Overview())
    press(show, Qt.Key.Key_PageUp)
    assert stage.view == Overview()
    assert show.position == Position(0, 0)


def test_a_scene_that_is_left_and_entered_again_is_as_the_script_says(show: Presentation) -> None:
    show.go_to(1)
    assert show.view is not None
    show.view.stages[0].improvise(Maps(channel=7))  # type: ignore[attr-defined]
    show.go_to(0)
    show.go_to(1)
    assert shown(show) == [Maps(), Photo()]


def test_home_and_end_and_numbers_go_to_scenes(show: Presentation) -> None:
    press(show, Qt.Key.Key_End)
    assert show.position == Position(2, 0)
    press(show, Qt.Key.Key_Home)
    assert show.position == Position(0, 0)
    press(show, Qt.Key.Key_2)
    assert "Scene 2" in show.layers.notice.text()
    press(show, Qt.Key.Key_Return)
    assert show.position == Position(1, 0)
    for key in (Qt.Key.Key_9, Qt.Key.Key_9, Qt.Key.Key_Enter):
        press(show, key)
    assert show.position == Position(1, 0)
    assert "no scene 99" in show.layers.notice.text()


def test_a_number_can_be_corrected_and_given_up(show: Presentation) -> None:
    for key in (Qt.Key.Key_3, Qt.Key.Key_2, Qt.Key.Key_Backspace, Qt.Key.Key_Return):
        press(show, key)
    assert show.position == Position(2, 0)
    for key in (Qt.Key.Key_1, Qt.Key.Key_Escape, Qt.Key.Key_Return):
        press(show, key)
    assert show.position == Position(2, 0)
    assert show.running


def test_the_footer_says_where_one_is_and_which_keys_there_are(show: Presentation) -> None:
    show.go_to(1)
    assert show.view is not None
    assert show.view.footer.text.startswith("2 / 3")
    assert FOOTER_KEYS in show.view.footer.text


# --- keys and focus --------------------------------------------------------------------------


def test_space_presses_no_focused_button_and_arrows_move_no_slider(show: Presentation) -> None:
    stage = PlayedStage.made[0]
    stage.button.setFocus()
    press(show, Qt.Key.Key_Space)
    assert (stage.clicks, show.position) == (0, Position(0, 1))
    stage.slider.setFocus()
    press(show, Qt.Key.Key_Right)
    assert (stage.slider.value(), show.position) == (0, Position(0, 2))


def test_enter_presses_a_focused_button(show: Presentation) -> None:
    stage = PlayedStage.made[0]
    stage.button.setFocus()
    press(show, Qt.Key.Key_Return)
    assert (stage.clicks, show.position) == (1, Position(0, 0))


def test_text_that_is_edited_keeps_its_keys_until_escape(show: Presentation, qtbot: QtBot) -> None:
    text = PlayedStage.made[0].text
    text.setFocus()
    for key in (Qt.Key.Key_B, Qt.Key.Key_Space, Qt.Key.Key_2, Qt.Key.Key_Left):
        press(show, key)
    assert text.text() == "b 2"
    assert (text.cursorPosition(), show.position) == (2, Position(0, 0))
    press(show, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not text.hasFocus())
    assert show.running
    press(show, Qt.Key.Key_Space)
    assert (text.text(), show.position) == ("b 2", Position(0, 1))


def test_enter_ends_the_editing_of_a_line(show: Presentation, qtbot: QtBot) -> None:
    text = PlayedStage.made[0].text
    text.setFocus()
    with qtbot.waitSignal(text.returnPressed):
        press(show, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not text.hasFocus())


def test_text_that_can_only_be_read_leaves_the_remote_its_keys(show: Presentation) -> None:
    text = PlayedStage.made[0].text
    text.setReadOnly(True)
    text.setFocus()
    press(show, Qt.Key.Key_PageDown)
    assert show.position == Position(0, 1)


def test_keys_with_control_are_no_remote_keys(show: Presentation) -> None:
    native = show.windowHandle()
    assert native is not None
    QTest.keyClick(native, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert not show.layers.black.isVisible()


def test_the_play_button_of_a_remote_does_nothing_here(show: Presentation) -> None:
    press(show, Qt.Key.Key_F5)
    assert show.running
    assert show.position == Position(0, 0)


def test_remote_keys_work_while_the_presenter_view_has_the_focus(show: Presentation) -> None:
    show.presenter.notes.setFocus()
    press(show.presenter, Qt.Key.Key_PageDown)
    show.presenter.scenes.setFocus()
    press(show.presenter, Qt.Key.Key_Right)
    assert show.position == Position(0, 2)


# --- layers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [Qt.Key.Key_B, Qt.Key.Key_Period])
def test_a_black_screen_is_black_and_the_next_key_lifts_it(show: Presentation, key: Qt.Key) -> None:
    press(show, key)
    picture = show.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in (5, 480, 950) for y in (5, 270, 530)}
    assert colours == {"#000000"}
    press(show, Qt.Key.Key_PageDown)
    assert not show.layers.black.isVisible()
    assert show.position == Position(0, 0)
    press(show, key)
    press(show, key)
    assert not show.layers.black.isVisible()


def test_the_pointer_is_drawn_at_the_mouse_then_a_spotlight_then_nothing(
    show: Presentation,
) -> None:
    native = show.windowHandle()
    assert native is not None
    QTest.mouseMove(native, QPoint(400, 500))
    bright = show.grab().toImage()
    press(show, Qt.Key.Key_L)
    dot = show.grab().toImage()
    assert dot.pixelColor(400, 500).red() > 200
    assert dot.pixelColor(400, 500).green() < 60
    assert dot.pixelColor(100, 300) == bright.pixelColor(100, 300)
    press(show, Qt.Key.Key_L)
    spot = show.grab().toImage()
    assert spot.pixelColor(400, 500) == bright.pixelColor(400, 500)
    assert spot.pixelColor(100, 300).lightness() < bright.pixelColor(100, 300).lightness() - 20
    press(show, Qt.Key.Key_L)
    assert show.grab().toImage() == bright


def test_the_cursor_gives_way_to_the_pointer_and_comes_back(show: Presentation) -> None:
    press(show, Qt.Key.Key_L)
    cursor = QGuiApplication.overrideCursor()
    assert cursor is not None
    assert cursor.shape() == Qt.CursorShape.BlankCursor
    show.layers.leave()  # to the presenter view, say
    assert QGuiApplication.overrideCursor() is None
    show.layers.move_to(QPointF(10, 10))
    assert QGuiApplication.overrideCursor() is not None
    show.end()
    assert QGuiApplication.overrideCursor() is None


def test_the_lens_magnifies_around_the_mouse(show: Presentation) -> None:
    stage = PlayedStage.made[0]
    edge = stage.mapTo(show, QPoint(stage.width() // 2, 0)).y()  # ground above, colour below
    x = show.width() // 2
    native = show.windowHandle()
    assert native is not None
    QTest.mouseMove(native, QPoint(x, edge + 20))

    def above(picture: QImage) -> int:
        """How many pixels above the mouse have the view's colour."""
        colour = picture.pixelColor(x, edge + 20)
        return next(d for d in range(1, 200) if picture.pixelColor(x, edge + 20 - d) != colour)

    plain = above(show.grab().toImage())
    press(show, Qt.Key.Key_Z)
    assert above(show.grab().toImage()) == pytest.approx(2 * plain, abs=2)
    press(show, Qt.Key.Key_Plus)
    assert above(show.grab().toImage()) == pytest.approx(3 * plain, abs=3)
    press(show, Qt.Key.Key_Minus)
    press(show, Qt.Key.Key_Z)
    assert above(show.grab().toImage()) == plain


def test_what_lies_over_the_slide_lets_clicks_through(show: Presentation) -> None:
    stage = PlayedStage.made[0]
    press(show, Qt.Key.Key_L)
    press(show, Qt.Key.Key_Z)
    native = show.windowHandle()
    assert native is not None
    at = stage.button.mapTo(show, stage.button.rect().center())
    QTest.mouseClick(native, Qt.MouseButton.LeftButton, pos=at)
    assert stage.clicks == 1


def test_the_sheet_of_keys_names_every_key_and_any_key_closes_it(show: Presentation) -> None:
    press(show, Qt.Key.Key_Question)
    assert show.layers.keys.isVisible()
    press(show, Qt.Key.Key_PageDown)
    assert not show.layers.keys.isVisible()
    assert show.position == Position(0, 0)
    named = " ".join(keys for _, rows in KEY_SHEET for keys, _ in rows)
    for key in ("PgDn", "PgUp", "Home", "Enter", "Esc", "B", "L", "Z", "F", "H", "P", "X", "?"):
        assert key in named


def test_escape_closes_one_layer_after_the_other_and_then_leaves(
    show: Presentation, qtbot: QtBot
) -> None:
    press(show, Qt.Key.Key_PageDown)
    for key in (Qt.Key.Key_B, Qt.Key.Key_L, Qt.Key.Key_Z, Qt.Key.Key_Question):
        press(show, key)
    layers = show.layers
    checks: list[Callable[[], bool]] = [
        layers.keys.isHidden,
        layers.lens.isHidden,
        lambda: layers.pointer.kind is PointerKind.OFF,
        layers.black.isHidden,
    ]
    for gone in checks:
        assert not gone()
        press(show, Qt.Key.Key_Escape)
        assert gone()
        assert show.running
    with qtbot.waitSignal(show.ended) as ended:
        press(show, Qt.Key.Key_Escape)
    assert ended.args == [0, 1]
    assert show.isHidden()
    assert show.presenter.isHidden()


def test_frozen_numbers_are_marked_until_they_thaw(show: Presentation) -> None:
    assert show.view is not None
    press(show, Qt.Key.Key_F)
    assert show.pool.desk.frozen
    assert "numbers frozen" in show.view.footer.text
    press(show, Qt.Key.Key_F)
    assert "numbers frozen" not in show.view.footer.text
    press(show, Qt.Key.Key_F)
    show.go_to(1)
    assert "numbers frozen" not in show.view.footer.text


def test_controls_are_hidden_until_they_are_asked_for(show: Presentation) -> None:
    stage = PlayedStage.made[0]
    assert not stage.controls
    press(show, Qt.Key.Key_H)
    assert stage.controls
    press(show, Qt.Key.Key_H)
    assert not stage.controls


# --- screens and windows ---------------------------------------------------------------------


def test_slides_and_presenter_view_fill_their_places_and_swap(show: Presentation) -> None:
    assert show.geometry() == SLIDES
    assert show.presenter.geometry() == NOTES
    assert show.view is not None
    assert show.view.size() == SLIDES.size()
    press(show, Qt.Key.Key_X)
    assert show.geometry() == NOTES
    assert show.presenter.geometry() == SLIDES


def test_slides_follow_the_size_of_their_window(show: Presentation, qtbot: QtBot) -> None:
    show.resize(1280, 720)
    stage = PlayedStage.made[0]
    qtbot.waitUntil(lambda: stage.theme.small_px == 18)
    assert show.view is not None
    assert show.view.size() == show.size()


def test_with_one_screen_the_presenter_view_waits_for_its_key(qtbot: QtBot) -> None:
    show = Presentation(FakeClient(), LIGHT)
    qtbot.addWidget(show)
    show.start(LECTURE, Path(), screen=SLIDES)
    qtbot.waitExposed(show)
    assert show.presenter.isHidden()
    press(show, Qt.Key.Key_X)
    assert "only one screen" in show.layers.notice.text()
    press(show, Qt.Key.Key_P)
    assert show.presenter.isVisible()
    press(show, Qt.Key.Key_P)
    assert show.presenter.isHidden()
    show.close_down()


def test_slides_go_to_the_screen_that_the_speaker_is_not_on(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = QGuiApplication.primaryScreen()
    window = QWidget()
    qtbot.addWidget(window)

    class Screen:
        def __init__(self, name: str) -> None:
            self._name = name

        def name(self) -> str:
            return self._name

    beamer, wall = Screen("beamer"), Screen("wall")
    monkeypatch.setattr(QGuiApplication, "screens", lambda: [here, beamer, wall])
    assert screens.choose(window) == (beamer, here)
    assert screens.choose(window, "wall") == (wall, here)
    assert screens.choose(window, "a screen that is gone") == (beamer, here)
    monkeypatch.setattr(QGuiApplication, "screens", lambda: [here])
    assert screens.choose(window) == (here, None)


def test_closing_the_window_ends_the_presentation(show: Presentation, qtbot: QtBot) -> None:
    with qtbot.waitSignal(show.ended):
        show.close()
    assert not show.running


def test_a_presentation_can_begin_again_where_it_was_left(show: Presentation) -> None:
    made = list(PlayedStage.made)
    show.end()
    show.start(LECTURE, Path(), first=2, step=1, screen=SLIDES, presenter_screen=NOTES)
    assert show.running
    assert show.position == Position(2, 1)
    assert [stage for stage in made if stage.closed] == []
    show.end()
    show.start(Lecture(scenes=LECTURE.scenes[:1]), Path(), first=7, step=9, screen=SLIDES)
    assert show.position == Position(0, 2)


# --- presenter view --------------------------------------------------------------------------


def test_the_presenter_sees_notes_and_what_comes_next(show: Presentation) -> None:
    notes = show.presenter
    assert notes.notes.toPlainText().split() == ["Say", "hello.", "and", "wait"]
    assert notes.now_words.text().startswith("Now 1 / 3 · step 0 of 2")
    assert "All are cut." in notes.then_words.text()
    press(show, Qt.Key.Key_PageDown)
    assert "starts the training" in notes.then_words.text()
    press(show, Qt.Key.Key_PageDown)
    assert notes.then_words.text() == "Next: Second"
    show.go_to(2)
    press(show, Qt.Key.Key_PageDown)
    assert notes.then_words.text() == "Next: the end"
    assert "no notes" in notes.notes.toPlainText()


def test_notes_are_text_and_never_a_page_of_html(qtbot: QtBot) -> None:
    show = Presentation(FakeClient(), LIGHT)
    qtbot.addWidget(show)
    scene = Scene("t", notes="a < b and <img src='http://x/y.png'> too")
    show.start(Lecture(scenes=(scene,)), Path(), screen=SLIDES)
    assert "<img" in show.presenter.notes.toPlainText()
    show.close_down()


def test_the_presenter_sees_the_slide_and_the_next_one(show: Presentation, qtbot: QtBot) -> None:
    notes = show.presenter
    qtbot.waitUntil(lambda: notes.now.picture is not None, timeout=8000)
    qtbot.waitUntil(lambda: notes.then.picture is not None, timeout=8000)
    assert notes.then.picture is not None
    picture = notes.then.picture.toImage()
    pixel = picture.pixelColor(picture.width() // 4, picture.height() // 2)
    assert pixel.name().upper() == LIGHT.output


def test_the_scene_list_marks_what_is_not_prepared_and_goes_where_it_is_clicked(
    show: Presentation, qtbot: QtBot
) -> None:
    scenes = show.presenter.scenes
    assert scenes.item(2).text() == "3  Third  · preparing"
    qtbot.waitUntil(lambda: scenes.item(2).text() == "3  Third", timeout=8000)
    place = scenes.visualItemRect(scenes.item(2)).center()
    QTest.mouseClick(scenes.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert show.position == Position(2, 0)


def test_the_presenter_is_told_what_does_not_work(show: Presentation) -> None:
    PlayedStage.made[0].failed.emit(UserError("It is broken.", "Mend it."))
    PlayedStage.made[0].failed.emit(UserError("It is broken.", "Mend it."))
    assert show.presenter.warning.text() == "⚠ Scene 1: It is broken. Mend it."
    assert show.presenter.warning.isVisible()


def test_buttons_of_the_presenter_view_do_what_keys_do(show: Presentation) -> None:
    click(show, "Next")
    assert show.position == Position(0, 1)
    click(show, "Black")
    assert show.layers.black.isVisible()
    click(show, "Back")
    assert not show.layers.black.isVisible()
    click(show, "Back")
    assert show.position == Position(0, 0)
    click(show, "End")
    assert not show.running


def test_notes_can_be_made_larger(show: Presentation) -> None:
    before = show.presenter.notes.document().defaultFont().pixelSize()
    click(show, "A+")
    assert show.presenter.notes.document().defaultFont().pixelSize() > before


def test_the_stopwatch_rests_while_the_presentation_is_left(show: Presentation) -> None:
    elapsed = show.presenter.time.elapsed
    assert elapsed.running
    click(show, "Pause")
    assert not elapsed.running
    click(show, "Go on")
    assert elapsed.running
    show.end()
    assert not elapsed.running


# --- drops -----------------------------------------------------------------------------------


def drop(show: Presentation, mime: QMimeData, at: QPoint) -> None:
    action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    button = Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(at, action, mime, button, none)
    show.dragEnterEvent(enter)
    assert enter.isAccepted()
    show.dropEvent(QDropEvent(QPointF(at), action, mime, button, none))


def test_a_picture_goes_to_the_view_under_the_mouse(
    show: Presentation, qtbot: QtBot, tmp_path: Path
) -> None:
    Image.new("RGB", (8, 6), "red").save(tmp_path / "red.png")
    show.go_to(1)
    assert show.view is not None
    left, right = show.view.stages
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "red.png"))])
    drop(show, mime, right.mapTo(show, right.rect().center()))
    assert isinstance(left, PlayedStage)
    assert isinstance(right, PlayedStage)
    qtbot.waitUntil(lambda: len(right.pictures) == 1)
    assert right.pictures[0].rgb.shape == (6, 8, 3)
    assert left.pictures == []


def test_what_is_no_picture_is_told_over_the_slide(
    show: Presentation, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "notes.txt"))])
    drop(show, mime, QPoint(400, 300))
    qtbot.waitUntil(lambda: "notes.txt" in show.layers.notice.text())
    assert PlayedStage.made[0].pictures == []


def test_screens_are_offered_and_the_chosen_one_is_ticked(qtbot: QtBot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    chosen: list[str] = []
    screens.fill_menu(menu, "", chosen.append)
    screens.fill_menu(menu, "a screen that is gone", chosen.append)
    actions = menu.actions()
    assert len(actions) == 1 + len(QGuiApplication.screens())
    assert actions[0].isChecked()
    size = QGuiApplication.primaryScreen().size()
    assert f"{size.width()} × {size.height()}" in actions[1].text()
    actions[0].trigger()
    assert chosen == [""]


def test_what_happens_outside_is_told_to_the_speaker_alone(show: Presentation) -> None:
    show.tell(Notice(Level.INFO, "Saved."))
    show.tell(Notice(Level.ERROR, "The engine stopped.", "It is started again."))
    assert show.presenter.warning.text() == "⚠ The engine stopped. It is started again."
    assert show.layers.notice.isHidden()
    click(show, "Dismiss")
    assert show.presenter.warning.isHidden()


def test_the_last_moment_too_is_set_right_by_the_next_key(show: Presentation) -> None:
    show.go_to(2)
    press(show, Qt.Key.Key_PageDown)
    assert show.view is not None
    stage = show.view.stages[0]
    assert isinstance(stage, PlayedStage)
    stage.improvise(Overview(seed=7))
    press(show, Qt.Key.Key_PageDown)
    assert stage.view == Overview(seed=1, cut=frozenset({"all"}))


def test_no_text_of_the_next_scene_takes_the_keys(show: Presentation) -> None:
    stage = PlayedStage.made[0]
    stage.button.setFocus()
    show.go_to(2)
    assert show.view is not None
    later = show.view.stages[0]
    assert isinstance(later, PlayedStage)
    for widget in (later.button, later.slider):
        widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    show.go_to(0)
    stage.button.setFocus()
    show.go_to(2)
    press(show, Qt.Key.Key_Space)
    assert (later.text.text(), show.position) == ("", Position(2, 1))

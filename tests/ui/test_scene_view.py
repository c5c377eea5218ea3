"""A scene as a slide: its words, its views, what fails, and how large type is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from lecture_stages import PlayedStage
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.engine.messages import Failed
from resnet_viz.lecture.facts import Fact
from resnet_viz.lecture.scenes import Scene, Step
from resnet_viz.lecture.views import Maps, Overview, Photo
from resnet_viz.ui.lecture import stage_place
from resnet_viz.ui.lecture.scene_view import SceneView
from resnet_viz.ui.theme import DARK, LIGHT, PROJECTOR, Theme

FOLDER = Path("lectures")


@pytest.fixture(autouse=True)
def _stages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    PlayedStage.made = []
    monkeypatch.setattr(stage_place, "make_stage", PlayedStage)
    yield
    PlayedStage.made = []


def made(qtbot: QtBot, scene: Scene) -> SceneView:
    view = SceneView(scene, lambda index: cast(Any, index), FOLDER)
    qtbot.addWidget(view)
    return view


def shown(qtbot: QtBot, scene: Scene) -> tuple[QWidget, SceneView]:
    """A window, and the slide in it as in a presentation."""
    window = QWidget()
    qtbot.addWidget(window)
    view = SceneView(scene, lambda index: cast(Any, index), FOLDER, window)
    window.resize(1280, 720)
    window.show()
    qtbot.waitExposed(window)
    return window, view


CUTS = Scene(
    "Cut them",
    "At the first block: {first}.",
    views=(Overview(), Maps()),
    steps=(
        Step("All are cut.", change={"cut": ["all"]}),
        Step(view=2, change={"channel": 3}),
        Step("Go.", view=2, do="train"),
    ),
)


# --- steps -----------------------------------------------------------------------------------


def test_a_step_changes_one_view_and_leaves_the_other_alone(qtbot: QtBot) -> None:
    view = made(qtbot, CUTS)
    first, second = PlayedStage.made
    view.show_step(1, acting=True)
    assert first.view == Overview(cut=frozenset({"all"}))
    assert second.shown == [Maps()]
    view.show_step(2, acting=True)
    assert second.view == Maps(channel=3)
    assert first.shown == [Overview(), Overview(cut=frozenset({"all"}))]
    assert (view.step, view.n_steps) == (2, 3)


def test_going_back_undoes_what_the_step_did(qtbot: QtBot) -> None:
    view = made(qtbot, CUTS)
    view.show_step(2, acting=True)
    view.show_step(0)
    assert [stage.view for stage in PlayedStage.made] == [Overview(), Maps()]
    assert view.headline.sentence == "At the first block: …."


def test_a_training_starts_when_its_step_is_reached_forward_only(qtbot: QtBot) -> None:
    view = made(qtbot, CUTS)
    view.show_step(3, acting=False)
    assert [stage.acts for stage in PlayedStage.made] == [[], []]
    view.show_step(3, acting=True)
    assert [stage.acts for stage in PlayedStage.made] == [[], ["train"]]


def test_the_next_step_restores_the_script_over_what_was_done_by_hand(qtbot: QtBot) -> None:
    view = made(qtbot, CUTS)
    first, second = PlayedStage.made
    second.improvise(Maps(channel=9))
    assert view.improvised
    view.show_step(1, acting=True)
    assert not view.improvised
    assert second.view == Maps()
    assert first.view == Overview(cut=frozenset({"all"}))


def test_changes_that_leave_no_trace_in_the_view_are_undone_too(qtbot: QtBot) -> None:
    view = made(qtbot, CUTS)
    second = PlayedStage.made[1]
    second.changed_by_hand.emit()  # a zoom, say
    view.show_step(1, acting=True)
    assert second.shown == [Maps(), Maps()]


def test_a_step_that_cannot_be_made_is_told_and_changes_nothing(qtbot: QtBot) -> None:
    scene = Scene("t", "before", views=(Overview(),), steps=(Step(change={"nonsense": 1}),))
    view = made(qtbot, scene)
    with qtbot.waitSignal(view.failed) as told:
        view.show_step(1, acting=True)
    assert "nonsense" in str(told.args)
    assert view.step == 0
    assert view.headline.sentence == "before"


# --- figures ---------------------------------------------------------------------------------


def test_measured_figures_are_written_into_title_and_sentence(qtbot: QtBot) -> None:
    scene = Scene("With {layers}", "{first} and {2.first}", views=(Overview(), Maps()))
    view = made(qtbot, scene)
    assert (view.headline.title, view.headline.sentence) == ("With …", "… and …")
    first, second = PlayedStage.made
    first.measure(layers=Fact("56", 56.0), first=Fact("0.41", 0.41))
    second.measure(first=Fact("below 1e-45", 0.0))
    assert view.headline.title == "With 56"
    assert view.headline.sentence == "0.41 and below 1e-45"
    assert view.headline.accessibleDescription() == view.headline.sentence
    assert [sorted(facts) for facts in view.facts()] == [["first", "layers"], ["first"]]


def test_measured_figures_are_bold_and_words_are_not(qtbot: QtBot) -> None:
    view = made(qtbot, Scene("t", "{figure}", views=(Overview(),)))
    stage = PlayedStage.made[0]

    def width(fact: Fact) -> int:
        """How far the sentence reaches, in pixels."""
        stage.measure(figure=fact)
        place = view.headline.places()[1]
        picture = view.headline.grab(place).toImage()
        shade = picture.convertToFormat(QImage.Format.Format_Grayscale8)
        rows = np.frombuffer(shade.constBits(), np.uint8).reshape(shade.height(), -1)
        return int(np.flatnonzero((rows < 128).any(axis=0)).max())

    assert width(Fact("resnet56", 56.0)) > 1.05 * width(Fact("resnet56"))


def test_what_is_still_measured_is_said_in_the_footer(qtbot: QtBot) -> None:
    view = made(qtbot, CUTS)
    assert view.complete
    with qtbot.waitSignal(view.complete_changed) as changed:
        PlayedStage.made[0].set_complete(False)
    assert changed.args == [False]
    assert "measuring…" in view.footer.text
    PlayedStage.made[0].set_complete(True)
    assert view.complete
    assert "measuring…" not in view.footer.text


def test_a_remark_stays_whatever_is_measured(qtbot: QtBot) -> None:
    view = made(qtbot, CUTS)
    view.set_remark("numbers frozen")
    PlayedStage.made[0].set_complete(False)
    assert "numbers frozen" in view.footer.text
    view.set_remark("")
    assert "measuring…" in view.footer.text


def test_the_footer_tells_the_conditions_of_each_view_once(qtbot: QtBot) -> None:
    view = made(qtbot, Scene("t", views=(Maps(), Maps(channel=1))))
    PlayedStage.made[0].measure()
    view.footer.set_place("3 / 12")
    assert view.footer.text == "3 / 12 · caption of maps"


# --- failures --------------------------------------------------------------------------------


def words_in(view: SceneView) -> str:
    return " ".join(label.text() for label in view.findChildren(QLabel))


def test_a_view_that_cannot_be_made_says_why_in_its_place(qtbot: QtBot) -> None:
    view = made(qtbot, Scene("t", views=(Photo(top=1), Overview())))
    assert len(view.stages) == 1
    assert view.complete  # nothing more is to be expected
    assert "There is no such picture. Choose another." in words_in(view)
    view.show_step(0)
    assert len(view.problems) == 1


def test_a_fault_in_a_view_does_not_take_the_lecture_with_it(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        view = made(qtbot, Scene("t", views=(Photo(top=2),)))
    assert "KeyError" in caplog.text
    assert "fault of the program" in words_in(view)


def test_an_engine_that_cannot_measure_a_view_is_told_in_its_place(qtbot: QtBot) -> None:
    view = made(qtbot, CUTS)
    stage = PlayedStage.made[0]
    stage.set_complete(False)
    with qtbot.waitSignal(view.failed):
        stage.failed.emit(Failed(1, "Out of memory.", "Choose a smaller network."))
    assert view.complete
    assert "Out of memory. Choose a smaller network." in words_in(view)
    assert view.facts()[0] == {}
    view.show_step(1, acting=True)  # another state may well work
    assert view.problems == ()
    assert not stage.isHidden()


def test_a_failure_beside_complete_numbers_leaves_them_on_screen(qtbot: QtBot) -> None:
    view = made(qtbot, CUTS)
    with qtbot.waitSignal(view.failed):
        PlayedStage.made[0].failed.emit(Failed(1, "The picture cannot be read."))
    assert view.problems == ()


# --- sizes -----------------------------------------------------------------------------------

LONG = (
    "A rather long title that nobody would write but somebody will, about residual networks, "
    "their shortcuts and what becomes of the gradient on its way back through all the layers"
)
LONG_SENTENCE = " ".join([LONG] * 4)


@pytest.mark.parametrize("size", [QSize(1280, 720), QSize(1920, 1080), QSize(1024, 768)])
@pytest.mark.parametrize("scene", [CUTS, Scene(LONG, LONG_SENTENCE, views=(Overview(),))])
def test_no_type_is_smaller_than_a_fortieth_of_the_height(
    qtbot: QtBot, size: QSize, scene: Scene
) -> None:
    view = made(qtbot, scene)
    view.set_size_px(size)
    least = size.height() / 40
    assert min(view.headline.type_px) >= least
    assert PlayedStage.made[0].theme.small_px >= least
    assert view.headline.height() <= 0.45 * size.height()


def test_a_usual_headline_leaves_the_views_most_of_the_slide(qtbot: QtBot) -> None:
    view = made(qtbot, CUTS)
    view.set_size_px(QSize(1280, 720))
    view.grab()
    assert view.places[0].height() >= 0.75 * 720
    assert view.places[0].width() == pytest.approx(view.places[1].width(), abs=1)


def test_a_long_sentence_is_cut_only_where_there_is_no_room_at_all(qtbot: QtBot) -> None:
    view = made(qtbot, Scene("t", LONG, views=(Overview(),)))
    assert not view.headline.cut
    assert made(qtbot, Scene("t", " ".join([LONG] * 30), views=(Overview(),))).headline.cut


def test_no_step_moves_the_views(qtbot: QtBot) -> None:
    scene = Scene("t", "short", views=(Overview(),), steps=(Step(say=LONG), Step(say="short")))
    _window, view = shown(qtbot, scene)
    tops = []
    for step in range(3):
        view.show_step(step)
        view.grab()
        tops.append(view.places[0].y())
    assert tops[0] == tops[1] == tops[2]


def test_a_measured_sentence_that_came_out_long_is_not_lost(qtbot: QtBot) -> None:
    _window, view = shown(qtbot, Scene("t", "{sentence}", views=(Overview(),)))
    PlayedStage.made[0].measure(sentence=Fact(LONG_SENTENCE))
    assert view.headline.sentence == LONG_SENTENCE
    assert not view.headline.cut


@pytest.mark.parametrize("theme", [LIGHT, DARK, PROJECTOR], ids=lambda theme: str(theme.name))
def test_title_and_ground_take_the_theme(qtbot: QtBot, theme: Theme) -> None:
    view = made(qtbot, CUTS)
    view.set_theme(theme)
    picture = view.grab().toImage()
    assert picture.pixelColor(2, 2).name().upper() == theme.card.upper()
    title = view.headline.geometry()
    colours = {
        picture.pixelColor(x, y).name().upper()
        for x in range(title.left(), title.left() + 200)
        for y in range(title.top(), title.top() + 40)
    }
    assert theme.text.upper() in colours
    assert PlayedStage.made[0].theme.text == theme.text


def test_a_scene_without_views_is_its_words(qtbot: QtBot) -> None:
    view = made(qtbot, Scene("Thank you", "Questions?"))
    view.set_size_px(QSize(1280, 720))
    view.grab()
    assert view.complete
    assert 0.2 * 720 < view.headline.y() < 0.5 * 720
    alone = view.headline.type_px[0]
    assert alone > made(qtbot, Scene("Thank you", views=(Overview(),))).headline.type_px[0]


def test_controls_are_for_the_speaker(qtbot: QtBot) -> None:
    view = made(qtbot, CUTS)
    assert [stage.controls for stage in PlayedStage.made] == [False, False]
    view.set_controls(True)
    assert [stage.controls for stage in PlayedStage.made] == [True, True]


def test_closing_a_scene_closes_its_views(qtbot: QtBot) -> None:
    made(qtbot, CUTS).close_down()
    assert all(stage.closed for stage in PlayedStage.made)
    assert all(stage.folder == FOLDER for stage in PlayedStage.made)

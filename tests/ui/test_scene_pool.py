"""Scenes that are made, measured and painted before they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine_play import IMAGE, TINY
from fakes import FakeClient
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.errors import UserError
from resnet_viz.lecture.facts import Fact, Facts
from resnet_viz.lecture.scenes import Action, Lecture, Scene, Step
from resnet_viz.lecture.views import Overview, Photo, View
from resnet_viz.ui.lecture import scene_pool, stage_place
from resnet_viz.ui.lecture.scene_pool import ScenePool
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.stage_view import StageView
from resnet_viz.ui.theme import DARK, LIGHT, Theme

SIZE = QSize(1280, 720)


class Stage(StageView):
    """A live view that asks one question for each view that it shows, and counts its paintings."""

    made: list[Stage] = []

    def __init__(self, view: View, engine: StageEngine, folder: Path) -> None:
        super().__init__()
        if isinstance(view, Photo) and view.top == 1:
            raise UserError("There is no such picture.", "Choose another.")
        self.engine, self.folder = engine, folder
        self.theme, self.paintings, self.closed = LIGHT, 0, False
        self.sizes: list[QSize] = []
        self._view, self._complete, self._asked = view, False, -1
        self.acts: list[Action] = []
        engine.explored.connect(lambda _: self._set_complete(True))
        self.made.append(self)
        self._ask()

    def _ask(self) -> None:
        self._set_complete(False)
        self._asked = self.engine.explore(TINY, IMAGE, {}, None, ())

    def _set_complete(self, complete: bool) -> None:
        if complete != self._complete:
            self._complete = complete
            self.facts_changed.emit()
            self.complete_changed.emit(complete)

    @property
    def view(self) -> View:
        return self._view

    @property
    def complete(self) -> bool:
        return self._complete

    def show_view(self, view: View) -> None:
        self._view = view
        self._ask()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    def facts(self) -> Facts:
        return {"loss": Fact("2.30", 2.3)} if self._complete else {}

    def caption(self) -> str:
        return "a caption"

    def act(self, action: Action) -> None:
        self.acts.append(action)

    def close_down(self) -> None:
        self.closed = True

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paintings += 1
        self.sizes.append(self.size())
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(self.theme.output))


@pytest.fixture(autouse=True)
def _stages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    Stage.made = []
    monkeypatch.setattr(stage_place, "make_stage", Stage)
    monkeypatch.setattr(scene_pool, "_AFTER_KEY_MS", 1)
    yield
    Stage.made = []


@pytest.fixture
def stack(qtbot: QtBot) -> Iterator[QStackedWidget]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(SIZE)
    stack = QStackedWidget(window)
    stack.resize(SIZE)
    yield stack
    window.close()


@pytest.fixture
def pool(client: FakeClient, stack: QStackedWidget) -> Iterator[ScenePool]:
    pool = ScenePool(client, stack, LIGHT, SIZE)  # type: ignore[arg-type]
    yield pool
    pool.close()


def scene(number: int, **changes: object) -> Scene:
    made = Scene(f"Scene {number}", "Loss {loss}", views=(Overview(seed=number, weights="none"),))
    return replace(made, **changes)  # type: ignore[arg-type]


def lecture(*scenes: Scene) -> Lecture:
    return Lecture("Test", scenes=scenes or tuple(scene(number) for number in range(5)))


def answer(client: FakeClient, number: int) -> None:
    """Answer the question asked as `number`-th, from 0."""
    client.answer_explore(number)


def seeds() -> list[int]:
    """Which scenes have been made, in order."""
    return [stage.view.seed for stage in Stage.made]  # type: ignore[union-attr]


def test_showing_a_scene_asks_for_it_before_all_others(
    pool: ScenePool, client: FakeClient, stack: QStackedWidget
) -> None:
    pool.set_lecture(lecture(), Path("here"))
    view = pool.show(2, 0)
    assert stack.currentWidget() is view
    assert seeds() == [2]
    (stage,) = view.stages
    assert isinstance(stage, Stage)
    assert stage.folder == Path("here")
    assert client.foreground == {stage.engine.lane}
    assert len(client.asked) == 1


def test_neighbours_are_prepared_first_one_at_a_time(
    pool: ScenePool, client: FakeClient, qtbot: QtBot
) -> None:
    pool.set_lecture(lecture(), Path())
    pool.show(2, 0)
    for number, made in enumerate([[2], [2, 3], [2, 3, 1], [2, 3, 1, 4], [2, 3, 1, 4, 0]]):
        qtbot.waitUntil(lambda made=made: seeds() == made)
        qtbot.waitUntil(lambda number=number: len(client.asked) == number + 1)
        qtbot.wait(50)
        assert seeds() == made, "the next one waits for the answer"
        answer(client, number)
    qtbot.waitUntil(lambda: all(pool.prepared(index) for index in range(5)))


def test_a_prepared_scene_was_painted_at_the_size_of_the_stage_while_hidden(
    pool: ScenePool, client: FakeClient, stack: QStackedWidget, qtbot: QtBot
) -> None:
    stack.window().show()
    qtbot.waitExposed(stack.window())
    pool.set_lecture(lecture(scene(0), scene(1)), Path())
    pool.show(0, 0)
    answer(client, 0)
    qtbot.waitUntil(lambda: len(client.asked) == 2)
    assert not pool.prepared(1)
    with qtbot.waitSignal(pool.prepared_changed, check_params_cb=lambda index: index == 1):
        answer(client, 1)
    stage = Stage.made[1]
    assert not stage.isVisible()
    assert stage.paintings == 1
    painted = stage.sizes[-1]
    assert painted.width() > 0.8 * SIZE.width()
    view = pool.show(1, 0)
    qtbot.waitUntil(stage.isVisible)
    assert view.size() == SIZE
    assert stage.size() == painted, "it needs no other layout"
    assert len(client.asked) == 2, "and no other measurement"


def test_a_scene_that_waits_for_its_numbers_is_not_prepared(
    pool: ScenePool, client: FakeClient, qtbot: QtBot
) -> None:
    pool.set_lecture(lecture(scene(0)), Path())
    view = pool.scene(0)
    qtbot.wait(100)
    assert not pool.prepared(0)
    answer(client, 0)
    qtbot.waitUntil(lambda: pool.prepared(0))
    assert pool.numbers() == (({"loss": Fact("2.30", 2.3)},),)
    view.show_step(0)
    Stage.made[0].show_view(Overview(seed=9))
    assert not pool.prepared(0)


def test_a_view_that_cannot_be_shown_keeps_nothing_from_being_prepared(
    pool: ScenePool, client: FakeClient, qtbot: QtBot
) -> None:
    broken = scene(0, views=(Photo(top=1),))
    pool.set_lecture(lecture(broken, scene(1)), Path())
    pool.show(0, 0)
    qtbot.waitUntil(lambda: len(client.asked) == 1)
    answer(client, 0)
    qtbot.waitUntil(lambda: pool.prepared(0) and pool.prepared(1))
    assert [len(facts) for facts in pool.numbers()] == [1, 1]


def test_failures_are_told_with_their_scene(
    pool: ScenePool, client: FakeClient, qtbot: QtBot
) -> None:
    pool.set_lecture(lecture(), Path())
    pool.show(3, 0)
    problem = UserError("No.")
    with qtbot.waitSignal(pool.failed) as told:
        Stage.made[0].failed.emit(problem)
    assert told.args == [3, problem]


def test_scenes_are_shown_at_their_step_without_acting(pool: ScenePool, client: FakeClient) -> None:
    steps = (Step(change={"alpha": 0.5}), Step(do="train"))
    pool.set_lecture(lecture(scene(0, steps=steps)), Path())
    view = pool.show(0, 2)
    (stage,) = Stage.made
    assert view.step == 2
    assert stage.view.alpha == 0.5  # type: ignore[union-attr]
    assert stage.acts == []


def test_the_next_scene_waits_at_its_beginning(
    pool: ScenePool, client: FakeClient, qtbot: QtBot
) -> None:
    stepped = scene(1, steps=(Step(change={"alpha": 0.5}),))
    pool.set_lecture(lecture(scene(0), stepped), Path())
    pool.show(1, 1)
    answer(client, len(client.asked) - 1)
    pool.show(0, 0)
    answer(client, len(client.asked) - 1)
    view = pool.scene(1)
    qtbot.waitUntil(lambda: view.step == 0)
    assert view.stages[0].view == stepped.views[0]
    qtbot.waitUntil(lambda: not pool.desk.idle)
    answer(client, len(client.asked) - 1)
    qtbot.waitUntil(lambda: pool.prepared(1))


def test_the_theme_reaches_the_scene_on_screen_at_once_and_the_others_soon(
    pool: ScenePool, client: FakeClient, qtbot: QtBot
) -> None:
    pool.set_lecture(lecture(scene(0), scene(1)), Path())
    pool.show(0, 0)
    answer(client, 0)
    qtbot.waitUntil(lambda: len(client.asked) == 2)
    answer(client, 1)
    qtbot.waitUntil(lambda: pool.prepared(0) and pool.prepared(1))
    pool.set_theme(DARK)
    assert not pool.prepared(1)
    assert Stage.made[0].theme.card == DARK.card
    qtbot.waitUntil(lambda: pool.prepared(0) and pool.prepared(1))
    assert Stage.made[1].theme.card == DARK.card
    larger = QSize(1920, 1080)
    pool.set_size(larger)
    assert pool.scene(0).size() == larger
    qtbot.waitUntil(lambda: pool.prepared(0) and pool.prepared(1))
    assert pool.scene(1).size() == larger
    assert Stage.made[1].theme.small_px == 27


def test_scenes_that_a_lecture_keeps_stay_as_they_are(
    pool: ScenePool, client: FakeClient, qtbot: QtBot
) -> None:
    scenes = [scene(number) for number in range(3)]
    pool.set_lecture(lecture(*scenes), Path())
    shown = [pool.show(index, 0) for index in range(3)]
    pool.set_lecture(lecture(scenes[2], scenes[0]), Path())
    assert [pool.scene(0), pool.scene(1)] == [shown[2], shown[0]]
    assert Stage.made[1].closed
    assert not Stage.made[0].closed
    pool.set_lecture(lecture(scenes[2], scenes[0]), Path("elsewhere"))
    assert all(stage.closed for stage in Stage.made), "files are looked for in another folder"


def test_equal_scenes_are_two(pool: ScenePool) -> None:
    pool.set_lecture(lecture(scene(0), scene(0)), Path())
    assert pool.scene(0) is not pool.scene(1)


def test_a_scene_that_is_gone_gives_up_its_questions(
    pool: ScenePool, client: FakeClient, stack: QStackedWidget
) -> None:
    other = scene(1, views=(Photo(),))
    pool.set_lecture(lecture(scene(0), other), Path())
    pool.show(0, 0)
    pool.set_lecture(lecture(other), Path())
    assert client.cancels == [client.asked[0].request_id]
    assert stack.count() == 0


def test_thumbnails_show_scenes_at_their_beginning(
    pool: ScenePool, client: FakeClient, qtbot: QtBot
) -> None:
    stepped = scene(0, steps=(Step(change={"alpha": 0.5}),))
    pool.set_lecture(lecture(stepped), Path())
    assert pool.thumbnail(0) is None
    pool.show(0, 1)
    answer(client, len(client.asked) - 1)
    qtbot.waitUntil(lambda: pool.prepared(0))
    assert pool.thumbnail(0) is None
    pool.show(0, 0)
    answer(client, len(client.asked) - 1)
    qtbot.waitUntil(lambda: pool.thumbnail(0) is not None)
    picture = pool.thumbnail(0)
    assert picture is not None
    image = picture.toImage()
    middle = image.pixelColor(image.width() // 2, image.height() // 2)
    assert np.allclose(
        [middle.red(), middle.green(), middle.blue()],
        [QColor(LIGHT.output).red(), QColor(LIGHT.output).green(), QColor(LIGHT.output).blue()],
        atol=8,
    )


def test_paused_it_makes_nothing_and_has_nothing_in_front(
    pool: ScenePool, client: FakeClient, qtbot: QtBot
) -> None:
    pool.set_lecture(lecture(), Path())
    pool.show(0, 0)
    pool.set_paused(True)
    assert client.foreground == frozenset()
    answer(client, 0)
    qtbot.wait(100)
    assert seeds() == [0]
    pool.set_paused(False)
    assert client.foreground != frozenset()
    qtbot.waitUntil(lambda: seeds() == [0, 1])


def test_closing_ends_everything(client: FakeClient, stack: QStackedWidget, qtbot: QtBot) -> None:
    pool = ScenePool(client, stack, LIGHT, SIZE)  # type: ignore[arg-type]
    pool.set_lecture(lecture(), Path())
    pool.show(0, 0)
    pool.close()
    assert Stage.made[0].closed
    assert stack.count() == 0
    assert client.foreground == frozenset()
    qtbot.wait(100)
    assert len(Stage.made) == 1

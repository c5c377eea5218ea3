"""A training on stage: told before it begins, begun once, left and found again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeClient
from pytestqt.qtbot import QtBot
from recorded_runs import duel_facts, write_run
from run_stages import NARROW, RECIPE, WIDE, training_on_stage

from resnet_viz.data.shapes import CLASSES
from resnet_viz.errors import UserError
from resnet_viz.lecture.views import Training
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.sample_strip import samples_of
from resnet_viz.ui.stage.training_stage import TrainingStage, read_recipe


@pytest.fixture
def stage(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[TrainingStage, FakeClient]:
    return training_on_stage(qtbot, tmp_path, monkeypatch)


def write_ours(client: FakeClient, state: str = "running", n_steps: int = 120) -> None:
    """What the training has written by now."""
    facts = duel_facts(rival=None, n_steps=1000)
    write_run(client.trainings[-1].folder, facts, n_steps=n_steps, state=state)


def get_going(qtbot: QtBot, stage: TrainingStage, client: FakeClient) -> None:
    """Begin, and let some steps be done."""
    stage.act("train")
    write_ours(client)
    with qtbot.waitSignal(stage.session.run_changed):
        client.tell_status()


# --- before it begins -------------------------------------------------------------------------


def test_before_it_begins_it_says_what_will_be_trained(
    stage: tuple[TrainingStage, FakeClient],
) -> None:
    view, client = stage
    assert client.trainings == []
    assert view.complete
    card = view.card
    assert card.isVisible()
    assert card.title.text() == "ResNet-8 · Shapes"
    for words in ("Shapes, 50 pictures", "ResNet-8", "SGD", "3"):
        assert words in card.table.text()
    assert card.samples.isVisible()
    assert card.expected.isHidden()  # nobody knows
    assert view.facts()["title_network"].text == "ResNet-8"
    assert view.facts()["epochs"].value == 3
    assert view.caption() == "ResNet-8 · Shapes"


def test_pictures_are_shown_of_each_class_where_they_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(RECIPE)
    config = read_recipe(path)
    names, samples = samples_of(config)
    assert names == CLASSES
    assert samples.shape == (10, 32, 32, 3)
    other = replace(config, data=replace(config.data, source="cifar10"))
    assert samples_of(other)[0] == ()


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_card_has_room_for_all_it_says(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    demo = Training("bundled:two-minute-demo")
    view, _ = training_on_stage(qtbot, tmp_path, monkeypatch, demo, size)
    card = view.card
    for label in (card.title, card.line, card.table):
        assert label.height() >= label.heightForWidth(label.width()), label.text()
    assert card.samples.height() >= card.samples.heightForWidth(card.samples.width())
    assert card.rect().contains(card.samples.geometry())


def test_a_recipe_that_cannot_be_used_is_told_at_once(qtbot: QtBot, tmp_path: Path) -> None:
    engine = StageEngine(FakeClient())  # type: ignore[arg-type]
    with pytest.raises(UserError, match="is not there"):
        TrainingStage(Training("none.toml"), engine, tmp_path)
    (tmp_path / "bad.toml").write_text('[network]\nname = "resnet8"\n')
    with pytest.raises(UserError, match=r"bad\.toml"):
        TrainingStage(Training("bad.toml"), engine, tmp_path)


def test_a_folder_of_pictures_may_lie_beside_the_recipe(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(RECIPE.replace('source = "shapes"', 'source = "folder"\nfolder = "photos"'))
    assert read_recipe(path).data.folder == "photos"
    (tmp_path / "photos").mkdir()
    assert read_recipe(path).data.folder == str(tmp_path / "photos")


# --- it begins once ---------------------------------------------------------------------------


def test_a_step_of_the_lecture_begins_it_and_a_second_one_does_not(
    qtbot: QtBot, stage: tuple[TrainingStage, FakeClient], tmp_path: Path
) -> None:
    view, client = stage
    view.act("train")
    view.act("train")
    assert len(client.trainings) == 1
    assert not view.complete
    asked = client.trainings[0]
    assert 'name = "resnet8"' in asked.recipe
    assert asked.folder.parent == tmp_path / "runs"
    assert view.card.bar.isVisible()
    client.tell_status(state="preparing", step=0)
    view.act("train")
    assert len(client.trainings) == 1
    assert [order.order for order in client.orders] == []


def test_the_button_begins_pauses_and_goes_on(
    qtbot: QtBot, stage: tuple[TrainingStage, FakeClient]
) -> None:
    view, client = stage
    button = view.bar.button
    assert button.accessibleName() == "Train"
    button.click()
    assert len(client.trainings) == 1
    client.tell_status()
    assert button.accessibleName() == "Pause"
    button.click()
    client.tell_status(state="paused")
    assert button.accessibleName() == "Go on"
    button.click()
    assert [order.order for order in client.orders] == ["pause", "continue"]


def test_the_lecture_pauses_and_continues(
    qtbot: QtBot, stage: tuple[TrainingStage, FakeClient]
) -> None:
    view, client = stage
    view.act("pause")  # there is nothing to pause
    assert client.orders == []
    get_going(qtbot, view, client)
    view.act("pause")
    client.tell_status(state="paused")
    view.act("pause")
    view.act("train")
    assert [order.order for order in client.orders] == ["pause", "continue"]


def test_its_curves_are_drawn_as_they_grow(
    qtbot: QtBot, stage: tuple[TrainingStage, FakeClient]
) -> None:
    view, client = stage
    get_going(qtbot, view, client)
    assert view.charts.isVisible()
    assert len(view.charts.cards["loss"].chart.lines[-1].curve) == 120
    assert view.facts()["step"].value == 120
    assert "step 20 of 100" in view.bar.words.text()
    assert not view.complete


def test_left_and_entered_again_it_is_where_it_has_got_to(
    qtbot: QtBot, stage: tuple[TrainingStage, FakeClient]
) -> None:
    view, client = stage
    get_going(qtbot, view, client)
    view.hide()
    view.show_view(view.view)
    view.act("train")  # the script is walked through again
    view.show()
    assert len(client.trainings) == 1
    assert client.orders == []
    assert view.charts.isVisible()
    assert view.facts()["step"].value == 120


def test_what_is_over_is_not_begun_again_by_the_script(
    qtbot: QtBot, stage: tuple[TrainingStage, FakeClient]
) -> None:
    view, client = stage
    view.act("train")
    write_ours(client, state="finished")
    with qtbot.waitSignal(view.session.run_changed):
        client.tell_status()
    with qtbot.waitSignal(view.complete_changed):
        client.answer_training()
    qtbot.waitUntil(lambda: view.complete)
    view.act("train")
    assert len(client.trainings) == 1
    assert view.bar.button.isHidden()
    assert view.bar.again.isHidden()  # the speaker's
    view.set_controls(True)
    view.bar.again.click()
    assert len(client.trainings) == 2
    assert client.trainings[1].folder != client.trainings[0].folder


def test_a_training_that_failed_says_so_and_may_be_begun_again(
    qtbot: QtBot, stage: tuple[TrainingStage, FakeClient]
) -> None:
    view, client = stage
    view.act("train")
    with qtbot.waitSignal(view.failed):
        client.fail(client.trainings[0].request_id, "There is no room on the disk.")
    assert view.complete
    assert "no room" in view.bar.words.text()
    assert view.card.bar.isHidden()
    view.act("train")
    assert len(client.trainings) == 2


def test_closed_down_it_is_stopped_with_a_checkpoint(
    qtbot: QtBot, stage: tuple[TrainingStage, FakeClient]
) -> None:
    view, client = stage
    get_going(qtbot, view, client)
    view.close_down()
    assert [order.order for order in client.orders] == ["stop"]


def test_another_recipe_waits_for_the_end_of_the_first(
    qtbot: QtBot, stage: tuple[TrainingStage, FakeClient], tmp_path: Path
) -> None:
    view, client = stage
    (tmp_path / "other.toml").write_text(RECIPE.replace("resnet8", "resnet14"))
    view.show_view(Training("other.toml"))
    assert view.card.title.text() == "ResNet-14 · Shapes"
    get_going(qtbot, view, client)
    with pytest.raises(UserError, match="another recipe"):
        view.show_view(Training("mine.toml"))
    assert view.view == Training("other.toml")

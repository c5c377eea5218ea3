"""Overview, maps and photo on stage: scripted states, what the user changes, pictures, facts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot
from snapshot_stages import measured, staged

from resnet_viz.errors import UserError
from resnet_viz.lecture.views import Maps, Overview, Photo, View
from resnet_viz.models.gates import Gate
from resnet_viz.samples import sample_images
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.stage.maps_stage import MapsStage
from resnet_viz.ui.stage.overview_stage import OverviewStage
from resnet_viz.ui.stage.photo_stage import PhotoStage

pytestmark = pytest.mark.skipif(not sample_images(), reason="no bundled photographs installed")

OVERVIEW = Overview(network="resnet20", weights="none")
CUT = replace(OVERVIEW, cut=frozenset({"all"}))


def overview(qtbot: QtBot, view: Overview = OVERVIEW) -> OverviewStage:
    stage, _ = measured(qtbot, view)
    assert isinstance(stage, OverviewStage)
    return stage


# --- measuring --------------------------------------------------------------------------------


def test_one_question_asks_for_all_that_the_script_says(qtbot: QtBot) -> None:
    view = replace(
        OVERVIEW, cut=frozenset({"layer2.1"}), dropped=frozenset({"layer3.0"}), alpha=0.5,
        selected="layer3.2", target="class 7", mode="eval", seed=3,
    )  # fmt: skip
    stage, client = staged(qtbot, view)
    ready = client.answer_load()
    assert len(client.asked) == 1
    asked = client.asked[0]
    assert (asked.choice.seed, asked.choice.training_mode) == (3, False)
    assert asked.gates["layer2.1"] == Gate(0.0, 1.0)
    assert asked.gates["layer3.0"] == Gate(0.5, 0.0)
    assert asked.gates["layer1.0"] == Gate(0.5, 1.0)
    assert (asked.target, asked.keep) == (7, ("layer3.2",))
    assert asked.image.shape == (ready.preprocess.crop, ready.preprocess.crop, 3)
    assert stage.view == view


def test_it_is_complete_when_the_numbers_on_screen_are_those_asked_for(qtbot: QtBot) -> None:
    stage, client = staged(qtbot, OVERVIEW)
    assert not stage.complete
    client.answer_load()
    assert not stage.complete
    assert stage.facts()["blocks"].value == 9
    assert "ratio" not in stage.facts()
    with qtbot.waitSignals([stage.complete_changed, stage.facts_changed]):
        snapshot = client.answer_explore().snapshot
    facts = stage.facts()
    assert facts["first_gradient"].value == snapshot.blocks[0].grad_in
    assert facts["norm_y"].value == snapshot.block("layer1.1").norm_out
    stage.show_view(CUT)
    assert not stage.complete
    assert "ratio" not in stage.facts()  # the sentence must not tell the figures before
    client.answer_explore()
    assert stage.complete
    assert stage.facts()["n_cut"].value == 9


def test_gates_alone_leave_the_curve_before_as_a_ghost(qtbot: QtBot) -> None:
    stage, client = measured(qtbot, OVERVIEW)
    assert isinstance(stage, OverviewStage)
    before = stage.session.snapshot
    stage.show_view(CUT)
    assert stage.overview.state.skip.max() == 0  # the arcs are cut before it is measured
    client.answer_explore(seed=1)
    assert stage.session.ghost is before
    assert stage.overview.state.ghost is not None
    assert "before" in stage.readout.text()


def test_another_network_has_no_ghost(qtbot: QtBot) -> None:
    stage, client = measured(qtbot, OVERVIEW)
    stage.show_view(replace(OVERVIEW, seed=1))
    client.answer_load()
    client.answer_explore()
    assert isinstance(stage, OverviewStage)
    assert stage.complete
    assert stage.session.ghost is None


def test_going_back_shows_what_was_measured_without_asking_again(qtbot: QtBot) -> None:
    stage, client = measured(qtbot, OVERVIEW)
    assert isinstance(stage, OverviewStage)
    first = stage.session.snapshot
    stage.show_view(CUT)
    client.answer_explore(seed=1)
    asked = len(client.asked)
    stage.show_view(OVERVIEW)
    assert stage.complete
    assert stage.session.snapshot is first
    assert len(client.asked) == asked


def test_an_answer_that_comes_after_going_back_is_not_shown(qtbot: QtBot) -> None:
    stage, client = measured(qtbot, OVERVIEW)
    assert isinstance(stage, OverviewStage)
    first = stage.session.snapshot
    stage.show_view(CUT)
    stage.show_view(OVERVIEW)
    client.answer_explore(seed=1)
    assert stage.session.snapshot is first
    assert stage.complete


def test_lanes_change_without_a_measurement(qtbot: QtBot) -> None:
    stage, client = measured(qtbot, OVERVIEW)
    assert isinstance(stage, OverviewStage)
    stage.show_view(replace(OVERVIEW, lanes=("cost",)))
    assert stage.overview.lanes == {"cost"}
    assert stage.complete
    assert len(client.asked) == 1
    assert not stage.readout.isVisible()


def test_facts_name_what_is_on_screen(qtbot: QtBot) -> None:
    stage = overview(qtbot)
    snapshot = stage.session.snapshot
    assert snapshot is not None
    best = int(snapshot.logits[0].argmax())
    assert stage.facts()["top1"].text == f"class {best}"
    assert stage.caption() == (
        "ResNet-20 · random, seed 0 · He initialisation · batch norm in training mode · Cat"
    )
    assert list(stage.data()["grad_in"]) == [b.grad_in for b in snapshot.blocks]


# --- by hand ----------------------------------------------------------------------------------


def test_a_click_on_an_arc_cuts_it_until_the_script_comes_back(qtbot: QtBot) -> None:
    stage, client = measured(qtbot, OVERVIEW)
    assert isinstance(stage, OverviewStage)
    canvas = stage.overview.canvas
    chain = canvas.scene.chain
    at = QPoint(round(chain.axis.centre(3)), round(chain.arc_base - chain.arc_height))
    with qtbot.waitSignal(stage.changed_by_hand):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert client.asked[-1].gates == {"layer2.0": Gate(0.0, 1.0)}
    assert stage.view == replace(OVERVIEW, cut=frozenset({"layer2.0"}))
    client.answer_explore()
    stage.show_view(OVERVIEW)
    assert stage.complete
    assert stage.view == OVERVIEW
    assert stage.overview.state.skip.min() == 1


def test_the_script_is_not_the_users_hand(qtbot: QtBot) -> None:
    stage, client = measured(qtbot, OVERVIEW)
    with qtbot.assertNotEmitted(stage.changed_by_hand):
        stage.show_view(replace(CUT, selected="layer3.0", lanes=("forward",)))
        client.answer_explore()
        stage.show_view(OVERVIEW)


def test_a_block_chosen_by_hand_is_told_and_taken_back(qtbot: QtBot) -> None:
    stage, _ = measured(qtbot, OVERVIEW)
    assert isinstance(stage, OverviewStage)
    stage.session.select("layer3.2")
    assert stage.view == replace(OVERVIEW, selected="layer3.2")
    assert stage.facts()["block"].text == "layer3.2"
    stage.show_view(OVERVIEW)
    assert stage.facts()["block"].text == "layer1.1"


# --- what cannot be shown ---------------------------------------------------------------------


def test_a_class_that_the_network_does_not_have_is_told(qtbot: QtBot) -> None:
    stage, client = staged(qtbot, replace(OVERVIEW, target="walrus"))
    with qtbot.waitSignal(stage.failed) as failed:
        client.answer_load()
    assert isinstance(failed.args[0], UserError)
    assert "walrus" in failed.args[0].message
    assert client.asked == []
    assert not stage.complete


def test_a_checkpoint_that_is_not_there_is_told_at_once(qtbot: QtBot) -> None:
    view = Overview(network="resnet20", weights="file", path="gone.pth")
    with pytest.raises(UserError, match=r"gone\.pth"):
        staged(qtbot, view)


def test_blocks_of_a_checkpoint_are_checked_when_it_is_loaded(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "mine.pth").touch()
    view = Overview(network="resnet20", weights="file", path="mine.pth", selected="layer9.0")
    stage, client = staged(qtbot, view, tmp_path)
    assert client.loads[-1][1].path == str(tmp_path / "mine.pth")
    with qtbot.waitSignal(stage.failed) as failed:
        client.answer_load()
    assert "layer9.0" in failed.args[0].message


def test_a_network_that_failed_is_asked_for_again(qtbot: QtBot) -> None:
    stage, client = staged(qtbot, OVERVIEW)
    with qtbot.waitSignal(stage.failed):
        client.fail(client.loads[-1][0])
    stage.show_view(OVERVIEW)
    assert len(client.loads) == 2


# --- pictures ---------------------------------------------------------------------------------


def test_a_bundled_photograph_is_there_at_once_and_shared(qtbot: QtBot) -> None:
    first, _ = staged(qtbot, OVERVIEW)
    second, _ = staged(qtbot, OVERVIEW)
    assert isinstance(first, OverviewStage)
    assert isinstance(second, OverviewStage)
    assert first.session.picture is not None
    assert first.session.picture is second.session.picture


def test_a_picture_beside_the_lecture_is_decoded_in_the_background(
    qtbot: QtBot, tmp_path: Path
) -> None:
    Image.new("RGB", (50, 40), (200, 10, 10)).save(tmp_path / "red.png")
    stage, client = staged(qtbot, replace(OVERVIEW, picture="red.png"), tmp_path)
    client.answer_load()
    qtbot.waitUntil(lambda: bool(client.asked))
    client.answer_explore()
    assert stage.complete
    assert np.all(client.asked[-1].image == (200, 10, 10))
    assert stage.caption().endswith("red.png")


def test_a_damaged_picture_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "torn.png").write_bytes(b"no picture")
    stage, _ = staged(qtbot, replace(OVERVIEW, picture="torn.png"), tmp_path)
    with qtbot.waitSignal(stage.failed) as failed:
        pass
    assert isinstance(failed.args[0], UserError)
    assert not stage.complete


def test_a_dropped_picture_is_shown_until_the_script_comes_back(qtbot: QtBot) -> None:
    stage, client = measured(qtbot, OVERVIEW)
    blue = Picture("blue.png", np.full((30, 30, 3), (0, 0, 255), np.uint8), "/tmp/blue.png")
    with qtbot.waitSignal(stage.changed_by_hand):
        stage.take_picture(blue)
    assert np.all(client.asked[-1].image == (0, 0, 255))
    assert stage.view == replace(OVERVIEW, picture="/tmp/blue.png")
    client.answer_explore()
    assert stage.complete
    stage.show_view(OVERVIEW)
    assert stage.caption().endswith("Cat")
    assert stage.complete


# --- maps -------------------------------------------------------------------------------------


MAPS = Maps(network="resnet20", weights="none", selected="layer1.2")


def test_maps_are_asked_for_and_shown(qtbot: QtBot) -> None:
    stage, client = staged(qtbot, MAPS)
    client.answer_load()
    assert client.asked[-1].keep == ("layer1.2",)
    client.answer_explore()
    assert isinstance(stage, MapsStage)
    assert stage.complete
    assert not stage.block_view.is_magnified
    assert set(stage.data()) == {"x", "shortcut", "branch", "y"}


def test_the_sum_is_written_out_at_the_strongest_pixel(qtbot: QtBot) -> None:
    stage, _ = measured(qtbot, replace(MAPS, channel=4))
    assert isinstance(stage, MapsStage)
    assert stage.block_view.is_magnified
    data = stage.data()
    row, column = np.unravel_index(np.abs(data["y"][4]).argmax(), data["y"][4].shape)
    text = stage.sum_line.text()
    assert text.startswith(f"channel 4, row {row}, column {column}:")
    x, f, y = (float(data[name][4, row, column]) for name in ("shortcut", "branch", "y"))
    assert y == pytest.approx(max(0.0, x + f), abs=1e-5)
    for value in (x, f, y):
        assert f"{abs(value):.3g}" in text


def test_a_step_enlarges_a_channel_and_the_next_one_goes_back(qtbot: QtBot) -> None:
    stage, client = measured(qtbot, MAPS)
    assert isinstance(stage, MapsStage)
    with qtbot.assertNotEmitted(stage.changed_by_hand):
        stage.show_view(replace(MAPS, channel=7))
        assert (stage.block_view.is_magnified, stage.block_view.channel) == (True, 7)
        stage.show_view(MAPS)
        assert not stage.block_view.is_magnified
    assert len(client.asked) == 1


def test_a_channel_enlarged_by_hand_stays_while_gates_change(qtbot: QtBot) -> None:
    stage, client = measured(qtbot, MAPS)
    assert isinstance(stage, MapsStage)
    with qtbot.waitSignal(stage.changed_by_hand):
        stage.block_view.set_channel(3)
        stage.block_view.magnify()
    assert stage.view == replace(MAPS, channel=3)
    stage.session.flip_skip("layer1.2")
    client.answer_explore(seed=2)
    assert (stage.block_view.is_magnified, stage.block_view.channel) == (True, 3)


# --- photo ------------------------------------------------------------------------------------


def test_the_photo_lists_as_many_classes_as_asked_for(qtbot: QtBot) -> None:
    stage, _ = measured(qtbot, Photo(network="resnet20", weights="none", top=3))
    assert isinstance(stage, PhotoStage)
    rows = stage.classes.rows
    best = np.sort(stage.data()["probability"])[::-1]
    assert [share for _, share in rows] == pytest.approx(best[:3].tolist())
    stage.show_view(Photo(network="resnet20", weights="none", top=6))
    assert len(stage.classes.rows) == 6


@pytest.mark.parametrize("height", [720, 1080])
@pytest.mark.parametrize("half", [False, True])
def test_picture_input_and_classes_share_the_room(qtbot: QtBot, height: int, half: bool) -> None:
    view = Photo(network="resnet20", weights="none")
    stage, _ = measured(qtbot, view, height=height, half=half)
    assert isinstance(stage, PhotoStage)
    parts = [stage.photo.geometry(), stage.input.geometry(), stage.classes.geometry()]
    for index, part in enumerate(parts):
        assert stage.rect().contains(part)
        assert not any(part.intersects(other) for other in parts[index + 1 :])
    assert stage.classes.height() >= stage.classes.sizeHint().height()


@pytest.mark.parametrize("view", [OVERVIEW, MAPS, Photo(network="resnet20", weights="none")])
@pytest.mark.parametrize("half", [False, True])
def test_no_view_asks_for_more_room_than_a_slide_has(qtbot: QtBot, view: View, half: bool) -> None:
    stage, _ = measured(qtbot, view, half=half)
    least = stage.minimumSizeHint()
    assert least.width() <= stage.width()
    assert least.height() <= stage.height()
    assert stage.size().toTuple() == ((580 if half else 1200), 518)

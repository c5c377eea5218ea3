"""The tab of blocks: figures as they were, cuts in a running training, maps of a step's weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot
from recorded_runs import block_values, duel_facts, foreign_facts, write_run
from train_pages import Stage, open_run, shown, staged

from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.runs.facts import network_facts
from resnet_viz.runs.layout import QUANTITIES, RunFacts
from resnet_viz.runs.reader import RunReader
from resnet_viz.ui.theme import DARK, PROJECTOR
from resnet_viz.ui.train.block_page import BlockPage
from resnet_viz.ui.train.recorded_lanes import LANES, LaneSide, caption
from resnet_viz.ui.train.recorded_state import RecordedState, closed
from resnet_viz.ui.train.step_words import step_words, values_at, weights_words

# The offscreen platform says of every shown widget that it cannot limit its size.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton
CUT = {"step": 200, "network": "network", "gates": {"layer2.1": {"skip": 0.0, "main": 1.0}}}
GRADIENT, UPDATE = QUANTITIES.index("gradient"), QUANTITIES.index("update")


@pytest.fixture
def stage(qapp: object, tmp_path: Path) -> Stage:
    return staged(tmp_path)


def opened(qtbot: QtBot, stage: Stage, folder: Path, facts: RunFacts | None = None) -> BlockPage:
    page = BlockPage(stage.session)
    shown(qtbot, page)
    open_run(qtbot, stage.session, write_run(folder / "run", facts, gates=[CUT]))
    return page


def training(qtbot: QtBot, stage: Stage, folder: Path) -> BlockPage:
    """A page whose run is being trained here."""
    page = BlockPage(stage.session)
    shown(qtbot, page)
    stage.session.play()
    write_run(folder / "new", state="running", n_steps=120)
    with qtbot.waitSignal(stage.session.run_changed):
        stage.client.tell_status()
    return page


def gradient_on(page: BlockPage, key: str = "network") -> np.ndarray:
    return page.recorded.rows[key].state.values["gradient"]  # type: ignore[index]


# --- figures as they were --------------------------------------------------------------------


def test_without_a_run_it_says_how_to_get_one(qtbot: QtBot, stage: Stage) -> None:
    page = BlockPage(stage.session)
    shown(qtbot, page)
    assert page.empty.isVisible()
    qtbot.mouseClick(page.empty.run_button, LEFT)
    assert len(stage.client.trainings) == 1


def test_the_newest_measured_step_is_shown(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = opened(qtbot, stage, tmp_path)
    expected = block_values("network", 430, 9)[GRADIENT]
    np.testing.assert_allclose(gradient_on(page), expected, rtol=1e-6)
    words = page.steps.words.text()
    assert words == "Step 437 of 1,200 · epoch 5 · blocks measured at step 430"


def test_scrubbing_shows_figures_and_gates_as_they_were(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    page = opened(qtbot, stage, tmp_path)
    state = page.recorded.rows["network"].state
    cut = state.index("layer2.1")
    assert cut is not None
    assert state.skip[cut] == 0
    stage.session.scrub(155)
    expected = block_values("network", 150, 9)[GRADIENT]
    np.testing.assert_allclose(gradient_on(page), expected, rtol=1e-6)
    assert state.skip[cut] == 1
    assert state.n_cut == 0
    stage.session.scrub(200)
    assert state.skip[cut] == 0


def test_the_slider_walks_through_the_measured_steps(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    page = opened(qtbot, stage, tmp_path)
    page.steps.slider.setValue(4)
    assert stage.session.position == 50
    page.steps.slider.setValue(page.steps.slider.maximum())
    assert stage.session.position is None
    stage.session.scrub(155)
    qtbot.mouseClick(page.steps.newest, LEFT)
    assert stage.session.position is None


def test_before_the_first_measurement_nothing_is_invented(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    page = opened(qtbot, stage, tmp_path)
    stage.session.scrub(3)
    assert page.recorded.rows["network"].state.values == {}
    assert page.recorded.lanes.sides == ()
    assert "No block was measured" in page.recorded.lanes.accessibleDescription()
    assert "no block measured by then" in page.steps.words.text()


def test_a_plain_twin_begins_without_skips(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = opened(qtbot, stage, tmp_path)
    assert page.recorded.rows["rival"].state.n_cut == 9
    assert "every skip is cut" in page.recorded.rows["rival"].header.text()


def test_both_networks_share_selection_and_hover(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    page = opened(qtbot, stage, tmp_path)
    network, rival = page.recorded.rows["network"], page.recorded.rows["rival"]
    network.canvas.select(4)
    assert stage.session.selected == "layer2.1"
    assert rival.state.selected == 4
    page.recorded.lanes.block_hovered.emit(2)
    assert (network.state.hovered, rival.state.hovered) == (2, 2)


def test_networks_of_other_depths_stand_side_by_side(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    page = opened(qtbot, stage, tmp_path, duel_facts(rival="resnet32"))
    network, rival = page.recorded.rows["network"], page.recorded.rows["rival"]
    assert (len(network.state.blocks), len(rival.state.blocks)) == (9, 15)
    network.canvas.set_axis(network.canvas.scene.axis.zoomed(1.5, 300.0))
    assert rival.canvas.scene.axis.zoom == pytest.approx(network.canvas.scene.axis.zoom)
    stage.session.select("layer1.2")
    assert rival.state.selected == 2
    page.grab()


def test_a_run_of_a_foreign_network_is_shown_too(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    page = opened(qtbot, stage, tmp_path, foreign_facts())
    row = page.recorded.rows["network"]
    assert row.title == "MyNet"
    assert row.state.depths == (2, 2)
    assert not page.recorded.rows["rival"].isVisible()
    page.grab()
    page.parts.buttons["maps"].click()
    assert "script" in page.maps.hint.text.text()


@pytest.mark.parametrize("theme", [DARK, PROJECTOR])
@pytest.mark.parametrize("size", [(960, 560), (1400, 1100)])
def test_it_is_painted_in_every_size(
    qtbot: QtBot, stage: Stage, tmp_path: Path, theme: object, size: tuple[int, int]
) -> None:
    page = opened(qtbot, stage, tmp_path)
    page.set_theme(theme)  # type: ignore[arg-type]
    page.resize(*size)
    assert not page.grab().isNull()
    assert page.maps.isVisible() == (size[1] > 1060)


# --- cuts ------------------------------------------------------------------------------------


def test_an_arc_cuts_the_skip_of_the_training(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = training(qtbot, stage, tmp_path)
    page.recorded.rows["network"].canvas.skip_clicked.emit("layer1.1")
    order = stage.client.orders[-1]
    assert (order.order, order.network) == ("gates", "network")
    assert dict(order.gates) == {"layer1.1": Gate(skip=0.0)}
    assert page.recorded.rows["network"].state.skip[1] == 0
    assert not page.notice.isVisible()


def test_a_real_click_on_an_arc_cuts_it(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = training(qtbot, stage, tmp_path)
    canvas = page.recorded.rows["network"].canvas
    chain = canvas.scene.chain
    apex = QPoint(round(chain.axis.centre(2)), round(chain.arc_base - chain.arc_height))
    qtbot.mouseClick(canvas, LEFT, pos=apex)
    assert page.recorded.rows["network"].state.skip[2] == 0


def test_a_stage_is_cut_and_restored_as_a_whole(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = training(qtbot, stage, tmp_path)
    state = page.recorded.rows["network"].state
    for cut in (0.0, 1.0):
        page.recorded.rows["network"].canvas.stage_skips_clicked.emit(2)
        assert state.skip[3:6].tolist() == [cut] * 3
        assert state.skip[:3].tolist() == [1.0] * 3


def test_a_finished_run_is_not_cut_but_explained(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    page = opened(qtbot, stage, tmp_path)
    page.recorded.rows["network"].canvas.skip_clicked.emit("layer1.1")
    assert stage.client.orders == []
    assert page.recorded.rows["network"].state.skip[1] == 1
    assert page.notice.isVisible()
    assert "resume" in page.notice.text()


def test_the_past_is_not_cut(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = training(qtbot, stage, tmp_path)
    before = len(stage.client.orders)
    stage.session.scrub(50)
    page.recorded.rows["network"].canvas.skip_clicked.emit("layer1.1")
    assert len(stage.client.orders) == before
    assert "Newest step" in page.notice.text()


# --- maps ------------------------------------------------------------------------------------


def looked_into(qtbot: QtBot, stage: Stage, page: BlockPage) -> None:
    """Choose a picture and click the first block, as a user would."""
    stage.session.set_picture(np.zeros((40, 40, 3), np.uint8))
    canvas = page.recorded.rows["network"].canvas
    square = QPoint(round(canvas.scene.chain.axis.centre(0)), round(canvas.scene.chain.line_y))
    qtbot.mouseClick(canvas, LEFT, pos=square)
    qtbot.waitUntil(lambda: bool(stage.client.asked))


def test_a_click_on_a_block_shows_its_maps_with_the_weights_kept(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    page = opened(qtbot, stage, tmp_path)
    looked_into(qtbot, stage, page)
    asked = stage.client.asked[-1]
    assert (asked.choice.weights, asked.choice.run_step) == ("run", 400)
    assert asked.keep == ("layer1.0",)
    assert "measuring" in page.maps.words.text()
    stage.client.answer_explore()
    assert page.maps.words.text().startswith("Weights of step 400, the newest kept before 437")
    assert page.maps.view.sum_row.isVisible()


def test_the_rival_is_looked_into_too(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = opened(qtbot, stage, tmp_path)
    looked_into(qtbot, stage, page)
    stage.client.answer_explore()
    assert stage.client.asked[-1].choice.run_network == "rival"
    stage.client.answer_explore()
    page.maps.networks.buttons["rival"].click()
    assert page.maps.key == "rival"
    assert "measuring" not in page.maps.words.text()
    assert not page.recorded.rows["network"].isVisible()
    assert page.recorded.rows["rival"].isVisible()


def test_scrubbing_asks_for_the_weights_of_that_time(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    page = opened(qtbot, stage, tmp_path)
    looked_into(qtbot, stage, page)
    stage.client.answer_explore()
    stage.client.answer_explore()
    n_asked = len(stage.client.asked)
    stage.session.scrub(250)
    qtbot.waitUntil(lambda: len(stage.client.asked) > n_asked)
    assert stage.client.asked[-1].choice.run_step == 200
    assert page.maps.words.text().endswith("measuring…")
    stage.client.answer_explore()
    assert page.maps.words.text().startswith("Weights of step 200, the newest kept before 250")


def test_without_a_picture_one_is_offered(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = opened(qtbot, stage, tmp_path)
    page.parts.buttons["maps"].click()
    assert page.maps.hint.title.text() == "No picture yet"
    stage.session.look_at_data()
    stage.client.answer_look()
    page.maps.hint.run_button.click()
    assert stage.session.picture is not None
    qtbot.waitUntil(lambda: bool(stage.client.asked))


def test_the_pictures_of_each_class_are_offered(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = opened(qtbot, stage, tmp_path)
    stage.session.look_at_data()
    seen = stage.client.answer_look()
    page.maps.picture.fill()
    words = [action.text() for action in page.maps.picture.choices.actions()]
    assert [word for word in words if word.startswith("class")] == list(seen.classes)


def test_without_kept_weights_it_says_so(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = BlockPage(stage.session)
    shown(qtbot, page)
    open_run(qtbot, stage.session, write_run(tmp_path / "run", snapshots=()))
    page.parts.buttons["maps"].click()
    assert page.maps.hint.title.text() == "No weights were kept"
    assert stage.client.asked == []


def test_nothing_is_asked_while_nobody_looks(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = opened(qtbot, stage, tmp_path)
    looked_into(qtbot, stage, page)
    page.hide()
    n_asked = len(stage.client.asked)
    stage.session.scrub(100)
    qtbot.wait(250)
    assert len(stage.client.asked) == n_asked


# --- words and values --------------------------------------------------------------------------


@pytest.fixture
def reader(tmp_path: Path) -> RunReader:
    found = RunReader(write_run(tmp_path / "read"))
    found.read_all()
    return found


@pytest.mark.parametrize(
    ("position", "live", "expected"),
    [
        (None, True, "weights as they are now, after about step 437"),
        (None, False, "weights of step 400, the newest kept before 437"),
        (200, True, "weights of step 200"),
        (199, False, "weights of step 100, the newest kept before 199"),
    ],
)
def test_which_weights_are_meant(
    reader: RunReader, position: int | None, live: bool, expected: str
) -> None:
    assert weights_words(reader, position, live=live) == expected


def test_values_are_those_of_the_measurement_before(reader: RunReader) -> None:
    step, values = values_at(reader, "rival", 439)
    assert step == 430
    np.testing.assert_allclose(values["update"], block_values("rival", 430, 9)[UPDATE], rtol=1e-6)
    assert values_at(reader, "rival", 9) == (-1, {})


def test_epochs_are_counted_from_one(reader: RunReader) -> None:
    assert "epoch 1 " in step_words(reader, 100, 100) + " "
    assert "epoch 2 " in step_words(reader, 101, 100).replace(" ·", " ")


def made_state(**values: object) -> RecordedState:
    state = RecordedState()
    state.set_facts(network_facts("network", spec("resnet20")))
    state.set_values({k: np.asarray(v, np.float64) for k, v in values.items()})  # type: ignore[misc]
    return state


def test_the_share_counts_gates_and_survives_overflow() -> None:
    ones = np.ones(9)
    state = made_state(shortcut=[1, 1, 0, np.inf, *ones[4:]], branch=[3, 1, 0, 1, *ones[4:]])
    state.set_gates({"layer1.1": Gate(skip=0.0)})
    share = state.share()
    assert share[:2].tolist() == [0.25, 0.0]
    assert np.isnan(share[2])
    assert np.isinf(share[3])
    assert state.arc_shares()[2:4].tolist() == [0.5, 0.5]


def test_a_zero_on_a_log_lane_is_told_and_drawn(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    page = opened(qtbot, stage, tmp_path)
    stage.session.select("layer1.0")
    description = page.recorded.lanes.accessibleDescription()
    assert "layer1.0" in description
    assert "■ 0." in description + "."
    assert gradient_on(page, "rival")[0] == 0
    page.grab()


def test_captions_name_the_block_once() -> None:
    state = made_state(gradient=np.full(9, 0.5))
    side = LaneSide("network", "ResNet-20", state, None)  # type: ignore[arg-type]
    assert caption(LANES[0], [side]) == "layer1.0  0.500"
    assert caption(LANES[0], [side, side]) == "layer1.0  ● 0.500  ● 0.500"


def test_closing_branches_leaves_skips_alone() -> None:
    state = made_state()
    state.set_gates({"layer1.0": Gate(skip=0.0)})
    assert closed(state, [0, 1], main=True) == {
        "layer1.0": Gate(0.0, 0.0),
        "layer1.1": Gate(1.0, 0.0),
    }

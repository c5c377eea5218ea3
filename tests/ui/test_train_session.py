"""The Train workspace's session: what it asks of the engine, and what it makes of the answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from recorded_runs import duel_facts, foreign_facts, with_checkpoint, write_run
from train_pages import Stage, open_run, staged

from resnet_viz.engine.messages import Failed
from resnet_viz.errors import UserError
from resnet_viz.models.gates import Gate
from resnet_viz.runs.lock import RunLock
from resnet_viz.train.recipe import parse_config, to_toml
from resnet_viz.ui.train.session import TrainSession

PICTURE = np.zeros((40, 50, 3), np.uint8)
RECIPE = """
[network]
name = "resnet20"
[rival]
name = "plain20"
[data]
source = "shapes"
dataset = "Shapes"
[run]
epochs = 3
"""


@pytest.fixture
def stage(qapp: object, tmp_path: Path) -> Stage:
    made = staged(tmp_path)
    made.session.begin_with(parse_config(RECIPE))
    return made


def orders(stage: Stage) -> list[str]:
    return [steer.order for steer in stage.client.orders]


# --- the recipe ------------------------------------------------------------------------------


def test_changes_are_steps_of_undo(stage: Stage) -> None:
    session = stage.session
    session.change(run={"epochs": 7}, optimiser={"lr": 0.3})
    assert (session.config.run.epochs, session.config.optimiser.lr) == (7, 0.3)
    session.undo.undo()
    assert (session.config.run.epochs, session.config.optimiser.lr) == (3, 0.1)
    session.undo.redo()
    assert session.config.run.epochs == 7


def test_a_bad_value_changes_nothing_and_says_why(stage: Stage) -> None:
    before = stage.session.config
    with pytest.raises(UserError, match="lr must be positive"):
        stage.session.change(optimiser={"lr": -1.0})
    with pytest.raises(UserError, match="momentum"):
        stage.session.change(optimiser={"momentum": 0.0})  # with nesterov
    assert stage.session.config is before
    assert not stage.session.undo.canUndo()


def test_other_data_bring_their_name_colours_and_classes(stage: Stage) -> None:
    stage.session.change(data={"source": "cifar100"})
    config = stage.session.config
    assert config.data.dataset == "CIFAR-100"
    assert {spec.n_classes for spec in config.networks.values()} == {100}
    stage.session.change(data={"source": "mnist"})
    assert not stage.session.config.data.flip
    assert stage.session.config.data.mean == (0.1307,) * 3
    stage.session.change(data={"source": "imagenette"})
    assert {spec.input_size for spec in stage.session.config.networks.values()} == {112}


def test_a_recipe_that_is_being_trained_stays_as_it_is(stage: Stage) -> None:
    stage.session.play()
    before = stage.session.config
    stage.session.change(run={"epochs": 9})
    stage.session.set_config(parse_config(RECIPE.replace("epochs = 3", "epochs = 4")))
    stage.session.set_device("cuda:0")
    assert stage.session.config is before
    assert not stage.session.undo.canUndo()


# --- training --------------------------------------------------------------------------------


def test_play_pause_step_go_on_stop(stage: Stage, tmp_path: Path) -> None:
    session, client = stage.session, stage.client
    assert session.phase == "idle"
    session.play()
    asked = client.trainings[-1]
    assert parse_config(asked.recipe) == session.config
    assert (asked.folder, asked.resume, asked.paused) == (tmp_path / "new", False, False)
    assert (session.phase, session.training) == ("preparing", True)
    client.tell_status()
    assert session.phase == "running"
    session.pause()
    client.tell_status(state="paused")
    assert session.phase == "paused"
    session.step_once()
    session.play()
    session.stop()
    assert orders(stage) == ["pause", "step", "continue", "stop"]
    assert {steer.training for steer in client.orders} == {asked.request_id}
    assert session.phase == "stopping"
    trained = client.answer_training(finished=False)
    assert (session.phase, session.training, session.outcome) == ("idle", False, trained)


def test_a_step_without_a_training_begins_one_paused(stage: Stage) -> None:
    stage.session.step_once()
    assert stage.client.trainings[-1].paused
    assert orders(stage) == ["step"]


def test_orders_without_a_training_go_nowhere(stage: Stage) -> None:
    session = stage.session
    session.pause()
    session.stop()
    session.set_lr_factor(0.1)
    assert orders(stage) == []
    assert session.lr_factor == 1.0


def test_the_rate_is_multiplied_and_remembered(stage: Stage) -> None:
    stage.session.play()
    stage.session.set_lr_factor(0.5)
    assert stage.client.orders[-1].lr_factor == 0.5
    assert stage.session.lr_factor == 0.5


def test_answers_to_earlier_trainings_are_nobodys(stage: Stage) -> None:
    session, client = stage.session, stage.client
    session.play()
    client.tell_status()
    client.answer_training()
    session.play()
    client.answer_training(0)  # the first one's, late
    assert session.training
    client.tell_status(0, step=999)
    assert session.status is not None
    assert session.status.step == 0


def test_a_failure_ends_the_training_and_is_told(stage: Stage) -> None:
    told: list[Failed] = []
    stage.session.failed.connect(told.append)
    stage.session.play()
    stage.client.fail(stage.client.trainings[-1].request_id, "The disk is full.")
    assert not stage.session.training
    assert [failed.message for failed in told] == ["The disk is full."]


def test_failures_of_others_are_not_told(stage: Stage) -> None:
    told: list[Failed] = []
    stage.session.failed.connect(told.append)
    stage.session.play()
    stage.client.fail(9999)
    assert stage.session.training
    assert told == []


def test_cancelling_before_it_began_ends_it(stage: Stage) -> None:
    stage.session.play()
    stage.client.cancel_training()
    assert stage.session.phase == "idle"


def test_a_run_is_resumed_by_its_own_recipe(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    recipe = to_toml(parse_config(RECIPE.replace("epochs = 3", "epochs = 12")))
    path = write_run(tmp_path / "old", duel_facts(), n_steps=40, state="stopped")
    with_checkpoint(path, recipe, 40)
    open_run(qtbot, stage.session, path)
    assert stage.session.resumable
    stage.session.resume_run(path)
    asked = stage.client.trainings[-1]
    assert (asked.folder, asked.resume) == (path, True)
    assert stage.session.config.run.epochs == 12


def test_a_run_without_a_readable_recipe_is_not_resumed(stage: Stage, tmp_path: Path) -> None:
    told: list[Failed] = []
    stage.session.failed.connect(told.append)
    stage.session.resume_run(tmp_path / "nothing")
    assert stage.client.trainings == []
    assert "Cannot read the recipe" in told[0].message


def test_a_finished_run_is_not_resumed(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    done = with_checkpoint(write_run(tmp_path / "done", n_steps=20), RECIPE, 20)
    open_run(qtbot, stage.session, done)
    assert not stage.session.resumable


def test_a_run_that_somebody_writes_is_followed_and_else_can_be_resumed(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    going = write_run(tmp_path / "going", n_steps=20, state="running")
    writer = RunLock(going)
    writer.take()
    open_run(qtbot, stage.session, with_checkpoint(going, RECIPE, 20))
    assert stage.session.followed
    assert not stage.session.resumable
    writer.release()  # killed
    assert not stage.session.followed
    assert stage.session.resumable


# --- the run on screen -----------------------------------------------------------------------


def test_what_the_training_wrote_is_put_on_screen(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    session = stage.session
    session.play()
    write_run(tmp_path / "new", n_steps=30, state="running")
    with qtbot.waitSignal(session.run_changed):
        stage.client.tell_status()
    assert session.reader is not None
    assert session.own
    assert session.reader.last_step == 30
    assert session.selected == "layer1.0"


def test_another_run_can_be_looked_at_while_one_is_trained(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    session = stage.session
    session.play()
    write_run(tmp_path / "new", n_steps=30, state="running")
    with qtbot.waitSignal(session.run_changed):
        stage.client.tell_status()
    open_run(qtbot, session, write_run(tmp_path / "old", n_steps=50))
    stage.client.tell_status(step=130)
    with qtbot.assertNotEmitted(session.run_changed, wait=100):
        stage.client.tell_status(step=140)
    assert session.reader is not None
    assert session.reader.path == tmp_path / "old"
    assert session.training
    assert not session.own
    session.flip_skip("network", "layer1.1")  # of the old one: for looking only
    assert stage.client.orders == []


def test_a_step_that_cannot_begin_orders_nothing(stage: Stage) -> None:
    def refuse(_config: object) -> Path:
        raise UserError("There is no room.")

    session = TrainSession(stage.client, refuse)
    told: list[Failed] = []
    session.failed.connect(told.append)
    session.step_once()
    assert [failed.message for failed in told] == ["There is no room."]
    assert stage.client.orders == []


def test_a_growing_run_is_followed_without_being_told(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    path = write_run(tmp_path / "theirs", n_steps=20, state="running")
    open_run(qtbot, stage.session, path)
    line = '{"kind": "step", "network": "network", "step": 21, "epoch": 1, "lr": 0.1, '
    with qtbot.waitSignal(stage.session.run_grew), (path / "metrics.jsonl").open("a") as file:
        file.write(line + '"loss": 1.0, "accuracy": 0.5, "seconds": 2.1}\n')
    assert stage.session.reader is not None
    assert stage.session.reader.last_step == 21


def test_a_folder_without_a_run_is_told_and_the_run_before_stays(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    path = write_run(tmp_path / "good", n_steps=20)
    open_run(qtbot, stage.session, path)
    (tmp_path / "empty").mkdir()
    with qtbot.waitSignal(stage.session.failed) as caught:
        stage.session.open_run(tmp_path / "empty")
    assert "There is no run" in caught.args[0].message
    assert stage.session.reader is not None
    assert stage.session.reader.path == path


def test_up_to_six_runs_are_compared(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    paths = [write_run(tmp_path / f"run{i}", n_steps=5, every=0) for i in range(7)]
    with qtbot.waitSignal(stage.session.compared_changed):
        stage.session.compare(paths)
    assert [reader.path for reader in stage.session.compared] == paths[:6]


def test_scrubbing_ends_when_a_training_begins(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    open_run(qtbot, stage.session, write_run(tmp_path / "old", n_steps=50))
    stage.session.scrub(12)
    assert stage.session.position == 12
    stage.session.play()
    assert stage.session.position is None


def test_blocks_are_walked_to_both_ends(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    session = stage.session
    open_run(qtbot, session, write_run(tmp_path / "run", n_steps=20))
    session.select_neighbour(-1)
    assert session.selected == "layer1.0"
    session.select_neighbour(100)
    assert session.selected == "layer3.2"
    session.select("layer9.9")
    assert session.selected == "layer3.2"


# --- skips -----------------------------------------------------------------------------------


def test_a_plain_twin_begins_with_every_skip_cut(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    open_run(qtbot, stage.session, write_run(tmp_path / "run", n_steps=20))
    assert stage.session.gates["network"] == {}
    assert len(stage.session.gates["rival"]) == 9
    assert set(stage.session.gates["rival"].values()) == {Gate(skip=0.0)}


def test_a_skip_cut_in_the_training_is_an_order(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    session = stage.session
    session.play()
    write_run(tmp_path / "new", n_steps=10, state="running")
    with qtbot.waitSignal(session.run_changed):
        stage.client.tell_status()
    session.flip_skip("network", "layer2.0")
    steer = stage.client.orders[-1]
    assert (steer.order, steer.network) == ("gates", "network")
    assert steer.gates == {"layer2.0": Gate(skip=0.0)}
    session.flip_skip("network", "layer2.0")
    assert stage.client.orders[-1].gates == {}


def test_a_refused_cut_is_taken_back(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    session = stage.session
    session.play()
    write_run(tmp_path / "new", n_steps=10, state="running")
    with qtbot.waitSignal(session.run_changed):
        stage.client.tell_status()
    session.flip_skip("network", "layer2.0")
    session.on_order_refused(Failed(1, "No.", ""))
    assert session.gates["network"] == {}
    assert session.training


def test_a_cut_while_looking_back_orders_nothing(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    open_run(qtbot, stage.session, write_run(tmp_path / "run", n_steps=20))
    stage.session.flip_skip("network", "layer1.1")
    assert stage.client.orders == []
    assert stage.session.gates["network"] == {"layer1.1": Gate(skip=0.0)}


def test_gates_of_a_run_are_read_from_its_events(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    cut = {"step": 3, "network": "network", "gates": {"layer1.1": [0.0, 1.0]}}
    open_run(qtbot, stage.session, write_run(tmp_path / "run", n_steps=20, gates=[cut]))
    assert stage.session.gates["network"] == {"layer1.1": Gate(skip=0.0)}


# --- blocks ----------------------------------------------------------------------------------


def explored_of(session: TrainSession) -> set[str]:
    return set(session.explored)


def test_the_second_network_is_asked_when_the_first_has_answered(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    session, client = stage.session, stage.client
    open_run(qtbot, session, write_run(tmp_path / "run", n_steps=250))
    session.set_picture(PICTURE)
    session.scrub(230)
    session.explore_block()
    assert len(client.asked) == 1
    first = client.asked[0]
    assert (first.choice.weights, first.choice.run_network) == ("run", "network")
    assert first.choice.run_step == 200  # the newest kept weights before step 230
    assert first.image.shape == (32, 32, 3)
    assert first.keep == ("layer1.0",)
    client.answer_explore()
    assert len(client.asked) == 2
    second = client.asked[1]
    assert second.choice.run_network == "rival"
    assert second.gates["layer1.0"] == Gate(skip=0.0)
    client.answer_explore()
    assert explored_of(session) == {"network", "rival"}


def test_another_runs_blocks_are_forgotten(qtbot: QtBot, stage: Stage, tmp_path: Path) -> None:
    session, client = stage.session, stage.client
    open_run(qtbot, session, write_run(tmp_path / "run", n_steps=50))
    session.set_picture(PICTURE)
    session.explore_block()
    client.answer_explore()
    open_run(qtbot, session, write_run(tmp_path / "other", n_steps=50))
    assert session.explored == {}


def test_networks_that_are_not_ours_are_not_asked_for(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    open_run(qtbot, stage.session, write_run(tmp_path / "run", foreign_facts(), n_steps=20))
    stage.session.set_picture(PICTURE)
    stage.session.explore_block()
    assert stage.client.asked == []


# --- data and rate ---------------------------------------------------------------------------


def test_a_look_brings_the_networks_their_classes(stage: Stage) -> None:
    session = stage.session
    session.change(data={"source": "folder", "folder": "pets"})
    session.look_at_data()
    assert session.looking
    classes = ("cat", "dog", "hen")
    seen = stage.client.answer_look()
    stage.session.on_data_seen(type(seen)(**{**vars(seen), "classes": classes}))
    assert session.data is not None
    session.look_at_data()
    seen = stage.client.answer_look()
    assert not session.looking
    assert session.config.network.n_classes == len(seen.classes)


def test_other_pictures_make_a_look_out_of_date(stage: Stage) -> None:
    session = stage.session
    session.look_at_data()
    stage.client.answer_look()
    session.change(optimiser={"lr": 0.2})
    assert session.data is not None
    session.change(run={"seed": 5})
    assert session.data is None


def test_a_search_ends_with_its_last_answer(stage: Stage) -> None:
    session = stage.session
    session.find_rate()
    assert session.finding
    stage.client.answer_search(n=10)
    assert session.finding
    assert session.rate is not None
    stage.client.answer_search()
    assert not session.finding
    assert session.rate.suggestion == 0.05


def test_looks_and_searches_are_cancelled(stage: Stage) -> None:
    session = stage.session
    session.look_at_data()
    session.find_rate()
    session.cancel_look()
    session.cancel_rate()
    assert len(stage.client.cancels) == 2
    assert not session.looking
    assert not session.finding

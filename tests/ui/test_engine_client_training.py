"""Trainings, looks at data and rate searches through the engine's client."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from engine_play import IMAGE, TINY, Watched, explore, explored
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.engine.entry import SAVING_S
from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    DataSeen,
    Failed,
    FindRate,
    LookAtData,
    Progress,
    RateFound,
    Steer,
    Train,
    Trained,
    TrainingStatus,
)
from resnet_viz.engine.process import PATIENCE_S, Exit
from resnet_viz.models.gates import Gate
from resnet_viz.ui.engine_bar import EngineBar
from resnet_viz.ui.engine_client import EngineState
from resnet_viz.ui.engine_notices import EngineNotices
from resnet_viz.ui.notify import NoticeStrip, Notifier

RECIPE = (
    '[network]\nname = "resnet8"\n[data]\nsource = "shapes"\ndataset = "Shapes"\n[run]\n'
    "epochs = 1\n"
)
FOLDER = Path("runs/today")


def _status(request_id: int, saved_step: int = 5, state: str = "running") -> TrainingStatus:
    return TrainingStatus(request_id, FOLDER, state, saved_step=saved_step, step=7, n_steps=90)  # type: ignore[arg-type]


def test_a_training_is_asked_told_of_and_ended(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    training = client.train(RECIPE, FOLDER, paused=True)
    assert running.engine.sent == [Train(training, RECIPE, FOLDER, paused=True)]
    assert running.values("progress") == [Progress(training, "Training ResNet-8")]
    running.engine.reply(Progress(training, "Downloading", 1, 2, "bytes"))
    running.engine.reply(_status(training))
    trained = Trained(training, FOLDER, "finished", "Done.", (FOLDER / "a.safetensors",))
    running.engine.reply(trained)
    qtbot.waitUntil(lambda: client.state is EngineState.READY)
    assert running.values("training_status") == [_status(training)]
    assert running.values("trained") == [trained]
    assert running.values("training_resumed") == []


def test_orders_go_to_the_engine_as_they_are(running: Watched) -> None:
    client = running.client
    training = client.train(RECIPE, FOLDER)
    cut = {"layer1.0": Gate(skip=0)}
    client.steer(training, "rate", lr_factor=0.5)
    client.steer(training, "gates", network="rival", gates=cut)
    cut.clear()
    orders = [(r.order, r.lr_factor, r.network, r.gates) for r in running.engine.sent[1:]]  # type: ignore[union-attr]
    assert orders == [
        ("rate", 0.5, "network", {}),
        ("gates", 1.0, "rival", {"layer1.0": Gate(skip=0)}),
    ]
    sent = len(running.engine.sent)
    client.steer(99, "pause")
    assert len(running.engine.sent) == sent, "nobody trains under this id"


def test_a_refused_order_is_told_and_the_training_goes_on(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    training = client.train(RECIPE, FOLDER)
    order = client.steer(training, "gates", gates={"layer9.0": Gate()})
    refused = Failed(order, "There is no layer9.0.", "")
    running.engine.reply(refused)
    qtbot.waitUntil(lambda: running.values("order_refused") == [refused])
    assert running.values("failed") == []
    assert client.state is EngineState.BUSY


def test_a_cancelled_training_is_answered_by_how_it_ended(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    training = client.train(RECIPE, FOLDER)
    client.cancel(training)
    assert running.engine.sent[-1] == Cancel(training)
    stopped = Trained(training, FOLDER, "stopped", "Stopped.")
    running.engine.reply(stopped)
    qtbot.waitUntil(lambda: running.values("trained") == [stopped])
    assert running.values("cancelled") == []


def test_stopped_before_it_had_begun_is_cancelled(running: Watched, qtbot: QtBot) -> None:
    training = running.client.train(RECIPE, FOLDER)
    running.client.steer(training, "stop")
    running.engine.reply(Cancelled(training))
    qtbot.waitUntil(lambda: running.values("cancelled") == [Cancelled(training)])
    assert running.client.state is EngineState.READY


def test_the_end_of_a_replaced_training_is_told(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    first, second = client.train(RECIPE, FOLDER), client.train(RECIPE, Path("runs/other"))
    running.engine.reply(_status(first))
    stopped = Trained(first, FOLDER, "stopped", "Stopped.")
    running.engine.reply(stopped)
    qtbot.waitUntil(lambda: running.values("trained") == [stopped])
    assert running.values("training_status") == []
    assert client.busy is not None
    assert client.busy.request_id == second


def test_pictures_are_looked_at(running: Watched, qtbot: QtBot) -> None:
    request_id = running.client.look_at_data(RECIPE)
    assert running.engine.sent == [LookAtData(request_id, RECIPE)]
    samples, labels = np.zeros((1, 4, 4, 3), np.uint8), np.zeros(1, np.int64)
    seen = DataSeen(request_id, RECIPE, ("a",), (1,), (1,), samples, labels)
    running.engine.reply(seen)
    qtbot.waitUntil(lambda: len(running.values("data_seen")) == 1)
    assert running.values("data_seen")[0] is seen


def test_a_rate_is_searched_and_told_on_the_way(running: Watched, qtbot: QtBot) -> None:
    request_id = running.client.find_rate(RECIPE)
    assert running.engine.sent == [FindRate(request_id, RECIPE)]
    rates = np.geomspace(1e-3, 1, 4)
    for n, complete in ((2, False), (4, True)):
        running.engine.reply(RateFound(request_id, rates[:n], rates[:n], 0.1, 4, complete))
    qtbot.waitUntil(lambda: len(running.values("rate_found")) == 2)
    what = "Finding a learning rate for ResNet-8"
    assert running.values("progress")[-1] == Progress(request_id, what, 2, 4, "steps")
    assert running.client.state is EngineState.READY


def test_a_dead_engine_s_training_is_resumed_and_said_to_be(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    notifier, page = Notifier(client), QWidget()
    qtbot.addWidget(page)
    EngineNotices(client, notifier, NoticeStrip(notifier, page), client)
    training = client.train(RECIPE, FOLDER)
    running.engine.reply(_status(training))
    rate = client.steer(training, "rate", lr_factor=0.5)
    client.steer(training, "pause")
    qtbot.waitUntil(lambda: len(running.values("training_status")) == 1)
    running.engine.exit(Exit(-9))
    qtbot.waitUntil(lambda: len(running.engines) == 2)
    assert running.engine.sent == [
        Train(training, RECIPE, FOLDER, resume=True, paused=True),
        Steer(rate, training, "rate", 0.5),
    ]
    (sentences,) = running.values("engine_died")
    assert str(sentences).endswith("The training goes on from its checkpoint at step 5.")
    assert running.values("failed") == []
    running.engine.reply(_status(training, 5, "paused"))
    qtbot.waitUntil(lambda: len(running.values("training_resumed")) == 1)
    told = notifier.history[-1]
    assert told.message == (
        "The engine died, and the training goes on from its last checkpoint, at step 5."
    )
    running.engine.reply(_status(training, 5, "paused"))
    qtbot.waitUntil(lambda: len(running.values("training_status")) == 3)
    assert len(running.values("training_resumed")) == 1, "once is enough"


def test_a_restart_resumes_the_training(running: Watched, qtbot: QtBot) -> None:
    training = running.client.train(RECIPE, FOLDER)
    running.engine.reply(_status(training))
    qtbot.waitUntil(lambda: len(running.values("training_status")) == 1)
    running.client.restart()
    assert running.engine.sent == [Train(training, RECIPE, FOLDER, resume=True)]


def test_stopping_without_an_engine_is_at_once(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    training = client.train(RECIPE, FOLDER)
    running.engine.reply(_status(training))
    qtbot.waitUntil(lambda: len(running.values("training_status")) == 1)
    for n_deaths in (1, 2):  # the second time the user decides
        running.engine.exit(Exit(-11))
        qtbot.waitUntil(lambda n=n_deaths: len(running.values("engine_died")) == n)
        if n_deaths == 1:
            qtbot.waitUntil(lambda: len(running.engines) == 2)
            running.engine.reply(_status(training, 50))
            qtbot.waitUntil(lambda: len(running.values("training_status")) == 2)
    assert client.state is EngineState.CRASHED
    client.steer(training, "stop")
    (stopped,) = running.values("trained")
    assert isinstance(stopped, Trained)
    assert stopped.state == "stopped"
    client.restart()
    assert running.engine.sent == []


def test_closing_waits_for_a_training_to_be_saved(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    training = client.train(RECIPE, FOLDER)
    engine = running.engine
    engine.reply(_status(training))
    qtbot.waitUntil(lambda: len(running.values("training_status")) == 1)
    client.close()
    assert engine.patience_s == SAVING_S


def test_closing_without_a_training_is_quick(running: Watched) -> None:
    running.client.close()
    assert running.engine.patience_s == PATIENCE_S


def test_the_bar_shows_one_of_two_that_take_turns(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    bar = EngineBar(client)
    qtbot.addWidget(bar)
    training = client.train(RECIPE, FOLDER)
    running.engine.reply(Progress(training, "Training ResNet-8", 7, 90, "steps"))
    qtbot.waitUntil(lambda: bar.text == "Training ResNet-8: 7 of 90 steps")
    look = client.look_at_data(RECIPE)
    assert bar.text == "Reading Shapes"
    running.engine.reply(Progress(training, "Training ResNet-8", 8, 90, "steps"))
    running.engine.reply(Progress(look, "Unpacking", 1, 2, "files"))
    qtbot.waitUntil(lambda: bar.text == "Unpacking: 1 of 2 files")
    running.engine.reply(Cancelled(look))
    qtbot.waitUntil(lambda: bar.text == "Training ResNet-8: 8 of 90 steps")


def test_networks_of_a_run_are_asked_about_beside_the_explored_one(
    running: Watched, qtbot: QtBot
) -> None:
    from dataclasses import replace

    client = running.client
    of_run = replace(TINY, weights="run", path="runs/today")
    ids = [
        explore(client),
        client.explore(of_run, IMAGE, {}, None, ("layer1.0",)),
        client.explore(replace(of_run, run_network="rival"), IMAGE, {}, None, ("layer1.0",)),
    ]
    for request_id in ids:
        running.engine.reply(explored(request_id))
    qtbot.waitUntil(lambda: client.state is EngineState.READY)
    assert [e.request_id for e in running.values("explored")] == ids  # type: ignore[attr-defined]

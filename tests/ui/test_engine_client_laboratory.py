"""Pairs and experiments through the engine's client."""

from __future__ import annotations

from dataclasses import replace

from engine_play import (
    IMAGE,
    SETTINGS,
    Watched,
    explore,
    explored,
)
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    Failed,
    Found,
    MeasurePair,
    PairMeasured,
    Progress,
    RunExperiment,
)
from resnet_viz.engine.process import Exit
from resnet_viz.lab.experiments import Lesion
from resnet_viz.lab.findings import Finding
from resnet_viz.ui.engine_bar import EngineBar
from resnet_viz.ui.engine_client import EngineState


def _found(request_id: int, done: int) -> Found:
    return Found(request_id, Finding(Lesion(), SETTINGS, done=done, total=3))


def test_a_pair_is_asked_and_answered(running: Watched, qtbot: QtBot) -> None:
    request_id = running.client.measure_pair(SETTINGS, IMAGE, ("layer1.0",))
    assert running.client.busy is not None
    assert running.client.busy.what == "Measuring ResNet-8 and plain-8"
    sent = running.engine.sent[-1]
    assert isinstance(sent, MeasurePair)
    assert sent.keep == ("layer1.0",)
    measured = PairMeasured(request_id, SETTINGS, None, None, "", "", ())  # type: ignore[arg-type]
    running.engine.reply(measured)
    qtbot.waitUntil(lambda: running.values("pair_measured") == [measured])
    assert running.client.state is EngineState.READY


def test_the_picture_goes_along_only_where_it_is_measured(running: Watched) -> None:
    for batch, picture in (("noise", None), ("picture", IMAGE)):
        running.client.measure_pair(replace(SETTINGS, batch=batch), IMAGE)
        sent = running.engine.sent[-1]
        assert isinstance(sent, MeasurePair)
        assert sent.picture is picture


def test_an_experiment_tells_what_it_finds_and_how_far_it_is(
    running: Watched, qtbot: QtBot
) -> None:
    client = running.client
    request_id = client.run_experiment(SETTINGS, Lesion(), IMAGE)
    sent = running.engine.sent[-1]
    assert isinstance(sent, RunExperiment)
    assert sent.picture is IMAGE
    what = "Lesion study of ResNet-8"
    assert running.values("progress") == [Progress(request_id, what)], "shown before any result"
    running.engine.reply(_found(request_id, 1))
    qtbot.waitUntil(lambda: running.values("found") == [_found(request_id, 1)])
    assert running.values("progress")[-1] == Progress(request_id, what, 1, 3, "steps")
    assert client.state is EngineState.BUSY
    running.engine.reply(_found(request_id, 3))
    qtbot.waitUntil(lambda: client.state is EngineState.READY)
    assert running.values("found")[-1] == _found(request_id, 3)


def test_an_experiment_goes_on_while_other_things_are_asked(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    experiment_id = client.run_experiment(SETTINGS, Lesion(), None)
    explore_id = explore(client)
    assert client.busy is not None
    assert client.busy.request_id == explore_id
    running.engine.reply(_found(experiment_id, 1))
    running.engine.reply(explored(explore_id))
    qtbot.waitUntil(lambda: running.values("explored") == [explored(explore_id)])
    assert running.values("found") == [_found(experiment_id, 1)]
    assert client.state is EngineState.BUSY
    assert client.busy is not None
    assert client.busy.request_id == experiment_id
    assert client.busy.progress == Progress(
        experiment_id, "Lesion study of ResNet-8", 1, 3, "steps"
    )


def test_the_bar_returns_to_the_experiment_after_what_came_in_between(
    running: Watched, qtbot: QtBot
) -> None:
    client = running.client
    bar = EngineBar(client)
    qtbot.addWidget(bar)
    experiment_id = client.run_experiment(SETTINGS, Lesion(), None)
    assert bar.text == "Lesion study of ResNet-8"
    running.engine.reply(_found(experiment_id, 1))
    qtbot.waitUntil(lambda: bar.text == "Lesion study of ResNet-8: 1 of 3 steps")
    pair_id = client.measure_pair(SETTINGS, None)
    running.engine.reply(Progress(pair_id, "Measuring", 1, 6, "blocks"))
    qtbot.waitUntil(lambda: bar.text == "Measuring: 1 of 6 blocks")
    running.engine.reply(PairMeasured(pair_id, SETTINGS, None, None, "", "", ()))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: bar.text == "Lesion study of ResNet-8: 1 of 3 steps")
    (stop,) = bar.findChildren(QPushButton)
    stop.click()
    assert running.engine.sent[-1] == Cancel(experiment_id)
    running.engine.reply(Cancelled(experiment_id))
    qtbot.waitUntil(lambda: bar.text == "Ready")


def test_a_cancelled_experiment_says_so_once_and_nothing_else(
    running: Watched, qtbot: QtBot
) -> None:
    client = running.client
    request_id = client.run_experiment(SETTINGS, Lesion(), None)
    client.cancel(request_id)
    running.engine.reply(_found(request_id, 1))  # crossed the cancel
    running.engine.reply(Cancelled(request_id))
    qtbot.waitUntil(lambda: client.state is EngineState.READY)
    assert running.values("found") == []
    assert running.values("cancelled") == [Cancelled(request_id)]


def test_a_dead_engine_fails_its_experiment_and_repeats_the_pair(
    running: Watched, qtbot: QtBot
) -> None:
    client = running.client
    experiment_id = client.run_experiment(SETTINGS, Lesion(), None)
    pair_id = client.measure_pair(SETTINGS, None)
    running.engine.exit(Exit(-9))
    qtbot.waitUntil(lambda: len(running.engines) == 2)
    (failed,) = running.values("failed")
    assert isinstance(failed, Failed)
    assert failed.request_id == experiment_id
    assert [r.request_id for r in running.engine.sent] == [pair_id]  # type: ignore[union-attr]


def test_a_restart_fails_the_experiment_too(running: Watched) -> None:
    client = running.client
    experiment_id = client.run_experiment(SETTINGS, Lesion(), None)
    first, second = explore(client), explore(client, 0.5)
    assert first < second
    client.restart()
    (failed,) = running.values("failed")
    assert isinstance(failed, Failed)
    assert failed.request_id == experiment_id
    assert [r.request_id for r in running.engine.sent] == [second]  # type: ignore[union-attr]
    assert client.busy is not None
    assert client.busy.request_id == second, "what no engine was asked is not waited for"

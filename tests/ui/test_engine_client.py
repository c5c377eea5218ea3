"""The engine's client: states, what reaches the window, deaths; with an engine the test plays."""

from __future__ import annotations

from engine_play import (
    IMAGE,
    READY,
    TINY,
    Watched,
    explore,
    explored,
    model,
)
from pytestqt.qtbot import QtBot

from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    Explore,
    Failed,
    LoadModel,
    Progress,
    Starting,
    Superseded,
)
from resnet_viz.engine.process import Exit
from resnet_viz.engine.recovery import Recovery
from resnet_viz.models.gates import Gate
from resnet_viz.ui.engine_client import EngineState


def test_states_from_start_to_close(watched: Watched, qtbot: QtBot) -> None:
    client = watched.client
    assert client.state is EngineState.STOPPED
    client.start()
    assert watched.engine.started
    client.start()
    assert len(watched.engines) == 1
    watched.engine.reply(Starting(4711))
    watched.engine.reply(READY)
    qtbot.waitUntil(lambda: client.state is EngineState.READY)
    request_id = client.load(TINY)
    assert client.state is EngineState.BUSY
    watched.engine.reply(model(request_id))
    qtbot.waitUntil(lambda: client.state is EngineState.READY)
    client.close()
    assert watched.engine.closed
    assert [name for name, _ in watched.said if name != "state_changed"] == [
        "engine_starting",
        "engine_ready",
        "model_ready",
    ]
    assert watched.values("state_changed") == [
        EngineState.STARTING,
        EngineState.READY,
        EngineState.BUSY,
        EngineState.READY,
        EngineState.CLOSED,
    ]


def test_questions_asked_before_the_start_are_sent_at_the_start(watched: Watched) -> None:
    client = watched.client
    first, second = client.load(TINY), explore(client)
    assert first < second
    assert client.busy is not None
    assert client.busy.what == "Loading ResNet-8"
    client.start()
    assert [type(r) for r in watched.engine.sent] == [LoadModel, Explore]
    assert client.state is EngineState.STARTING


def test_busy_names_the_question_and_its_progress(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    request_id = explore(client)
    progress = Progress(request_id, "Measuring ResNet-8", 1, 3, "blocks")
    running.engine.reply(progress)
    qtbot.waitUntil(lambda: client.busy is not None and client.busy.progress == progress)
    assert client.busy is not None
    assert client.busy.request_id == request_id
    running.engine.reply(explored(request_id))
    qtbot.waitUntil(lambda: client.busy is None)
    running.engine.reply(progress)  # late: nobody is told
    running.engine.reply(READY)
    qtbot.waitUntil(lambda: len(running.values("engine_ready")) == 2)
    assert running.values("progress") == [progress]


def test_a_request_is_a_snapshot_of_the_gates(running: Watched) -> None:
    gates = {"layer1.0": Gate(skip=0.5)}
    running.client.explore(TINY, IMAGE, gates, 1, ("layer1.0",))
    gates["layer1.0"] = Gate(skip=0.0)
    sent = running.engine.sent[-1]
    assert isinstance(sent, Explore)
    assert sent.gates == {"layer1.0": Gate(skip=0.5)}


def test_superseded_questions_are_passed_over_in_silence(running: Watched, qtbot: QtBot) -> None:
    first, second = explore(running.client), explore(running.client, 0.5)
    running.engine.reply(Superseded(first))
    running.engine.reply(explored(second))
    qtbot.waitUntil(lambda: running.client.busy is None)
    assert running.values("explored") == [explored(second)]


def test_a_measurement_on_the_way_to_the_newest_is_shown(running: Watched, qtbot: QtBot) -> None:
    first, _ = explore(running.client), explore(running.client, 0.5)
    running.engine.reply(explored(first))
    qtbot.waitUntil(lambda: running.values("explored") == [explored(first)])
    assert running.client.state is EngineState.BUSY


def test_cancel_is_asked_and_then_said(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    request_id = explore(client)
    client.cancel(request_id)
    client.cancel(999)
    assert running.engine.sent[-1] == Cancel(request_id)
    assert client.state is EngineState.BUSY
    running.engine.reply(Cancelled(request_id))
    qtbot.waitUntil(lambda: client.state is EngineState.READY)
    assert running.values("cancelled") == [Cancelled(request_id)]


def test_an_answer_that_crosses_the_cancel_is_not_shown(running: Watched, qtbot: QtBot) -> None:
    request_id = explore(running.client)
    running.client.cancel(request_id)
    running.engine.reply(explored(request_id))
    qtbot.waitUntil(lambda: running.client.state is EngineState.READY)
    assert running.values("explored") == []
    assert running.values("cancelled") == [Cancelled(request_id)]


def test_death_is_told_and_a_new_engine_gets_the_last_state(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    load_id = client.load(TINY)
    running.engine.reply(model(load_id))
    explore_id = explore(client)
    old = running.engine
    old.exit(Exit(-9))
    qtbot.waitUntil(lambda: len(running.engines) == 2)
    assert client.recovery is Recovery.AUTOMATIC
    assert running.values("engine_died") == [
        "The engine was killed (signal 9), probably because memory ran out. "
        "It is being started again."
    ]
    assert [r.request_id for r in running.engine.sent] == [load_id, explore_id]  # type: ignore[union-attr]
    assert client.state is EngineState.STARTING
    assert EngineState.CRASHED in running.values("state_changed")
    old.reply(explored(explore_id))  # a voice from the grave
    running.engine.reply(READY)
    running.engine.reply(model(load_id))
    running.engine.reply(explored(explore_id))
    qtbot.waitUntil(lambda: client.state is EngineState.READY)
    assert len(running.values("explored")) == 1
    assert len(running.values("model_ready")) == 2


def test_the_second_death_waits_for_the_user(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    running.engine.exit(Exit(-11))
    qtbot.waitUntil(lambda: len(running.engines) == 2)
    running.engine.exit(Exit(-11))
    qtbot.waitUntil(lambda: client.state is EngineState.CRASHED)
    assert client.recovery is Recovery.OFFERED
    asked = client.load(TINY)  # kept for the next engine
    client.restart()
    assert [r.request_id for r in running.engine.sent] == [asked]  # type: ignore[union-attr]
    assert len(running.engines) == 3


def test_a_question_that_kills_twice_fails_and_is_given_up(running: Watched, qtbot: QtBot) -> None:
    killer = explore(running.client)
    for n_deaths in (1, 2):
        running.engine.exit(Exit(-9))
        qtbot.waitUntil(lambda n=n_deaths: len(running.values("engine_died")) == n)
    (failed,) = running.values("failed")
    assert isinstance(failed, Failed)
    assert failed.request_id == killer
    assert running.client.busy is None
    running.client.restart()
    assert running.engine.sent == []


def test_an_engine_that_cannot_import_torch_says_so_instead_of_its_exit_code(
    watched: Watched, qtbot: QtBot
) -> None:
    watched.client.start()
    watched.engine.reply(Failed(0, "The engine cannot start: no torch.", "See doctor.", "..."))
    watched.engine.exit(Exit(3))
    qtbot.waitUntil(lambda: watched.client.state is EngineState.CRASHED)
    assert watched.values("engine_died") == ["The engine cannot start: no torch. See doctor."]
    assert watched.client.recovery is Recovery.OFFERED
    assert watched.values("failed") == []


def test_restart_gives_a_living_engine_up(running: Watched, qtbot: QtBot) -> None:
    old = running.engine
    running.client.restart()
    assert old.aborted
    assert len(running.engines) == 2
    old.exit(Exit(-9))
    running.engine.reply(READY)
    qtbot.waitUntil(lambda: running.client.state is EngineState.READY)
    assert running.values("engine_died") == []
    running.client.close()
    assert old.closed


def test_cancel_without_an_engine_is_at_once(watched: Watched) -> None:
    request_id = watched.client.load(TINY)
    watched.client.cancel(request_id)
    assert watched.values("cancelled") == [Cancelled(request_id)]
    watched.client.start()
    assert watched.engine.sent == []


def test_after_close_nothing_starts_and_nothing_is_asked(running: Watched) -> None:
    client = running.client
    client.close()
    sent = list(running.engine.sent)
    client.load(TINY)
    client.start()
    client.restart()
    client.close()
    assert running.engine.sent == sent
    assert len(running.engines) == 1
    assert client.state is EngineState.CLOSED
    assert client.busy is None

"""The engine's client: states, what reaches the window, deaths; then with a real engine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    EngineReady,
    Explore,
    Explored,
    Failed,
    Found,
    LoadModel,
    MeasurePair,
    ModelChoice,
    ModelReady,
    PairMeasured,
    Progress,
    Reply,
    Request,
    RunExperiment,
    Starting,
    Superseded,
)
from resnet_viz.engine.process import Exit
from resnet_viz.engine.recovery import Recovery, RestartPolicy
from resnet_viz.images import CIFAR10
from resnet_viz.lab.experiments import Lesion
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import spec
from resnet_viz.ui import engine_client
from resnet_viz.ui.engine_bar import EngineBar
from resnet_viz.ui.engine_client import EngineClient, EngineState

TINY = ModelChoice(spec("resnet8"), device="cpu")
IMAGE = np.zeros((32, 32, 3), np.uint8)
READY = EngineReady({"torch": "2"}, ())
# Generous: other programs may hold the processor while torch is imported.
PATIENCE_MS = 120_000


class FakeProcess:
    """An engine that does what the test tells it to."""

    def __init__(self, on_reply: Callable[[Reply], None], on_exit: Callable[[Exit], None]) -> None:
        self.reply = on_reply
        self.exit = on_exit
        self.sent: list[Request] = []
        self.started = self.aborted = self.closed = False
        self.alive = True
        self.pid = 4711

    def start(self) -> None:
        self.started = True

    def send(self, request: Request) -> None:
        self.sent.append(request)

    def abort(self) -> None:
        self.aborted = True

    def close(self) -> None:
        self.closed = True


class Watched:
    """A client and all that its signals said."""

    def __init__(self, client: EngineClient, engines: list[FakeProcess]) -> None:
        self.client = client
        self.engines = engines
        self.said: list[tuple[str, object]] = []
        for name in [
            "engine_starting",
            "engine_ready",
            "engine_died",
            "progress",
            "model_ready",
            "explored",
            "pair_measured",
            "found",
            "failed",
            "cancelled",
            "state_changed",
        ]:
            getattr(client, name).connect(lambda value, name=name: self.said.append((name, value)))

    @property
    def engine(self) -> FakeProcess:
        """The newest."""
        return self.engines[-1]

    def values(self, name: str) -> list[object]:
        return [value for said, value in self.said if said == name]


@pytest.fixture
def watched(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Watched:
    engines: list[FakeProcess] = []

    def new(*callbacks: Callable[..., None]) -> FakeProcess:
        engines.append(FakeProcess(*callbacks))
        return engines[-1]

    monkeypatch.setattr(engine_client, "EngineProcess", new)
    return Watched(EngineClient(policy=RestartPolicy(memory_s=1e9)), engines)


@pytest.fixture
def running(watched: Watched, qtbot: QtBot) -> Watched:
    """A client whose engine is ready."""
    watched.client.start()
    watched.engine.reply(READY)
    qtbot.waitUntil(lambda: watched.client.state is EngineState.READY)
    return watched


def _explore(client: EngineClient, skip: float = 1.0) -> int:
    return client.explore(TINY, IMAGE, {"layer1.0": Gate(skip=skip)}, None, ("layer1.0",))


def _explored(request_id: int) -> Explored:
    return Explored(request_id, None, {})  # type: ignore[arg-type]


def _model(request_id: int) -> ModelReady:
    return ModelReady(request_id, TINY, (), CIFAR10, "random", 1, 1)


# --- with an engine that the test plays ------------------------------------------------------


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
    watched.engine.reply(_model(request_id))
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
    first, second = client.load(TINY), _explore(client)
    assert first < second
    assert client.busy is not None
    assert client.busy.what == "Loading ResNet-8"
    client.start()
    assert [type(r) for r in watched.engine.sent] == [LoadModel, Explore]
    assert client.state is EngineState.STARTING


def test_busy_names_the_question_and_its_progress(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    request_id = _explore(client)
    progress = Progress(request_id, "Measuring ResNet-8", 1, 3, "blocks")
    running.engine.reply(progress)
    qtbot.waitUntil(lambda: client.busy is not None and client.busy.progress == progress)
    assert client.busy is not None
    assert client.busy.request_id == request_id
    running.engine.reply(_explored(request_id))
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
    first, second = _explore(running.client), _explore(running.client, 0.5)
    running.engine.reply(Superseded(first))
    running.engine.reply(_explored(second))
    qtbot.waitUntil(lambda: running.client.busy is None)
    assert running.values("explored") == [_explored(second)]


def test_a_measurement_on_the_way_to_the_newest_is_shown(running: Watched, qtbot: QtBot) -> None:
    first, _ = _explore(running.client), _explore(running.client, 0.5)
    running.engine.reply(_explored(first))
    qtbot.waitUntil(lambda: running.values("explored") == [_explored(first)])
    assert running.client.state is EngineState.BUSY


def test_cancel_is_asked_and_then_said(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    request_id = _explore(client)
    client.cancel(request_id)
    client.cancel(999)
    assert running.engine.sent[-1] == Cancel(request_id)
    assert client.state is EngineState.BUSY
    running.engine.reply(Cancelled(request_id))
    qtbot.waitUntil(lambda: client.state is EngineState.READY)
    assert running.values("cancelled") == [Cancelled(request_id)]


def test_an_answer_that_crosses_the_cancel_is_not_shown(running: Watched, qtbot: QtBot) -> None:
    request_id = _explore(running.client)
    running.client.cancel(request_id)
    running.engine.reply(_explored(request_id))
    qtbot.waitUntil(lambda: running.client.state is EngineState.READY)
    assert running.values("explored") == []
    assert running.values("cancelled") == [Cancelled(request_id)]


def test_death_is_told_and_a_new_engine_gets_the_last_state(running: Watched, qtbot: QtBot) -> None:
    client = running.client
    load_id = client.load(TINY)
    running.engine.reply(_model(load_id))
    explore_id = _explore(client)
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
    old.reply(_explored(explore_id))  # a voice from the grave
    running.engine.reply(READY)
    running.engine.reply(_model(load_id))
    running.engine.reply(_explored(explore_id))
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
    killer = _explore(running.client)
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


# --- pairs and experiments -------------------------------------------------------------------

SETTINGS = LabSettings(network="resnet8", batch="noise", batch_size=2, device="cpu")


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
    explore_id = _explore(client)
    assert client.busy is not None
    assert client.busy.request_id == explore_id
    running.engine.reply(_found(experiment_id, 1))
    running.engine.reply(_explored(explore_id))
    qtbot.waitUntil(lambda: running.values("explored") == [_explored(explore_id)])
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
    first, second = _explore(client), _explore(client, 0.5)
    assert first < second
    client.restart()
    (failed,) = running.values("failed")
    assert isinstance(failed, Failed)
    assert failed.request_id == experiment_id
    assert [r.request_id for r in running.engine.sent] == [second]  # type: ignore[union-attr]
    assert client.busy is not None
    assert client.busy.request_id == second, "what no engine was asked is not waited for"


# --- with a real engine ----------------------------------------------------------------------


@pytest.fixture
def client(qapp: object) -> Iterator[EngineClient]:
    before = set(threading.enumerate())
    client = EngineClient()
    try:
        yield client
    finally:
        client.close()
    assert [t.name for t in threading.enumerate() if t not in before] == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_killed_engine_comes_back_with_network_and_measurement(
    client: EngineClient, qtbot: QtBot
) -> None:
    watched = Watched(client, [])
    with qtbot.waitSignal(client.explored, timeout=PATIENCE_MS):
        client.start()
        client.load(TINY)
        explore_id = _explore(client, 0.25)
    pid = client.pid
    assert pid is not None
    with qtbot.waitSignal(client.explored, timeout=PATIENCE_MS):
        os.kill(pid, signal.SIGKILL)
    (sentence,) = watched.values("engine_died")
    assert "killed (signal 9)" in str(sentence)
    assert len(watched.values("model_ready")) == 2
    before, after = watched.values("explored")
    assert isinstance(before, Explored)
    assert isinstance(after, Explored)
    assert after.request_id == explore_id
    assert after.snapshot.blocks == before.snapshot.blocks
    assert client.pid not in (pid, None)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_killed_engine_comes_back_with_the_pair_and_without_the_experiment(
    client: EngineClient, qtbot: QtBot
) -> None:
    watched = Watched(client, [])
    with qtbot.waitSignal(client.engine_starting, timeout=PATIENCE_MS):
        experiment_id = client.run_experiment(SETTINGS, Lesion(), None)
        pair_id = client.measure_pair(SETTINGS, None)
        client.start()
    assert client.pid is not None
    with qtbot.waitSignal(client.pair_measured, timeout=PATIENCE_MS):
        os.kill(client.pid, signal.SIGKILL)
    (failed,) = watched.values("failed")
    assert isinstance(failed, Failed)
    assert failed.request_id == experiment_id
    (measured,) = watched.values("pair_measured")
    assert isinstance(measured, PairMeasured)
    assert measured.request_id == pair_id
    assert measured.settings == SETTINGS
    assert watched.values("found") == []
    qtbot.waitUntil(lambda: client.state is EngineState.READY)


_PROGRAM = """
import json, os, sys, threading

def main():
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    import numpy as np
    from PySide6.QtCore import QCoreApplication
    from resnet_viz.engine.messages import ModelChoice
    from resnet_viz.models.specs import spec
    from resnet_viz.ui.engine_client import EngineClient

    app = QCoreApplication([])
    client = EngineClient()
    said = {}

    def note(name, value, then=lambda: None):
        said[name] = value
        then()

    choice = ModelChoice(spec("resnet8"))
    image = np.zeros((32, 32, 3), np.uint8)
    client.engine_ready.connect(lambda r: note("ready", r.versions["torch"]))
    client.model_ready.connect(lambda m: note("model", m.parameters))
    client.explored.connect(lambda e: note("maps", list(e.snapshot.maps), app.quit))
    client.start()
    client.load(choice)
    client.explore(choice, image, {}, None, ("layer2.0",))
    app.exec()
    pid = client.pid
    client.close()
    try:
        os.kill(pid, 0)
        said["left behind"] = True
    except ProcessLookupError:
        said["left behind"] = False
    said["threads"] = threading.active_count()
    said["torch"] = any(m.split(".")[0] in ("torch", "torchvision") for m in sys.modules)
    print(json.dumps(said))

if __name__ == "__main__":
    main()
"""


# A console script has no suffix: spawn runs it again in the child under another name.
@pytest.mark.parametrize("name", ["start.py", "resnet-viz"])
def test_a_program_never_imports_torch_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    program = tmp_path / name
    program.write_text(textwrap.dedent(_PROGRAM))
    result = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_MS / 1000,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    said = json.loads(result.stdout)
    assert said.pop("ready")
    assert said == {
        "model": 75_290,
        "maps": ["layer2.0"],
        "left behind": False,
        "threads": 1,
        "torch": False,
    }

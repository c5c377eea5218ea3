"""The engine's client with a real engine: its death, and what a program leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_play import (
    PATIENCE_MS,
    SETTINGS,
    TINY,
    Watched,
    explore,
)
from pytestqt.qtbot import QtBot

from resnet_viz.engine.messages import (
    Explored,
    Failed,
    PairMeasured,
)
from resnet_viz.lab.experiments import Lesion
from resnet_viz.ui.engine_client import EngineClient, EngineState


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
        explore_id = explore(client, 0.25)
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

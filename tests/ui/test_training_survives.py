"""A training in a real engine that is killed, or left, in the middle."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from engine_play import PATIENCE_MS, Watched
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot
from tiny_runs import final_weights, make_pictures, recipe, records

from resnet_viz.engine.messages import Trained, TrainingStatus
from resnet_viz.engine.recovery import RestartPolicy
from resnet_viz.train.recipe import parse_config
from resnet_viz.train.session import TrainingSession
from resnet_viz.ui.engine_client import EngineClient

_EPOCHS = 15
_N_STEPS = 6 * _EPOCHS


@pytest.fixture
def client(qapp: object) -> Iterator[EngineClient]:
    client = EngineClient(policy=RestartPolicy(memory_s=0))  # each death is the first
    try:
        yield client
    finally:
        client.close()


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    pictures = make_pictures(tmp_path_factory.mktemp("survives") / "pictures")
    return recipe(pictures, epochs=_EPOCHS, evaluate_every=10)


@pytest.fixture(scope="module")
def undisturbed(text: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """The weights of the same run when nobody disturbs it."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    return _finish(TrainingSession(parse_config(text), folder))


def _finish(session: TrainingSession) -> dict[str, np.ndarray]:
    for _ in session.prepare():
        pass
    while not session.finished:
        session.advance()
    return final_weights(session.folder)


def _same(a: dict[str, np.ndarray], b: dict[str, np.ndarray]) -> bool:
    assert a.keys() == b.keys()
    return all(np.array_equal(a[name], b[name]) for name in a)


class Killer:
    """Kills the engine at random moments, each time some checkpoints later.

    Args:
        client: whose engine.
        kills: how often.

    Attributes:
        left: how often it still will.
    """

    def __init__(self, client: EngineClient, kills: int) -> None:
        self._client = client
        self._random = random.Random(7)
        self.left = kills
        self._next = self._random.randrange(20)
        self._waits = False
        client.training_status.connect(self._on_status)

    def _on_status(self, status: TrainingStatus) -> None:
        if self.left and not self._waits and status.saved_step > self._next:
            self._next = status.saved_step + self._random.randrange(20)
            self._waits = True
            QTimer.singleShot(self._random.randrange(150), self._kill)

    def _kill(self) -> None:
        self._waits = False
        self.left -= 1
        if self._client.pid is not None:
            os.kill(self._client.pid, signal.SIGKILL)


# Three engines import torch, one after the other, which takes a minute on a busy machine.
@pytest.mark.timeout(600)
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_an_engine_killed_at_any_moment_changes_no_weight(
    client: EngineClient,
    qtbot: QtBot,
    text: str,
    undisturbed: dict[str, np.ndarray],
    tmp_path: Path,
) -> None:
    watched, folder = Watched(client, []), tmp_path / "run"
    killer = Killer(client, 2)
    client.start()
    with qtbot.waitSignal(client.trained, timeout=4 * PATIENCE_MS):
        client.train(text, folder)
    assert killer.left == 0
    assert len(watched.values("engine_died")) == 2
    assert len(watched.values("training_resumed")) == 2
    assert watched.values("failed") == []
    (trained,) = watched.values("trained")
    assert isinstance(trained, Trained)
    assert trained.state == "finished"
    assert _same(final_weights(folder), undisturbed)
    for key in ("network", "rival"):
        steps = [r["step"] for r in records(folder, "step") if r["network"] == key]
        assert steps == list(range(1, _N_STEPS + 1)), "nothing twice, nothing lost"


def test_a_window_that_closes_leaves_a_run_that_goes_on_exactly_there(
    client: EngineClient,
    qtbot: QtBot,
    text: str,
    undisturbed: dict[str, np.ndarray],
    tmp_path: Path,
) -> None:
    folder = tmp_path / "run"
    client.start()
    with qtbot.waitSignal(
        client.training_status, timeout=PATIENCE_MS, check_params_cb=lambda s: s.step > 3
    ):
        client.train(text, folder)
    pid = client.pid
    assert pid is not None
    client.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    last = max(r["step"] for r in records(folder, "step"))
    assert 3 < last < _N_STEPS
    assert (folder / "checkpoints" / f"step-{last:08d}").is_dir()
    assert records(folder, "event")[-1]["what"] == "stopped"
    assert _same(_finish(TrainingSession(None, folder, resume=True)), undisturbed)

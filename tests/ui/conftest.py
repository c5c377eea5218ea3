"""Fixtures that several tests of the window share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from engine_play import READY, FakeProcess, Watched
from fakes import FakeClient
from pytestqt.qtbot import QtBot

from resnet_viz.engine.recovery import RestartPolicy
from resnet_viz.ui import engine_link
from resnet_viz.ui.block_view.view import BlockView
from resnet_viz.ui.engine_client import EngineClient, EngineState


@pytest.fixture
def client(qapp: object) -> FakeClient:
    """Writes down what is asked; the test answers."""
    return FakeClient()


@pytest.fixture
def watched(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A client whose engines the test plays."""
    engines: list[FakeProcess] = []

    def new(*callbacks: Callable[..., None]) -> FakeProcess:
        engines.append(FakeProcess(*callbacks))
        return engines[-1]

    monkeypatch.setattr(engine_link, "EngineProcess", new)
    return Watched(EngineClient(policy=RestartPolicy(memory_s=1e9)), engines)


@pytest.fixture
def running(watched: Watched, qtbot: QtBot) -> Watched:
    """A client whose engine is ready."""
    watched.client.start()
    watched.engine.reply(READY)
    qtbot.waitUntil(lambda: watched.client.state is EngineState.READY)
    return watched


@pytest.fixture
def view(qtbot: QtBot) -> BlockView:
    """A block view on screen, as low as in the smallest window."""
    view = BlockView()
    qtbot.addWidget(view)
    view.resize(950, 260)
    view.show()
    qtbot.waitExposed(view)
    return view

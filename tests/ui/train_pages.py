"""A session of the Train workspace whose engine the test plays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fakes import FakeClient
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from resnet_viz.train.config import TrainConfig
from resnet_viz.ui.train.session import TrainSession


@dataclass(frozen=True)
class Stage:
    """Session and engine, wired as the window wires them."""

    client: FakeClient
    session: TrainSession


def staged(folder: Path) -> Stage:
    """A session whose new runs go into `folder`."""

    def new_folder(_config: TrainConfig) -> Path:
        return folder / "new"

    client = FakeClient()
    session = TrainSession(client, new_folder)
    for signal, slot in (
        (client.training_status, session.on_training_status),
        (client.trained, session.on_trained),
        (client.data_seen, session.on_data_seen),
        (client.progress, session.on_progress),
        (client.rate_found, session.on_rate_found),
        (client.explored, session.on_explored),
        (client.failed, session.on_failed),
        (client.cancelled, session.on_cancelled),
    ):
        signal.connect(slot)
    return Stage(client, session)


def open_run(qtbot: QtBot, session: TrainSession, path: Path) -> None:
    """Put a run on screen and wait until it is read."""
    with qtbot.waitSignal(session.run_changed):
        session.open_run(path)


def shown(qtbot: QtBot, page: QWidget, size: tuple[int, int] = (960, 560)) -> None:
    """Put a page on screen."""
    qtbot.addWidget(page)
    page.resize(*size)
    page.show()
    qtbot.waitExposed(page)

"""The whole window on screen, asking an engine that the test plays."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from fakes import FakeClient
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from resnet_viz.ui.lecture.workspace import LectureWorkspace
from resnet_viz.ui.main_window import MainWindow


def shown(qtbot: QtBot, settings: QSettings, client: FakeClient) -> MainWindow:
    """A window with its picture; its network has not come yet."""
    made = MainWindow(settings, client)  # type: ignore[arg-type]
    made.resize(1280, 720)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: made.session.picture is not None)
    return made


@contextlib.contextmanager
def lecturing(qtbot: QtBot, settings: QSettings) -> Iterator[MainWindow]:
    """A window whose lecture may be left unsaved."""
    made = shown(qtbot, settings, FakeClient())
    yield made
    for workspace in made.workspaces._made.values():
        if isinstance(workspace, LectureWorkspace):
            workspace.document.undo.setClean()  # or it would ask
    made.close()
    made.deleteLater()

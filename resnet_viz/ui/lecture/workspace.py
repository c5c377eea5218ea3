"""The Lecture workspace: scenes on the left, the chosen one live in the middle, its words right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QWidget

from resnet_viz.lecture.scenes import Scene
from resnet_viz.lecture.views import View
from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.scene_list import SceneList
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.workspace import Workspace


def lecture_workspace(client: EngineClient, notifier: Notifier) -> LectureWorkspace:
    """The workspace.

    Args:
        client: the engine.
        notifier: tells what does not work.
    """
    return LectureWorkspace(client, notifier)


class LectureWorkspace(Workspace):
    """Shows a lecture and edits it.

    Args:
        client: the engine.
        notifier: tells what does not work.
        parent: owner.
    """

    title = "Lecture"

    def __init__(
        self, client: EngineClient, notifier: Notifier, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._client = client
        self._notifier = notifier
        self.document = LectureDocument(self)
        self.scenes = SceneList(self.document)
        self.scenes.setFixedWidth(220)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.scenes)
        row.addStretch(1)
        self.document.lecture_changed.connect(lambda _lecture: self._tell_facts())
        self.document.selected_changed.connect(lambda _index: self._tell_facts())

    # --- as the window's workspace -----------------------------------------------------------

    @property
    def undo(self) -> QUndoStack:
        """Steps of the lecture."""
        return self.document.undo

    @property
    def headline(self) -> str:
        """The lecture's title."""
        return self.document.lecture.title

    @property
    def status(self) -> str:
        """Which scene is chosen."""
        count = len(self.document.lecture.scenes)
        return f"scene {self.document.selected + 1} of {count}" if count else ""

    @property
    def export_name(self) -> str:
        """The lecture and the scene."""
        return f"{self.document.lecture.title} {self.document.selected + 1}"

    def add(self, views: Sequence[View], title: str) -> None:
        """Put a scene with these views behind the chosen one."""
        self.document.add([Scene(title, views=tuple(views))])

    def open(self, path: Path) -> None:
        """Open a lecture."""

    def present(self, *, from_start: bool) -> None:
        """Show the lecture full screen."""

    def choose_network(self, button: QWidget) -> None:
        """Show which lectures there are."""

    def walk_blocks(self, step: int) -> None:
        """Select a neighbour."""

    def flip_skip(self) -> None:
        """Cut or restore the selected block's skip."""

    def flip_branch(self) -> None:
        """Drop or restore the selected block's branch."""

    def flip_stage(self) -> None:
        """Cut or restore all skips of the selected block's stage."""

    def flip_all(self) -> None:
        """Cut or restore all skips."""

    def fit(self) -> None:
        """Show the scene as the lecture has it."""

    def show_picture(self, picture: Picture, *, chosen: bool) -> None:
        """Views that name no picture show this one."""

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self.scenes.set_theme(theme)

    def save(self, settings: QSettings) -> None:
        """Remember which lecture is open."""

    def restore(self, settings: QSettings) -> None:
        """Take up the lecture of the last time."""

    # --- inside ------------------------------------------------------------------------------

    def _tell_facts(self) -> None:
        self.headline_changed.emit(self.headline)
        self.status_changed.emit(self.status)

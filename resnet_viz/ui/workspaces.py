"""The stack of workspaces: one on screen, each made when it is first shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QStackedWidget, QWidget

from resnet_viz.ui.workspace import Workspace


class Workspaces(QStackedWidget):
    """Shows one workspace and makes the others when they are asked for.

    A workspace costs imports and widgets; those never shown cost nothing at start-up.

    Args:
        makers: builds a workspace, by its title; the first is shown first.

    Attributes:
        undo: the steps of the workspace on screen.

    Signals:
        made: a `Workspace` that has just been built, before it is shown.
        switched: the `Workspace` that is on screen now.
    """

    made = Signal(object)
    switched = Signal(object)

    def __init__(
        self, makers: Mapping[str, Callable[[], Workspace]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._makers = dict(makers)
        self._made: dict[str, Workspace] = {}
        self.undo = QUndoGroup(self)

    @property
    def titles(self) -> tuple[str, ...]:
        """Of all workspaces, made or not."""
        return tuple(self._makers)

    @property
    def built(self) -> tuple[Workspace, ...]:
        """Those that have been shown."""
        return tuple(self._made.values())

    @property
    def current(self) -> Workspace:
        """The one on screen."""
        widget = self.currentWidget()
        assert isinstance(widget, Workspace), "a workspace is shown before anybody asks"
        return widget

    def show_titled(self, title: str) -> None:
        """Show a workspace; made first if it has not been shown yet.

        Raises:
            KeyError: if there is none of that title.
        """
        before = self.current if self._made else None
        workspace = self._made.get(title) or self._make(title)
        if workspace is before:
            return
        if before is not None:
            before.leave()
        self.setCurrentWidget(workspace)
        self.undo.setActiveStack(workspace.undo)
        workspace.enter()
        self.switched.emit(workspace)

    def _make(self, title: str) -> Workspace:
        workspace = self._makers[title]()
        self._made[title] = workspace
        self.undo.addStack(workspace.undo)
        self.made.emit(workspace)
        self.addWidget(workspace)
        return workspace

"""The stack of workspaces: one on screen, each made when it is first shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QStackedWidget, QWidget

from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.theme import LIGHT, Theme
from resnet_viz.ui.workspace import Workspace


class Workspaces(QStackedWidget):
    """Shows one workspace and makes the others when they are asked for.

    A workspace costs imports and widgets; those never shown cost nothing at start-up. What the
    window tells is passed on to all that are there, and told to those made later.

    Args:
        makers: builds a workspace, by its title.
        memory: where workspaces keep what they remember, and which was shown last is kept.
        parent: owner.

    Attributes:
        undo: the steps of the workspace on screen.

    Signals:
        made: a `Workspace` that has just been built, before it is shown.
        switched: the `Workspace` that is on screen now.
        facts_changed: headline or status of the workspace on screen.
    """

    made = Signal(object)
    switched = Signal(object)
    facts_changed = Signal()

    def __init__(
        self,
        makers: Mapping[str, Callable[[], Workspace]],
        memory: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._makers = dict(makers)
        self._memory = memory
        self._made: dict[str, Workspace] = {}
        self._theme: Theme = LIGHT
        self._device = "auto"
        self._picture: Picture | None = None
        self.undo = QUndoGroup(self)

    @property
    def titles(self) -> tuple[str, ...]:
        """Of all workspaces, made or not."""
        return tuple(self._makers)

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
        workspace = self.made_titled(title)
        if workspace is before:
            return
        if before is not None:
            before.leave()
        self.setCurrentWidget(workspace)
        self.undo.setActiveStack(workspace.undo)
        self._memory.setValue("workspace", title)
        workspace.enter()
        self.switched.emit(workspace)
        self.facts_changed.emit()

    def show_last(self, usual: str) -> None:
        """Make the usual workspace, and show that of the last time if it is still known."""
        last = self._memory.value("workspace")
        self.show_titled(usual)
        if isinstance(last, str) and last in self._makers:
            self.show_titled(last)

    # --- what is passed on -------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        self._theme = theme
        for workspace in self._made.values():
            workspace.set_theme(theme)

    def set_device(self, device: str) -> None:
        """The window computes on another device."""
        self._device = device
        for workspace in self._made.values():
            workspace.set_device(device)

    def show_picture(self, picture: Picture) -> None:
        """Another picture is there; the first one is the program's own choice."""
        chosen = self._picture is not None
        self._picture = picture
        for workspace in self._made.values():
            workspace.show_picture(picture, chosen=chosen and workspace is self.current)

    def may_close(self) -> bool:
        """Whether all agree that the window closes; one that does not was just on screen."""
        return all(workspace.may_close() for workspace in self._made.values())

    def made_titled(self, title: str) -> Workspace:
        """A workspace, made if it is not there, without showing it.

        Raises:
            KeyError: if there is none of that title.
        """
        return self._made.get(title) or self._make(title)

    def save(self) -> None:
        """Let all remember their layout and what is chosen."""
        for workspace in self._made.values():
            workspace.save(self._memory)

    def close_down(self) -> None:
        """Let all end what they have under way."""
        for workspace in self._made.values():
            workspace.close_down()

    # --- inside ------------------------------------------------------------------------------

    def _make(self, title: str) -> Workspace:
        workspace = self._makers[title]()
        self._made[title] = workspace
        self.undo.addStack(workspace.undo)
        self.made.emit(workspace)
        workspace.set_theme(self._theme)
        workspace.restore(self._memory)
        workspace.set_device(self._device)
        if self._picture is not None:
            workspace.show_picture(self._picture, chosen=False)
        workspace.headline_changed.connect(lambda _text: self._tell_facts(workspace))
        workspace.status_changed.connect(lambda _text: self._tell_facts(workspace))
        self.addWidget(workspace)
        return workspace

    def _tell_facts(self, workspace: Workspace) -> None:
        if workspace is self.currentWidget():
            self.facts_changed.emit()

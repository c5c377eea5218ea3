"""What the window asks of a workspace: keys, pictures, export and memory act on the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QMimeData, QSettings, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.figures.figure import Figure
from resnet_viz.ui.figures.film import Film
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.theme import Theme

if TYPE_CHECKING:
    from resnet_viz.lecture.views import View


class Workspace(QWidget):
    """One of the window's workspaces; only one is on screen at a time.

    Attributes:
        title: on its button and in the menu.

    Signals:
        headline_changed: the new `headline`.
        status_changed: the new `status`.
    """

    title: ClassVar[str]

    headline_changed = Signal(str)
    status_changed = Signal(str)

    # --- what the window shows around it -----------------------------------------------------

    @property
    def undo(self) -> QUndoStack:
        """What Ctrl+Z takes back."""
        raise NotImplementedError

    @property
    def headline(self) -> str:
        """Which network is on screen, for the button in the bar at the top."""
        raise NotImplementedError

    @property
    def status(self) -> str:
        """Under which conditions the numbers on screen were measured; empty before they are."""
        raise NotImplementedError

    @property
    def export_name(self) -> str:
        """What is on screen, for the names of files; a figure's own name is put behind it."""
        raise NotImplementedError

    # --- what keys and menus do --------------------------------------------------------------

    def choose_network(self, button: QWidget) -> None:
        """Let the user choose another network; `button` is where it was asked for."""
        raise NotImplementedError

    def walk_blocks(self, step: int) -> None:
        """Select the block `step` further on."""
        raise NotImplementedError

    def walk_channels(self, step: int) -> None:
        """Select the channel `step` further on, where channels are shown."""

    @property
    def has_channels(self) -> bool:
        """Whether channels are shown; without them the keys are left to other controls."""
        return False

    def flip_skip(self) -> None:
        """Cut or restore the selected block's skip."""
        raise NotImplementedError

    def flip_branch(self) -> None:
        """Drop or restore the selected block's branch."""
        raise NotImplementedError

    def flip_stage(self) -> None:
        """Cut or restore all skips of the selected block's stage."""
        raise NotImplementedError

    def flip_all(self) -> None:
        """Cut or restore all skips."""
        raise NotImplementedError

    def fit(self) -> None:
        """Show the whole network."""
        raise NotImplementedError

    def scene_views(self) -> tuple[View, ...]:
        """What is on screen, as one or two views that a lecture can show; empty if it cannot.

        Raises:
            UserError: if what is on screen has something that a lecture's file cannot say.
        """
        return ()

    def take(self, mime: QMimeData) -> bool:
        """Use what was pasted or dropped if it is meant for this workspace; False if not."""
        return False

    def figures(self) -> tuple[Figure, ...]:
        """What can be taken out of it as a picture or as numbers, the most important first."""
        return ()

    def films(self) -> tuple[Film, ...]:
        """What of it can be filmed, because something grows in it; the most important first."""
        return ()

    # --- what the window tells it ------------------------------------------------------------

    def enter(self) -> None:
        """It is on screen now."""

    def leave(self) -> None:
        """Another one is on screen now."""

    def show_picture(self, picture: Picture, *, chosen: bool) -> None:
        """Another picture is there.

        Args:
            picture: decoded.
            chosen: whether the user chose it while this workspace was on screen.
        """
        raise NotImplementedError

    def set_device(self, device: str) -> None:
        """The window computes on another device."""

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours and sizes."""
        raise NotImplementedError

    def may_close(self) -> bool:
        """Whether the window may close: unsaved work is asked about here."""
        return True

    def close_down(self) -> None:
        """The window is about to close, after `save`."""

    def save(self, settings: QSettings) -> None:
        """Remember the layout and what is chosen."""
        raise NotImplementedError

    def restore(self, settings: QSettings) -> None:
        """Take up what was remembered; what cannot be read is left as it is."""
        raise NotImplementedError

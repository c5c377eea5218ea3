"""What all live views of a lecture have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.scenes import Action
from resnet_viz.lecture.views import View
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.theme import Theme


class Predictable(Protocol):
    """A chart of which one curve can be hidden, guessed and laid over the guess.

    x is in the chart's own units (index of the block, depth, step), y in the figure's; places
    are pixels of the stage view.
    """

    def curve_names(self) -> tuple[str, ...]:
        """Curves that can be hidden."""

    def hide_curve(self, name: str) -> None:
        """Hide a curve, keeping the scale that both curves need; empty shows all."""

    def plot_area(self) -> QRectF:
        """Where curves are drawn, in pixels of the stage view."""

    def logarithmic(self) -> bool:
        """Whether y is on a log axis."""

    def to_pixels(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Places of values."""

    def to_values(
        self, px: NDArray[np.float64], py: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Values at places."""

    def measured(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """X and y of a curve; empty before they are measured."""


class StageView(QWidget):
    """One live view, with a session of its own; usable in a scene, a window, a figure.

    Everything in it reacts to mouse and keys as in the workspace it comes from; what a user
    changes is in `view`, and `show_view` goes back to what the lecture says.

    Args:
        view: what it shows.
        engine: asks for it, alone: nobody else's answers arrive there.
        parent: owner.

    Signals:
        facts_changed: figures came, changed or became outdated.
        complete_changed: the new `complete`.
        changed_by_hand: the user changed what is shown.
        failed: a `Failed` or `UserError` to tell the user.
    """

    facts_changed = Signal()
    complete_changed = Signal(bool)
    changed_by_hand = Signal()
    failed = Signal(object)

    _told_complete = False

    @property
    def view(self) -> View:
        """What is on screen now, with all that the user changed."""
        raise NotImplementedError

    @property
    def complete(self) -> bool:
        """Whether everything that it shows is measured, and is of what `view` says."""
        raise NotImplementedError

    def show_view(self, view: View) -> None:
        """Show another view of the same kind, at once as far as it is measured already."""
        raise NotImplementedError

    def set_theme(self, theme: Theme) -> None:
        """Take colours and sizes; no text may be smaller than `theme.small_px`."""
        raise NotImplementedError

    def facts(self) -> Facts:
        """The measured figures by name; only those of what is on screen."""
        return {}

    def caption(self) -> str:
        """Model, weights, seed, mode and picture, in one line for under a figure."""
        raise NotImplementedError

    def data(self) -> Mapping[str, NDArray[Any]]:
        """The numbers drawn, by name."""
        return {}

    def set_controls(self, shown: bool) -> None:
        """Show or hide what only the speaker needs: buttons, menus, sliders."""

    def act(self, action: Action) -> None:
        """Do what a step of the lecture says."""

    def take_picture(self, picture: Picture) -> None:
        """A picture was dropped on it; views without pictures ignore it."""

    def predictable(self) -> Predictable | None:
        """The chart that a guess can be drawn on."""
        return None

    def close_down(self) -> None:
        """It will not be shown again: end what it has under way."""

    # --- for the kinds of views ------------------------------------------------------------------

    def _fill(self, widget: QWidget, stretch: int = 0) -> QVBoxLayout:
        """Lay a widget out up to the edges; what is added to the column comes below it."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(widget, stretch)
        return column

    def _tell_complete(self) -> None:
        """Say whether it is complete, if that is not what was said last."""
        if self.complete != self._told_complete:
            self._told_complete = self.complete
            self.complete_changed.emit(self._told_complete)

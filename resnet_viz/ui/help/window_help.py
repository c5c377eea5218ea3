"""What the Help menu offers in a window: the tour, the glossary."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QWidget

from resnet_viz.ui.actions import Command
from resnet_viz.ui.explore import ExploreWorkspace
from resnet_viz.ui.theme import Theme

if TYPE_CHECKING:
    from resnet_viz.ui.help.glossary_window import GlossaryWindow
    from resnet_viz.ui.help.tour import Stop, Tour

_SEEN = "tour/seen"


class WindowHelp(QObject):
    """The tour over a window, and the glossary beside it.

    Args:
        covered: what the tour dims: the window's central widget.
        settings: remember that the tour was seen.
        theme: the one in force.
        explore: shows the Explore workspace and returns it.
        bar: the bar with the workspaces' buttons.
    """

    def __init__(
        self,
        covered: QWidget,
        settings: QSettings,
        theme: Callable[[], Theme],
        explore: Callable[[], ExploreWorkspace],
        bar: QWidget,
    ) -> None:
        super().__init__(covered)
        self._covered = covered
        self._settings = settings
        self._theme = theme
        self._explore = explore
        self._bar = bar
        self.tour: Tour | None = None
        self.glossary: GlossaryWindow | None = None

    def commands(self) -> list[Command]:
        """Entries of the Help menu."""
        return [
            Command("&Help", "&Tour of the window", self.show_tour, ()),
            Command("&Help", "&Glossary…", self.show_glossary, ("F1",)),
        ]

    def show_tour_once(self) -> None:
        """Walk newcomers through the window; afterwards never by itself again."""
        if self._settings.value(_SEEN) is None:
            self.show_tour()

    def show_tour(self) -> None:
        """Walk through the window from the start."""
        if self.tour is not None:
            self.tour.go(0)
            return
        from resnet_viz.ui.help.tour import Tour

        explore = self._explore()
        self.tour = Tour(self._covered, _stops(explore, self._bar), self._theme())
        self.tour.ended.connect(self._on_ended)

    def _on_ended(self) -> None:
        self.tour = None
        self._settings.setValue(_SEEN, True)

    def show_glossary(self) -> None:
        """Open the glossary, or bring it to the front."""
        from resnet_viz.ui.help.glossary_window import GlossaryWindow

        if self.glossary is None:
            self.glossary = GlossaryWindow(self._theme(), self._covered.window())
            self.glossary.finished.connect(self._on_glossary_closed)
        self.glossary.show()
        self.glossary.raise_()
        self.glossary.activateWindow()

    def _on_glossary_closed(self) -> None:
        if self.glossary is not None:
            self.glossary.deleteLater()
        self.glossary = None


def _stops(explore: ExploreWorkspace, bar: QWidget) -> tuple[Stop, ...]:
    from resnet_viz.ui.help.tour import Stop

    return (
        Stop(
            "A picture goes in",
            "Drag a photograph onto the window, or paste one. The frame is what the network sees, "
            "below it is what the network says.",
            lambda: explore.side.photo,
        ),
        Stop(
            "Every square is a block, every arc its skip connection",
            "Click an arc: the skip is cut, and everything is measured again. "
            "Click a square to look into it. Ctrl+Z takes it back.",
            lambda: explore.overview,
        ),
        Stop(
            "Inside the selected block: x + F(x) = y",
            "Each small picture is a channel. Point at one for its numbers; "
            "walk through the blocks with ← and →.",
            lambda: explore.block_view,
        ),
        Stop(
            "All skips at once",
            "Weaken them with the slider, or switch them off. "
            "The dashed curve in the overview is how it was before.",
            lambda: explore.side.skips,
        ),
        Stop(
            "More than one picture",
            "Gradients compares a network with its plain twin, Train lets both learn before your "
            "eyes, Lecture presents it all: F5 starts the lecture that comes with the program. "
            "? shows every key, F1 explains the words.",
            lambda: bar,
        ),
    )

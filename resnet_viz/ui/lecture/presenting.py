"""Presenting from the Lecture workspace: the slides come up, and editing goes on afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QWidget

from resnet_viz.ui.engine_client import EngineClient
from resnet_viz.ui.lecture.document import LectureDocument
from resnet_viz.ui.lecture.preview import Preview
from resnet_viz.ui.notify import Notifier
from resnet_viz.ui.theme import LIGHT, Theme

if TYPE_CHECKING:
    from resnet_viz.ui.lecture.presentation import Presentation
    from resnet_viz.ui.lecture.screens import Place


class Presenting(QObject):
    """Makes the presentation when it is first wanted, and takes turns with the preview.

    Args:
        client: the engine.
        notifier: what it tells is told to the speaker.
        document: what is presented.
        preview: rests meanwhile.
        workspace: that the preview is part of.

    Attributes:
        presentation: full screen; None before the first time.
        screen: name of the screen that the user wants the slides on; empty for any.
    """

    def __init__(
        self,
        client: EngineClient,
        notifier: Notifier,
        document: LectureDocument,
        preview: Preview,
        workspace: QWidget,
    ) -> None:
        super().__init__(workspace)
        self._client, self._notifier = client, notifier
        self._document, self._preview = document, preview
        self._workspace = workspace
        self._theme: Theme = LIGHT
        self.presentation: Presentation | None = None
        self.screen = ""

    @property
    def running(self) -> bool:
        """Whether slides are on screen."""
        return self.presentation is not None and self.presentation.running

    def start(
        self, *, from_start: bool, screen: Place | None = None, beside: Place | None = None
    ) -> None:
        """Show the lecture full screen, from the chosen scene or from the first.

        Args:
            from_start: whether to begin with the first scene.
            screen: for the slides, where not the usual one.
            beside: for the presenter view, where not the usual one.
        """
        if not self._document.lecture.scenes:
            self._notifier.info("There is no scene to present. Add one first.")
            return
        presentation = self.presentation or self._made()
        self._preview.pool.set_paused(True)
        presentation.set_theme(self._theme)
        presentation.chosen_screen = self.screen
        presentation.start(
            self._document.lecture,
            self._document.place.folder,
            first=0 if from_start else self._document.selected,
            step=0 if from_start else self._preview.step,
            screen=screen,
            presenter_screen=beside,
        )

    def fill_screens(self, menu: QMenu) -> None:
        """Put the screens that slides can be shown on into a menu."""
        from resnet_viz.ui.lecture import screens

        screens.fill_menu(menu, self.screen, self._choose_screen)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours that the next presentation begins with."""
        self._theme = theme

    def close_down(self) -> None:
        """There will be no other."""
        if self.presentation is not None:
            self.presentation.close_down()

    # --- inside ------------------------------------------------------------------------------

    def _made(self) -> Presentation:
        from resnet_viz.ui.lecture.presentation import Presentation

        self.presentation = Presentation(self._client, self._theme, self._workspace.window())
        self.presentation.ended.connect(self._on_ended)
        self.presentation.screen_chosen.connect(self._choose_screen)
        self._notifier.posted.connect(self.presentation.tell)
        return self.presentation

    def _choose_screen(self, name: str) -> None:
        self.screen = name

    def _on_ended(self, scene: int, step: int) -> None:
        """The presentation was left: go on editing there."""
        self._document.select(scene)
        if self._workspace.isVisible():
            self._preview.pool.set_paused(False)
        self._preview.show_step(step)
        self._workspace.window().activateWindow()

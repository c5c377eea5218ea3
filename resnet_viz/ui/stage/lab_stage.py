"""What the live views of the gradient laboratory have in common: a session, a picture, facts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from resnet_viz.images import load_image
from resnet_viz.lecture.places import picture_path
from resnet_viz.lecture.views import AddNode, Pair, Study, View
from resnet_viz.ui.gradients.session import LabSession
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.remembering import RememberingEngine
from resnet_viz.ui.stage.stage_view import StageView
from resnet_viz.ui.theme import LIGHT, Theme

LabView = Pair | AddNode | Study


class LabStage(StageView):
    """A live view of a `LabSession` of its own.

    Args:
        view: what it shows.
        engine: measures for it alone.
        folder: that a picture named in `view` is relative to.
        parent: owner.

    Raises:
        UserError: if its picture is not there.
    """

    def __init__(
        self, view: LabView, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._view: LabView = view
        self._folder = folder
        self._theme: Theme = LIGHT
        self._was_complete = False
        self._picture_from = ""
        self._memory = RememberingEngine(engine, self)
        self.session = lab_session(self._memory, view, self)
        self.session.failed.connect(self.failed)
        self._load_picture()

    @property
    def view(self) -> View:
        """As the lecture says, with all that the user changed."""
        settings = replace(self.session.settings, device=self._view.settings.device)
        return replace(self._view, settings=settings)

    def take_picture(self, picture: Picture) -> None:
        """Show both networks a picture; it becomes the batch."""
        self._picture_from = ""
        if picture.path:
            self._view = replace(self._view, picture=picture.path)
        self.session.set_picture(picture.rgb)
        if self.session.settings.batch != "picture":
            self.session.change(batch="picture")
        self.changed_by_hand.emit()

    def close_down(self) -> None:
        """End an experiment that is under way."""
        self.session.cancel_run()

    # --- for the kinds of views ----------------------------------------------------------------

    def _tell(self) -> None:
        """Say that figures came or became outdated."""
        self.facts_changed.emit()
        if self.complete != self._was_complete:
            self._was_complete = self.complete
            self.complete_changed.emit(self._was_complete)

    def _load_picture(self) -> None:
        """The picture that the view names, where the batch is it.

        Raises:
            UserError: if it is not there.
        """
        view = self._view
        if view.settings.batch != "picture" or not view.picture:
            return
        path = picture_path(view.picture, self._folder)
        if str(path) != self._picture_from:
            self._picture_from = str(path)
            self.session.set_picture(load_image(path))


def lab_session(engine: RememberingEngine, view: LabView, parent: QObject) -> LabSession:
    """A session that listens to the answers to its own questions."""
    session = LabSession(engine, view.settings, parent)
    engine.pair_measured.connect(session.on_pair_measured)
    engine.found.connect(session.on_found)
    engine.failed.connect(session.on_failed)
    engine.cancelled.connect(session.on_cancelled)
    return session

"""What the live views of the gradient laboratory have in common: a session, a picture, facts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES
from resnet_viz.lab.wording import conditions
from resnet_viz.lecture.views import AddNode, Pair, Study, View
from resnet_viz.ui.gradients.session import LabSession
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.remembering import RememberingEngine
from resnet_viz.ui.stage.stage_pictures import StagePictures
from resnet_viz.ui.stage.stage_view import StageView
from resnet_viz.ui.theme import LIGHT, Theme

LabView = Pair | AddNode | Study


class LabStage(StageView):
    """A live view of a `LabSession` of its own.

    Subclasses make their widgets, connect them to `session`, and end with `show_view`.

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
        self._theme: Theme = LIGHT
        self._dropped: Picture | None = None
        self.session = lab_session(RememberingEngine(engine, self), view, self)
        self.session.failed.connect(self.failed)
        self._pictures = StagePictures(folder, self)
        self._pictures.loaded.connect(self._on_picture)
        self._pictures.failed.connect(self.failed)

    # --- as a stage view -------------------------------------------------------------------

    @property
    def view(self) -> View:
        """As the lecture says, with all that the user changed."""
        settings = replace(self.session.settings, device=self._view.settings.device)
        view = replace(self._view, settings=settings)
        return view if self._dropped is None else replace(view, picture=self._dropped.path)

    def show_view(self, view: View) -> None:
        """Show other settings: at once if they were measured before."""
        assert isinstance(view, LabView)
        self._view, self._dropped = view, None
        self._show_options()
        if view.settings.batch == "picture":
            picture = self._pictures.get(view.picture)
            if picture is None:
                self._tell()
                return  # `_on_picture` goes on
            self._give(picture)
        self._ask(view)

    def take_picture(self, picture: Picture) -> None:
        """Measure on a picture that was dropped on it."""
        self._pictures.forget()
        self._dropped = picture
        self._give(picture)
        self._ask(replace(self._view, settings=replace(self.session.settings, batch="picture")))
        self.changed_by_hand.emit()

    def close_down(self) -> None:
        """Nothing more is computed or decoded."""
        self.session.cancel_run()
        self._pictures.close()

    # --- for the kinds of views ----------------------------------------------------------------

    def _show_options(self) -> None:
        """Show what of `_view` needs no measurement."""

    def _ask(self, view: LabView) -> None:
        """Have the session measure what a view shows; its picture is there."""
        raise NotImplementedError

    @property
    def waiting_for_picture(self) -> bool:
        """Whether its picture is being decoded: what is on screen is of another."""
        return self._pictures.waiting

    def _tell(self) -> None:
        """Say that figures came or became outdated."""
        self.facts_changed.emit()
        self._tell_complete()

    def _give(self, picture: Picture) -> None:
        if self.session.picture is not picture.rgb:
            self.session.set_picture(picture.rgb)

    def _on_picture(self, picture: Picture) -> None:
        self._give(picture)
        self._ask(self._view)


class PairedStage(LabStage):
    """A live view of what one measurement of a residual network and its plain twin says."""

    @property
    def complete(self) -> bool:
        """Whether what is on screen is of the settings of now."""
        measured = self.session.measured is not None and not self.session.stale
        return measured and not self.waiting_for_picture

    @property
    def current(self) -> PairMeasured | None:
        """What was measured; None while it is measured anew."""
        return self.session.measured if self.complete else None

    def _ask(self, view: LabView) -> None:
        self.session.set_device(view.settings.device)
        self.session.set_settings(view.settings)
        self.session.activate()
        self._show_asked()
        self._tell()

    def _show_asked(self) -> None:
        """Show what of `_view` needs the network that was asked about."""


def lab_session(engine: RememberingEngine, view: LabView, parent: QObject) -> LabSession:
    """A session that listens to the answers to its own questions."""
    session = LabSession(engine, view.settings, parent)
    engine.pair_measured.connect(session.on_pair_measured)
    engine.found.connect(session.on_found)
    engine.failed.connect(session.on_failed)
    engine.cancelled.connect(session.on_cancelled)
    return session


def pair_caption(measured: PairMeasured) -> str:
    """Networks, weights, conditions, batch, precision and device, in one line."""
    settings = measured.settings
    networks = " and ".join(settings.spec(side).title() for side in SIDES)
    about = f"{networks}, {conditions(settings, depth=False)}"
    where = f"{measured.residual.dtype} on {measured.residual.device}"
    return " · ".join((about, measured.weights_note, measured.batch_note, where))

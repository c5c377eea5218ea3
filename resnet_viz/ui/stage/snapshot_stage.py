"""What the live views of one network on one picture have in common."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from resnet_viz.engine.messages import ModelChoice
from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.places import checkpoint_path
from resnet_viz.lecture.snapshot_facts import (
    block_facts,
    network_facts,
    snapshot_caption,
    snapshot_facts,
)
from resnet_viz.lecture.views import ALL, Look, View
from resnet_viz.ui.pictures import Picture
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.stage_pictures import StagePictures
from resnet_viz.ui.stage.stage_session import StageSession
from resnet_viz.ui.stage.stage_view import StageView
from resnet_viz.ui.toggles import block_names


class SnapshotStage(StageView):
    """A live view with a session of one network and one picture.

    Subclasses make their widgets, connect them to `session`, and end with `show_view`.

    Args:
        view: what it shows.
        engine: measures for it alone.
        folder: that files are relative to.
        parent: owner.

    Raises:
        UserError: if a file that `view` names is not there.
    """

    def __init__(
        self, view: Look, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._look = view
        self._folder = folder
        self._complete = False
        self._dropped: Picture | None = None
        self.session = StageSession(engine, view, self._choice(view), self)
        self._pictures = StagePictures(folder, self)
        self._pictures.loaded.connect(self._on_picture)
        self._pictures.failed.connect(self.failed)
        self._listen(engine)

    def _listen(self, engine: StageEngine) -> None:
        session = self.session
        engine.model_ready.connect(session.on_model_ready)
        engine.explored.connect(session.on_explored)
        engine.failed.connect(session.on_failed)
        session.failed.connect(self.failed)
        session.toggles_changed.connect(self._on_changed)
        session.selected_changed.connect(self._on_changed)
        session.network_changed.connect(self._settle)
        session.measured.connect(self._settle)
        session.maps_changed.connect(self._settle)
        session.stale_changed.connect(self._settle)

    # --- as a stage view -------------------------------------------------------------------

    @property
    def view(self) -> View:
        """What is on screen, with the gates, the block and the picture that the user chose."""
        session, changes = self.session, dict[str, Any]()
        if session.toggles != session.scripted_toggles:
            names = frozenset(block_names(session.spec))
            cut = session.toggles.cut
            changes["cut"] = frozenset({ALL}) if cut == names else cut
            changes["dropped"] = session.toggles.dropped
            changes["alpha"] = session.toggles.alpha
        if session.selected != session.scripted_block:
            changes["selected"] = session.selected
        if self._dropped is not None:
            changes["picture"] = self._dropped.path
        return replace(self._look, **changes)  # type: ignore[return-value]  # a kind of Look

    @property
    def complete(self) -> bool:
        """Whether the numbers on screen are those of what is on screen."""
        return self._complete

    def show_view(self, view: View) -> None:
        """Show network, gates, class, block and picture at once."""
        assert isinstance(view, Look)
        picture = self._pictures.get(view.picture)
        choice = self._choice(view)
        self._look, self._dropped = view, None
        self.session.stage(view, choice, picture)
        self._settle()

    def facts(self) -> Facts:
        """The network's figures; those of the picture once they are measured."""
        session = self.session
        facts = dict(network_facts(session.network)) if session.network else {}
        if session.snapshot is not None and not session.stale:
            facts |= snapshot_facts(session.snapshot, session.labels)
            facts |= block_facts(session.snapshot.block(session.selected))
        return facts

    def caption(self) -> str:
        """Network, weights, mode, toggles and picture."""
        s = self.session
        if s.network is None or s.picture is None:
            return ""
        return snapshot_caption(
            s.choice,
            s.network.weights_label,
            s.picture.name,
            s.toggles.gates(s.spec),
        )

    def take_picture(self, picture: Picture) -> None:
        """Show a picture that was dropped on it."""
        self._pictures.forget()
        self._dropped = picture
        self.session.show_picture(picture)
        self.changed_by_hand.emit()

    def close_down(self) -> None:
        """Nothing more is asked or decoded."""
        self._pictures.close()

    # --- inside ----------------------------------------------------------------------------

    def _ready(self) -> bool:
        """Whether all that this kind of view shows is there; more than the figures for some."""
        return True

    def _choice(self, view: Look) -> ModelChoice:
        choice = view.choice()
        if view.weights != "file":
            return choice
        return replace(choice, path=str(checkpoint_path(view.path, self._folder)))

    def _on_picture(self, picture: Picture) -> None:
        self.session.stage(self._look, self._choice(self._look), picture)

    def _on_changed(self) -> None:
        if not self.session.scripting:
            self.changed_by_hand.emit()

    def _settle(self) -> None:
        """Tell what changed of facts and completeness."""
        session = self.session
        complete = (
            session.snapshot is not None
            and not session.stale
            and not self._pictures.waiting
            and self._ready()
        )
        self.facts_changed.emit()
        self._complete = complete
        self._tell_complete()

"""A look at the recipe's pictures and the search for a learning rate: the session's errands."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from resnet_viz.engine.messages import DataSeen, Progress, RateFound
from resnet_viz.errors import UserError
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import to_toml
from resnet_viz.ui.train import changes
from resnet_viz.ui.train.engine import Engine
from resnet_viz.ui.train.presets import folder_config
from resnet_viz.ui.train.recipe_state import RecipeState


class ErrandState(RecipeState):
    """What the engine is asked about the recipe before it is trained.

    Args:
        engine: answers.
        parent: owner.

    Attributes:
        data: what a look at the recipe's pictures has shown; None before.
        looking: whether such a look is under way.
        look_progress: how far it is; None where that is not known.
        rate: the search for a learning rate so far; None before.
        finding: whether such a search is under way.

    Signals:
        data_changed: the new `data` is there.
        look_progressed: the new `look_progress`.
        rate_changed: the new `rate` is there.
        state_changed: a look, a search or a training began or ended.
    """

    data_changed = Signal()
    look_progressed = Signal()
    rate_changed = Signal()
    state_changed = Signal()

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self.data: DataSeen | None = None
        self.looking = False
        self.look_progress: Progress | None = None
        self.rate: RateFound | None = None
        self.finding = False
        self._look_id = self._search_id = -1

    def use_folder(self, path: Path) -> None:
        """Fine-tune on the class folders in `path`: its recipe, and a look at the pictures."""
        if self.training:
            return
        try:
            self.set_config(folder_config(path))
        except UserError as error:
            self._tell(error)
            return
        self.look_at_data()

    def look_at_data(self) -> None:
        """Load the recipe's pictures, downloading them if need be."""
        self.looking, self.look_progress = True, None
        self._look_id = self._engine.look_at_data(to_toml(self.config))
        self.state_changed.emit()

    def find_rate(self) -> None:
        """Search a learning rate for the recipe."""
        self.rate = None
        self.finding = True
        self._search_id = self._engine.find_rate(to_toml(self.config))
        self.rate_changed.emit()
        self.state_changed.emit()

    def cancel_look(self) -> None:
        """Give up the look at the pictures, and a download with it."""
        if self.looking:
            self.looking = False
            self._engine.cancel(self._look_id)
            self.state_changed.emit()

    def cancel_rate(self) -> None:
        """End the search for a learning rate; what it has seen stays."""
        if self.finding:
            self.finding = False
            self._engine.cancel(self._search_id)
            self.state_changed.emit()

    # --- what the engine answers -------------------------------------------------------------

    def on_data_seen(self, seen: DataSeen) -> None:
        """The pictures are there: the networks get as many classes."""
        if seen.request_id != self._look_id:
            return
        self.looking = False
        if not self.training:
            self._take(changes.with_classes(self.config, len(seen.classes)))
        self.data = seen
        self.data_changed.emit()
        self.state_changed.emit()

    def on_progress(self, progress: Progress) -> None:
        """Something is under way: of a look it is told how far it is."""
        if self.looking and progress.request_id == self._look_id:
            self.look_progress = progress
            self.look_progressed.emit()

    def on_rate_found(self, found: RateFound) -> None:
        """The search for a rate has got on."""
        if found.request_id != self._search_id:
            return
        self.rate = found
        self.rate_changed.emit()
        if found.complete:
            self.finding = False
            self.state_changed.emit()

    # --- for the layers above ----------------------------------------------------------------

    def _over(self, request_id: int) -> bool:
        """End a look or a search; False if the request is neither."""
        if request_id == self._look_id:
            self.looking = False
        elif request_id == self._search_id:
            self.finding = False
        else:
            return False
        self.state_changed.emit()
        return True

    def _take(self, config: TrainConfig) -> None:
        """Take a recipe; figures of other pictures go."""
        other = (config.data, config.run.seed) != (self.config.data, self.config.run.seed)
        super()._take(config)
        if other and self.data is not None:
            self.data = None
            self.data_changed.emit()

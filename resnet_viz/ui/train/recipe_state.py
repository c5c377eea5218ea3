"""The recipe of the next run, with undo: the first layer of the Train workspace's session."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from resnet_viz.engine.messages import Failed
from resnet_viz.errors import UserError
from resnet_viz.train.config import TrainConfig
from resnet_viz.ui.train import changes
from resnet_viz.ui.train.changes import Change
from resnet_viz.ui.train.presets import first_config
from resnet_viz.ui.train.steps import RecipeStep


class RecipeState(QObject):
    """What is to be trained.

    Attributes:
        config: the recipe.
        training: whether it is being trained, paused or not: then it stays as it is.
        undo: steps of the recipe.

    Signals:
        config_changed: the new `TrainConfig`.
        failed: a `Failed` to tell the user.
    """

    config_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.config: TrainConfig = first_config()
        self.training = False
        self.undo = QUndoStack(self)

    def change(self, **sections: Change) -> None:
        """Change entries of the recipe, by section, as one step of undo.

        Raises:
            UserError: if a value cannot be used; nothing is changed then.
        """
        self._push(f"Change of {' and '.join(sections)}", changes.changed(self.config, **sections))

    def set_config(self, config: TrainConfig) -> None:
        """Take another recipe, as one step of undo."""
        self._push("Another recipe", config)

    def begin_with(self, config: TrainConfig) -> None:
        """Start from another recipe, without undo."""
        self._take(config)

    def set_device(self, device: str) -> None:
        """Train elsewhere; not a step of undo."""
        if not self.training and device != self.config.run.device:
            run = replace(self.config.run, device=device)
            self._take(replace(self.config, run=run, text=""))

    # --- for the layers above ----------------------------------------------------------------

    def _push(self, text: str, config: TrainConfig) -> None:
        if config != self.config and not self.training:
            self.undo.push(RecipeStep(self._take, text, self.config, config))

    def _take(self, config: TrainConfig) -> None:
        """Take a recipe without a step of undo."""
        self.config = config
        self.config_changed.emit(config)

    def _tell(self, error: UserError) -> None:
        self.failed.emit(Failed(0, error.message, error.hint))

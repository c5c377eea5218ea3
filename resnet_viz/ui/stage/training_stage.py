"""A training that begins during the lecture, as a live view."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

from PySide6.QtWidgets import QStackedWidget, QWidget

from resnet_viz.errors import UserError
from resnet_viz.lecture.facts import Facts
from resnet_viz.lecture.places import recipe_path
from resnet_viz.lecture.run_facts import recipe_facts
from resnet_viz.lecture.scenes import Action
from resnet_viz.lecture.views import RunPart, Training, View
from resnet_viz.runs.durations import last_duration
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.recipe import read_config
from resnet_viz.ui.stage.engine import StageEngine
from resnet_viz.ui.stage.recorded_stage import RecordedStage
from resnet_viz.ui.stage.training_bar import TrainingBar
from resnet_viz.ui.stage.training_card import TrainingCard
from resnet_viz.ui.theme import Theme
from resnet_viz.ui.train.run_words import preparing_words, recipe_words


class TrainingStage(RecordedStage):
    """What will be trained; once it has begun, its curves and heatmaps as they grow.

    The training goes on while the scene is left, and is begun once: to begin again is the
    speaker's choice, by a button among the controls.

    Args:
        view: which recipe, and what is drawn.
        engine: of this view alone.
        folder: that the recipe's file is relative to.
        parent: owner.

    Raises:
        UserError: if the recipe is not there or cannot be used.
    """

    def __init__(
        self, view: Training, engine: StageEngine, folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(engine, folder, parent)
        self._view = Training(recipe="", parts=view.parts)
        self.card, self.bar = TrainingCard(), TrainingBar(self.session)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.card)
        self._stack.addWidget(self.charts)
        self._column = self._fill(self._stack, 1)
        self._column.addWidget(self.bar)
        self.bar.pressed.connect(self._on_pressed)
        session = self.session
        session.run_changed.connect(self._show_page)
        session.state_changed.connect(self._on_state)
        session.train_progressed.connect(self._show_preparing)
        self.show_view(view)

    @property
    def view(self) -> Training:
        """As it was given: a recipe is not changed by hand here."""
        return self._view

    @property
    def parts(self) -> tuple[RunPart, ...]:
        """As the view says."""
        return self._view.parts

    @property
    def complete(self) -> bool:
        """Whether nothing is being trained, and all that was is drawn."""
        return not self.session.training and not self.charts.board.behind

    def show_view(self, view: View) -> None:
        view = cast(Training, view)
        if view.recipe != self._view.recipe:
            self._take_recipe(view)
        self._view = view
        self.charts.set_parts(view.parts)
        self._show_page()
        self.facts_changed.emit()

    def facts(self) -> Facts:
        """Of the recipe, and once it is being trained of the run."""
        return {**recipe_facts(self.session.config), **super().facts()}

    def caption(self) -> str:
        """The recipe, or the run."""
        return super().caption() or recipe_words(self.session.config)

    def act(self, action: Action) -> None:
        """Begin or continue with `train`, pause with `pause`; a training that is over stays so."""
        offered = self.bar.offered
        if action == "pause" and offered == "pause":
            self.session.pause()
        elif action == "train" and offered in ("begin", "continue"):
            self.session.play()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._column.setSpacing(round(theme.font_px * 0.6))
        self.card.set_theme(theme)

    def set_controls(self, shown: bool) -> None:
        super().set_controls(shown)
        self.bar.set_controls(shown)

    def _take_recipe(self, view: Training) -> None:
        config = read_recipe(recipe_path(view.recipe, self._folder))
        if self.session.training:
            raise UserError(
                "A training of another recipe is under way in this scene.", "Stop it first."
            )
        if self.session.reader is not None:
            self.session.close_run()
        self.session.begin_with(config)
        self.card.show_config(config, last_duration(config))

    def _on_pressed(self) -> None:
        session, offered = self.session, self.bar.offered
        if offered in ("begin", "continue"):
            session.play()
        elif offered == "pause":
            session.pause()
        elif offered == "resume" and session.reader is not None:
            session.resume_run(session.reader.path)

    def _on_state(self) -> None:
        self._show_preparing()
        self._tell_complete()
        self.facts_changed.emit()

    def _show_preparing(self) -> None:
        session = self.session
        self.card.show_preparing(
            session.train_progress, under_way=session.training, words=preparing_words(session)
        )

    def _show_page(self) -> None:
        begun = self.session.reader is not None
        self._stack.setCurrentWidget(self.charts if begun else self.card)


def read_recipe(path: Path) -> TrainConfig:
    """A recipe whose folder of pictures may be beside it.

    Raises:
        UserError: see `train.recipe.read_config`.
    """
    config = read_config(path)
    beside = path.parent / config.data.folder
    if config.data.folder and beside.is_dir():
        data = replace(config.data, folder=str(beside))
        return replace(config, data=data, text="")
    return config

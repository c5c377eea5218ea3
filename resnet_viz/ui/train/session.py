"""What the Train workspace shows: its session, which steers the training.

Widgets show a session and change it through its methods; none of them talks to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

from resnet_viz.engine.messages import Cancelled, Failed, Progress, Trained, TrainingStatus
from resnet_viz.errors import UserError
from resnet_viz.models.gates import Gate
from resnet_viz.runs.layout import RunPaths
from resnet_viz.train.config import NetworkKey, TrainConfig
from resnet_viz.train.recipe import read_config, to_toml
from resnet_viz.ui.train.engine import Engine, Order
from resnet_viz.ui.train.run_folders import folder_for
from resnet_viz.ui.train.screen_state import ScreenState

Phase = Literal["idle", "preparing", "running", "paused", "stopping"]


class TrainSession(ScreenState):
    """The state of the Train workspace.

    The recipe is that of the next run; while one of ours is going, it is that run's and stays
    as it is. What is on screen of a run, ours or not, was read from its folder. The layers
    below are `RecipeState`, `ErrandState` and `ScreenState`.

    Args:
        engine: trains, and answers questions.
        new_folder: names the folder of a new run.
        parent: owner.

    Attributes:
        status: of the training under way; None if there is none.
        outcome: how the last training of ours ended.
        failure: why it failed.
        train_progress: how far the preparation of the training is.
        lr_factor: what the schedule's rate is multiplied by in the training under way.

    Signals:
        status_changed: the training's figures, or the rate's factor.
        train_progressed: the new `train_progress`.
    """

    status_changed = Signal()
    train_progressed = Signal()

    def __init__(
        self,
        engine: Engine,
        new_folder: Callable[[TrainConfig], Path] = folder_for,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(engine, parent)
        self._new_folder = new_folder
        self.status: TrainingStatus | None = None
        self.outcome: Trained | None = None
        self.failure: Failed | None = None
        self.train_progress: Progress | None = None
        self.lr_factor = 1.0
        self._stopping = False
        self._id = -1
        self._folder: Path | None = None  # of the last training of ours
        self._to_show = False  # it has not been on screen yet

    # --- what widgets read -------------------------------------------------------------------

    @property
    def phase(self) -> Phase:
        """What the training of ours is doing."""
        if not self.training:
            return "idle"
        if self._stopping:
            return "stopping"
        return self.status.state if self.status is not None else "preparing"

    @property
    def own(self) -> bool:
        """Whether the run on screen is the one that is being trained here."""
        reader, status = self.reader, self.status
        here = self.training and reader is not None and status is not None
        return here and reader.path == status.folder  # type: ignore[union-attr]

    @property
    def followed(self) -> bool:
        """Whether somebody else seems to be training the run on screen."""
        reader = self.reader
        if reader is None or reader.path == self._folder:
            return False
        return reader.state in ("running", "paused") and not reader.interrupted

    @property
    def resumable(self) -> bool:
        """Whether the run on screen can be continued here."""
        reader = self.reader
        if reader is None or self.training or self.followed or reader.state == "finished":
            return False
        paths = RunPaths(reader.path)
        return paths.config.is_file() and paths.checkpoints.is_dir() and not self.read_only

    # --- what the user does ------------------------------------------------------------------

    def play(self) -> None:
        """Begin a run of the recipe, or go on with the one that is paused."""
        if not self.training:
            self._begin(paused=False)
        elif self.phase == "paused":
            self._steer("continue")

    def pause(self) -> None:
        """Stop after the step under way; nothing is lost and nothing computed meanwhile."""
        if self.training:
            self._steer("pause")

    def step_once(self) -> None:
        """Do one step and pause; begins a run if there is none."""
        if not self.training:
            self._begin(paused=True)
        if self.training:
            self._steer("step")

    def stop(self) -> None:
        """End the training with a checkpoint; it can be resumed."""
        if self.training:
            self._steer("stop")
            self._stopping = True
            self.state_changed.emit()

    def resume_run(self, path: Path) -> None:
        """Continue a run from its last checkpoint, by its own recipe."""
        if self.training:
            return
        try:
            config = read_config(RunPaths(path).config)
        except UserError as error:
            self._tell(error)
            return
        self._take(config)
        self._train(path, resume=True)

    def set_lr_factor(self, factor: float) -> None:
        """Multiply the schedule's rate by `factor` from the next step on."""
        if self.training:
            self.lr_factor = factor
            self._steer("rate", lr_factor=factor)
            self.status_changed.emit()

    def open_run(self, path: Path) -> None:
        """Put a run on screen, also while another one is trained."""
        self._to_show = False
        super().open_run(path)

    def set_gates(self, key: NetworkKey, gates: Mapping[str, Gate]) -> None:
        """Take other gates of a network, in the training too if that is what is on screen."""
        if self.own:
            self._steer("gates", network=key, gates=gates)
        super().set_gates(key, gates)

    def close(self) -> None:
        """Stop what is under way; called before the window closes."""
        self.stop()
        self._following.wait()

    # --- what the engine answers -------------------------------------------------------------

    def on_training_status(self, status: TrainingStatus) -> None:
        """The training has got on; what it wrote is read now."""
        if status.request_id != self._id:
            return
        before = self.phase
        self.status = status
        if self.own:
            self._to_show = False
            self._following.poll()
        elif self._to_show:  # later the user may look at another run meanwhile
            self._following.open(status.folder)
        if self.phase != before:
            self.state_changed.emit()
        self.status_changed.emit()

    def on_trained(self, trained: Trained) -> None:
        """The training is over."""
        if trained.request_id == self._id:
            self.outcome = trained
            self._end()

    def on_progress(self, progress: Progress) -> None:
        """Something is under way: how far the preparation of a training is, or a look."""
        if self.training and progress.request_id == self._id:
            self.train_progress = progress
            self.train_progressed.emit()
        else:
            super().on_progress(progress)

    def on_failed(self, failed: Failed) -> None:
        """Something did not work: what was there before still is."""
        if failed.request_id == self._id:
            self.failure = failed
            self._end()
        elif not self._over(failed.request_id) and not self._desk.give_up(failed.request_id):
            return
        self.failed.emit(failed)

    def on_order_refused(self, failed: Failed) -> None:
        """The training could not obey and goes on: what is on screen is what is so."""
        self._read_events()
        self.gates_changed.emit()
        self.status_changed.emit()
        self.failed.emit(failed)

    def on_cancelled(self, cancelled: Cancelled) -> None:
        """The user stopped something at the engine's bar."""
        if cancelled.request_id == self._id:
            self._end()
        elif not self._over(cancelled.request_id):
            self._desk.give_up(cancelled.request_id)

    # --- inside ------------------------------------------------------------------------------

    def _begin(self, *, paused: bool) -> None:
        try:
            folder = self._new_folder(self.config)
        except UserError as error:
            self._tell(error)
        else:
            self._train(folder, paused=paused)

    def _train(self, folder: Path, *, resume: bool = False, paused: bool = False) -> None:
        recipe = self.config.text or to_toml(self.config)
        request_id = self._engine.train(recipe, folder, resume=resume, paused=paused)
        self._id = request_id
        self.training, self._stopping = True, False
        self._folder, self._to_show = folder, True
        self.outcome, self.failure, self.lr_factor = None, None, 1.0
        self.train_progress = None
        self.status = TrainingStatus(request_id, folder, "preparing")
        self.scrub(None)
        self.state_changed.emit()
        self.status_changed.emit()

    def _steer(
        self,
        order: Order,
        *,
        lr_factor: float = 1.0,
        network: NetworkKey = "network",
        gates: Mapping[str, Gate] | None = None,
    ) -> None:
        self._engine.steer(self._id, order, lr_factor=lr_factor, network=network, gates=gates or {})

    def _end(self) -> None:
        self._id = -1
        self.training = self._stopping = False
        self.status = None
        self._following.poll()
        self.state_changed.emit()
        self.status_changed.emit()

    def _read_events(self) -> None:
        """Take up what the rate was multiplied by too, unless it is another run's."""
        super()._read_events()
        reader = self.reader
        if reader is not None and (self.own or not self.training):
            factors = [event["lr_factor"] for event in reader.events if "lr_factor" in event]
            self.lr_factor = float(factors[-1]) if factors else 1.0

    def _on_unreadable(self, error: Exception) -> None:
        if isinstance(error, UserError) and self._to_show:
            return  # the folder of our run is only being made: the next status looks again
        super()._on_unreadable(error)

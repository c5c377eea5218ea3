"""What the Train workspace shows: recipe, run on screen, its training, position and selection.

Widgets show a session and change it through its methods; none of them talks to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from resnet_viz.engine.messages import (
    Cancelled,
    DataSeen,
    Explored,
    Failed,
    Progress,
    RateFound,
    Trained,
    TrainingStatus,
)
from resnet_viz.errors import UserError
from resnet_viz.models.gates import Gate
from resnet_viz.runs.layout import RunPaths
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.config import NetworkKey, TrainConfig
from resnet_viz.train.recipe import read_config, to_toml
from resnet_viz.ui.train import changes, run_gates
from resnet_viz.ui.train.block_desk import BlockDesk
from resnet_viz.ui.train.block_questions import block_questions
from resnet_viz.ui.train.changes import Change
from resnet_viz.ui.train.engine import Engine, Order
from resnet_viz.ui.train.following import Following
from resnet_viz.ui.train.presets import first_config, folder_config
from resnet_viz.ui.train.run_folders import folder_for, is_bundled
from resnet_viz.ui.train.steps import RecipeStep

Phase = Literal["idle", "preparing", "running", "paused", "stopping"]


class TrainSession(QObject):
    """The state of the Train workspace.

    Whatever is on screen of a run was read from its folder, whoever writes it. The recipe is
    that of the next run; while one of ours is going, it is that run's and stays as it is.

    Args:
        engine: trains, and answers questions.
        new_folder: names the folder of a new run.
        parent: owner.

    Attributes:
        config: the recipe.
        status: of the training under way; None if there is none.
        training: whether a training of ours is under way, paused or not.
        outcome: how the last training of ours ended.
        failure: why it failed.
        position: step that is looked back at; None for the newest.
        selected: name of the selected block; empty before a run is on screen.
        data: what a look at the recipe's pictures has shown; None before.
        looking: whether such a look is under way.
        train_progress: how far the preparation of the training is.
        look_progress: how far it is; None where that is not known.
        rate: the search for a learning rate so far; None before.
        finding: whether such a search is under way.
        lr_factor: what the schedule's rate is multiplied by in the training under way.
        gates: of each network's blocks that are not fully open, as they are now.
        explored: the selected block of each network, measured on one picture.
        undo: steps of the recipe.

    Signals:
        config_changed: the new `TrainConfig`.
        run_changed: another run is on screen, or none.
        run_grew: it has something new.
        status_changed: the training's figures, or the rate's factor.
        state_changed: a training began, paused, went on or ended; a look or a search did.
        position_changed: the new `position`.
        selected_changed: the new `selected`.
        data_changed: the new `data` is there.
        train_progressed: the new `train_progress`.
        look_progressed: the new `look_progress`.
        rate_changed: the new `rate` is there.
        gates_changed: skips were cut or restored.
        explored_changed: the selected block was measured, or no longer is.
        compared_changed: other runs are compared.
        failed: a `Failed` to tell the user.
    """

    config_changed = Signal(object)
    run_changed = Signal()
    run_grew = Signal()
    status_changed = Signal()
    state_changed = Signal()
    position_changed = Signal(object)
    selected_changed = Signal(str)
    data_changed = Signal()
    look_progressed = Signal()
    train_progressed = Signal()
    rate_changed = Signal()
    gates_changed = Signal()
    explored_changed = Signal()
    compared_changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        engine: Engine,
        new_folder: Callable[[TrainConfig], Path] = folder_for,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._new_folder = new_folder
        self.config: TrainConfig = first_config()
        self.status: TrainingStatus | None = None
        self.training = False
        self.outcome: Trained | None = None
        self.failure: Failed | None = None
        self.position: int | None = None
        self.selected = ""
        self.data: DataSeen | None = None
        self.looking = False
        self.look_progress: Progress | None = None
        self.train_progress: Progress | None = None
        self.rate: RateFound | None = None
        self.finding = False
        self.lr_factor = 1.0
        self.gates: dict[NetworkKey, dict[str, Gate]] = {}
        self.explored: dict[NetworkKey, Explored] = {}
        self.picture: NDArray[np.uint8] | None = None
        self.undo = QUndoStack(self)
        self._stopping = False
        self._folder: Path | None = None  # of the last training of ours
        self._ids = {"train": -1, "data": -1, "rate": -1}
        self._seen_events = 0
        self._desk = BlockDesk(engine)
        self._following = Following(self)
        self._following.opened.connect(self._on_opened)
        self._following.grew.connect(self._on_grew)
        self._following.compared_changed.connect(self.compared_changed)
        self._following.failed.connect(self._on_unreadable)

    # --- what widgets read -------------------------------------------------------------------

    @property
    def reader(self) -> RunReader | None:
        """The run on screen."""
        return self._following.reader

    @property
    def compared(self) -> list[RunReader]:
        """Runs that are compared with it, or with each other."""
        return self._following.compared

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

    @property
    def read_only(self) -> bool:
        """Whether the run on screen came with the program."""
        return self.reader is not None and is_bundled(self.reader.path)

    # --- the recipe --------------------------------------------------------------------------

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

    def use_folder(self, path: Path) -> None:
        """Fine-tune on the class folders in `path`: its recipe, and a look at the pictures."""
        try:
            self.set_config(folder_config(path))
        except UserError as error:
            self._tell(error)
            return
        self.look_at_data()

    def use_recipe_of_run(self) -> None:
        """Take the recipe of the run on screen."""
        if self.reader is not None:
            try:
                self.set_config(read_config(RunPaths(self.reader.path).config))
            except UserError as error:
                self._tell(error)

    # --- training ----------------------------------------------------------------------------

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

    def flip_skip(self, key: NetworkKey, block: str) -> None:
        """Cut or restore a skip: in the training under way, or for looking only."""
        self.set_gates(key, run_gates.flipped(self.gates.get(key, {}), block))

    def set_gates(self, key: NetworkKey, gates: Mapping[str, Gate]) -> None:
        """Take other gates of a network: of its blocks that are not fully open."""
        self.gates = {**self.gates, key: dict(gates)}
        if self.own:
            self._steer("gates", network=key, gates=gates)
        self.gates_changed.emit()

    # --- runs --------------------------------------------------------------------------------

    def open_run(self, path: Path) -> None:
        """Put a run on screen and follow it while it grows."""
        self._following.open(path)

    def close_run(self) -> None:
        """Take the run off the screen: its folder is gone."""
        self._following.close()

    def compare(self, paths: Sequence[Path]) -> None:
        """Put up to six runs beside each other."""
        self._following.compare(paths)

    def scrub(self, step: int | None) -> None:
        """Look back at a step, None for the newest."""
        if step != self.position:
            self.position = step
            self.position_changed.emit(step)

    def select(self, block: str) -> None:
        """Select a block; unknown names are ignored."""
        if block != self.selected and block in self._blocks():
            self.selected = block
            self.selected_changed.emit(block)

    def select_neighbour(self, step: int) -> None:
        """Select the block `step` further on; stops at both ends."""
        names = self._blocks()
        if self.selected in names:
            index = names.index(self.selected) + step
            self.select(names[min(max(index, 0), len(names) - 1)])

    # --- questions to the engine -------------------------------------------------------------

    def look_at_data(self) -> None:
        """Load the recipe's pictures, downloading them if need be."""
        self.looking, self.look_progress = True, None
        self._ids["data"] = self._engine.look_at_data(to_toml(self.config))
        self.state_changed.emit()

    def find_rate(self) -> None:
        """Search a learning rate for the recipe."""
        self.rate = None
        self.finding = True
        self._ids["rate"] = self._engine.find_rate(to_toml(self.config))
        self.rate_changed.emit()
        self.state_changed.emit()

    def cancel_look(self) -> None:
        """Give up the look at the pictures, and a download with it."""
        if self.looking:
            self.looking = False
            self._engine.cancel(self._ids["data"])
            self.state_changed.emit()

    def cancel_rate(self) -> None:
        """End the search for a learning rate; what it has seen stays."""
        if self.finding:
            self.finding = False
            self._engine.cancel(self._ids["rate"])
            self.state_changed.emit()

    def set_picture(self, rgb: NDArray[np.uint8]) -> None:
        """Another picture, (H, W, 3) uint8, to look at blocks with."""
        self.picture = rgb
        if self.explored or self._desk.busy:
            self.explore_block()

    def explore_block(self) -> None:
        """Measure the selected block of each network at the position on screen."""
        if self.reader is not None and self.picture is not None and self.selected:
            self._desk.ask(
                block_questions(
                    self.reader,
                    self.picture,
                    self.selected,
                    step=self.position,
                    live=self.own,
                    gates=self.gates,
                )
            )

    # --- what the engine answers -------------------------------------------------------------

    def on_training_status(self, status: TrainingStatus) -> None:
        """The training has got on; what it wrote is read now."""
        if status.request_id != self._ids["train"]:
            return
        before = self.phase
        self.status = status
        if self.reader is None or self.reader.path != status.folder:
            self._following.open(status.folder)
        else:
            self._following.poll()
        if self.phase != before:
            self.state_changed.emit()
        self.status_changed.emit()

    def on_trained(self, trained: Trained) -> None:
        """The training is over."""
        if trained.request_id == self._ids["train"]:
            self.outcome = trained
            self._end()

    def on_data_seen(self, seen: DataSeen) -> None:
        """The pictures are there: the networks get as many classes."""
        if seen.request_id != self._ids["data"]:
            return
        self.looking = False
        if not self.training:
            self._take(changes.with_classes(self.config, len(seen.classes)))
        self.data = seen
        self.data_changed.emit()
        self.state_changed.emit()

    def on_progress(self, progress: Progress) -> None:
        """Something is under way: of a look it is told how far it is."""
        if self.looking and progress.request_id == self._ids["data"]:
            self.look_progress = progress
            self.look_progressed.emit()
        elif self.training and progress.request_id == self._ids["train"]:
            self.train_progress = progress
            self.train_progressed.emit()

    def on_rate_found(self, found: RateFound) -> None:
        """The search for a rate has got on."""
        if found.request_id != self._ids["rate"]:
            return
        self.rate = found
        self.rate_changed.emit()
        if found.complete:
            self.finding = False
            self.state_changed.emit()

    def on_explored(self, explored: Explored) -> None:
        """A block was measured."""
        key = self._desk.answer(explored)
        if key is not None:
            self.explored = {**self.explored, key: explored}
            self.explored_changed.emit()

    def on_failed(self, failed: Failed) -> None:
        """Something did not work: what was there before still is."""
        if failed.request_id == self._ids["train"]:
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
        if cancelled.request_id == self._ids["train"]:
            self._end()
        elif not self._over(cancelled.request_id):
            self._desk.give_up(cancelled.request_id)

    def close(self) -> None:
        """Stop what is under way; called before the window closes."""
        self.stop()
        self._following.wait()

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
        self._ids["train"] = request_id
        self.training, self._stopping, self._folder = True, False, folder
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
        self._engine.steer(
            self._ids["train"], order, lr_factor=lr_factor, network=network, gates=gates or {}
        )

    def _end(self) -> None:
        self._ids["train"] = -1
        self.training = self._stopping = False
        self.status = None
        self._following.poll()
        self.state_changed.emit()
        self.status_changed.emit()

    def _over(self, request_id: int) -> bool:
        """End a look or a search; False if the request is neither."""
        if request_id == self._ids["data"]:
            self.looking = False
        elif request_id == self._ids["rate"]:
            self.finding = False
        else:
            return False
        self.state_changed.emit()
        return True

    def _push(self, text: str, config: TrainConfig) -> None:
        if config != self.config and not self.training:
            self.undo.push(RecipeStep(self._take, text, self.config, config))

    def _take(self, config: TrainConfig) -> None:
        """Take a recipe without a step of undo; figures of other pictures go."""
        other_data = (config.data, config.run.seed) != (self.config.data, self.config.run.seed)
        self.config = config
        self.config_changed.emit(config)
        if other_data and self.data is not None:
            self.data = None
            self.data_changed.emit()

    def _tell(self, error: UserError) -> None:
        self.failed.emit(Failed(0, error.message, error.hint))

    def _blocks(self) -> tuple[str, ...]:
        if self.reader is None or not self.reader.facts.networks:
            return ()
        return self.reader.facts.networks[0].blocks

    def _on_opened(self) -> None:
        self.explored = {}
        self._desk.ask([])
        self._seen_events = 0
        self.scrub(None)
        self._read_events()
        names = self._blocks()
        if self.selected not in names:
            self.selected = names[0] if names else ""
        self.run_changed.emit()
        self.selected_changed.emit(self.selected)
        self.gates_changed.emit()

    def _on_grew(self) -> None:
        reader = self.reader
        if reader is not None and len(reader.events) != self._seen_events:
            self._read_events()
            self.gates_changed.emit()
        self.run_grew.emit()

    def _read_events(self) -> None:
        """Take up which skips were cut, and what the rate was multiplied by."""
        reader = self.reader
        if reader is not None:
            self._seen_events = len(reader.events)
            self.gates = run_gates.gates_of(reader.facts, reader.events)
            if self.own or not self.training:
                factors = [e["lr_factor"] for e in reader.events if "lr_factor" in e]
                self.lr_factor = float(factors[-1]) if factors else 1.0

    def _on_unreadable(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error  # a bug, for the window's report of those
        self._tell(error)

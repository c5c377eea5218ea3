"""Everything one run does between its recipe and its exported weights, in slices.

The command line, the engine and `torchrun` all drive this one class; whoever does may answer
other questions between two slices.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import torch

from resnet_viz.data.dataset import LoadedData
from resnet_viz.data.datasets import load, require_same_pictures
from resnet_viz.errors import UserError
from resnet_viz.models.gates import Gate
from resnet_viz.runs.facts import read_facts
from resnet_viz.runs.layout import RunPaths
from resnet_viz.train.background import Stage, in_background
from resnet_viz.train.config import NetworkKey, TrainConfig
from resnet_viz.train.course import Course
from resnet_viz.train.crew import Crew
from resnet_viz.train.loop import Trainer, check_fit
from resnet_viz.train.recipe import read_config, text_of
from resnet_viz.train.run_facts import run_facts
from resnet_viz.train.run_writer import Checkpoint
from resnet_viz.train.start import begin, fetch
from resnet_viz.train.status import SessionStatus, status_of
from resnet_viz.train.surroundings import enough_memory, threads

_END = object()


class TrainingSession:
    """One run: exhaust `prepare`, then `advance` until it is `finished`.

    Args:
        config: the recipe; None for that of the run to resume.
        folder: of the run.
        resume: continue the run that is in `folder`.
        device: where to compute; by default what the recipe says.
        crew: the processes that train together.

    Attributes:
        folder: of the run.
        config: the recipe.
        finished: whether there is nothing more to do.
        message: once finished or stopped, what was reached, for people.

    Raises:
        UserError: if there is no run to resume.
    """

    def __init__(
        self,
        config: TrainConfig | None,
        folder: Path,
        *,
        resume: bool = False,
        device: torch.device | None = None,
        crew: Crew | None = None,
    ) -> None:
        self.folder = folder
        self.config = _own_recipe(folder) if config is None else config
        self.finished = False
        self.message = ""
        self._crew = crew or Crew()
        self._resume = resume
        self._device = device
        self._writer = self._crew.writer(folder, self.config.recording.snapshots)
        self._stage = Stage("Preparing")
        self._course: Course | None = None
        self._slices: Iterator[None] | None = None
        self._ended = False

    def __enter__(self) -> TrainingSession:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def course(self) -> Course:
        """The run proper.

        Raises:
            RuntimeError: if the session is not prepared.
        """
        if self._course is None:
            raise RuntimeError("the session has not been prepared")
        return self._course

    @property
    def trainer(self) -> Trainer:
        """Networks and steps; others may look at them between two slices.

        Raises:
            RuntimeError: if the session is not prepared.
        """
        return self.course.trainer

    @property
    def weights(self) -> tuple[Path, ...]:
        """Once finished, the exported files."""
        return tuple(each.weights for each in self.course.exported.values())

    # --- before the first step ---------------------------------------------------------------

    def prepare(self) -> Generator[Stage, None, None]:
        """Load pictures and weights and open the run folder.

        Yields:
            How far it is; between two of these the caller may do other things. Closing the
            generator gives up and leaves no new run behind.

        Raises:
            UserError: if anything is missing or does not fit; no new run is begun then.
        """
        try:
            for stage in self._prepare():
                self._stage = stage
                yield stage
        except BaseException:
            self.close()
            raise

    def _prepare(self) -> Generator[Stage, None, None]:
        device = self._device or self._crew.device(self.config.run.device)
        saved = self._saved()
        with self._crew.first_alone():
            loaded = yield from in_background(
                "Reading the pictures", lambda progress, stop: load(self.config, progress, stop)
            )
            check_fit(self.config, loaded.dataset)
            fetched = yield from in_background(
                "Reading the weights", lambda progress, stop: fetch(self.config, progress, stop)
            )
        with enough_memory(device), threads(self.config.run.threads):
            begun = begin(self.config, loaded.dataset.classes, fetched)
            trainer = Trainer(self.config, loaded.dataset, device, begun=begun, crew=self._crew)
            self._open(trainer, loaded, saved)

    def _saved(self) -> Checkpoint | None:
        """The checkpoint to continue from."""
        if not self._resume:
            self._writer.require_new()
            return None
        saved = self._writer.last_checkpoint()
        if self._crew.rank == 0 and _own_recipe(self.folder) != self.config:
            own = RunPaths(self.folder).config
            raise UserError(
                f"The run in {str(self.folder)!r} was started with another recipe.",
                f"Resume it with {str(own)!r}, or choose another folder.",
            )
        return saved

    def _open(self, trainer: Trainer, loaded: LoadedData, saved: Checkpoint | None) -> None:
        course = Course(trainer, self._writer, loaded.dataset.classes)
        if self._resume:
            require_same_pictures(RunPaths(self.folder).split, loaded.split)
            course.resume(saved)
        else:
            # Only now: a recipe that cannot run leaves nothing behind.
            facts = run_facts(trainer, loaded)
            self._writer.create(facts, text_of(self.config), loaded.split)
            course.start()
        self._course, self._slices = course, course.slices()

    # --- the run -----------------------------------------------------------------------------

    def advance(self) -> None:
        """Do the next slice: a step with what follows from it, or a batch of a measurement.

        Raises:
            UserError: if the run cannot go on: a loss is not finite, the disk or the memory is
                full. The run folder says so too, and its last checkpoint can be resumed.
            RuntimeError: if the session is not prepared, or was stopped or failed.
        """
        course = self.course
        if self._slices is None or self._ended:
            raise RuntimeError("the session has ended")
        run = self.config.run
        try:
            with enough_memory(course.trainer.device), threads(run.threads), course.pace.working():
                ended = next(self._slices, _END) is _END
        except BaseException as error:
            self._fail(error)
            raise
        if ended:
            self.finished = self._ended = True
            self.message = course.summary()
            self.close()

    def _fail(self, error: BaseException) -> None:
        """Write down why the run ended, if that can be written."""
        self._ended = True
        self.course.break_off()
        if isinstance(error, Exception):
            message = error.message if isinstance(error, UserError) else repr(error)
            with contextlib.suppress(UserError):
                self.course.journal.event("failed", message=message)
        self.close()

    def stop(self) -> None:
        """End here, so that the run can be continued exactly here; harmless once it has ended.

        Raises:
            UserError: if the checkpoint cannot be written; that of before stays.
        """
        if self._course is not None and not self._ended:
            self._ended = True
            step = self._course.trainer.step_index
            self.message = f"Stopped after step {step}; it can be continued exactly there."
            try:
                self._course.journal.flush()
                self._course.journal.event("stopped", message=self.message)
                self._course.checkpoint()
            except UserError as error:
                self._fail(error)
                raise
        self.close()

    def close(self) -> None:
        """Leave the run folder to others; what was not flushed is lost."""
        self._writer.close()

    # --- what may be told and asked between two slices -----------------------------------------

    def set_lr_factor(self, factor: float) -> None:
        """Multiply the schedule's learning rate by `factor` from the next step on.

        It is recorded and a checkpoint follows, so that a resumed run repeats it.

        Raises:
            UserError: if it is not a positive number, or cannot be recorded.
        """
        self.course.set_lr_factor(factor)

    def set_gates(self, key: NetworkKey, gates: Mapping[str, Gate]) -> None:
        """Set the gates of all blocks of a network, as `set_lr_factor` does the rate.

        Args:
            key: of the network.
            gates: blocks that are not named are fully opened.

        Raises:
            UserError: if there is no such network or block, or it cannot be recorded.
        """
        self.course.set_gates(key, gates)

    def note_pause(self, paused: bool) -> None:
        """Record that whoever drives the session pauses it, or goes on.

        Raises:
            UserError: if it cannot be recorded.
        """
        self.course.journal.flush()
        self.course.journal.event("paused" if paused else "continued")

    def flush(self) -> None:
        """Hand over all that is known, so that readers of the run folder see it.

        Raises:
            UserError: if a loss is not finite or the disk is full.
        """
        try:
            self.course.journal.flush()
        except UserError as error:
            self._fail(error)
            raise

    def status(self) -> SessionStatus:
        """Where it is."""
        if self._course is None:
            return SessionStatus(self._stage)
        return status_of(self._course)


def _own_recipe(folder: Path) -> TrainConfig:
    """The recipe of the run in a folder, under the name that it had when the run began."""
    path = RunPaths(folder).config
    if not path.is_file():
        raise UserError(f"There is no run to resume in {str(folder)!r}.", "Leave --resume out.")
    config = read_config(path)
    return replace(config, source=read_facts(folder).environment.get("recipe", config.source))

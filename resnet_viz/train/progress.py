"""What `train` prints: a live bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from resnet_viz.train.background import Stage
from resnet_viz.train.config import TrainConfig
from resnet_viz.train.course import Course
from resnet_viz.train.journal import titles
from resnet_viz.train.loop import Trainer

_LINE_EVERY_S = 30.0


class Progress:
    """Progress of a run on stderr, so that stdout stays free for pipes.

    Args:
        config: of the run.
        console: where to print; stderr by default.
        silent: print nothing, because another process does.
    """

    def __init__(
        self, config: TrainConfig, console: Console | None = None, *, silent: bool = False
    ) -> None:
        self._console = console or Console(stderr=True, highlight=False, quiet=silent)
        names = " and ".join(network.title() for network in config.networks.values())
        self._title = f"{names} on {config.data.dataset}"
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._config = config
        self._doing = ""
        self._last_line = 0.0
        self._evaluated = -1

    def __enter__(self) -> Progress:
        self._bar.start()
        self._preparing = self._bar.add_task("Preparing", total=None, figures="")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def say(self, text: str) -> None:
        """Print one line."""
        self._console.print(f"{self._title}: {text}", soft_wrap=True, markup=False)

    def preparing(self, stage: Stage) -> None:
        """Pictures or weights are on their way."""
        if stage.what != self._doing:
            self._doing = stage.what
            self.say(f"{stage.what[:1].lower()}{stage.what[1:]}")
        self._bar.update(self._preparing, total=stage.total or None, completed=stage.done)

    def begin(self, trainer: Trainer) -> None:
        """The run starts, or continues, at the trainer's step."""
        self._bar.remove_task(self._preparing)
        self._last_line = time.monotonic()
        self._task = self._bar.add_task(
            self._title, total=trainer.n_steps, completed=trainer.step_index, figures=""
        )
        where = f"step {trainer.step_index} of {trainer.n_steps}"
        self.say(f"{len(trainer.train)} images, {trainer.device}, {where}")
        for learner in trainer.learners.values():
            for note in learner.notes:
                self.say(note)

    def show(self, course: Course) -> None:
        """A slice of the run is done."""
        if course.journal.recent:
            self._steps(course, course.journal.recent)
        if course.evaluation is not None and course.evaluation[0] != self._evaluated:
            self._evaluated = course.evaluation[0]
            self._measured(course)

    def _steps(self, course: Course, records: Sequence[dict[str, Any]]) -> None:
        last = records[-1]
        losses = "  ".join(
            f"{_prefix(course, key)}loss {of_key['loss']:.3f}"
            for key, of_key in {record["network"]: record for record in records}.items()
        )
        epochs = self._config.run.epochs
        figures = f"epoch {last['epoch']}/{epochs}  {losses}  lr {last['lr']:.4f}"
        self._bar.update(self._task, completed=last["step"], figures=figures)
        now = time.monotonic()
        if not self._console.is_terminal and now - self._last_line >= _LINE_EVERY_S:
            rate = course.pace.steps_per_second() * self._config.run.batch_size
            n_steps = course.trainer.n_steps
            self.say(f"step {last['step']}/{n_steps}  {figures}  {rate:.0f} images/s")
            self._last_line = now

    def _measured(self, course: Course) -> None:
        assert course.evaluation is not None
        step, measured = course.evaluation
        epoch = -(-step // course.trainer.steps_per_epoch)
        for key, of_key in measured.items():
            self.say(
                f"epoch {epoch}: {_prefix(course, key)}{100 * of_key.accuracy:.2f} % of "
                f"{of_key.n_images} test images, loss {of_key.loss:.4f}"
            )

    def exported(self, course: Course) -> None:
        """The run is finished and its weights are written."""
        if not course.trainer.finished:
            self.say(course.summary())
        for of_key in course.exported.values():
            right = 100 * of_key.measured.accuracy
            self.say(f"{of_key.weights}: {right:.2f} % of {of_key.measured.n_images} test images")


def _prefix(course: Course, key: str) -> str:
    """Which network is meant, where there are two."""
    named = {str(each): title for each, title in titles(course.trainer).items()}
    return f"{named[key]} " if len(named) > 1 else ""

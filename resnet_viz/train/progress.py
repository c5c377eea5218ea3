"""What `train` prints: a live bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
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

from resnet_viz.train.config import TrainConfig
from resnet_viz.train.loop import Trainer

_LINE_EVERY_S = 30.0


class Progress:
    """Progress of a run on stderr, so that stdout stays free for pipes.

    Args:
        config: of the run.
        console: where to print; stderr by default.
    """

    def __init__(self, config: TrainConfig, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._title = f"{config.network.title()} on {config.data.dataset}"
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
        self._epochs = config.run.epochs
        self._batch_size = config.run.batch_size
        self._last_line = 0.0
        self._last_step = 0
        self._n_steps = 0

    def __enter__(self) -> Progress:
        self._bar.start()
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

    def begin(self, trainer: Trainer) -> None:
        """The run starts, or continues, at the trainer's step."""
        self._n_steps = trainer.n_steps
        self._last_step = trainer.step_index
        self._last_line = time.monotonic()
        self._task = self._bar.add_task(
            self._title, total=trainer.n_steps, completed=trainer.step_index, figures=""
        )
        where = f"step {trainer.step_index} of {trainer.n_steps}"
        self.say(f"{len(trainer.train)} images, {trainer.device}, {where}")

    def steps(self, records: list[dict[str, Any]]) -> None:
        """Some steps are done."""
        last = records[-1]
        loss = sum(record["loss"] for record in records) / len(records)
        figures = f"epoch {last['epoch']}/{self._epochs}  loss {loss:.3f}  lr {last['lr']:.4f}"
        self._bar.update(self._task, completed=last["step"], figures=figures)
        now = time.monotonic()
        if not self._console.is_terminal and now - self._last_line >= _LINE_EVERY_S:
            images = (last["step"] - self._last_step) * self._batch_size
            rate = images / (now - self._last_line)
            self.say(f"step {last['step']}/{self._n_steps}  {figures}  {rate:.0f} images/s")
            self._last_line, self._last_step = now, last["step"]

    def evaluated(self, record: dict[str, Any]) -> None:
        """The test images were measured."""
        self.say(
            f"epoch {record['epoch']}: {100 * record['accuracy']:.2f} % of "
            f"{record['n_images']} test images, loss {record['loss']:.4f}"
        )

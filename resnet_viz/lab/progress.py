"""What `lab` prints: a live bar on a terminal, a line per experiment elsewhere."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from resnet_viz.lab.config import LabConfig, Task
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.results import Outcome


class Progress:
    """Progress on stderr, so that stdout stays free for pipes.

    Args:
        config: what is run.
        console: where to print; stderr by default.
    """

    def __init__(self, config: LabConfig, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._order = {task.number: i for i, task in enumerate(config.tasks, 1)}
        self._bar = Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
        )

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

    def begin(self, task: Task) -> None:
        """An experiment starts."""
        self._id = self._bar.add_task(self._title(task), total=None)

    def found(self, finding: Finding) -> None:
        """A slice is done."""
        self._bar.update(self._id, completed=finding.done, total=finding.total or None)

    def ended(self, outcome: Outcome) -> None:
        """An experiment ended; its sentence stays on screen."""
        self._bar.remove_task(self._id)
        said = outcome.finding.sentence if outcome.finding else ""
        if outcome.status != "complete":
            said = f"{outcome.status}. {outcome.message or said}"
        self._say(f"{self._title(outcome.task)}: {said or 'done.'} ({outcome.elapsed_s:.1f} s)")

    def _title(self, task: Task) -> str:
        return f"[{self._order[task.number]}/{len(self._order)}] {task.name}"

    def _say(self, text: str) -> None:
        self._console.print(text, soft_wrap=True, markup=False)

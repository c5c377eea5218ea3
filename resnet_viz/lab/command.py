"""`resnet-viz lab`: a list of experiments in, a folder of figures and numbers out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.images import load_image
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.config import LabConfig, Task
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.line import to_line
from resnet_viz.lab.page import page
from resnet_viz.lab.progress import Progress
from resnet_viz.lab.results import Outcome, Status, drawings, files, lab_json
from resnet_viz.lab.studies import table as studies
from resnet_viz.models.devices import resolve_device
from resnet_viz.report.files import prepare_folder, write_files
from resnet_viz.report.rendering import Drawing
from resnet_viz.report.versions import versions
from resnet_viz.train.interrupts import stop_requests


def run(config: LabConfig, out: Path, device: str = "") -> int:
    """Run every experiment of a configuration and write down what it finds.

    After each experiment its files, `lab.json` and `index.html` are complete; Ctrl+C keeps
    them, and what the experiment under way has found so far.

    Args:
        config: what to run.
        out: folder to write; made if missing.
        device: to compute on instead of that of the settings; empty for theirs.

    Returns:
        Exit code: 0 when all is done, 130 when it was interrupted.

    Raises:
        UserError: if nothing can be run or written, or, at the end, if an experiment failed.
    """
    if device:
        resolve_device(device)
        config = _on_device(config, device)
    picture = None if config.picture is None else load_image(config.picture)
    prepare_folder(out)
    book = _Book(config, out)
    with Progress(config) as progress, stop_requests() as stopping:
        bench = Bench(picture, cancelled=stopping)
        for task in config.tasks:
            progress.begin(task)
            outcome = _compute(bench, task, progress.found, stopping)
            book.add(outcome)
            progress.ended(outcome)
            if stopping():
                break
    print(f"Wrote {out / 'index.html'}")
    if outcome.status == "stopped" or len(book.outcomes) < len(config.tasks):
        return 130
    book.refuse_failures()
    return 0


def _on_device(config: LabConfig, device: str) -> LabConfig:
    tasks = (replace(t, settings=replace(t.settings, device=device)) for t in config.tasks)
    return replace(config, tasks=tuple(tasks))


def _compute(
    bench: Bench, task: Task, found: Callable[[Finding], None], stopping: Callable[[], bool]
) -> Outcome:
    """One experiment to its end, or as far as it came."""
    begin = time.perf_counter()
    settings, finding, message = task.settings, None, ""
    line = to_line(settings, task.experiment, torch=torch.__version__)
    try:
        settings = bench.resolved(task.settings)
        for finding in _until(stopping, studies.run(bench, settings, task.experiment)):
            found(finding)
    except OperationCancelled:
        pass  # what was found before it is kept
    except UserError as error:
        message = str(error)
    elapsed = time.perf_counter() - begin
    if message:
        return Outcome(task, settings, line, "failed", finding, message, elapsed)
    status: Status = "complete" if finding is not None and finding.complete else "stopped"
    return Outcome(task, settings, line, status, finding, "", elapsed)


def _until(stopping: Callable[[], bool], slices: Iterator[Finding]) -> Iterator[Finding]:
    for finding in slices:
        yield finding
        if stopping():
            return


class _Book:
    """What was found so far, and the folder it is written to."""

    def __init__(self, config: LabConfig, out: Path) -> None:
        self.outcomes: list[Outcome] = []
        self._config = config
        self._out = out
        self._versions = versions()
        self._pages: list[tuple[Outcome, Sequence[Drawing]]] = []

    def add(self, outcome: Outcome) -> None:
        """Write down one more experiment; all of its files appear, or none.

        Raises:
            UserError: if the disk is full or the folder is not writable.
        """
        figures = drawings(outcome)
        self.outcomes.append(outcome)
        self._pages.append((outcome, figures))
        written = files(outcome, figures)
        written["lab.json"] = lab_json(self._config, self.outcomes, self._versions).encode()
        written["index.html"] = page(self._config, self._pages, self._versions).encode()
        write_files(self._out, written)

    def refuse_failures(self) -> None:
        """Raise UserError if an experiment failed; the others are written."""
        failed = [outcome for outcome in self.outcomes if outcome.status == "failed"]
        if failed:
            raise UserError(
                f"{len(failed)} of {len(self.outcomes)} experiments failed; the first, "
                f"{failed[0].task.name!r}: {failed[0].message}"
            )

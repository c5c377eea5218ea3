"""A finding as a folder of figures and numbers, the same that the headless laboratory writes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from resnet_viz.errors import UserError
from resnet_viz.lab.findings import Finding


def finding_files(finding: Finding) -> dict[str, bytes]:
    """PNG, SVG and CSV of every chart, tables, `lab.json` and a page, by path."""
    # matplotlib comes with these; it is not wanted before somebody exports.
    from resnet_viz.lab.config import LabConfig, Task
    from resnet_viz.lab.line import to_line
    from resnet_viz.lab.page import page
    from resnet_viz.lab.results import Outcome, Status, drawings, files, lab_json
    from resnet_viz.report.versions import versions

    title, used = finding.experiment.title, versions()
    task = Task(1, title, finding.settings, finding.experiment)
    line = to_line(finding.settings, finding.experiment, torch=used.get("torch", ""))
    status: Status = "complete" if finding.complete else "stopped"
    outcome = Outcome(task, finding.settings, line, status, finding, elapsed_s=finding.elapsed_s)
    config = LabConfig(title, (task,), None, "the window", line)
    figures = drawings(outcome)
    written = files(outcome, figures)
    written["lab.json"] = lab_json(config, [outcome], used).encode()
    written["index.html"] = page(config, [(outcome, figures)], used).encode()
    return written


def write_finding(finding: Finding, folder: Path) -> int:
    """Write a finding's files, all or none; returns their number.

    Raises:
        UserError: if the folder cannot be written.
    """
    from resnet_viz.report.files import prepare_folder, write_files

    hint = "Choose a folder that exists and that you may write to."
    try:
        prepare_folder(folder)
        written = finding_files(finding)
        write_files(folder, written)
    except UserError as error:
        raise UserError(error.message.replace("the report", "the finding"), hint) from error
    return len(written)


class Exporter(QObject):
    """Writes findings off the window's thread: figures take seconds.

    Signals:
        exported(str): a sentence about what was written.
        failed(object): a `UserError`; the folder cannot be written.
    """

    exported = Signal(str)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._results = _Results(self)
        self._results.done.connect(self._on_done)

    def write(self, finding: Finding, folder: Path) -> None:
        """Start to write a finding into a folder."""
        self._pool.start(_Write(finding, folder, self._results))

    def wait(self) -> None:
        """Let what was begun end; called before the window closes."""
        self._pool.waitForDone(10_000)

    def _on_done(self, result: object) -> None:
        if isinstance(result, str):
            self.exported.emit(result)
        elif isinstance(result, UserError):
            self.failed.emit(result)
        elif isinstance(result, Exception):
            raise result  # a bug, for the window's report of those


class _Results(QObject):
    done = Signal(object)


class _Write(QRunnable):
    def __init__(self, finding: Finding, folder: Path, results: _Results) -> None:
        super().__init__()
        self._finding = finding
        self._folder = folder
        self._results = results

    def run(self) -> None:
        try:
            count = write_finding(self._finding, self._folder)
            result: object = f"Wrote {count} files to {self._folder}."
        except Exception as error:  # crosses to the window's thread
            result = error
        self._results.done.emit(result)

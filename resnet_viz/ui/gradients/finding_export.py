"""A finding as a folder of figures and numbers, as the headless laboratory writes it. No Qt."""

from __future__ import annotations

from pathlib import Path

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


def write_finding(finding: Finding, folder: Path) -> str:
    """Write a finding's files, all or none; returns a sentence about them.

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
    return f"Wrote {len(written)} files to {folder}."

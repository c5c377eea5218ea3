"""What the headless laboratory has found, and its files: figures, CSV and JSON."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import matplotlib as mpl

from resnet_viz.lab.config import LabConfig, Task
from resnet_viz.lab.csv_text import curves_csv, table_csv
from resnet_viz.lab.figures.chart import caption, draw
from resnet_viz.lab.findings import Chart, Curve, Finding, Floats, Table
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.text import experiment_to_table, settings_to_table
from resnet_viz.report.palette import RC
from resnet_viz.report.rendering import Drawing, rendered
from resnet_viz.report.strict import strict_json

Status = Literal["complete", "stopped", "failed"]


@dataclass(frozen=True)
class Outcome:
    """How one experiment ended.

    Attributes:
        task: what was asked.
        settings: with the device that was computed on.
        line: settings and experiment as one line, to paste into the window.
        status: `stopped` by the user before its end; `failed` for a reason that can be mended.
        finding: what is known; None if there is nothing.
        message: why it failed, else empty.
        elapsed_s: wall time.
    """

    task: Task
    settings: LabSettings
    line: str
    status: Status
    finding: Finding | None
    message: str = ""
    elapsed_s: float = 0.0

    @property
    def folder(self) -> str:
        """Of its files: `03-no-norm`."""
        return f"{self.task.number:02d}-{slug(self.task.name)}"

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Of the finding."""
        return self.finding.charts if self.finding else ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Of the finding."""
        return self.finding.tables if self.finding else ()


def slug(name: str) -> str:
    """A name that every file system takes: `Batch norm, 56 layers` -> `batch-norm-56-layers`."""
    letters = unicodedata.normalize("NFKD", name.replace("'", ""))
    plain = letters.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].rstrip("-") or "experiment"


def drawings(outcome: Outcome) -> list[Drawing]:
    """Every chart as PNG and SVG; a drawing's name is its path without the ending."""
    with mpl.rc_context(RC):
        return [
            rendered(draw(chart), f"{outcome.folder}/{chart.key}", caption(chart))
            for chart in outcome.charts
        ]


def files(outcome: Outcome, figures: Sequence[Drawing]) -> dict[str, bytes]:
    """The files of one experiment, by path inside the output folder."""
    found = {}
    for drawing in figures:
        found[f"{drawing.name}.png"] = drawing.png
        found[f"{drawing.name}.svg"] = drawing.svg
    for chart in outcome.charts:
        found[chart_file(outcome, chart)] = curves_csv(chart).encode()
    for table in outcome.tables:
        found[table_file(outcome, table)] = table_csv(table).encode()
    return found


def chart_file(outcome: Outcome, chart: Chart) -> str:
    """Path of a chart's numbers."""
    return f"{outcome.folder}/{chart.key}.csv"


def table_file(outcome: Outcome, table: Table) -> str:
    """Path of a table; a chart may have the same key."""
    return f"{outcome.folder}/table-{table.key}.csv"


# --- JSON ----------------------------------------------------------------------------------


def lab_json(config: LabConfig, outcomes: Sequence[Outcome], versions: dict[str, str]) -> str:
    """The text of `lab.json`: everything that decided the numbers, and all of them.

    A value that was not measured is `null`; `not_finite` lists infinities, see `strict_json`.
    """
    content = {
        "title": config.title,
        "config": {"name": config.source, "text": config.text},
        "versions": versions,
        "experiments": [_experiment(outcome) for outcome in outcomes],
    }
    return strict_json(content)


def _experiment(outcome: Outcome) -> dict[str, Any]:
    finding = outcome.finding
    return {
        "number": outcome.task.number,
        "name": outcome.task.name,
        "folder": outcome.folder,
        "status": outcome.status,
        "message": outcome.message,
        "experiment": experiment_to_table(outcome.task.experiment),
        "settings": settings_to_table(outcome.settings, every=True),
        "line": outcome.line,
        "sentence": finding.sentence if finding else "",
        "notes": list(finding.notes) if finding else [],
        "done": finding.done if finding else 0,
        "total": finding.total if finding else 0,
        "elapsed_s": round(outcome.elapsed_s, 3),
        "charts": [_chart(outcome, chart) for chart in outcome.charts],
        "tables": [_table(outcome, table) for table in outcome.tables],
    }


def _chart(outcome: Outcome, chart: Chart) -> dict[str, Any]:
    values = {field.name: getattr(chart, field.name) for field in fields(chart)}
    stem = f"{outcome.folder}/{chart.key}"
    return {
        **values,
        "references": dict(chart.references),
        "curves": [_curve(curve) for curve in chart.curves],
        "files": [f"{stem}.png", f"{stem}.svg", chart_file(outcome, chart)],
    }


def _curve(curve: Curve) -> dict[str, Any]:
    return {
        "label": curve.label,
        "role": curve.role,
        "source": curve.source,
        **{name: _numbers(getattr(curve, name)) for name in ("x", "y", "low", "high")},
    }


def _numbers(values: Floats | None) -> list[float | None] | None:
    """Not measured is `null`; what was measured and is not finite is left for `strict_json`."""
    if values is None:
        return None
    return [None if math.isnan(value) else float(value) for value in values]


def _table(outcome: Outcome, table: Table) -> dict[str, Any]:
    return {
        "key": table.key,
        "title": table.title,
        "columns": list(table.columns),
        "rows": [[_plain(value) for value in row] for row in table.rows],
        "files": [table_file(outcome, table)],
    }


def _plain(value: object) -> object:
    """A number of numpy as one of Python; texts stay."""
    return value.item() if hasattr(value, "item") else value

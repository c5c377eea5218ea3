"""Charts and tables as CSV, for files and for the clipboard. Imports no drawing library."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable

from resnet_viz.lab.findings import Chart, Table


def curves_csv(chart: Chart) -> str:
    """A row per point of every curve; empty where nothing was measured, `inf` as such."""
    rows: list[Iterable[object]] = [("curve", "role", "x", "name", "y", "low", "high")]
    for curve in chart.curves:
        for i, x in enumerate(curve.x):
            edges = (None if edge is None else edge[i] for edge in (curve.low, curve.high))
            values = map(_csv, (curve.y[i], *edges))
            rows.append((curve.label, curve.role, _csv(x), _tick(chart, x), *values))
    return _csv_text(rows)


def table_csv(table: Table) -> str:
    """The table with its columns' names; empty where there is no value."""
    return _csv_text([table.columns, *(map(_csv, row) for row in table.rows)])


def _tick(chart: Chart, x: float) -> str:
    whole = x == int(x) if math.isfinite(x) else False
    return chart.ticks[int(x)] if whole and 0 <= x < len(chart.ticks) else ""


def _csv(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(float(value))
    return "" if value is None else value


def _csv_text(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()

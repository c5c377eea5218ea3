"""A chart's files, and text for the clipboard. No Qt."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from resnet_viz.errors import UserError
from resnet_viz.lab.findings import Chart

_HINT = "Choose a folder that exists and that you may write to."


def write_svg(chart: Chart, path: Path) -> str:
    """Draw the chart as the headless laboratory does, as an SVG; returns a sentence.

    Qt's own SVGs know no clipping, so that lines would leave the plot.

    Raises:
        UserError: if the file cannot be written.
    """
    # matplotlib comes with these; it is not wanted before somebody saves a figure.
    import matplotlib as mpl

    from resnet_viz.lab.figures.chart import caption, draw
    from resnet_viz.report.palette import RC
    from resnet_viz.report.rendering import rendered

    with mpl.rc_context(RC):
        drawing = rendered(draw(chart), chart.key, caption(chart))
    path = with_suffix(path, ".svg")
    write_text(drawing.svg.decode("utf-8"), path)
    return f"Saved {path.name}."


def write_text(text: str, path: Path) -> Path:
    """Write a text file.

    Raises:
        UserError: if it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"Cannot write `{path}`: {reason}.", _HINT) from error
    return path


def with_suffix(path: Path, suffix: str) -> Path:
    """The path, with the suffix where it has another or none."""
    return path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)


def with_tabs(text: str) -> str:
    """CSV as a spreadsheet pastes it."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()

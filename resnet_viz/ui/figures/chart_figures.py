"""Charts of the laboratory's findings as figures. Imports no drawing library by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from resnet_viz.lab.findings import Chart, Finding
from resnet_viz.lab.wording import conditions
from resnet_viz.ui.figures.figure import Figure, Numbers

_LEGEND_PX = 17.0  # one curve's line of the legend, where nothing stands beside it


def finding_figures(findings: Iterable[Finding]) -> tuple[Figure, ...]:
    """A figure for every chart of the findings."""
    return tuple(_of_finding(finding, chart) for finding in findings for chart in finding.charts)


def chart_figure(chart: Chart, make: Callable[[], QWidget] | None = None) -> Figure:
    """A chart on its own, with what it says of itself as its caption.

    Args:
        chart: the numbers.
        make: a widget that shows them; None for one on a scale that suits them.
    """
    return Figure(
        chart.title,
        _sentences([chart.title, chart.note, *_sources(chart)]),
        make or (lambda: _view(chart)),
        lambda: chart_arrays(chart),
        lambda width: max(210.0 + _LEGEND_PX * len(chart.curves), 0.5 * width),
        name=chart.key,
    )


def chart_arrays(chart: Chart) -> Numbers:
    """X and y of every curve, and its band; names of the positions where they have names."""
    numbers: dict[str, NDArray[Any]] = {}
    if chart.ticks:
        numbers["names"] = np.array(chart.ticks)
    for curve in chart.curves:
        columns = {"x": curve.x, "y": curve.y, "low": curve.low, "high": curve.high}
        for what, values in columns.items():
            if values is not None:
                numbers[f"{curve.label} {what}"] = values
    return numbers


def _view(chart: Chart) -> QWidget:
    # pyqtgraph comes with it, which takes a second.
    from resnet_viz.ui.gradients.charts.chart_view import ChartView

    view = ChartView()
    view.set_chart(chart)
    view.set_bare(True)
    return view


def _of_finding(finding: Finding, chart: Chart) -> Figure:
    settings = finding.settings
    network = f"{settings.spec('residual').title()}, {conditions(settings)}, {settings.dtype}"
    parts = [chart.title, chart.note, network, *_sources(chart)]
    if not finding.complete:
        parts.append("not complete yet")
    return replace(chart_figure(chart), caption=_sentences(parts))


def _sources(chart: Chart) -> list[str]:
    """Whose theories are drawn."""
    return list(dict.fromkeys(f"{c.label}: {c.source}" for c in chart.curves if c.source))


def _sentences(parts: Iterable[str]) -> str:
    """Parts as sentences: a capital in front, a full stop behind."""
    said = (part.strip().rstrip(".") for part in parts)
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in said if part)

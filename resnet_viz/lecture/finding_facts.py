"""What an experiment has found, as facts by name.

A curve's figure is called by what it is (`CURVE_NAMES`) and by the slug of the curve's label, which
only the finding knows: `first_with_skips`. The slug of `theory: He 2015` is `theory_he_2015`; a
second curve of the same slug ends in `_2`. A zero on a log axis that has a floor is `below` that
floor. Imports neither torch nor Qt.
"""

from __future__ import annotations

import itertools
import re

import numpy as np

from resnet_viz.lab.findings import Chart, Curve, Finding
from resnet_viz.lecture.facts import Fact, Names
from resnet_viz.numerals import figure

NAMES: Names = {"sentence": "what was found, in one sentence"}
"""Figures of every finding."""

CURVE_NAMES: Names = {
    "first": "value at the smallest x of a curve of the chart",
    "last": "value at the largest x of a curve of the chart",
    "min": "smallest value of a curve of the chart",
    "max": "largest value of a curve of the chart",
    "x_min": "where a curve of the chart is smallest",
    "x_max": "where a curve of the chart is largest",
}
"""Figures of every curve; behind each stands `_` and the curve's name."""

_OF_A_CURVE = re.compile(rf"(?P<what>{'|'.join(CURVE_NAMES)})_[a-z][a-z0-9_]*")


def finding_facts(finding: Finding, number: int) -> dict[str, Fact]:
    """Facts of a finding and of one of its charts.

    Args:
        finding: complete or not.
        number: of the chart, from 1; one that is not there (yet) has no facts.
    """
    facts = {"sentence": Fact(finding.sentence)} if finding.sentence else {}
    if not 1 <= number <= len(finding.charts):
        return facts
    chart = finding.charts[number - 1]
    for name, curve in zip(curve_names(chart), chart.curves, strict=True):
        facts |= _curve_facts(chart, name, curve)
    return facts


def of_a_curve(name: str) -> str:
    """What a curve's figure is; empty for a name that no curve's figure can have."""
    match = _OF_A_CURVE.fullmatch(name)
    return CURVE_NAMES[match["what"]] if match else ""


def curve_names(chart: Chart) -> tuple[str, ...]:
    """What each curve of a chart is called in texts: the slugs of their labels, all different."""
    names: list[str] = []
    for curve in chart.curves:
        name = slug(curve.label)
        turns = (f"{name}_{turn}" for turn in itertools.count(2))
        names.append(next(n for n in itertools.chain([name], turns) if n not in names))
    return tuple(names)


def slug(label: str) -> str:
    """A label as a name: `With skips, α = 0.5` -> `with_skips_alpha_0_5`.

    Only a-z, 0-9 and _ are left, and a letter begins it.
    """
    plain = label.lower().replace("α", "alpha").replace("∂", "d")
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return words if words[:1].isalpha() else f"curve_{words}".rstrip("_")


def _curve_facts(chart: Chart, name: str, curve: Curve) -> dict[str, Fact]:
    known = np.flatnonzero(~np.isnan(curve.y))
    if not known.size:
        return {}
    order = known[np.argsort(curve.x[known], kind="stable")]
    values = curve.y[known]
    least, most = int(known[np.argmin(values)]), int(known[np.argmax(values)])
    return {
        f"first_{name}": _value(chart, float(curve.y[order[0]])),
        f"last_{name}": _value(chart, float(curve.y[order[-1]])),
        f"min_{name}": _value(chart, float(curve.y[least])),
        f"max_{name}": _value(chart, float(curve.y[most])),
        f"x_min_{name}": _place(chart, float(curve.x[least])),
        f"x_max_{name}": _place(chart, float(curve.x[most])),
    }


def _value(chart: Chart, value: float) -> Fact:
    if value == 0 and chart.y_log and chart.floor is not None:
        return Fact(f"below {figure(chart.floor, 2)}", 0.0)
    return Fact(figure(value), value)


def _place(chart: Chart, x: float) -> Fact:
    index = round(x)
    if chart.ticks and index == x and 0 <= index < len(chart.ticks):
        return Fact(chart.ticks[index], x)
    return Fact(f"{x:g}", x)

"""What an experiment has found, as facts by name.

| name | is |
|---|---|
| `sentence` | the finding's own sentence |
| `first_CURVE`, `last_CURVE` | y at the smallest and at the largest x of a curve of the chart |
| `min_CURVE`, `max_CURVE` | its extremes |
| `x_min_CURVE`, `x_max_CURVE` | where those are: a block's name, or a number |

CURVE is the slug of the curve's label: `with skips` is `with_skips`, `theory: He 2015` is
`theory_he_2015`; a second curve of the same slug ends in `_2`. A zero on a log axis that has a
floor is `below` that floor. Imports neither torch nor Qt.
"""

from __future__ import annotations

import itertools
import re

import numpy as np

from resnet_viz.lab.findings import Chart, Curve, Finding
from resnet_viz.lecture.facts import Fact
from resnet_viz.numerals import figure


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

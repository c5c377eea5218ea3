"""What a chart's numbers are at one position, in words. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resnet_viz.lab.figures.scales import Scale, short
from resnet_viz.lab.findings import Chart, Curve
from resnet_viz.numerals import figure

_DTYPES = (("float64", 5e-324), ("float32", 1.4e-45), ("float16", 6e-8))
_MOST_VALUES = 3


@dataclass(frozen=True)
class Reading:
    """One position of a chart.

    Attributes:
        place: on the x axis, in its own units.
        heading: what the position is: `layer2.1`, `depth (weighted layers): 56`.
        values: one text per curve; empty where the curve has no point there.
    """

    place: float
    heading: str
    values: tuple[str, ...]


def reading_at(chart: Chart, x: Scale, place: float, reach: float = np.inf) -> Reading | None:
    """The numbers of all curves at the measured position next to `place`.

    Args:
        chart: what is drawn.
        x: its horizontal axis.
        place: on that axis.
        reach: how far the next position may be.

    Returns:
        None where there is none within reach.
    """
    values = np.unique([v for curve in chart.curves for v in curve.x if np.isfinite(v)])
    if not values.size:
        return None
    apart = np.abs(x.place(values) - place)
    nearest = values[int(np.nanargmin(apart))] if np.isfinite(apart).any() else None
    if nearest is None or np.nanmin(apart) > reach:
        return None
    return Reading(
        float(x.place(np.array([nearest]))[0]),
        _heading(chart, float(nearest)),
        tuple(_value(chart, curve, float(nearest)) for curve in chart.curves),
    )


def _heading(chart: Chart, value: float) -> str:
    index = round(value)
    if chart.ticks and index == value and 0 <= index < len(chart.ticks):
        return chart.ticks[index]
    return f"{chart.x_label}: {short(value)}"


def _value(chart: Chart, curve: Curve, at: float) -> str:
    here = np.flatnonzero(curve.x == at)
    if not here.size:
        return ""
    words = [_number(chart, float(curve.y[i])) + _band(chart, curve, int(i)) for i in here]
    more = [f"and {len(words) - _MOST_VALUES} more"] if len(words) > _MOST_VALUES else []
    return ", ".join(words[:_MOST_VALUES] + more)


def _number(chart: Chart, value: float) -> str:
    if np.isnan(value):
        return "not measured"
    if np.isinf(value):
        return "not finite (∞)"
    if value == 0 and chart.y_log and chart.floor is not None:
        return f"0 (underflow, below {figure(chart.floor, 2)})"
    return figure(value)


def _band(chart: Chart, curve: Curve, i: int) -> str:
    if curve.low is None or curve.high is None or np.isnan(curve.low[i]):
        return ""
    return f"  [{_number(chart, float(curve.low[i]))} to {_number(chart, float(curve.high[i]))}]"


def named(curve: Curve) -> str:
    """A curve as a legend names it, with the source of a theory."""
    return f"{curve.label} ({curve.source})" if curve.source else curve.label


def axis_words(label: str, *, log: bool) -> str:
    """An axis' label with its scale."""
    return f"{label}, log scale" if log and "log" not in label.lower() else label


def edge_labels(chart: Chart, y: Scale) -> list[tuple[float, str]]:
    """What is written beside the lines that run across: places on y, and words.

    The precision's floor, the zeros at the foot, what is not finite at the ceiling, and the
    references.
    """
    labels = []
    if y.floor is not None and chart.floor is not None:
        labels.append((y.floor, floor_words(chart.floor)))
    if y.foot is not None:
        labels.append((y.foot, f"exactly 0{_counted(chart.curves, 'zero')}"))
    if y.ceiling is not None:
        labels.append((y.ceiling, f"not finite{_counted(chart.curves, 'wild')}"))
    for label, value in chart.references.items():
        place = float(y.place(np.array([value]))[0])
        if np.isfinite(place):
            labels.append((place, f"{label}: {short(value)}"))
    return labels


def floor_words(floor: float) -> str:
    """`float32 underflow below 1.4×10⁻⁴⁵`."""
    near = (name for name, least in _DTYPES if 0.5 < (floor or least) / least < 2.0)
    return f"{next(near, '')} underflow below {figure(floor, 2)}".lstrip()


def _counted(curves: Sequence[Curve], what: str) -> str:
    measured = [curve for curve in curves if curve.role != "theory"]
    total = sum(int((~np.isnan(c.y)).sum()) for c in measured)
    there = sum(int(((c.y <= 0) if what == "zero" else np.isinf(c.y)).sum()) for c in measured)
    return f": {there} of {total} values" if there else ""

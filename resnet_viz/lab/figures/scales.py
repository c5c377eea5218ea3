"""Where a value stands on an axis: zeros and infinities too, which log axes have no place for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnet_viz.lab.findings import Chart, Curve
from resnet_viz.numerals import figure, power_of_ten

Floats = NDArray[np.float64]

# Share of the axis that keeps data off its edges, and that a foot or a ceiling takes.
_ROOM, _EDGE_ROOM = 0.05, 0.07
# A floor this many decades under the data is told in words, not drawn: it would flatten them.
_FLOOR_WITHIN = 14.0
_MOST_TICKS = 8


@dataclass(frozen=True)
class Scale:
    """An axis in its own units: the value itself, or its logarithm to base ten.

    matplotlib's own log scale is not used: its limits cannot lie below the smallest positive
    number, and that is where underflow is drawn.

    Attributes:
        log: whether positions are logarithms.
        low: lower end of the axis.
        high: upper end.
        foot: where zeros stand on a log axis; None if there are none.
        ceiling: where infinities stand; None if there are none.
        floor: of the precision's smallest number, where it is drawn; else None.
    """

    log: bool
    low: float
    high: float
    foot: float | None = None
    ceiling: float | None = None
    floor: float | None = None

    def place(self, values: Floats) -> Floats:
        """Positions of values, NaN where nothing is measured."""
        values = np.asarray(values, np.float64)
        places = np.array(values)
        if self.log:
            places = np.full(values.shape, np.nan)
            positive = (values > 0) & np.isfinite(values)
            places[positive] = np.log10(values[positive])
            if self.foot is not None:
                places[values <= 0] = self.foot
        places[np.isinf(values)] = np.nan if self.ceiling is None else self.ceiling
        return places

    def ticks(self) -> tuple[list[float], list[str]]:
        """Positions and their labels, without those of foot and ceiling."""
        edge = self.foot if self.floor is None else self.floor
        low = self.low if edge is None else edge + 1e-9
        high = self.high if self.ceiling is None else self.ceiling - 1e-9
        if self.log:
            return _log_ticks(max(low, -324.0), high)
        return _linear_ticks(low, high)


def y_scale(chart: Chart) -> Scale:
    """The vertical axis of a chart: everything drawn on it fits."""
    if chart.y_log:
        return _log_scale(list(_values(chart)), chart.floor)
    return _linear_scale(list(_values(chart)), from_zero=chart.kind == "bars")


def x_scale(chart: Chart) -> Scale:
    """The horizontal axis of a chart."""
    if chart.ticks:
        return Scale(False, -0.6, len(chart.ticks) - 0.4)
    values = [curve.x for curve in chart.curves]
    return _log_scale(values, None) if chart.x_log else _linear_scale(values, from_zero=False)


def zeros(curve: Curve) -> NDArray[np.bool_]:
    """Which of its values are measured zeros, or below."""
    return np.asarray(curve.y <= 0)


def _values(chart: Chart) -> Iterator[Floats]:
    for curve in chart.curves:
        yield from (a for a in (curve.y, curve.low, curve.high) if a is not None)
    yield np.array([*chart.references.values()], np.float64)


def _log_scale(series: list[Floats], floor: float | None) -> Scale:
    values = np.concatenate([np.ravel(s) for s in series]) if series else np.empty(0)
    sound = np.log10(values[(values > 0) & np.isfinite(values)])
    below, wild = bool((values <= 0).any()), bool(np.isinf(values).any())
    low, high = (float(sound.min()), float(sound.max())) if sound.size else (-1.0, 0.0)
    line = None if floor is None else math.log10(floor)
    if line is not None and not below and low - line > _FLOOR_WITHIN:
        line = None
    if line is not None:
        low = min(low, line)
        high = max(high, line + 1.0)
    if high - low < 1.0:
        middle = (low + high) / 2
        low, high = middle - 0.5, middle + 0.5
    room = high - low
    foot = low - _EDGE_ROOM * room if below else None
    ceiling = high + _EDGE_ROOM * room if wild else None
    return Scale(
        True,
        (low if foot is None else foot) - _ROOM * room,
        (high if ceiling is None else ceiling) + _ROOM * room,
        foot,
        ceiling,
        line,
    )


def _linear_scale(series: list[Floats], *, from_zero: bool) -> Scale:
    values = np.concatenate([np.ravel(s) for s in series]) if series else np.empty(0)
    sound = values[np.isfinite(values)]
    wild = bool(np.isinf(values).any())
    low, high = (float(sound.min()), float(sound.max())) if sound.size else (0.0, 1.0)
    if from_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        low, high = low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    room = high - low
    ceiling = high + _EDGE_ROOM * room if wild else None
    return Scale(
        False,
        low if from_zero and low == 0.0 else low - _ROOM * room,
        (high if ceiling is None else ceiling) + _ROOM * room,
        None,
        ceiling,
    )


def _log_ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    """Whole decades, thinned; 1, 2 and 5 between them where there are few."""
    step = max(1, math.ceil((high - low) / _MOST_TICKS))
    if high - low >= 2.5:
        first = math.ceil(low / step) * step
        decades = range(first, math.floor(high) + 1, step)
        return [float(d) for d in decades], [power_of_ten(d) for d in decades]
    within = [
        digit * 10.0**decade
        for decade in range(math.floor(low), math.floor(high) + 1)
        for digit in (1, 2, 5)
        if low <= math.log10(digit) + decade <= high
    ]
    return [math.log10(v) for v in within], [short(v) for v in within]


def _linear_ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / _MOST_TICKS
    decade = 10.0 ** math.floor(math.log10(rough))
    step = next(m * decade for m in (1, 2, 5, 10) if m * decade >= rough)
    places = [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return places, [short(place) for place in places]


def short(value: float) -> str:
    """A tick's number without needless digits: `0.5`, `200`, `2×10⁶`."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.6g}".replace("-", "−")
    digit, exponent = f"{value:.0e}".split("e")
    if float(f"{digit}e{exponent}") != value:
        return figure(value, 2)
    return power_of_ten(int(exponent)) if digit == "1" else figure(value, 1)

"""Scales and ticks of a chart: what fits, never one number over another. No Qt."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from resnet_viz.lab.figures import scales
from resnet_viz.lab.figures.scales import Scale, short
from resnet_viz.lab.findings import Chart

Tick = tuple[float, str]
"""A position on an axis, in the axis' own units, and what is written there."""

Measure = Callable[[str], float]
"""The width of a text in pixels."""

# A theory widens a scale by at most so many decades, or by this share of a linear axis: it must
# not flatten what is measured.
_THEORY_DECADES, _THEORY_SHARE = 8.0, 0.5
# Up to so many different positions on x each gets its own tick, if there is room.
_OWN_TICKS = 14
_OWN_LETTERS = 5  # 0.272727 tells nobody where he is
_GAP_PX = 10.0
_BLOCK = re.compile(r"layer(\d+)\.(\d+)")


def y_scale(chart: Chart) -> Scale:
    """The vertical axis: all that is measured fits, and theory as far as that leaves room."""
    measured = tuple(curve for curve in chart.curves if curve.role != "theory")
    scale = scales.y_scale(replace(chart, curves=measured))
    theories = [curve.y for curve in chart.curves if curve.role == "theory"]
    values = np.concatenate(theories) if theories else np.empty(0)
    if not any(np.isfinite(curve.y).any() for curve in measured):
        return scales.y_scale(chart)
    return _widened(scale, values)


def _widened(scale: Scale, theory: NDArray[np.float64]) -> Scale:
    sound = theory[np.isfinite(theory) & ((theory > 0) | (not scale.log))]
    if not sound.size:
        return scale
    places = np.log10(sound) if scale.log else sound
    span = scale.high - scale.low
    reach, room = (_THEORY_DECADES if scale.log else _THEORY_SHARE * span), 0.04 * span
    low, high = scale.low, scale.high
    if scale.foot is None and scale.floor is None:
        low = min(low, max(float(places.min()) - room, low - reach))
    if scale.ceiling is None:
        high = max(high, min(float(places.max()) + room, high + reach))
    return replace(scale, low=low, high=high)


def x_scale(chart: Chart) -> Scale:
    """The horizontal axis."""
    return scales.x_scale(chart)


def pinned_scale(pinned: Scale, automatic: Scale) -> Scale:
    """A scale that stays, with room at its ends for today's zeros and infinities."""
    row = 0.03 * (pinned.high - pinned.low)
    foot, ceiling = pinned.foot, pinned.ceiling
    if foot is None and automatic.foot is not None:
        foot = pinned.low + row
    if ceiling is None and automatic.ceiling is not None:
        ceiling = pinned.high - row
    return replace(pinned, foot=foot, ceiling=ceiling)


def n_outside(chart: Chart, scale: Scale) -> int:
    """How many measured values a scale does not reach."""
    measured = [curve.y for curve in chart.curves if curve.role != "theory"]
    places = scale.place(np.concatenate(measured)) if measured else np.empty(0)
    return int(((places < scale.low) | (places > scale.high)).sum())


# --- ticks ----------------------------------------------------------------------------------


def y_ticks(scale: Scale, height_px: float, row_px: float) -> list[Tick]:
    """Numbers of the vertical axis, as many as have room."""
    ticks = list(zip(*scale.ticks(), strict=True))
    px = height_px / (scale.high - scale.low)
    for step in range(1, len(ticks) + 1):
        kept = ticks[::step]
        apart = [(b - a) * px for (a, _), (b, _) in pairwise(kept)]
        if min(apart, default=math.inf) >= 1.5 * row_px:
            return kept
    return ticks[:1]


def x_ticks(
    chart: Chart, scale: Scale, low: float, high: float, width_px: float, measure: Measure
) -> list[Tick]:
    """Names or numbers of the horizontal axis between `low` and `high`, as many as have room."""
    px = width_px / (high - low)
    if chart.ticks:
        seen = range(max(0, math.ceil(low)), min(len(chart.ticks), math.floor(high) + 1))
        return name_ticks(chart.ticks, seen, px, measure)
    ticks = [tick for tick in _number_ticks(chart, scale) if low <= tick[0] <= high]
    return thinned(ticks, px, measure)


def _number_ticks(chart: Chart, scale: Scale) -> list[Tick]:
    values = np.unique([value for curve in chart.curves for value in curve.x])
    if 0 < len(values) <= _OWN_TICKS and np.isfinite(values).all():
        own = [(float(p), short(v)) for p, v in zip(scale.place(values), values, strict=True)]
        if max(len(text) for _, text in own) <= _OWN_LETTERS:
            return own
    return list(zip(*scale.ticks(), strict=True))


def thinned(ticks: Sequence[Tick], px: float, measure: Measure) -> list[Tick]:
    """The ticks that leave each other room; first and last stay if both have room.

    Args:
        ticks: in ascending order.
        px: pixels of one unit of the axis.
        measure: the width of a text.
    """
    finite = [tick for tick in ticks if math.isfinite(tick[0])]
    if not finite:
        return []
    kept, last = [finite[0]], finite[-1]
    for tick in finite[1:]:
        is_last = tick == last
        if _clear(kept[-1], tick, px, measure) and (is_last or _clear(tick, last, px, measure)):
            kept.append(tick)
    return kept


def _clear(left: Tick, right: Tick, px: float, measure: Measure) -> bool:
    need = (measure(left[1]) + measure(right[1])) / 2 + _GAP_PX
    return (right[0] - left[0]) * px >= need


def name_ticks(names: Sequence[str], seen: range, px: float, measure: Measure) -> list[Tick]:
    """Names of blocks or networks, thinned evenly; every stage of blocks begins anew.

    Args:
        names: of the positions 0, 1, 2, ...
        seen: positions in view.
        px: pixels from one position to the next.
        measure: the width of a text.
    """
    stages = stages_of(names)
    full = [(float(i), names[i]) for i in seen]
    if _all_clear(full, px, measure):
        return full
    brief = [name.removeprefix("layer") if stages else name for name in names]
    starts = _starts(stages) if stages else [0] * len(names)
    anew = set(starts)
    for step in _steps(len(names)):
        kept = [(float(i), brief[i]) for i in seen if (i - starts[i]) % step == 0]
        # The last one before a stage gives way to the stage's first.
        kept = [
            tick
            for tick, after in pairwise([*kept, None])
            if tick and (not after or after[0] not in anew or _clear(tick, after, px, measure))
        ]
        if _all_clear(kept, px, measure):
            return kept
    return thinned([(float(i), brief[i]) for i in seen if i == starts[i]], px, measure)


def stages_of(names: Sequence[str]) -> list[str]:
    """The stage of every block: `1` of `layer1.0`; empty if these are not blocks' names."""
    found = [match[1] for name in names if (match := _BLOCK.fullmatch(name))]
    return found if len(found) == len(names) else []


def stage_edges(names: Sequence[str]) -> list[float]:
    """Where one stage ends and the next begins."""
    stages = stages_of(names)
    return [i - 0.5 for i in range(1, len(stages)) if stages[i] != stages[i - 1]]


def _starts(stages: Sequence[str]) -> list[int]:
    """For every block the first one of its stage."""
    first: dict[str, int] = {}
    return [first.setdefault(stage, i) for i, stage in enumerate(stages)]


def _steps(most: int) -> Iterator[int]:
    decade = 1
    while decade <= most:
        yield from (decade, 2 * decade, 5 * decade)
        decade *= 10


def _all_clear(ticks: Sequence[Tick], px: float, measure: Measure) -> bool:
    return all(_clear(a, b, px, measure) for a, b in pairwise(ticks))


def spread(wanted: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """Middles of labels near where they are wanted, none over another, within the room.

    Args:
        wanted: middles in pixels from the top.
        heights: of the labels.
        room: height of all; labels that need more than that overlap at its top.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    middles = [0.0] * len(wanted)
    edge = 0.0
    for i in order:
        middles[i] = max(wanted[i], edge + heights[i] / 2)
        edge = middles[i] + heights[i] / 2
    edge = room
    for i in reversed(order):
        middles[i] = max(heights[i] / 2, min(middles[i], edge - heights[i] / 2))
        edge = middles[i] - heights[i] / 2
    return middles

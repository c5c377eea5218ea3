"""Which values a chart's vertical axis spans: what can be seen, not flattened by a single spike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resnet_viz.lab.figures.scales import Scale
from resnet_viz.ui.overview.scale import nice_ceiling
from resnet_viz.ui.train.pyramid import Values

_SPIKES = 2.0  # percent of the pixels at either end whose raw values may leave the plot
_FURTHEST = 1.6  # held-out losses of a network that breaks down may be a thousand times the rest
_ROOM = 0.04
_LEAST_DECADES = 0.15  # of a log axis


@dataclass(frozen=True)
class Span:
    """Values in view.

    Attributes:
        steady: those of smoothed and held-out lines: all of them fit, but on a linear axis for
            what lies far above the steps and the guides.
        raw: those of single steps: nearly all of them fit.
    """

    steady: Sequence[Values]
    raw: Sequence[Values]


def y_scale(span: Span, *, log: bool, share: bool, guides: Sequence[float]) -> Scale:
    """The vertical axis.

    Args:
        span: what is in view.
        log: whether it is logarithmic; zeros then get a row at its foot.
        share: whether the values are shares of 0 to 1.
        guides: values of lines to compare with, which are on the axis if they are near.
    """
    values = np.concatenate([*span.steady, *span.raw, np.empty(0)])
    there = np.concatenate([_without_spikes(span.raw), *span.steady])
    there = there[np.isfinite(there)]
    zeros = bool(log and (values <= 0).any())
    if log:
        there = np.log10(there[there > 0])
    if not there.size:
        low, high = (-2.0, 0.5) if log else (0.0, 1.0)
        return Scale(log, low, high)
    low, high = float(there.min()), float(there.max())
    if not log and (near := _near(span.raw, guides)) is not None:
        high = min(high, near)
    if log:
        return _log(low, high, guides, foot=zeros)
    return _share(low, high) if share else _linear(low, high, guides)


def _near(raw: Sequence[Values], guides: Sequence[float]) -> float | None:
    """The highest value that a linear axis shows, where there are single steps to compare with."""
    ends = _without_spikes(raw)
    if not ends.size:
        return None
    return _FURTHEST * max(float(ends.max()), *guides, 0.0)


def _without_spikes(raw: Sequence[Values]) -> Values:
    return np.array([end for r in raw for end in _ends(np.sort(r[np.isfinite(r)]))])


def _ends(ascending: Values) -> list[float]:
    """Lowest and highest value but for the spikes (np.percentile takes ten times as long)."""
    spikes = int(_SPIKES / 100 * ascending.size)
    return [ascending[spikes], ascending[-1 - spikes]] if ascending.size else []


def _log(low: float, high: float, guides: Sequence[float], *, foot: bool) -> Scale:
    for guide in map(math.log10, guides):
        if low - 1.0 <= guide <= high + 1.0:
            low, high = min(low, guide), max(high, guide)
    if high - low < _LEAST_DECADES:
        middle = (low + high) / 2
        low, high = middle - _LEAST_DECADES / 2, middle + _LEAST_DECADES / 2
    room = _ROOM * (high - low)
    zero = low - 2 * room if foot else None
    return Scale(True, (low if zero is None else zero) - room, high + room, zero)


def _linear(low: float, high: float, guides: Sequence[float]) -> Scale:
    for guide in guides:
        if guide <= 1.6 * high:
            low, high = min(low, guide), max(high, guide)
    if 0 <= low < 0.6 * high:
        low = 0.0
    if high - low <= 1e-9 * abs(high):
        low, high = (low - 0.5, high + 0.5) if high == 0 else (min(0.0, 2 * high), 1.2 * high)
    room = _ROOM * (high - low)
    return Scale(False, low if low == 0.0 else low - room, high + room)


def _share(low: float, high: float) -> Scale:
    if low > 0.6:
        low = math.floor(low * 20 - 0.2) / 20
        return Scale(False, low, 1.0 + 0.02 * (1.0 - low))
    high = next((h for h in (0.2, 0.4, 0.6, 0.8) if h >= 1.04 * high), nice_ceiling(high))
    return Scale(False, 0.0, 1.02 * high)

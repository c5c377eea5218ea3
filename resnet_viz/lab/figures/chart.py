"""One chart as a figure that can stand on a slide: it says what is measured, and on which scale."""

from __future__ import annotations

import math
import re

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from resnet_viz.lab.figures.layout import arrange
from resnet_viz.lab.figures.marks import LOOKS, draw_curves, marker_step
from resnet_viz.lab.figures.scales import Scale, short, x_scale, y_scale, zeros
from resnet_viz.lab.figures.words import Words
from resnet_viz.lab.findings import Chart, Curve
from resnet_viz.numerals import figure as number
from resnet_viz.report import palette

SIZE_IN = (9.6, 5.4)
# About what the axes are wide, without the numbers beside them.
_WIDTH_IN = 8.3
# Up to so many different positions on x each gets its own tick, if there is room.
_OWN_TICKS, _SHORT_NUMBER = 14, 5
_BLOCK = re.compile(r"layer(\d+)\.\d+")
_DTYPES = (("float64", 5e-324), ("float32", 1.4e-45), ("float16", 6e-8))


def draw(chart: Chart) -> Figure:
    """The chart as a figure; call it under `rc_context(palette.RC)`."""
    figure = Figure(figsize=SIZE_IN)
    axes = figure.add_subplot()
    x, y = x_scale(chart), y_scale(chart)
    handles = draw_curves(axes, chart, x, y)
    _draw_edges(axes, chart, x, y)
    axes.set_xlim(x.low, x.high)
    axes.set_ylim(y.low, y.high)
    axes.set_yticks(*y.ticks())
    _draw_x_ticks(axes, chart, x)
    legend = [(h, _named(c)) for h, c in zip(handles, chart.curves, strict=True)]
    renderer = arrange(axes, chart.title, _y_words(chart), _x_words(chart), legend, chart.note)
    # Only now is it known what a label would cover.
    _write_beside(Words(axes, renderer), axes, chart, y)
    return figure


def caption(chart: Chart) -> str:
    """One sentence for those who hear the page: what is drawn against what, and of whom."""
    curves = ", ".join(_named(curve) for curve in chart.curves)
    return f"{chart.title}: {_y_words(chart)}, against {_x_words(chart)}; {curves}."


def _y_words(chart: Chart) -> str:
    return _with_scale(chart.y_label, chart.y_log)


def _x_words(chart: Chart) -> str:
    return _with_scale(chart.x_label, chart.x_log and not chart.ticks)


def _with_scale(label: str, log: bool) -> str:
    return f"{label}, log scale" if log and "log" not in label.lower() else label


def _named(curve: Curve) -> str:
    return f"{curve.label} ({curve.source})" if curve.source else curve.label


# --- lines across ---------------------------------------------------------------------------


def _draw_edges(axes: Axes, chart: Chart, x: Scale, y: Scale) -> None:
    """The precision's floor, zeros at the foot and infinities at the ceiling; references."""
    for value in chart.references.values():
        (place,) = y.place(np.array([value]))
        axes.axhline(place, color=palette.MUTED, lw=1.1, ls=(0, (8, 3)), zorder=1.5)
    below = y.foot if y.floor is None else y.floor
    if below is not None:
        axes.axhline(below, color=palette.TROUBLE, lw=1.0, ls=":", zorder=1)
        axes.axhspan(y.low, below, color=palette.TROUBLE, alpha=0.07, lw=0, zorder=0)
    if y.foot is not None:
        _mark(axes, chart, x, y.foot, "v", [zeros(curve) for curve in chart.curves])
    if y.ceiling is not None:
        axes.axhline(y.ceiling, color=palette.TROUBLE, lw=1.0, ls=":", zorder=1)
        _mark(axes, chart, x, y.ceiling, "^", [np.isinf(curve.y) for curve in chart.curves])


def _mark(
    axes: Axes,
    chart: Chart,
    x: Scale,
    place: float,
    marker: str,
    which: list[NDArray[np.bool_]],
) -> None:
    for curve, there in zip(chart.curves, which, strict=True):
        if there.any() and curve.role != "theory":
            at = x.place(curve.x[there])
            (line,) = axes.plot(at, np.full(at.shape, place), marker, ms=8, zorder=5)
            line.set(color=LOOKS[curve.role].colour, markeredgecolor=palette.CARD)
            line.set(markevery=marker_step(len(curve.x)), clip_on=False)


def _write_beside(words: Words, axes: Axes, chart: Chart, y: Scale) -> None:
    none = _counted(chart, [zeros(curve) for curve in chart.curves])
    if y.floor is not None and chart.floor is not None:
        text = _floor_words(chart.floor)
        words.beside(y.floor, f"{text}: exactly 0 at {none}" if none else text, palette.TROUBLE)
    elif y.foot is not None:
        words.beside(y.foot, f"exactly 0 at {none}", palette.TROUBLE)
    if y.ceiling is not None:
        wild = _counted(chart, [np.isinf(curve.y) for curve in chart.curves])
        words.beside(y.ceiling, f"not finite at {wild}", palette.TROUBLE)
    for label, value in chart.references.items():
        (place,) = y.place(np.array([value]))
        words.beside(place, f"{label}: {short(float(f'{value:.3g}'))}", palette.MUTED)
    if all(np.isnan(curve.y).all() for curve in chart.curves):
        empty = axes.text(0.5, 0.5, "nothing measured yet", transform=axes.transAxes, size=12)
        empty.set(horizontalalignment="center", color=palette.MUTED)


def _floor_words(floor: float) -> str:
    """`float32 underflow, below 1.4×10⁻⁴⁵`."""
    near = (name for name, least in _DTYPES if 0.5 < (floor or least) / least < 2.0)
    return f"{next(near, '')} underflow, below {number(floor, 2)}".lstrip()


def _counted(chart: Chart, which: list[NDArray[np.bool_]]) -> str:
    """`14 of 27 (without skips)`, for every curve where there are any."""
    said = []
    for curve, there in zip(chart.curves, which, strict=True):
        if there.any() and curve.role != "theory":
            measured = int((~np.isnan(curve.y)).sum())
            said.append(f"{int(there.sum())} of {measured} ({curve.label})")
    return ", ".join(said)


# --- ticks on x -----------------------------------------------------------------------------


def _draw_x_ticks(axes: Axes, chart: Chart, x: Scale) -> None:
    if chart.ticks:
        _draw_names(axes, chart.ticks)
        return
    values = np.unique([value for curve in chart.curves for value in curve.x])
    places, labels = x.ticks()
    own = [short(v) for v in values]
    if 0 < len(own) <= _OWN_TICKS and all(len(word) <= _SHORT_NUMBER for word in own):
        places, labels = list(x.place(values)), own
    kept = _apart(places, labels, _WIDTH_IN / (x.high - x.low))
    axes.set_xticks([places[i] for i in kept], [labels[i] for i in kept])


def _apart(places: list[float], labels: list[str], in_per_unit: float) -> list[int]:
    """The ticks that leave each other room; the last one always stays."""
    kept: list[int] = []
    for i in reversed(range(len(places))):
        need = 0.075 * (len(labels[i]) + (len(labels[kept[-1]]) if kept else 0)) / 2 + 0.12
        if math.isfinite(places[i]) and (
            not kept or (places[kept[-1]] - places[i]) * in_per_unit >= need
        ):
            kept.append(i)
    return kept[::-1]


def _draw_names(axes: Axes, names: tuple[str, ...]) -> None:
    """Names of blocks or networks, thinned evenly; stages of blocks are set apart."""
    stages = [match[1] for name in names if (match := _BLOCK.fullmatch(name))]
    blocks = len(stages) == len(names)
    shown = [name.removeprefix("layer") if blocks else name for name in names]
    each_in = _WIDTH_IN / (len(names) + 0.2)
    step = max(1, math.ceil((0.066 * max(map(len, shown)) + 0.08) / each_in))
    if step > 1 and not blocks and len(names) <= _OWN_TICKS:
        shown, step = [name.replace(" ", "\n") for name in shown], 1
    axes.set_xticks(range(0, len(names), step), shown[::step], size=9)
    if blocks:
        for i in range(1, len(names)):
            if stages[i] != stages[i - 1]:
                axes.axvline(i - 0.5, color=palette.OFF, lw=0.8, ls=":", zorder=0.5)

"""How a curve looks: it follows from whose numbers it shows, and never from its colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from resnet_viz.lab.figures.scales import Scale
from resnet_viz.lab.findings import Chart, Curve, Role
from resnet_viz.report import palette

Floats = NDArray[np.float64]
Handle = Line2D | Patch

# More points than this stand so close that their markers would hide the line.
_MOST_MARKERS = 45
_BARS_WIDTH = 0.8


@dataclass(frozen=True)
class Look:
    """Colour and form of one role's curves.

    Attributes:
        colour: of line, markers and bars.
        marker: of the points; empty for none.
        dashes: of the line, in matplotlib's terms.
        width: of the line, points.
        hatch: of the bars; empty for filled ones.
    """

    colour: str
    marker: str
    dashes: Any = "-"
    width: float = 2.2
    hatch: str = ""


# Theory has no marker, so its later curves change their dashes.
_DOTS: tuple[Any, ...] = ((0, (1, 1.6)), (0, (5, 1.6, 1, 1.6)), (0, (1, 4)))

LOOKS: dict[Role, Look] = {
    "residual": Look(palette.OUTPUT, "o"),
    "plain": Look(palette.TROUBLE, "s", (0, (5, 2)), hatch="////"),
    "gradient": Look(palette.GRADIENT, "D"),
    "shortcut": Look(palette.SHORTCUT, "^"),
    "branch": Look(palette.BRANCH, "v", (0, (7, 1.5)), hatch="...."),
    "output": Look(palette.OUTPUT, "P"),
    "theory": Look(palette.TEXT, "", _DOTS[0], 1.2),
    "ghost": Look(palette.OFF, "", (0, (4, 3)), 1.6, hatch="xxxx"),
}

# Curves of one role in one chart: the first is solid, the others fade and change their marker.
_FADES = (1.0, 0.62, 0.4)
_MARKERS = ("", "X", "*")
# Equally large for the eye.
_SIZES = {"^": 7.0, "v": 7.0, "P": 9.0}


def looks(chart: Chart) -> list[dict[str, Any]]:
    """How matplotlib is told to draw the line of every curve."""
    seen: dict[Role, int] = {}
    found = []
    for curve in chart.curves:
        turn = seen.get(curve.role, 0)
        seen[curve.role] = turn + 1
        found.append(_line(LOOKS[curve.role], turn))
    return found


def _line(look: Look, turn: int) -> dict[str, Any]:
    later = _MARKERS[turn % len(_MARKERS)]
    return {
        "color": look.colour,
        "marker": (later or look.marker) if look.marker else "",
        "linestyle": look.dashes if look.marker or not turn else _DOTS[turn % len(_DOTS)],
        "linewidth": look.width,
        "alpha": _FADES[min(turn, len(_FADES) - 1)] if look.marker else 1.0,
        "markersize": _SIZES.get(look.marker, 6.0),
        "markeredgecolor": palette.CARD,
        "markeredgewidth": 0.8,
    }


def marker_step(n_points: int) -> int:
    """Every how many points a marker is drawn."""
    return max(1, -(-n_points // _MOST_MARKERS))


def draw_curves(axes: Axes, chart: Chart, x: Scale, y: Scale) -> list[Handle]:
    """All curves, the first on top; returns what a legend shows of each, in their order."""
    styles = looks(chart)
    if chart.kind == "bars":
        return _draw_bars(axes, chart, styles, x, y)
    handles: list[Handle] = []
    for curve, style in zip(chart.curves, styles, strict=True):
        order = 4.0 - len(handles) / 100
        if chart.kind == "points" and curve.role != "theory":
            style["linestyle"] = "none"
        _draw_band(axes, curve, style, x, y, error_bars=chart.kind == "points")
        handles.append(_draw_line(axes, curve, style, x, y, order))
    return handles


def _draw_line(
    axes: Axes, curve: Curve, style: dict[str, Any], x: Scale, y: Scale, order: float
) -> Line2D:
    every = marker_step(len(curve.x))
    places = y.place(curve.y)
    alone = _alone(places)
    (line,) = axes.plot(x.place(curve.x), places, markevery=every, zorder=order, **style)
    if not style["marker"] and alone.any():  # a point without neighbours has no line
        axes.plot(
            x.place(curve.x)[alone], places[alone], "_", ms=14, color=style["color"], zorder=order
        )
    return Line2D([], [], **style) if every > 1 else line


def _alone(places: Floats) -> NDArray[np.bool_]:
    known = np.pad(np.isfinite(places), 1)
    return np.asarray(known[1:-1] & ~known[:-2] & ~known[2:])


def _draw_band(
    axes: Axes, curve: Curve, style: dict[str, Any], x: Scale, y: Scale, *, error_bars: bool
) -> None:
    if curve.low is None or curve.high is None:
        return
    low, high, at = y.place(curve.low), y.place(curve.high), x.place(curve.x)
    if error_bars:
        axes.vlines(at, low, high, color=style["color"], lw=1.2, alpha=0.6, zorder=2)
    else:
        axes.fill_between(at, low, high, color=style["color"], alpha=0.18, lw=0, zorder=2)


def _draw_bars(
    axes: Axes, chart: Chart, styles: list[dict[str, Any]], x: Scale, y: Scale
) -> list[Handle]:
    """Bars side by side; theory as a dash over each group, for it was not measured."""
    sides = [i for i, curve in enumerate(chart.curves) if curve.role != "theory"]
    width = _BARS_WIDTH * _spacing(chart, x) / max(1, len(sides))
    handles: list[Handle] = []
    for i, (curve, style) in enumerate(zip(chart.curves, styles, strict=True)):
        if i not in sides:
            at, half = x.place(curve.x), width * max(1, len(sides)) / 2
            axes.hlines(y.place(curve.y), at - half, at + half, color=style["color"], lw=1.4)
            handles.append(Line2D([], [], color=style["color"], lw=1.4))
            continue
        at = x.place(curve.x) + (sides.index(i) - (len(sides) - 1) / 2) * width
        fill = _bar_look(LOOKS[curve.role], style["alpha"], narrow=len(curve.x) > _MOST_MARKERS)
        _draw_bar(axes, curve, at, width, y, fill)
        handles.append(Patch(**fill))
    return handles


def _draw_bar(
    axes: Axes, curve: Curve, at: Floats, width: float, y: Scale, fill: dict[str, Any]
) -> None:
    base = y.low if y.log else 0.0
    places = y.place(curve.y)
    standing = np.isfinite(places)
    if y.log:  # zeros are drawn as underflow, not as bars
        standing &= curve.y > 0
    axes.bar(at[standing], places[standing] - base, 0.92 * width, bottom=base, zorder=3, **fill)
    if curve.low is not None and curve.high is not None:
        low, high = y.place(curve.low), y.place(curve.high)
        axes.vlines(at, low, high, color=palette.TEXT, lw=1.2, zorder=4)


def _spacing(chart: Chart, x: Scale) -> float:
    places = [x.place(curve.x) for curve in chart.curves]
    apart = np.diff(np.unique(np.concatenate(places))) if places else np.empty(0)
    return float(apart.min()) if apart.size else 1.0


def _bar_look(look: Look, alpha: float, *, narrow: bool) -> dict[str, Any]:
    hollow = bool(look.hatch) and not narrow
    return {
        "facecolor": palette.CARD if hollow else look.colour,
        "edgecolor": look.colour,
        "hatch": look.hatch if hollow else "",
        "linewidth": 0.0 if narrow else 1.2,
        "alpha": alpha,
    }

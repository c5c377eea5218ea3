"""One curve of a chart as pyqtgraph's items, which are kept and only given new numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem

from resnet_viz.lab.figures.scales import Scale
from resnet_viz.lab.findings import Curve, Kind
from resnet_viz.ui.gradients.charts.look import Look
from resnet_viz.ui.theme import Theme

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MARKER_PITCH = 1.7  # markers stand at least so many diameters apart
_NARROW_PX = 4.0
_DOTS = (1.0, 2.5)
_EMPTY: Floats = np.empty(0)


@dataclass(frozen=True)
class Setting:
    """What a curve is drawn on.

    Attributes:
        kind: of the chart.
        x, y: its axes.
        theme: colours and sizes.
        px: pixels of one unit of x.
        n_bars: curves that stand side by side, where these are bars.
        bar: width of one bar in units of x.
    """

    kind: Kind
    x: Scale
    y: Scale
    theme: Theme
    px: float
    n_bars: int = 1
    bar: float = 0.8


@dataclass(frozen=True)
class Placed:
    """A curve's values on the axes.

    Attributes:
        x, y: (n,) places; NaN where nothing is drawn.
        zero: (n,) measured zeros on a log axis, which stand at its foot.
        wild: (n,) values that are not finite, which stand at the ceiling.
    """

    x: Floats
    y: Floats
    zero: Flags
    wild: Flags

    @property
    def regular(self) -> Flags:
        """Values that have a place of their own."""
        return np.isfinite(self.y) & np.isfinite(self.x) & ~self.zero & ~self.wild


def placed(curve: Curve, x: Scale, y: Scale) -> Placed:
    """Where the values of a curve stand."""
    zero = np.asarray(y.log & (curve.y <= 0))
    return Placed(x.place(curve.x), y.place(curve.y), zero, np.isinf(curve.y))


class CurveItems:
    """Line or bars, band, markers, and the marks of what has no place on the axis.

    Args:
        view: the `pyqtgraph.ViewBox` they are drawn in.
    """

    def __init__(self, view: Any) -> None:
        self._view = view
        self.band = QGraphicsPathItem()
        self.line = pg.PlotCurveItem(antialias=True, connect="finite")
        self.falls = pg.PlotCurveItem(antialias=True, connect="finite")
        self.bars = pg.BarGraphItem(x=[0.0], height=[0.0], width=1.0)
        self.markers = pg.ScatterPlotItem(antialias=True)
        self.edges = pg.ScatterPlotItem(antialias=True)
        for item in self._all():
            item.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            view.addItem(item, ignoreBounds=True)

    def remove(self) -> None:
        """Take everything off the chart."""
        for item in self._all():
            self._view.removeItem(item)

    def set_printed(self, printed: bool) -> None:
        """Paint markers as shapes, for a figure; on screen pictures of them are kept."""
        for scatter in (self.markers, self.edges):
            scatter.opts["useCache"] = not printed

    def show(self, curve: Curve, look: Look, setting: Setting, *, order: int, bar: int) -> None:
        """Draw a curve in place of the last one.

        Args:
            curve: the numbers.
            look: colour and form.
            setting: axes and sizes.
            order: 0 for the curve that lies on top.
            bar: place among the bars side by side.
        """
        places = placed(curve, setting.x, setting.y)
        as_bars = setting.kind == "bars" and curve.role != "theory"
        if as_bars:
            shift = (bar - (setting.n_bars - 1) / 2) * setting.bar
            places = replace(places, x=places.x + shift)
        self._show_band(curve, places, look, setting)
        self._show_bars(places, look, setting, shown=as_bars)
        self._show_line(places, look, setting, shown=not as_bars)
        self._show_markers(places, look, setting, shown=not as_bars)
        self._show_edges(places, look, setting, shown=curve.role != "theory")
        # Theory lies on the lines: where both agree, it would not be seen under them.
        above = 5.0 if curve.role == "theory" else 0.0
        for level, item in enumerate(self._all()):
            item.setZValue(10.0 * level - 0.01 * order + above)

    def _all(self) -> tuple[Any, ...]:
        return self.band, self.bars, self.falls, self.line, self.markers, self.edges

    # --- parts -----------------------------------------------------------------------------

    def _show_band(self, curve: Curve, at: Placed, look: Look, setting: Setting) -> None:
        path = QPainterPath()
        if curve.low is not None and curve.high is not None:
            low, high = setting.y.place(curve.low), setting.y.place(curve.high)
            path = _area(at.x, low, high) if setting.kind == "line" else _whiskers(at.x, low, high)
        colour, ink = QColor(look.ink(setting.theme)), Qt.PenStyle.NoPen
        colour.setAlphaF(0.2)
        if setting.kind == "line":
            self.band.setPen(QPen(ink))
            self.band.setBrush(QBrush(colour))
        else:
            whiskers = replace(look, colour="text") if setting.kind == "bars" else look
            self.band.setPen(whiskers.outline(setting.theme, 1.3))
            self.band.setBrush(QBrush())
        self.band.setPath(path)

    def _show_bars(self, at: Placed, look: Look, setting: Setting, *, shown: bool) -> None:
        standing = np.isfinite(at.y) & np.isfinite(at.x) & ~at.zero
        self.bars.setVisible(bool(shown and standing.any()))
        if not self.bars.isVisible():
            return
        base = setting.y.low if setting.y.log else 0.0
        narrow = setting.bar * setting.px < _NARROW_PX
        self.bars.setOpts(
            x=at.x[standing],
            y0=np.full(int(standing.sum()), base),
            height=at.y[standing] - base,
            width=setting.bar * (1.0 if narrow else 0.9),
            brush=look.fill(setting.theme, narrow=narrow),
            pen=look.outline(setting.theme),
        )

    def _show_line(self, at: Placed, look: Look, setting: Setting, *, shown: bool) -> None:
        theory_of_bars = setting.kind == "bars"
        drawn = shown and (setting.kind != "points" or not look.symbol)
        x, y = at.x, np.where(at.regular, at.y, np.nan)
        connect: str = "finite"
        if theory_of_bars:  # a dash over each group, for it says nothing between them
            half = setting.bar * setting.n_bars / 2
            x = np.repeat(at.x, 2) + np.tile((-half, half), len(at.x))
            y, connect = np.repeat(y, 2), "pairs"
            x, y = x[np.isfinite(y)], y[np.isfinite(y)]
        _give(self.line, x, y, look.pen(setting.theme), shown=drawn, connect=connect)
        # To a value that is off the axis the line is dotted: its place there is none.
        pen = look.outline(setting.theme, 1.4, _DOTS)
        joined = drawn and not theory_of_bars
        _give(self.falls, at.x, _falls(at), pen, shown=joined, connect="finite")

    def _show_markers(self, at: Placed, look: Look, setting: Setting, *, shown: bool) -> None:
        regular, theme = at.regular, setting.theme
        if not look.symbol:
            # A point without neighbours has no line to be seen by.
            regular = regular & _alone(at.y) & (setting.kind != "bars")
        if setting.kind == "line":
            regular = _thinned(regular, at.x, look.marker_px(theme) * _MARKER_PITCH / setting.px)
        self.markers.setVisible(shown)
        pen, brush = look.marker(theme)
        spots = (at.x[regular], at.y[regular]) if shown else (_EMPTY, _EMPTY)
        self.markers.setData(
            *spots,
            symbol=look.symbol or "+",
            size=look.marker_px(theme),
            pen=pen if look.symbol else look.outline(theme),
            brush=brush,
        )

    def _show_edges(self, at: Placed, look: Look, setting: Setting, *, shown: bool) -> None:
        size = 10.0 * setting.theme.font_px / 13.0
        there = (at.zero | at.wild) & np.isfinite(at.y) & np.isfinite(at.x) & shown
        there = _thinned(there, at.x, 1.25 * size / setting.px)
        self.edges.setData(
            at.x[there],
            at.y[there],
            symbol=["t" if zero else "t1" for zero in at.zero[there]],
            size=size,
            pen=look.outline(setting.theme, 1.8),
            brush=QBrush(QColor(setting.theme.card)),
        )


def _give(item: Any, x: Floats, y: Floats, pen: QPen, *, shown: bool, connect: str) -> None:
    """New numbers for a line; one without numbers is hidden, for it has no bounds."""
    seen = bool(shown and np.isfinite(y).any())
    item.setVisible(seen)
    if not seen:
        x, y = _EMPTY, _EMPTY
    item.setData(x, y, pen=pen, connect=connect)


def _falls(at: Placed) -> Floats:
    """The stretches of a line that lead to values off the axis, NaN elsewhere."""
    off = np.pad((at.zero | at.wild) & np.isfinite(at.y), 1)
    near = off[1:-1] | off[:-2] | off[2:]
    return np.where(near, at.y, np.nan)


def _alone(y: Floats) -> Flags:
    known = np.pad(np.isfinite(y), 1)
    return np.asarray(known[1:-1] & ~known[:-2] & ~known[2:])


def _thinned(there: Flags, x: Floats, apart: float) -> Flags:
    """As many as stand at least `apart` units of x from the one before."""
    kept = np.zeros(len(there), bool)
    last = -np.inf
    for i in np.flatnonzero(there):
        if abs(x[i] - last) >= apart:
            kept[i], last = True, x[i]
    return kept


def _area(x: Floats, low: Floats, high: Floats) -> QPainterPath:
    """The band between two edges, wherever both are known."""
    path = QPainterPath()
    known = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
    for run in _runs(known):
        path.moveTo(x[run[0]], low[run[0]])
        for i in run[1:]:
            path.lineTo(x[i], low[i])
        for i in reversed(run):
            path.lineTo(x[i], high[i])
        path.closeSubpath()
    return path


def _whiskers(x: Floats, low: Floats, high: Floats) -> QPainterPath:
    path = QPainterPath()
    for i in np.flatnonzero(np.isfinite(x) & np.isfinite(low) & np.isfinite(high)):
        path.moveTo(x[i], low[i])
        path.lineTo(x[i], high[i])
    return path


def _runs(known: Flags) -> list[list[int]]:
    edges = np.flatnonzero(np.diff(np.pad(known.astype(np.int8), 1)))
    return [list(range(a, b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def bar_setting(curves: Mapping[int, Curve], x: Scale) -> tuple[int, float]:
    """How many bars stand side by side, and how wide one is in units of x."""
    places = [x.place(curve.x) for curve in curves.values()]
    apart = np.diff(np.unique(np.concatenate(places))) if places else _EMPTY
    apart = apart[np.isfinite(apart)]
    n_bars = max(1, len(curves))
    return n_bars, 0.8 * float(apart.min() if apart.size else 1.0) / n_bars

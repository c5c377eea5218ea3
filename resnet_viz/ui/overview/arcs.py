"""Paints the skip arcs: their width is the shortcut's share, their form says open or cut."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from resnet_viz.ui.overview.geometry import Chain
from resnet_viz.ui.overview.layout import Detail
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Style, cross

_START = 180 * 16  # the left foot; Qt counts angles in sixteenths of a degree
_FULL_WIDTH_PITCH = 32.0  # narrower blocks get thinner arcs, else they would melt into a bar


def paint_arcs(painter: QPainter, chain: Chain, style: Style, state: OverviewState) -> None:
    """Paint the arcs of all visible blocks."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if chain.axis.detail is Detail.BLOCKS:
        shares = state.arc_shares()
        for i in chain.axis.visible:
            _paint_one(painter, chain, style, state, i, float(shares[i]))
    elif chain.axis.detail is Detail.FOLDED:
        _paint_folded(painter, chain, style, state)
    else:
        _paint_grouped(painter, chain, style, state)


def arc_width(style: Style, chain: Chain, share: float) -> float:
    """Width of an arc's line for a shortcut share of 0 to 1."""
    theme = style.theme
    width = theme.arc_min + share * (theme.arc_max - theme.arc_min)
    width = max(0.8, width * min(1.0, chain.axis.pitch / _FULL_WIDTH_PITCH))
    return round(width, 1)  # in steps nobody sees, so that pens are shared


def arc_alpha(skip: float) -> float:
    """Opacity of an arc: a half-closed gate is paler than an open one, never invisible."""
    return 1.0 if skip >= 1 else round(0.3 + 0.5 * skip, 2)


def _paint_one(
    painter: QPainter, chain: Chain, style: Style, state: OverviewState, index: int, share: float
) -> None:
    x, half, height = chain.axis.centre(index), chain.arc_half_span, chain.arc_height
    box = QRectF(x - half, chain.arc_base - height, 2 * half, 2 * height)
    apex = chain.arc_base - height
    skip = float(state.skip[index])
    if skip > 0:
        painter.setPen(style.pen("shortcut", arc_width(style, chain, share), arc_alpha(skip)))
        painter.drawArc(box, _START, -_START)
    else:
        reach = min(4.0 * style.scale, half * 0.4)
        painter.setPen(style.dashed("ghost", 1.5 * style.scale))
        _draw_broken(painter, box, gap=reach * 1.7)
        painter.setPen(style.pen("ghost", 1.8 * style.scale))
        cross(painter, x, apex, reach)
    _paint_marker(painter, chain, style, state, index, apex)


def _draw_broken(painter: QPainter, box: QRectF, gap: float) -> None:
    """Draw a half ellipse with an opening of 2 * `gap` at its apex."""
    half = box.width() / 2
    angle = round(16 * math.degrees(math.acos(min(0.95, gap / max(half, 1e-6)))))
    painter.drawArc(box, _START, -angle)
    painter.drawArc(box, 0, angle)


def _paint_marker(
    painter: QPainter, chain: Chain, style: Style, state: OverviewState, index: int, apex: float
) -> None:
    """Paint a small square on arcs that are no identity: filled projects, hollow pads."""
    kind = state.blocks[index].shortcut
    if kind == "identity":
        return
    cut = state.skip[index] == 0
    side = min(7.0 * style.scale, chain.axis.pitch * 0.3)
    x, y = chain.axis.centre(index), apex
    if cut:  # the apex is taken by the ×
        x -= chain.arc_half_span * math.cos(math.pi / 4)
        y = chain.arc_base - chain.arc_height * math.sin(math.pi / 4)
    colour = "ghost" if cut else "shortcut"
    painter.setPen(style.pen("card" if kind == "projection" else colour, 1.4))
    painter.setBrush(style.brush(colour if kind == "projection" else "card"))
    painter.drawRect(QRectF(x - side / 2, y - side / 2, side, side))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_folded(painter: QPainter, chain: Chain, style: Style, state: OverviewState) -> None:
    """One small arc per block; pens of rounded shares, so that few are made."""
    axis, half, height = chain.axis, chain.arc_half_span, chain.arc_height
    levels = np.round(state.arc_shares() * 4).astype(int)
    alphas = np.ceil(state.skip * 4).astype(int)
    pens: dict[tuple[int, int], QPen] = {}
    for i in axis.visible:
        key = int(alphas[i]), int(levels[i])
        if key not in pens:
            pens[key] = _folded_pen(style, chain, key[0] / 4, key[1] / 4)
        painter.setPen(pens[key])
        # One call per arc: Qt strokes a path of many arcs in time quadratic in their number.
        box = QRectF(axis.centre(i) - half, chain.arc_base - height, 2 * half, 2 * height)
        if key[0]:
            painter.drawArc(box, _START, -_START)
        else:
            _draw_broken(painter, box, gap=half * 0.65)


def _folded_pen(style: Style, chain: Chain, skip: float, share: float) -> QPen:
    if skip == 0:
        return style.pen("ghost", 1.0 * style.scale)
    return style.pen("shortcut", arc_width(style, chain, share), arc_alpha(skip))


def arc_groups(chain: Chain) -> Iterable[tuple[int, int]]:
    """First block and the one after the last of each visible group that shares an arc."""
    axis, size = chain.axis, chain.axis.blocks_per_arc
    visible = axis.visible
    for stage in range(1, len(axis.depths) + 1):
        start, end = axis.stage_span(stage)
        # As equal as whole blocks allow: a short last group would look like something else.
        n_groups = max(1, round((end - start) / size))
        edges = [start + (end - start) * k // n_groups for k in range(n_groups + 1)]
        for first, after in pairwise(edges):
            if after > visible.start and first < visible.stop:
                yield first, after


def _paint_grouped(painter: QPainter, chain: Chain, style: Style, state: OverviewState) -> None:
    """One arc per group, drawn from its left foot as far as its blocks' skips are open."""
    axis = chain.axis
    n_open = np.concatenate([[0], np.cumsum(state.skip > 0)]).tolist()
    closed, opened = style.pen("ghost", 1.0 * style.scale), style.pen("shortcut", 1.5 * style.scale)
    for first, after in arc_groups(chain):
        left, right = axis.x(first) + 0.6, axis.x(after) - 0.6
        box = QRectF(left, chain.arc_base - chain.arc_height, right - left, 2 * chain.arc_height)
        share_open = (n_open[after] - n_open[first]) / (after - first)
        if share_open < 1:
            painter.setPen(closed)
            _draw_broken(painter, box, gap=(right - left) * 0.3)
        if share_open > 0:
            painter.setPen(opened)
            painter.drawArc(box, _START, -round(_START * share_open))

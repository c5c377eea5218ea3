"""Paints the skip arcs: their width is the shortcut's share, their form says open or cut."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from resnet_viz.ui.overview.geometry import Chain
from resnet_viz.ui.overview.layout import Detail
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.overview.style import Style, cross

_FULL_WIDTH_PITCH = 32.0  # narrower blocks get thinner arcs, else they would melt into a bar


def paint_arcs(painter: QPainter, chain: Chain, style: Style, state: OverviewState) -> None:
    """Paint the arcs of all visible blocks."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if chain.axis.detail is Detail.BLOCKS:
        shares = state.arc_shares()
        for i in chain.axis.visible():
            _paint_one(painter, chain, style, state, i, float(shares[i]))
    elif chain.axis.detail is Detail.FOLDED:
        _paint_folded(painter, chain, style, state)
    else:
        _paint_grouped(painter, chain, style, state)


def arc_width(style: Style, chain: Chain, share: float) -> float:
    """Width of an arc's line for a shortcut share of 0 to 1."""
    theme = style.theme
    width = theme.arc_min + share * (theme.arc_max - theme.arc_min)
    return max(0.8, width * min(1.0, chain.axis.pitch / _FULL_WIDTH_PITCH))


def arc_alpha(skip: float) -> float:
    """Opacity of an arc: a half-closed gate is paler than an open one, never invisible."""
    return 1.0 if skip >= 1 else 0.3 + 0.5 * skip


def _paint_one(
    painter: QPainter, chain: Chain, style: Style, state: OverviewState, index: int, share: float
) -> None:
    x, half, height = chain.axis.centre(index), chain.arc_half_span, chain.arc_height
    box = QRectF(x - half, chain.arc_base - height, 2 * half, 2 * height)
    apex = chain.arc_base - height
    skip = float(state.skip[index])
    path = QPainterPath()
    if skip > 0:
        path.arcMoveTo(box, 180)
        path.arcTo(box, 180, -180)
        painter.setPen(style.pen("shortcut", arc_width(style, chain, share), arc_alpha(skip)))
        painter.drawPath(path)
    else:
        reach = min(4.0 * style.scale, half * 0.4)
        _broken_arc(path, box, gap=reach * 1.7)
        painter.setPen(style.dashed("ghost", 1.5 * style.scale))
        painter.drawPath(path)
        painter.setPen(style.pen("ghost", 1.8 * style.scale))
        cross(painter, x, apex, reach)
    _paint_marker(painter, chain, style, state, index, apex)


def _broken_arc(path: QPainterPath, box: QRectF, gap: float) -> None:
    """Append a half ellipse with an opening of 2 * `gap` at its apex."""
    half = box.width() / 2
    angle = math.degrees(math.acos(min(0.95, gap / max(half, 1e-6))))
    path.arcMoveTo(box, 180)
    path.arcTo(box, 180, -angle)
    path.arcMoveTo(box, angle)
    path.arcTo(box, angle, -angle)


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
    """One small arc per block, batched by pen: hundreds are painted in a few calls."""
    axis, half, height = chain.axis, chain.arc_half_span, chain.arc_height
    visible = axis.visible()
    levels = np.round(state.arc_shares() * 4).astype(int)
    alphas = np.ceil(state.skip * 4).astype(int)
    paths: dict[tuple[int, int], QPainterPath] = defaultdict(QPainterPath)
    for i in visible:
        box = QRectF(axis.centre(i) - half, chain.arc_base - height, 2 * half, 2 * height)
        skip = int(alphas[i])
        if skip:
            path = paths[skip, int(levels[i])]
            path.arcMoveTo(box, 180)
            path.arcTo(box, 180, -180)
        else:
            _broken_arc(paths[0, 0], box, gap=half * 0.65)
    for (skip, level), path in paths.items():
        painter.setPen(_folded_pen(style, chain, skip / 4, level / 4))
        painter.drawPath(path)


def _folded_pen(style: Style, chain: Chain, skip: float, share: float) -> QPen:
    if skip == 0:
        return style.pen("ghost", 1.0 * style.scale)
    return style.pen("shortcut", arc_width(style, chain, share), arc_alpha(skip))


def arc_groups(chain: Chain) -> Iterable[tuple[int, int]]:
    """First block and the one after the last of each visible group that shares an arc."""
    axis, size = chain.axis, chain.axis.blocks_per_arc
    visible = axis.visible()
    for stage in range(1, len(axis.depths) + 1):
        start, end = axis.stage_span(stage)
        # As equal as whole blocks allow: a short last group would look like something else.
        n_groups = max(1, round((end - start) / size))
        edges = [start + (end - start) * k // n_groups for k in range(n_groups + 1)]
        for first, after in pairwise(edges):
            if after > visible.start and first < visible.stop:
                yield first, after


def _paint_grouped(painter: QPainter, chain: Chain, style: Style, state: OverviewState) -> None:
    """One arc per group; the open share of its blocks is drawn open, the rest as a stub."""
    axis = chain.axis
    open_path, cut_path = QPainterPath(), QPainterPath()
    for first, after in arc_groups(chain):
        left, right = axis.x(first) + 0.6, axis.x(after) - 0.6
        box = QRectF(left, chain.arc_base - chain.arc_height, right - left, 2 * chain.arc_height)
        share_open = float((state.skip[first:after] > 0).mean())
        if share_open < 1:
            _broken_arc(cut_path, box, gap=(right - left) * 0.3)
        if share_open > 0:
            open_path.arcMoveTo(box, 180)
            open_path.arcTo(box, 180, -180 * share_open)
    painter.setPen(style.pen("ghost", 1.0 * style.scale))
    painter.drawPath(cut_path)
    painter.setPen(style.pen("shortcut", 1.5 * style.scale))
    painter.drawPath(open_path)

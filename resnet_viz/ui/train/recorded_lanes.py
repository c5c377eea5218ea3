"""Lanes of what was recorded of every block at one step, both networks in each.

A residual network and its rival look as in the gradient laboratory: green, round and solid,
and orange, square and dashed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPainter

from resnet_viz.lab.settings import Side
from resnet_viz.numerals import figure, percent, power_of_ten
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.block_view.look import Look as Inks
from resnet_viz.ui.gradients.chart_notes import paint_ceiling, paint_zero_row
from resnet_viz.ui.gradients.curve_look import paint_series
from resnet_viz.ui.gradients.pair_state import Series
from resnet_viz.ui.gradients.plot import Plot, automatic_scale
from resnet_viz.ui.overview.captions import split
from resnet_viz.ui.overview.geometry import Want
from resnet_viz.ui.overview.lanes import (
    Key,
    LaneContext,
    clip_to_plot,
    paint_grid_line,
    paint_tick,
    paint_title,
)
from resnet_viz.ui.overview.layout import BlockAxis
from resnet_viz.ui.overview.scale import Mark
from resnet_viz.ui.overview.style import Anchor, Style, draw_text
from resnet_viz.ui.train.recorded_state import RecordedState

Values = NDArray[np.float64]
LaneKind = Literal["log", "share"]

SIDES: dict[NetworkKey, Side] = {"network": "residual", "rival": "plain"}
"""How a network of a run looks in the charts of the laboratory."""
COLOURS: dict[NetworkKey, str] = {"network": "output", "rival": "trouble"}
GLYPHS: dict[NetworkKey, str] = {"network": "●", "rival": "■"}

_SMALLEST = 1.4e-45
"""Of float32, in which blocks are measured."""


@dataclass(frozen=True)
class Lane:
    """One figure of every block.

    Attributes:
        name: for code.
        title: what is measured.
        scale: in which units, where the scale does not say it.
        kind: a log axis, or one from 0 to 100 %.
        read: the figure of every block, (N,).
        write: a value for reading.
        zero: why a value may be 0 on a log axis.
    """

    name: str
    title: str
    scale: str
    kind: LaneKind
    read: Callable[[RecordedState], Values]
    write: Callable[[float], str]
    zero: str = ""

    def want(self, style: Style) -> Want:
        """The height it asks for."""
        if self.kind == "share":
            return Want(style.row + 38 * style.scale, 130.0, 1.0)
        return Want(style.row + 56 * style.scale, 320.0, 2.4)


def _recorded(name: str) -> Callable[[RecordedState], Values]:
    return lambda state: state.values.get(name, np.full(len(state.blocks), np.nan))  # type: ignore[call-overload]


# A frozen part needs no gradient; a NaN that training met would have ended the run.
_NOT_COMPUTED = ("none", "not computed in this step (frozen)")


def _figure(value: float) -> str:
    return _NOT_COMPUTED[1] if np.isnan(value) else figure(value)


def _percent(value: float) -> str:
    return percent(value) if np.isfinite(value) else "NaN"


LANES: tuple[Lane, ...] = (
    Lane(
        "gradient",
        "Gradient at each block's input  ‖∂L/∂x‖",
        "L2 over the batch",
        "log",
        _recorded("gradient"),
        _figure,
        "0: below 10⁻⁴⁵ (float32), or nothing flows back",
    ),
    Lane(
        "update",
        "Update ratio  ‖Δw‖ / ‖w‖",
        "of this step",
        "log",
        _recorded("update"),
        _figure,
        "0: the weights did not change",
    ),
    Lane(
        "dead",
        "Dead channels",
        "share of y's channels that are 0 in the whole batch",
        "share",
        _recorded("dead"),
        _percent,
    ),
    Lane(
        "share",
        "Shortcut's share of the sum",
        "‖shortcut‖ / (‖shortcut‖ + ‖F(x)‖), gates included",
        "share",
        RecordedState.share,
        split,
    ),
)


@dataclass(frozen=True, eq=False)
class LaneSide:
    """One network in the lanes: its figures, and the axis that its overview is painted with."""

    key: NetworkKey
    title: str
    state: RecordedState
    axis: BlockAxis

    def series(self, lane: Lane) -> Series:
        """A lane's figures as a line."""
        values = np.asarray(lane.read(self.state), np.float64)
        return Series(
            side=SIDES[self.key],
            kind="now",
            values=values,
            underflow=np.zeros(len(values), bool),  # drawn in the row of zeros
            smallest=_SMALLEST,
            dtype="float32",
            label=self.title,
        )


def paint_lane(
    painter: QPainter,
    lane: Lane,
    context: LaneContext,
    sides: Sequence[LaneSide],
    *,
    keyed: bool = True,
) -> None:
    """Paint a lane's title, axis and lines.

    Args:
        painter: of the lanes.
        lane: which.
        context: its place; its axis is that of the first network.
        sides: the networks that were measured.
        keyed: whether the title row says which line is whose.
    """
    found = [(side, side.series(lane)) for side in sides]
    found = [(side, one) for side, one in found if np.isfinite(one.values).any() or _wild(one)]
    keys = [
        Key("line" if side.key == "network" else "dashed", COLOURS[side.key], side.title)
        for side in sides
    ]
    paint_title(
        painter,
        context,
        lane.title,
        scale=lane.scale + (", log scale" if lane.kind == "log" else ""),
        keys=keys if keyed and len(keys) > 1 else (),
        caption=caption(lane, sides),
    )
    if not found:
        plot = context.plot
        painter.setFont(context.style.small)
        painter.setPen(context.style.pen("muted"))
        draw_text(painter, plot.center().x(), plot.center().y(), "not recorded", Anchor.CENTRE)
    elif lane.kind == "log":
        _paint_log(painter, lane, context, found)
    else:
        _paint_share(painter, context, found)


def caption(lane: Lane, sides: Sequence[LaneSide]) -> str:
    """The selected block's figures: `layer2.0  ● 0.012  ■ 0.004`."""
    parts: list[str] = []
    for side in sides:
        index = side.state.selected
        if index is None or not side.state.values:
            continue
        name = side.state.name(index)
        if name not in parts[:1]:
            parts.append(name)
        value = lane.write(float(lane.read(side.state)[index]))
        parts.append(f"{GLYPHS[side.key]} {value}" if len(sides) > 1 else value)
    return "  ".join(parts)


def _wild(series: Series) -> bool:
    """Whether there is something to draw although nothing is finite."""
    return bool(np.isinf(series.values).any())


def _paint_log(
    painter: QPainter,
    lane: Lane,
    context: LaneContext,
    found: Sequence[tuple[LaneSide, Series]],
) -> None:
    series = [one for _, one in found]
    area, style = context.plot, context.style
    plot = Plot(
        left=area.left(),
        right=area.right(),
        top=area.top(),
        bottom=area.bottom() + 4,
        scale=automatic_scale(series),
        row=style.row,
    )
    for exponent, text in _ticks(plot):
        paint_grid_line(painter, context, plot.exponent_y(exponent))
        paint_tick(painter, context, plot.exponent_y(exponent), text)
    inks = Inks(style.theme)
    for side, one in found:
        if plot.scale.floor and (one.values == 0).any():
            paint_zero_row(painter, style, inks, plot, side.axis, [one], lane.zero)
        if plot.scale.ceiling and not np.isfinite(one.values).all():
            paint_ceiling(painter, style, inks, plot, side.axis, [one], _NOT_COMPUTED)
    painter.save()
    clip_to_plot(painter, context)
    for side, one in found:
        y, marks = plot.positions(one)
        paint_series(painter, style, side.axis, one, y, marks, _shown(side.axis))
    painter.restore()


def _ticks(plot: Plot) -> list[tuple[int, str]]:
    """Decades to be written, at least those at both ends: one alone tells nothing."""
    ticks = plot.scale.ticks(plot.low_y - plot.high_y, plot.row * 1.2)
    ends = [plot.scale.low, plot.scale.high]
    return ticks if len(ticks) > 1 else [(end, power_of_ten(end)) for end in ends]


def _paint_share(
    painter: QPainter, context: LaneContext, found: Sequence[tuple[LaneSide, Series]]
) -> None:
    style = context.style
    area = context.plot.adjusted(0, 0.35 * style.row, 0, 0)
    for share in (0.0, 0.5, 1.0):
        tick_y = area.bottom() - share * area.height()
        paint_grid_line(painter, context, tick_y)
        if share != 0.5 or area.height() > 3.2 * style.row:
            paint_tick(painter, context, tick_y, f"{share * 100:.0f} %")
    painter.save()
    clip_to_plot(painter, context)
    for side, one in found:
        known = np.isfinite(one.values)
        marks = np.where(known, Mark.POINT, Mark.NOT_A_NUMBER).astype(np.int8)
        y = area.bottom() - np.where(known, one.values, 1.0) * area.height()
        paint_series(painter, style, side.axis, one, y, marks, _shown(side.axis))
    painter.restore()


def _shown(axis: BlockAxis) -> range:
    visible = axis.visible
    return range(max(0, visible.start - 1), min(axis.n_blocks, visible.stop + 1))

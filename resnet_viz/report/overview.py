"""The network with its arcs, and the lanes under it, block under block."""

from __future__ import annotations

import math
from itertools import groupby

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import FixedLocator, FuncFormatter

from resnet_viz.numerals import counted, power_of_ten
from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.report import palette
from resnet_viz.report.result import SMALLEST, Result, backward_share, forward_share
from resnet_viz.report.wording import (
    gates_in_words,
    gradient_values,
    sentences,
)

_MARGIN_LEFT_IN = 0.85
_MARGIN_RIGHT_IN = 0.25
_LONGEST_IN = 60.0
_HEADS = (
    ("Gradient at each block's input", "‖∂L/∂x‖, log scale", "log scale"),
    ("Who carries the signal", "‖shortcut‖ : ‖F(x)‖, after the gates", "by norm"),
    ("Who carries the gradient", "‖via shortcut‖ : ‖via F(x)‖", "by norm"),
    ("Zeros in the output", "share of y that is exactly 0", "share of y"),
)


def draw_overview(result: Result, width_in: float = 0.0) -> tuple[Figure, str]:
    """Arcs and squares, gradient, forward and backward shares, share of zeros.

    Args:
        result: the measurement.
        width_in: of the figure, in inches, with fewer words; 0 for what the blocks need.
    """
    n = len(result.blocks)
    width = width_in or min(max(9.6, 0.46 * n + 1.1), _LONGEST_IN)
    height = 7.4
    figure = Figure(figsize=(width, height))
    lanes = figure.subplots(5, 1, sharex=True, height_ratios=[1.5, 2.2, 0.9, 0.9, 0.9])
    network, gradient, forward, backward, zeros = lanes
    per_block_in = (width - _MARGIN_LEFT_IN - _MARGIN_RIGHT_IN) / n
    _draw_network(network, result, per_block_in)
    _draw_gradient(gradient, result)
    _draw_shares(forward, [forward_share(b) for b in result.blocks])
    _draw_shares(backward, [backward_share(b) for b in result.blocks])
    _draw_zeros(zeros, result.blocks)
    for lane, (title, detail, brief) in zip(lanes[1:], _HEADS, strict=True):
        _head(lane, title, brief if width_in else detail)
    step = max(1, math.ceil((0.34 if n < 100 else 0.6) / per_block_in))
    places = range(0, n, step)
    zeros.set_xticks(
        places, [result.blocks[i].name.removeprefix("layer") for i in places], size=7.5
    )
    zeros.set_xlim(-0.6, n - 0.4)
    figure.subplots_adjust(
        left=_MARGIN_LEFT_IN / width,
        right=1 - _MARGIN_RIGHT_IN / width,
        top=1 - 0.12 / height,
        bottom=0.35 / height,
        hspace=0.42,
    )
    caption = (
        f"{result.spec.title()}, {counted(n, 'block')}: {gates_in_words(result)}. "
        f"{sentences(result)[2]}"
    )
    return figure, caption


def _head(lane: Axes, title: str, detail: str) -> None:
    """A bold title over the lane, and what is drawn behind it in small type."""
    bold = lane.set_title(title, loc="left", size=9, weight="bold", pad=5)
    # Placed from the title's lower right corner, wherever that turns out to be.
    small = lane.annotate(detail, (1, 0), xycoords=bold, xytext=(8, 2), textcoords="offset points")
    small.set(fontsize=8, color=palette.MUTED)
    for side in ("top", "right", "left"):
        lane.spines[side].set_visible(False)
    lane.tick_params(length=0)


def _arc(x: float, half_width: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    angle = np.linspace(0, math.pi, 25)
    # A superellipse: broad shoulders leave room for the square under the arc.
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.column_stack(
        (x - half_width * np.sign(cosine) * np.abs(cosine) ** 0.8, 1.15 * sine**0.8)
    )


def _draw_network(lane: Axes, result: Result, per_block_in: float) -> None:
    """Squares on a line, a skip's arc over each; its width is the shortcut's share."""
    blocks = result.blocks
    lane.axhline(0, color=palette.OFF, lw=1.2, zorder=1)
    on = [(x, b) for x, b in enumerate(blocks) if b.skip != 0.0]
    off = [x for x, b in enumerate(blocks) if b.skip == 0.0]
    scale = min(1.0, per_block_in / 0.3)
    lane.add_collection(
        LineCollection(
            [_arc(x, 0.46) for x, _ in on],
            colors=palette.SHORTCUT,
            linewidths=[scale * (1.0 + 3.5 * (forward_share(b) or 0.0)) for _, b in on],
            zorder=2,
        )
    )
    lane.add_collection(
        LineCollection(
            [_arc(x, 0.46) for x in off],
            colors=palette.OFF,
            linewidths=1.2 * scale,
            linestyles="dashed",
            zorder=2,
        )
    )
    for dropped in (False, True):
        squares = [
            FancyBboxPatch((x - 0.22, -0.3), 0.44, 0.6, boxstyle="round,pad=0,rounding_size=0.06")
            for x, b in enumerate(blocks)
            if (b.main == 0.0) is dropped
        ]
        lane.add_collection(
            PatchCollection(
                squares,
                facecolor=palette.CARD if dropped else palette.BRANCH_FILL,
                edgecolor=palette.OFF if dropped else palette.BRANCH,
                linewidth=1.3 * scale,
                linestyle="dashed" if dropped else "solid",
                zorder=3,
            )
        )
    if per_block_in >= 0.3:
        for x, block in enumerate(blocks):
            colour = palette.OFF if block.main == 0.0 else palette.BRANCH
            letter = lane.text(x, -0.01, "F", color=colour, size=8, weight="bold", zorder=4)
            letter.set(horizontalalignment="center", verticalalignment="center")
    for stage, members in groupby(enumerate(blocks), key=lambda pair: pair[1].stage):
        pairs = list(members)
        first, last, shape = pairs[0][0], pairs[-1][0], pairs[-1][1].out_shape
        lane.plot([first - 0.44, last + 0.44], [1.5, 1.5], color=palette.GRID, lw=3, zorder=1)
        room = (last - first + 1) * per_block_in
        text = f"layer{stage}"
        if room > 1.5:
            text += f" · {shape[0]} ch · {shape[1]} × {shape[2]}"
        if room > 0.45:
            lane.text((first + last) / 2, 1.6, text, ha="center", size=8, color=palette.MUTED)
    lane.set_ylim(-0.45, 2.0)
    lane.set_axis_off()


def _draw_gradient(lane: Axes, result: Result) -> None:
    """Norms on a log axis; zeros on a floor and infinities on a ceiling, each labelled."""
    _, raw = gradient_values(result)
    values = np.asarray(raw)
    x = np.arange(len(values))
    sound = np.isfinite(values) & (values > 0)
    logs = np.full(len(values), np.nan)
    logs[sound] = np.log10(values[sound])
    low = math.floor(float(logs[sound].min())) if sound.any() else -1
    high = math.ceil(float(logs[sound].max())) if sound.any() else 0
    if high - low < 2:
        low, high = low - 1, max(high, low + 1)
    room = 0.14 * (high - low)
    zero, wild = values == 0, ~np.isfinite(values)
    few = len(values) <= 160
    lane.plot(x, logs, color=palette.GRADIENT, lw=1.8, marker="o", ms=3.6 if few else 0, zorder=3)
    if zero.any():
        _edge(lane, x[zero], low - room, "v", f"0: below {SMALLEST[result.snapshot.dtype]}")
    if wild.any():
        _edge(lane, x[wild], high + room, "^", "not finite")
    lane.set_ylim(low - (1.6 * room if zero.any() else 0), high + (1.6 * room if wild.any() else 0))
    step = max(1, math.ceil((high - low) / 5))
    ticks = list(range(low, high + 1, step))
    lane.yaxis.set_major_locator(FixedLocator(ticks))
    lane.yaxis.set_major_formatter(FuncFormatter(lambda v, _: power_of_ten(round(v))))
    lane.grid(axis="y", color=palette.GRID, lw=0.8)
    lane.set_axisbelow(True)


def _edge(
    lane: Axes, x: np.ndarray[tuple[int], np.dtype[np.int64]], y: float, marker: str, text: str
) -> None:
    """Values that no log axis holds, drawn at its edge with a sentence beside them."""
    lane.axhline(y, color=palette.TROUBLE, lw=0.8, ls=":", zorder=1)
    lane.plot(
        x, np.full(len(x), y), ls="none", marker=marker, ms=5, color=palette.TROUBLE, zorder=4
    )
    # The label stands on the line, towards the side with fewer markers.
    right = x.mean() < (lane.dataLim.x1 or 1) / 2
    lane.annotate(
        text,
        (1.0 if right else 0.0, y),
        xycoords=("axes fraction", "data"),
        xytext=(0, 3 if marker == "v" else -3),
        textcoords="offset points",
        ha="right" if right else "left",
        va="bottom" if marker == "v" else "top",
        size=8,
        color=palette.TROUBLE,
    )


def _draw_shares(lane: Axes, shares: list[float | None]) -> None:
    """Stacked bars, the shortcut above F(x); crossed where there is nothing to share."""
    x = np.arange(len(shares))
    known = np.array([s if s is not None else np.nan for s in shares])
    sound = np.isfinite(known)
    lane.bar(x[sound], 1 - known[sound], 0.5, color=palette.BRANCH)
    lane.bar(x[sound], known[sound], 0.5, bottom=1 - known[sound], color=palette.SHORTCUT)
    if not sound.all():
        lane.plot(x[~sound], np.full((~sound).sum(), 0.5), "x", ms=5, color=palette.OFF)
    _share_axis(lane)


def _draw_zeros(lane: Axes, blocks: tuple[BlockStats, ...]) -> None:
    shares = np.nan_to_num([b.zero_share for b in blocks])
    lane.bar(np.arange(len(blocks)), shares, 0.5, color=palette.OUTPUT)
    _share_axis(lane)


def _share_axis(lane: Axes) -> None:
    lane.set_ylim(0, 1)
    lane.set_yticks([0, 0.5, 1], ["0", "50 %", "100 %"])
    lane.grid(axis="y", color=palette.GRID, lw=0.8)
    lane.set_axisbelow(True)

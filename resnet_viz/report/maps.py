"""x + F(x) = y of one block, as three grids of the same channels on one colour scale."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.report.palette import BRANCH, MUTED, OFF, OUTPUT, SHORTCUT
from resnet_viz.report.result import Result
from resnet_viz.report.wording import number

FloatArray = NDArray[np.float64]

_PER_ROW = 4
# Blue to orange through near-white: opposite signs differ in hue for colour-blind people too.
_SIGNED = LinearSegmentedColormap.from_list(
    "signed", ["#08306b", "#2b7bba", "#a6cbe3", "#f7f7f7", "#f6c07a", "#d9730d", "#7a3300"]
)


def draw_maps(result: Result, name: str) -> tuple[Figure, str]:
    """The maps of the block called `name`; it must have been kept."""
    block = result.snapshot.block(name)
    maps = result.snapshot.maps[name]
    count = min(_PER_ROW**2, maps.out.shape[0])
    energy = np.nan_to_num(np.square(maps.out.astype(np.float64)).sum(axis=(1, 2)))
    chosen = np.sort(np.argsort(-energy, kind="stable")[:count])
    grids = [a[chosen].astype(np.float64) for a in (maps.shortcut, maps.branch, maps.out)]
    finite = [np.abs(g[np.isfinite(g)]) for g in grids]
    limit = max((float(f.max()) for f in finite if f.size), default=0.0)

    figure = Figure(figsize=(9.6, 3.75))
    axes = figure.subplots(1, 3)
    straight = block.shortcut == "identity"
    titles = (
        _path("x" if straight else f"shortcut(x), {block.shortcut}", SHORTCUT, block.skip, "cut"),
        _path("F(x)", BRANCH, block.main, "left out"),
        ("y", OUTPUT),
    )
    norms = (block.norm_shortcut, block.norm_branch, block.norm_out)
    for place, grid, (title, colour), norm in zip(axes, grids, titles, norms, strict=True):
        image = place.imshow(
            mosaic(grid), cmap=_SIGNED, vmin=-(limit or 1), vmax=limit or 1, interpolation="nearest"
        )
        _head(place, title, colour, f"norm {number(norm)}")
    figure.subplots_adjust(left=0.02, right=0.90, bottom=0.03, top=0.80, wspace=0.16)
    for x, sign in ((0.308, "+"), (0.61, "=")):
        if sign == "+" and 0.0 in (block.skip, block.main):
            continue  # nothing is added: one path is closed
        figure.text(x, 0.40, sign, size=16, weight="bold", ha="center", va="center")
    bar = figure.colorbar(image, cax=figure.add_axes((0.925, 0.05, 0.012, 0.72)))
    bar.outline.set_visible(False)
    figure.text(0.02, 0.935, name, size=12, weight="bold")
    figure.text(
        0.02 + 0.014 * len(name),
        0.935,
        f"{block.kind} block   {formula(result, block)}   "
        f"cosine of the two {number(block.cosine, 2)}",
        color=MUTED,
    )
    shape = " × ".join(map(str, block.out_shape))
    caption = (
        f"Block {name}: shortcut, branch F(x) and output y, {shape}. Shown are the {count} "
        f"channels with most energy in y, numbers {', '.join(map(str, chosen))}; one colour "
        f"scale for all three, from {number(-limit)} to {number(limit)}, centred on 0."
    )
    if blank := sum(int(np.count_nonzero(~np.isfinite(g))) for g in grids):
        caption += f" {blank} values are not finite and left blank."
    return figure, caption


def _path(title: str, colour: str, gate: float, closed: str) -> tuple[str, str]:
    """Title and colour of a path; grey, and said in words, where its gate is closed."""
    return (f"{title}, {closed}", OFF) if gate == 0.0 else (title, colour)


def formula(result: Result, block: BlockStats) -> str:
    """What the block computes with today's gates: `y = relu(x + F(x))`."""
    x = "x" if block.shortcut == "identity" else "shortcut(x)"
    terms = [
        term if gate == 1.0 else f"{gate:g} {term}"
        for gate, term in ((block.skip, x), (block.main, "F(x)"))
        if gate != 0.0
    ]
    total = " + ".join(terms) or "0"
    if result.spec.order == "pre" or result.spec.activation == "identity":
        return f"y = {total}"
    return f"y = {result.spec.activation}({total})"


def mosaic(grid: FloatArray) -> FloatArray:
    """(N, H, W) maps as one picture in rows of four, with NaN (drawn as nothing) between them."""
    count, height, width = grid.shape
    per_row = min(_PER_ROW, count)
    rows = -(-count // per_row)
    gap = max(1, height // 16)
    picture = np.full((rows * (height + gap) - gap, per_row * (width + gap) - gap), np.nan)
    for index, one in enumerate(grid):
        top = (index // per_row) * (height + gap)
        left = (index % per_row) * (width + gap)
        picture[top : top + height, left : left + width] = one
    return picture


def _head(axes: Axes, title: str, colour: str, detail: str) -> None:
    axes.set_axis_off()
    axes.plot([0, 1], [1.02, 1.02], transform=axes.transAxes, color=colour, lw=2.5, clip_on=False)
    axes.text(0, 1.06, title, transform=axes.transAxes, color=colour, weight="bold")
    axes.text(1, 1.06, detail, transform=axes.transAxes, color=MUTED, ha="right", size=8)

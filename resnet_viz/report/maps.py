"""x + F(x) = y of one block, as three grids of the same channels on one colour scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.report.palette import BRANCH, MUTED, NARROW_IN, OFF, OUTPUT, SHORTCUT
from resnet_viz.report.result import Result
from resnet_viz.report.wording import number

FloatArray = NDArray[np.float64]

_PER_ROW = 4
# Blue to orange through near-white: opposite signs differ in hue for colour-blind people too.
_SIGNED = LinearSegmentedColormap.from_list(
    "signed", ["#08306b", "#2b7bba", "#a6cbe3", "#f7f7f7", "#f6c07a", "#d9730d", "#7a3300"]
)


@dataclass(frozen=True)
class _Picture:
    """What is drawn of a block, however it is laid out.

    Attributes:
        name: of the block.
        block: its figures.
        formula: what it computes.
        grids: x, F(x) and y, (N, H, W) each.
        limit: of the colour scale, which is centred on 0.
        titles: of each grid, with its colour.
        caption: in words.
    """

    name: str
    block: BlockStats
    formula: str
    grids: tuple[FloatArray, ...]
    limit: float
    titles: tuple[tuple[str, str], ...]
    caption: str

    @property
    def norms(self) -> tuple[float, ...]:
        """Of the whole tensors, all channels."""
        return (self.block.norm_shortcut, self.block.norm_branch, self.block.norm_out)

    @property
    def signs(self) -> tuple[str, str]:
        """Between the grids; nothing is added where one path is closed."""
        return ("" if 0.0 in (self.block.skip, self.block.main) else "+", "=")

    def fill(self, places: Sequence[Axes], per_row: int) -> AxesImage:
        """Draw the three grids with their heads; returns one of the images."""
        limit = self.limit or 1
        for place, grid, head, norm in zip(
            places, self.grids, self.titles, self.norms, strict=True
        ):
            image = place.imshow(
                mosaic(grid, per_row),
                cmap=_SIGNED,
                vmin=-limit,
                vmax=limit,
                interpolation="nearest",
            )
            _head(place, *head, f"norm {number(norm)}")
        return image


def draw_maps(result: Result, name: str) -> tuple[Figure, str]:
    """The maps of the block called `name`, side by side; it must have been kept."""
    picture = _picture(result, name)
    figure = Figure(figsize=(9.6, 3.75))
    image = picture.fill(figure.subplots(1, 3), _PER_ROW)
    figure.subplots_adjust(left=0.02, right=0.90, bottom=0.03, top=0.80, wspace=0.16)
    for x, sign in zip((0.308, 0.61), picture.signs, strict=True):
        figure.text(x, 0.40, sign, size=16, weight="bold", ha="center", va="center")
    bar = figure.colorbar(image, cax=figure.add_axes((0.925, 0.05, 0.012, 0.72)))
    bar.outline.set_visible(False)
    figure.text(0.02, 0.935, name, size=12, weight="bold")
    block = picture.block
    figure.text(
        0.02 + 0.014 * len(name),
        0.935,
        f"{block.kind} block   {picture.formula}   cosine of the two {number(block.cosine, 2)}",
        color=MUTED,
    )
    return figure, picture.caption


def draw_maps_narrow(result: Result, name: str) -> tuple[Figure, str]:
    """The same one under the other, for a page as narrow as a phone."""
    picture = _picture(result, name)
    figure = Figure(figsize=(NARROW_IN, 5.3))
    image = picture.fill(figure.subplots(3, 1), 2 * _PER_ROW)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.1, top=0.87, hspace=0.5)
    for y, sign in zip((0.632, 0.345), picture.signs, strict=True):
        figure.text(0.5, y, sign, size=14, weight="bold", ha="center", va="center")
    place = figure.add_axes((0.1, 0.065, 0.8, 0.012))
    bar = figure.colorbar(image, cax=place, orientation="horizontal")
    bar.outline.set_visible(False)
    figure.text(0.02, 0.955, picture.formula, size=10, weight="bold")
    cosine = f"cosine {number(picture.block.cosine, 2)}"
    figure.text(0.98, 0.955, cosine, ha="right", color=MUTED)
    return figure, picture.caption


def _picture(result: Result, name: str) -> _Picture:
    block = result.snapshot.block(name)
    maps = result.snapshot.maps[name]
    count = min(_PER_ROW**2, maps.out.shape[0])
    energy = np.nan_to_num(np.square(maps.out.astype(np.float64)).sum(axis=(1, 2)))
    chosen = np.sort(np.argsort(-energy, kind="stable")[:count])
    grids = tuple(a[chosen].astype(np.float64) for a in (maps.shortcut, maps.branch, maps.out))
    finite = [np.abs(g[np.isfinite(g)]) for g in grids]
    limit = max((float(f.max()) for f in finite if f.size), default=0.0)
    straight = block.shortcut == "identity"
    titles = (
        _path("x" if straight else f"shortcut(x), {block.shortcut}", SHORTCUT, block.skip, "cut"),
        _path("F(x)", BRANCH, block.main, "left out"),
        ("y", OUTPUT),
    )
    shape = " × ".join(map(str, block.out_shape))
    caption = (
        f"Block {name}: shortcut, branch F(x) and output y, {shape}. Shown are the {count} "
        f"channels with most energy in y, numbers {', '.join(map(str, chosen))}; one colour "
        f"scale for all three, from {number(-limit)} to {number(limit)}, centred on 0."
    )
    if blank := sum(int(np.count_nonzero(~np.isfinite(g))) for g in grids):
        caption += f" {blank} values are not finite and left blank."
    return _Picture(name, block, formula(result, block), grids, limit, titles, caption)


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


def mosaic(grid: FloatArray, per_row: int = _PER_ROW) -> FloatArray:
    """(N, H, W) maps as one picture in rows, with NaN (drawn as nothing) between them."""
    count, height, width = grid.shape
    per_row = min(per_row, count)
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
    # In points, for grids of any height.
    inches = axes.figure.dpi_scale_trans
    line, words = (axes.transAxes + ScaledTranslation(0, y / 72, inches) for y in (4, 9))
    axes.plot([0, 1], [1, 1], transform=line, color=colour, lw=2.5, clip_on=False)
    axes.text(0, 1, title, transform=words, color=colour, weight="bold")
    axes.text(1, 1, detail, transform=words, color=MUTED, ha="right", size=8)

"""The sentences of the block view: captions, scales, status. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resnet_viz.ui.block_view.colour import Scale
from resnet_viz.ui.block_view.focus import Window
from resnet_viz.ui.block_view.formula import SHORTCUT_SYMBOLS
from resnet_viz.ui.block_view.mosaic import Layout
from resnet_viz.ui.block_view.panels import Panel, PanelRole, Pixel, Scope, Sort
from resnet_viz.ui.block_view.segments import Line, Segment, joined, number, share
from resnet_viz.ui.block_view.summary import Summary

SORTS: dict[str, str] = {
    "index": "index",
    "energy_branch": "energy ‖F(x)‖",
    "energy_output": "energy ‖y‖",
    "gradient": "gradient ‖∂L/∂y‖",
}
SCOPES: dict[str, str] = {
    "shared": "shared by x, F, y",
    "tensor": "each tensor",
    "map": "each map",
}
SYMBOLS: dict[PanelRole, str] = {"shortcut": "x", "branch": "F", "output": "y"}


@dataclass(frozen=True)
class BlockContext:
    """What the captions must know of the block besides its maps.

    Attributes:
        shortcut: `identity`, `projection` or `pad`.
        skip: gate of the shortcut.
        main: gate of the branch.
        activation: written name of the nonlinearity after the sum, "" if none.
    """

    shortcut: str = "identity"
    skip: float = 1.0
    main: float = 1.0
    activation: str = ""

    def gate(self, role: PanelRole) -> float:
        """Weight with which a panel's tensor enters the sum."""
        return {"shortcut": self.skip, "branch": self.main, "output": 1.0}[role]


def symbol(panel: Panel, context: BlockContext) -> str:
    """The letter of the tensor in a panel: `x`, `W·x`, `F`, `conv2`, `y`."""
    if panel.name == "shortcut":
        return SHORTCUT_SYMBOLS[context.shortcut]
    if panel.role == "branch" and panel.name != "branch":
        return panel.name
    return SYMBOLS[panel.role]


def title(role: PanelRole, panel: Panel | None, context: BlockContext) -> Line:
    """What a grid shows: `x  skip`, `F(x)  after conv2`, `x  raw input`; its gate if not open."""
    gate = context.gate(role)
    name, what = _names(role, panel, context)
    if gate == 0:
        note = ", cut: adds nothing" if role == "shortcut" else ", dropped: adds nothing"
        return Segment(name, "ghost", bold=True, struck=True), Segment(f"  {what}{note}", "ghost")
    note = "" if gate == 1 else f" × {gate:.2f}"
    return Segment(name, role, bold=True), Segment(f"  {what}{note}", role)


def _names(role: PanelRole, panel: Panel | None, context: BlockContext) -> tuple[str, str]:
    """Symbol and word of the tensor in a grid."""
    if role == "output":
        return "y", "output"
    if role == "branch":
        inner = panel is not None and panel.name != "branch"
        return "F(x)", f"after {panel.name}" if panel is not None and inner else "main path"
    if panel is not None and panel.name == "x":
        return "x", "raw input"
    return {
        "identity": ("x", "skip"),
        "projection": ("Wx", "skip (projection)"),
        "pad": ("pad(x)", "skip (zero-padded)"),
    }[context.shortcut]


def notes(panel: Panel) -> list[str]:
    """What sets a grid apart from y's, the longest form first."""
    if panel.linked:
        return []
    return ["×".join(str(n) for n in panel.tensor.shape) + ", not linked", "not linked"]


def link_note(panel: Panel) -> str:
    """Why a grid does not follow the others; "" if it does."""
    if panel.linked:
        return ""
    return f"link off: the channels of {panel.name} are not those of y"


def tensor_figures(summary: Summary) -> Line:
    """`mean 0.31  ·  zero 46 %` of a tensor's finite values."""
    return joined(
        [
            (Segment(f"mean {number(summary.mean)}", "muted"),),
            (Segment(f"zero {share(summary.zero_share)}", "muted"),),
        ]
    )


def map_figures(summary: Summary) -> Line:
    """`mean 0.31  ·  −1.2 to 0.9` of one map."""
    spread = f"{number(summary.low)} to {number(summary.high)}"
    return joined(
        [
            (Segment(f"mean {number(summary.mean)}", "muted"),),
            (Segment(spread, "muted"),),
        ]
    )


def scale_ends(scale: Scale, channel: int, summary: Summary) -> tuple[str, str]:
    """The numbers at the ends of a colour bar; `≥` where larger values share the last colour."""
    limit = scale.limit_of(channel)
    beyond_high = "≥ " if summary.high > limit * (1 + 1e-6) else ""
    beyond_low = "≤ " if summary.low < -limit * (1 + 1e-6) else ""
    low = f"{beyond_low}{number(-limit)}" if scale.signed and limit else "0"
    return low, f"{beyond_high}{number(limit)}"


def bad_words(summary: Summary) -> str:
    """How many values have no place on the scale; "" if all have."""
    return f"{summary.n_bad} NaN or ∞" if summary.n_bad else ""


def scale_words(scale: Scale, scope: Scope, channel: int, summary: Summary) -> list[Line]:
    """Whom the colour bar speaks for, the longest form first; the scope is in all of them.

    Args:
        scale: of the tensor.
        scope: what shares it.
        channel: the selected one, whose scale is printed when every map has its own.
        summary: of what the bar speaks for.
    """
    long, short = {
        "shared": ("scale shared by x, F, y", "shared"),
        "tensor": ("this tensor’s own scale", "own scale"),
        "map": (f"each map its own scale; here channel {channel}", f"channel {channel} only"),
    }[scope]
    pinned = ["pinned"] if scale.pinned else []
    limit = scale.limit_of(channel)
    most = []
    if summary.extent > limit * (1 + 1e-6):
        top = summary.high if summary.high >= -summary.low else summary.low
        most.append(f"{'max' if top > 0 else 'min'} {number(top)}")
    variants = [[*most, long, *pinned], [*most, short, *pinned], [short, *pinned]]
    return [(Segment(" · ".join(words), "muted"),) for words in variants]


def reduction_words(reductions: Mapping[PanelRole, int]) -> str:
    """How tiles smaller than their maps are drawn: `means of 2×2 px`; "" if none is.

    Args:
        reductions: by grid: map pixels along a side of a drawn pixel.
    """
    if set(reductions.values()) <= {1}:
        return ""
    if len(set(reductions.values())) == 1:
        size = next(iter(reductions.values()))
        return f"means of {size}×{size} px"
    parts = [f"{SYMBOLS[role]} {size}×{size}" for role, size in reductions.items() if size > 1]
    return f"means of {', '.join(parts)} px"


def rows_words(layout: Layout, first_row: int) -> str:
    """How many channels are in sight: `1–28 of 256 channels`."""
    first = first_row * layout.columns
    last = min(layout.count, first + layout.full_rows * layout.columns)
    if last - first == layout.count:
        return f"all {layout.count} channels"
    return f"{first + 1}–{last} of {layout.count} channels"


def part_words(view: Window) -> str:
    """Which part of a large map is in sight: `rows 2–11, columns 0–12 of 14×14`."""
    height, width = view.shape
    if (view.rows, view.columns) == view.shape:
        return f"whole map, {height}×{width}"
    rows = f"rows {view.row}–{view.row + view.rows - 1}"
    columns = f"columns {view.column}–{view.column + view.columns - 1}"
    return f"{rows}, {columns} of {height}×{width}  ·  drag moves"


def rank_words(sort: Sort, place: int, count: int) -> str:
    """Where a channel stands in the order: `3 of 256 by energy ‖F(x)‖`; "" by index."""
    return "" if sort == "index" else f"{place + 1} of {count} by {SORTS[sort]}"


def channel_status(
    panels: Mapping[PanelRole, Panel],
    summaries: Mapping[PanelRole, Summary],
    channel: int,
    sort: Sort,
    context: BlockContext,
    gradient: float | None = None,
) -> list[Line]:
    """Mean and range of the selected channel in each linked tensor, the longest form first.

    Args:
        panels: the three grids.
        summaries: of the selected map in each panel that has this channel.
        channel: the selected one.
        sort: order of the channels.
        context: of the block.
        gradient: norm of dL/dy over the channel.
    """
    output = panels["output"]
    rank = rank_words(sort, int(output.places[channel]), output.n_channels)
    head: Line = (Segment(f"channel {channel}", bold=True),)
    ranked = (*head, Segment(f"  ({rank})", "muted")) if rank else head

    def parts(spread: bool) -> list[Line]:
        found: list[Line] = []
        for role, summary in summaries.items():
            text = f" mean {number(summary.mean)}"
            if spread:
                text += f", {number(summary.low)} to {number(summary.high)}"
            found.append(
                (Segment(symbol(panels[role], context), role, bold=True), Segment(text, "muted"))
            )
        return found

    slope: list[Line] = []
    if gradient is not None:
        value = Segment(f" {number(gradient)}", "muted")
        slope.append((Segment("‖∂L/∂y‖", "gradient", bold=True), value))
    return [
        joined([ranked, *parts(True), *slope]),
        joined([head, *parts(True), *slope]),
        joined([head, *parts(True)]),
        joined([head, *parts(False)]),
        head,
    ]


def pixel_status(
    panels: Mapping[PanelRole, Panel], pixel: Pixel, source: PanelRole, context: BlockContext
) -> list[Line]:
    """What is under the pointer: the sum at that place, written out with its numbers.

    Args:
        panels: the three grids.
        pixel: pointed at.
        source: the grid that it was pointed at in.
        context: of the block.
    """
    place: Line = (
        Segment(f"channel {pixel.channel}", bold=True),
        Segment(f", row {pixel.row}, column {pixel.column}:  ", "muted"),
    )
    short: Line = (
        Segment(f"ch. {pixel.channel}", bold=True),
        Segment(f" ({pixel.row}, {pixel.column}):  ", "muted"),
    )
    shown = [
        panel
        for panel in panels.values()
        if (panel.role == source or (panel.linked and panels[source].linked))
        and pixel.inside(panel.tensor)
    ]
    adds_up = len(shown) == len(panels) and shown[0].name != "x" and shown[1].name == "branch"
    values: list[Segment] = []
    for panel in shown:
        value = float(panel.tensor[pixel.channel, pixel.row, pixel.column])
        gate = context.gate(panel.role)
        if values:
            values.append(Segment(_between(panel.role, adds_up, context), "muted"))
        factor = f"{gate:.2f}·" if gate not in (0.0, 1.0) else ""
        name = f"{factor}{symbol(panel, context)} "
        values.append(Segment(name, panel.role if gate else "ghost", bold=True, struck=gate == 0))
        values.append(Segment(number(value), "text" if gate else "ghost"))
    return [(*place, *values), (*short, *values), tuple(values)]


def _between(role: PanelRole, adds_up: bool, context: BlockContext) -> str:
    """What stands before a summand or the result; only real sums get their signs."""
    if not adds_up:
        return "    "
    if role == "branch":
        return "  +  "
    return f"  → {context.activation} →  " if context.activation else "  =  "

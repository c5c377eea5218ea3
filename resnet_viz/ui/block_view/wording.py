"""The sentences of the block view: captions, scales, status. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from resnet_viz.ui.block_view.colour import Scale
from resnet_viz.ui.block_view.formula import SHORTCUT_SYMBOLS
from resnet_viz.ui.block_view.panels import Panel, PanelRole, Pixel, Scope, Sort
from resnet_viz.ui.block_view.segments import Line, Role, Segment, joined, number, share
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
    """What a grid shows: `x  skip`, `F(x)  after conv2`, `x  input of the block`."""
    gate = context.gate(role)
    if role == "output":
        return (Segment("y", "output", bold=True), Segment("  output", "output"))
    if role == "branch":
        what = "main path" if panel is None or panel.name == "branch" else f"after {panel.name}"
        name = "F(x)"
    elif panel is not None and panel.name == "x" and context.shortcut != "identity":
        what, name = "input, before the shortcut", "x"
    else:
        name = {"identity": "x", "projection": "Wx", "pad": "pad(x)"}[context.shortcut]
        what = "skip" if context.shortcut != "projection" else "skip (projection)"
    colour: Role = role
    note = ""
    if gate == 0:
        colour = "ghost"
        note = ", cut: adds nothing" if role == "shortcut" else ", dropped: adds nothing"
    elif gate != 1:
        note = f", enters as {gate:.2f}·{SYMBOLS[role]}"
    return (
        Segment(name, colour, bold=True, struck=gate == 0),
        Segment(f"  {what}{note}", colour),
    )


def link_note(panel: Panel) -> str:
    """Why a grid does not follow the others; "" if it does."""
    if panel.linked:
        return ""
    return f"link off: the channels of {panel.name} are not those of y"


def _bad(summary: Summary) -> list[Line]:
    if not summary.n_bad:
        return []
    return [(Segment(f"{summary.n_bad} not finite (NaN, ∞)", "trouble", bold=True),)]


def tensor_figures(summary: Summary) -> Line:
    """`mean 0.31  ·  zero 46 %`, and how many values are not numbers."""
    return joined(
        [
            *_bad(summary),
            (Segment(f"mean {number(summary.mean)}", "muted"),),
            (Segment(f"zero {share(summary.zero_share)}", "muted"),),
        ]
    )


def map_figures(summary: Summary) -> Line:
    """`mean 0.31  ·  −1.2 to 0.9` of one map."""
    spread = f"{number(summary.low)} to {number(summary.high)}"
    return joined(
        [
            *_bad(summary),
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


def scale_words(
    scale: Scale, scope: Scope, channel: int, summary: Summary, reduce: int = 1
) -> list[Line]:
    """Whom the colour bar speaks for, the longest form first.

    Args:
        scale: of the tensor.
        scope: what shares it.
        channel: the selected one, whose scale is printed when every map has its own.
        summary: of what the bar speaks for.
        reduce: map pixels along a side that are averaged into one drawn pixel.
    """
    scope_words = {
        "shared": ("scale shared by x, F, y", "shared"),
        "tensor": ("this tensor’s own scale", "own scale"),
        "map": (f"each map its own scale; here channel {channel}", f"ch. {channel}"),
    }[scope]
    extra = []
    if scale.pinned:
        extra.append("pinned")
    if reduce > 1:
        extra.append(f"1 pixel = mean of {reduce}×{reduce}")
    limit = scale.limit_of(channel)
    most = []
    if summary.extent > limit * (1 + 1e-6):
        top = summary.high if summary.high >= -summary.low else summary.low
        most.append(f"{'max' if top > 0 else 'min'} {number(top)}")
    variants = [
        [*most, scope_words[0], *extra],
        [*most, scope_words[1], *extra],
        [scope_words[1], *extra],
        [*extra] or [scope_words[1]],
    ]
    return [(Segment(" · ".join(words), "muted"),) for words in variants]


def rank_words(sort: Sort, place: int, count: int) -> str:
    """Where a channel stands in the order: `3 of 256 by energy ‖F(x)‖`; "" by index."""
    return "" if sort == "index" else f"{place + 1} of {count} by {SORTS[sort]}"


def channel_status(
    panels: Mapping[PanelRole, Panel],
    summaries: Mapping[PanelRole, Summary],
    channel: int,
    sort: Sort,
    context: BlockContext,
) -> list[Line]:
    """Mean and range of the selected channel in each linked tensor, the longest form first.

    Args:
        panels: the three grids.
        summaries: of the selected map in each panel that has this channel.
        channel: the selected one.
        sort: order of the channels.
        context: of the block.
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

    return [
        joined([ranked, *parts(True)]),
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
    short: Line = (Segment(f"{pixel.channel} ({pixel.row}, {pixel.column}):  ", bold=True),)
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

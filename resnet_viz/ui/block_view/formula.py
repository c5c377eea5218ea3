"""The block's equation with today's numbers, and its facts, as lines of segments."""

from __future__ import annotations

from resnet_viz.models.specs import BlockSpec
from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.block_view.segments import Line, Role, Segment, counted, number

ACTIVATION_NAMES = {
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "tanh": "tanh",
    "sigmoid": "σ",
}
SHORTCUT_SYMBOLS = {"identity": "x", "projection": "W·x", "pad": "pad(x)"}
_CLASSES = {"basic": "BasicBlock", "bottleneck": "Bottleneck"}


def activation_name(order: str, activation: str) -> str:
    """The nonlinearity after the sum as it is written; "" where there is none.

    Raises:
        ValueError: for an activation that `models.specs` does not know.
    """
    if order == "pre" or activation == "identity":
        return ""
    if activation not in ACTIVATION_NAMES:
        raise ValueError(f"unknown activation {activation!r}, known: {sorted(ACTIVATION_NAMES)}")
    return ACTIVATION_NAMES[activation]


def _term(symbol: str, gate: float, role: Role) -> Line:
    """One summand under its gate: `x`, `0.80·x`, or `x` struck through."""
    if gate == 0:
        return (Segment(symbol, "ghost", struck=True),)
    factor = "" if gate == 1 else f"{gate:.2f}·"
    return (Segment(factor + symbol, role, bold=True),)


def equation(
    shortcut: str, skip: float, main: float, order: str = "post", activation: str = "relu"
) -> Line:
    """Y = ReLU( x + F(x) ) under the block's gates.

    Args:
        shortcut: `identity`, `projection` or `pad`.
        skip: gate of the shortcut, 0 to 1.
        main: gate of the branch, 0 to 1.
        order: `post` or `pre`; a pre-activation block ends with the bare sum.
        activation: name as in `models.specs.Activation`.
    """
    name = activation_name(order, activation)
    open_, close = (f"{name}( ", " )") if name else ("", "")
    plus = Segment(" + ", "text" if skip and main else "ghost")
    return (
        Segment("y", "output", bold=True),
        Segment(f" = {open_}"),
        *_term(SHORTCUT_SYMBOLS[shortcut], skip, "shortcut"),
        plus,
        *_term("F(x)", main, "branch"),
        Segment(close),
    )


def norms(stats: BlockStats, *, brief: bool = False) -> Line:
    """‖x‖ and ‖F(x)‖, both before their gates, ‖y‖ and the cosine between the first two.

    Args:
        stats: of the block.
        brief: leave out ‖y‖.
    """
    symbol = SHORTCUT_SYMBOLS[stats.shortcut]
    output = () if brief else _norm("y", stats.norm_out, "output", 1.0)
    return (
        *_norm(symbol, stats.norm_shortcut, "shortcut", stats.skip),
        *_norm("F(x)", stats.norm_branch, "branch", stats.main),
        *output,
        Segment("cos ", "muted"),
        Segment(_cosine(stats.cosine), bold=True),
    )


def _norm(symbol: str, value: float, role: Role, gate: float) -> Line:
    return (
        Segment(f"‖{symbol}‖ ", role if gate else "ghost"),
        Segment(f"{number(value)}   ", "text" if gate else "ghost", bold=True),
    )


def _cosine(value: float) -> str:
    """Two decimals are all that is read from a cosine, and −0.00 is not one of them."""
    if value != value:
        return "NaN"
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def facts(block: BlockSpec, order: str, stats: BlockStats | None) -> list[str]:
    """Kind, sizes, costs and shortcut of a block, the most important first."""
    kind = ("PreAct" if order == "pre" else "") + _CLASSES[block.kind]
    channels = f"{block.out_channels} channels"
    if block.kind == "bottleneck":
        channels += f" ({block.width} inside)"
    found = [kind, channels]
    if stats is not None:
        _, height, width = stats.out_shape
        found += [
            f"{height}×{width}",
            f"{counted(stats.parameters)} params",
            f"{counted(stats.macs)} MACs",
        ]
    stride = f"stride {block.stride}, " if block.stride > 1 else ""
    shortcut = {"identity": "identity", "projection": "1×1 projection", "pad": "zero-padded"}
    return [*found, f"{stride}{shortcut[block.shortcut]} shortcut"]

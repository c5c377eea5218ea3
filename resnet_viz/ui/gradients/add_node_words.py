"""The opened add node in words: formula, norms, and what a zero or an infinity means. No Qt."""

from __future__ import annotations

import math

from resnet_viz.lab.zeros import SMALLEST
from resnet_viz.models.specs import BlockSpec, ResNetSpec
from resnet_viz.numerals import figure
from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.block_view.formula import SHORTCUT_SYMBOLS, activation_name
from resnet_viz.ui.block_view.segments import Line, Role, Segment, joined

SHORTCUT_WORDS = {
    "identity": "identity shortcut",
    "projection": "projection shortcut W·x (1×1 convolution)",
    "pad": "zero-padded shortcut pad(x), no parameters",
}
_SHORTCUT_SLOPES = {"identity": "1", "projection": "W", "pad": "pad"}


def gate_text(gate: float) -> str:
    """A gate as a factor: `1`, `0.80`, `0`."""
    return f"{gate:.0f}" if gate in (0.0, 1.0) else f"{gate:.2f}"


def value_text(value: float) -> str:
    """A norm in figures, with a word where it is none."""
    if math.isnan(value):
        return "not a number"
    return "infinite" if math.isinf(value) else figure(value)


def zero_words(stats: BlockStats, gate: float, dtype: str) -> str:
    """Why the gradient through a path is 0.

    Args:
        stats: of the block.
        gate: of the path.
        dtype: precision of the measurement.
    """
    if gate == 0:
        return "0: closed"
    if stats.grad_out == 0:
        return "0: none arrives"
    if stats.zero_share == 1.0:
        return "0: y is 0 everywhere"
    return f"0: underflow, below {figure(SMALLEST[dtype], 2)}"


def path_gradient(stats: BlockStats, path: str, dtype: str) -> str:
    """The norm of the gradient through one path, or why there is none.

    Args:
        stats: of the block.
        path: `skip` or `branch`.
        dtype: precision of the measurement.
    """
    value = stats.grad_via_shortcut if path == "skip" else stats.grad_via_branch
    gate = stats.skip if path == "skip" else stats.main
    return zero_words(stats, gate, dtype) if value == 0 else value_text(value)


def title_lines(block: BlockSpec, spec: ResNetSpec) -> list[Line]:
    """Which node is opened, the longest form first."""
    name = activation_name(spec.order, spec.activation)
    inner = f"{SHORTCUT_SYMBOLS[block.shortcut]} + F(x)"
    formula = f"y = {name}( {inner} )" if name else f"y = {inner}"
    head: Line = (Segment("The add node of ", "text"), Segment(block.name, "text", bold=True))
    kind = f"{block.kind} block, {block.out_channels} channels"
    facts = [formula, kind, SHORTCUT_WORDS[block.shortcut]]
    lines = [joined([head, *((Segment(t, "muted"),) for t in facts[:n])]) for n in (3, 2, 1)]
    lines.insert(1, joined([head, *((Segment(t, "muted"),) for t in (facts[0], facts[2]))]))
    return [*lines, head]


def forward_lines(stats: BlockStats, path: str) -> list[Line]:
    """What a path brings to the sum: its gate and its norm before the gate; the longest first."""
    skip = path == "skip"
    symbol = SHORTCUT_SYMBOLS[stats.shortcut] if skip else "F(x)"
    gate, norm = (stats.skip, stats.norm_shortcut) if skip else (stats.main, stats.norm_branch)
    role: Role = "shortcut" if skip else "branch"
    value = (
        Segment(f"   ‖{symbol}‖ ", "muted"),
        Segment(value_text(norm), "text", bold=True),
    )
    if gate:
        brief = Segment(f"‖{symbol}‖ ", role, bold=True), value[1]
        return [(Segment(f"{gate_text(gate)} · {symbol}", role, bold=True), *value), brief]
    struck = Segment(symbol, "ghost", bold=True, struck=True)
    words = ("skip cut", "cut") if skip else ("branch dropped", "dropped")
    return [(struck, Segment(f"  {word}", "ghost"), *value) for word in words] + [value]


def backward_lines(stats: BlockStats, path: str, dtype: str) -> list[Line]:
    """The gradient that comes back through a path, the longest form first."""
    skip = path == "skip"
    open_ = stats.skip if skip else stats.main
    role: Role = ("shortcut" if skip else "branch") if open_ else "ghost"
    through = "via skip" if skip else "via branch"
    value = Segment(path_gradient(stats, path, dtype), "text", bold=True)
    return [(Segment(f"{words} ", role), value) for words in (f"‖∂L/∂x {through}‖", through)]


def formula_lines(stats: BlockStats, spec: ResNetSpec) -> list[Line]:
    """The chain rule at the node with today's gates and norms, the longest form first."""
    name = activation_name(spec.order, spec.activation)
    slope = f" · {name}′" if name else ""
    rule: Line = (
        Segment("∂L/∂x = ∂L/∂y", "gradient", bold=True),
        Segment(f"{slope} · ( "),
        Segment(
            f"{gate_text(stats.skip)}·{_SHORTCUT_SLOPES[stats.shortcut]}",
            *_weight("shortcut", stats.skip),
        ),
        Segment(" + "),
        Segment(f"{gate_text(stats.main)}·∂F/∂x", *_weight("branch", stats.main)),
        Segment(" )"),
    )
    parts = [value_text(v) for v in (stats.grad_via_shortcut, stats.grad_via_branch)]
    total = value_text(stats.grad_in)
    norms: Line = (
        Segment(f"     norms today: {value_text(stats.grad_out)} · ( … ) → ", "muted"),
        Segment(f"{parts[0]} ⊕ {parts[1]} = {total}", "text", bold=True),
    )
    brief: Line = (Segment(f"     {parts[0]} ⊕ {parts[1]} = {total}", "text", bold=True),)
    return [(*rule, *norms), (*rule, *brief), rule]


def _weight(role: Role, gate: float) -> tuple[Role, bool]:
    return (role, True) if gate else ("ghost", False)


def note_lines(stats: BlockStats, spec: ResNetSpec, widest_px: float) -> list[Line]:
    """The scale of the arrows, and what lies between the sum and y; the longest first."""
    gradients = stats.grad_via_shortcut, stats.grad_via_branch
    largest = max(finite(value) for value in gradients)
    if any(math.isinf(value) for value in gradients):
        scale = "an infinite gradient is as wide as arrows get"
    elif largest > 0:
        scale = f"arrow width linear: {widest_px:.0f} px = {figure(largest)}"
    else:
        scale = "no gradient to draw"
    vectors = "⊕: the two add as vectors, not as norms"
    name = activation_name(spec.order, spec.activation)
    between = _between(stats, name)
    return [
        _muted(scale, vectors, between),
        _muted(scale, between),
        _muted(scale),
    ]


def _between(stats: BlockStats, name: str) -> str:
    """How the gradient at the sum s differs from that at y.

    An identity shortcut hands the gradient at s on unchanged but for its gate, so there
    ‖∂L/∂s‖ follows from what came through it.
    """
    if not name:
        return "y is the sum itself: no activation after it"
    measurable = stats.shortcut == "identity" and stats.skip > 0
    if measurable and math.isfinite(stats.grad_via_shortcut):
        at_sum = figure(stats.grad_via_shortcut / stats.skip)
        return f"{name} lies between the sum s and y: ‖∂L/∂s‖ {at_sum}"
    return f"{name} lies between the sum and y"


def finite(value: float) -> float:
    """The value, or 0 where it is not finite."""
    return value if math.isfinite(value) else 0.0


def _muted(*parts: str) -> Line:
    return (Segment("  ·  ".join(parts), "muted"),)


def spoken_node(name: str, stats: BlockStats | None, dtype: str) -> str:
    """One side's node as a sentence, for people who listen to the window."""
    if stats is None:
        return f"{name}: not measured yet"
    shortcut, branch = (path_gradient(stats, path, dtype) for path in ("skip", "branch"))
    return (
        f"{name}: skip gate {gate_text(stats.skip)}, branch gate {gate_text(stats.main)}; "
        f"forward: shortcut {value_text(stats.norm_shortcut)}, "
        f"branch {value_text(stats.norm_branch)}, cosine {cosine_text(stats)}, "
        f"y {value_text(stats.norm_out)}; "
        f"backward: at y {value_text(stats.grad_out)}, through the skip {shortcut}, "
        f"through the branch {branch}, at x {value_text(stats.grad_in)}"
    )


def cosine_text(stats: BlockStats) -> str:
    """The cosine between both paths; words where one of them is zero and there is no angle."""
    if math.isnan(stats.cosine):
        return "NaN"
    if stats.norm_shortcut == 0 or stats.norm_branch == 0:
        return "none"
    return f"{round(stats.cosine, 2) + 0.0:.2f}".replace("-", "−")

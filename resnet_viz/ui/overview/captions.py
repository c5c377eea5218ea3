"""Sentences made from the numbers on screen; none says more than they do."""

from __future__ import annotations

import math

import numpy as np

from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import BlockSpec
from resnet_viz.numerals import figure, percent, ratio
from resnet_viz.probe.snapshot import BlockStats
from resnet_viz.ui.overview.figures import Figures, gated, shares
from resnet_viz.ui.overview.scale import zero_text

ABOUT_EQUAL = 1.1
"""Ratios up to this are called about equal."""


def gradient_caption(figures: Figures) -> str:
    """How the gradient at the first block compares with that at the last one."""
    first, last = figures.names[0], figures.names[-1]
    low, high = float(figures.grad_in[0]), float(figures.grad_in[-1])
    if len(figures.names) == 1:
        return f"{first}: {_norm(low)}"
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{first}: {_norm(low)}, {last}: {_norm(high)}"
    if low == 0 or high == 0:
        return _zero_caption(figures)
    if low < high:
        times = _times(high, low)
        return _compared(first, last, times, "smaller")
    return _compared(first, last, _times(low, high), "larger")


def _compared(first: str, last: str, times: float, word: str) -> str:
    if times <= ABOUT_EQUAL:
        return f"{first} and {last} are about equal"
    return f"{first} is {ratio(times)} {word} than {last}"


def _times(larger: float, smaller: float) -> float:
    # float64 snapshots may hold 1e300 and 1e-300: their quotient is beyond a float.
    return min(larger / smaller if smaller > larger * 1e-300 else 1e300, 1e300)


def _zero_caption(figures: Figures) -> str:
    grads = figures.grad_in
    zeros = int((grads == 0).sum())
    first, last = figures.names[0], figures.names[-1]
    if zeros == grads.size:
        return "the gradient is 0 in every block"
    if grads[0] == 0 and grads[-1] == 0:
        return f"the gradient is 0 in {zeros} of {grads.size} blocks"
    where, other, value = (first, last, grads[-1]) if grads[0] == 0 else (last, first, grads[0])
    return f"0 at {where} and {zeros - 1} more, {figure(float(value))} at {other}"


def zero_note(figures: Figures) -> str:
    """Why the gradient is 0 somewhere, as far as the numbers tell; empty if it nowhere is.

    None may have left the loss: a probability that rounds to 1 has no gradient. Downstream of
    every zero there may be a block with both paths closed: then the zero is exact. Otherwise
    the precision is what turns small numbers into it.
    """
    zeros = [i for i, value in enumerate(figures.grad_in) if value == 0]
    if not zeros:
        return ""
    if figures.stats[-1].grad_out == 0:
        if figures.loss == 0:
            return f"0: the loss itself is 0 in {figures.dtype}, so nothing flows back"
        return "0: the gradient is 0 already where it reaches the last block"
    closed = [i for i, s in enumerate(figures.stats) if s.skip == 0 and s.main == 0]
    if closed and zeros[-1] <= closed[-1]:
        return f"0: no path through {figures.names[closed[-1]]}"
    return f"0: {zero_text(figures.dtype)} ({figures.dtype})"


def _norm(value: float) -> str:
    return "not a number" if math.isnan(value) else figure(value)


def split(share: float) -> str:
    """A share and its complement, `71 : 29`; words where there is none."""
    if math.isnan(share):
        return "nothing flows"
    if math.isinf(share):
        return "not finite"
    if 0 < share < 0.005 or 0.995 < share < 1:
        return f"{percent(share)} : {percent(1 - share)}"
    return f"{share * 100:.0f} : {100 - round(share * 100)}"


def path_state(gate: Gate) -> str:
    """What is not fully open: `skip cut`, `α 0.80`, `branch dropped`; empty if all is open."""
    parts = []
    if gate.skip == 0:
        parts.append("skip cut")
    elif gate.skip < 1:
        parts.append(f"skip α {gate.skip:.2f}")
    if gate.main == 0:
        parts.append("branch dropped")
    elif gate.main < 1:
        parts.append(f"branch × {gate.main:.2f}")
    return ", ".join(parts)


def facts(stats: BlockStats) -> list[tuple[str, str]]:
    """The figures of a block in words, the most important first: (what, how much)."""
    forward = _share(gated(stats.skip, stats.norm_shortcut), gated(stats.main, stats.norm_branch))
    backward = _share(stats.grad_via_shortcut, stats.grad_via_branch)
    return [
        ("‖∂L/∂x‖", _norm(stats.grad_in)),
        ("skip : F(x)", split(forward)),
        ("backward", split(backward)),
        ("mean y", figure(stats.mean_out, 2)),
        ("zeros", percent(stats.zero_share) if math.isfinite(stats.zero_share) else "NaN"),
    ]


def _share(shortcut: float, branch: float) -> float:
    return float(shares(np.array([shortcut]), np.array([branch]))[0])


def spoken(block: BlockSpec, gate: Gate, stats: BlockStats | None) -> str:
    """One block as a sentence for people who listen to the window."""
    parts = [f"{block.name}, {block.kind} block, {block.shortcut} shortcut"]
    parts.append(path_state(gate) or "both paths open")
    if stats is None:
        parts.append("not measured yet")
    else:
        parts += [f"{what} {value}" for what, value in facts(stats)]
    return ", ".join(parts)

"""Numbers and sentences for people, made from the measurement and from nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from resnet_viz.numerals import counted, figure
from resnet_viz.report.result import SMALLEST, Result, backward_share, forward_share

# Smallest value, unit: parameters are given in millions from 0.1 M on, as in the papers.
_PREFIXES = ((1e12, 1e12, "T"), (1e9, 1e9, "G"), (1e5, 1e6, "M"), (1e3, 1e3, "k"))


def number(value: float, digits: int = 3) -> str:
    """`41.2`, `0.00312`, `3.1×10⁻⁹`, `0`, `not finite`."""
    return figure(value, digits) if math.isfinite(value) else "not finite"


def large(value: int) -> str:
    """A count: `0.27 M`, `41.1 M`, `640`."""
    for least, size, prefix in _PREFIXES:
        if value >= least:
            digits = 2 if value < 10 * size else 1
            return f"{value / size:.{digits}f} {prefix}"
    return str(value)


def percent(share: float) -> str:
    """A share of 1: `61.0 %`, with a space that does not break."""
    return "not finite" if not math.isfinite(share) else f"{100 * share:.1f}\u00a0%"


def gradient_values(result: Result) -> tuple[list[str], list[float]]:
    """Names of the blocks and the norm of the gradient at their inputs."""
    return [b.name for b in result.blocks], [b.grad_in for b in result.blocks]


def sentences(result: Result) -> list[str]:
    """What the figures say, each sentence from today's numbers."""
    return [_prediction(result), _conditions(result), _gradient(result), *_shares(result)]


def _prediction(result: Result) -> str:
    top = result.top(2)
    (_, best, share), rest = top[0], top[1:]
    after = "".join(f", then {label} ({percent(p)})" for _, label, p in rest)
    chosen = "the predicted class" if result.target_is_predicted else "the class that was asked for"
    return (
        f"The network says {best} ({percent(share)}){after}. Gradients are those of the "
        f"cross-entropy for {result.labels[result.target]}, {chosen}: the loss is "
        f"{number(result.snapshot.loss)}."
    )


def _conditions(result: Result) -> str:
    spec = result.spec
    norm = {"batch": "batch norm", "group": "group norm", "none": "no normalisation"}[spec.norm]
    mode = "training" if result.snapshot.training_mode else "evaluation"
    if result.weights == "none":
        weights = f"random weights (initialisation {spec.init}, seed {result.seed})"
    else:
        weights = f"loaded weights ({result.weights_label})"
    return (
        f"Measured with {norm} in {mode} mode, {spec.activation} activation, {weights}, "
        f"{gates_in_words(result)}."
    )


def gates_in_words(result: Result) -> str:
    """`2 of 16 skip connections cut and 1 of 16 branches left out`."""
    total = len(result.blocks)
    changes = (
        (result.n_cut, "skip connection", "cut"),
        (result.n_dropped, "branch", "left out"),
    )
    said = [f"{n} of {counted(total, thing)} {done}" for n, thing, done in changes if n]
    return " and ".join(said) or "all skip connections and branches in place"


def _gradient(result: Result) -> str:
    names, values = gradient_values(result)
    bad = [n for n, v in zip(names, values, strict=True) if not math.isfinite(v)]
    if bad:
        return (
            f"The gradient at a block's input, ‖∂L/∂x‖, is not finite at {len(bad)} of "
            f"{len(names)} blocks ({_some(bad)}): it overflows {result.snapshot.dtype}."
        )
    if result.snapshot.loss == 0.0 and not any(values):
        return (
            f"The loss is exactly 0 in {result.snapshot.dtype}: the class has all of the "
            "probability, so there is no gradient to follow. Another --target has one."
        )
    zero = [n for n, v in zip(names, values, strict=True) if v == 0.0]
    if zero:
        below = SMALLEST[result.snapshot.dtype]
        return (
            f"The gradient at a block's input, ‖∂L/∂x‖, is exactly 0 in "
            f"{result.snapshot.dtype} (nothing of {below} or more is left) at {len(zero)} of "
            f"{len(names)} blocks: {_some(zero)}."
        )
    first, last = values[0], values[-1]
    ratio = max(first, last) / min(first, last)
    compared = "as large at the first block as at the last"
    if ratio >= 1.05:
        which = "larger" if first > last else "smaller"
        compared = f"{number(ratio, 2)} times {which} at the first block than at the last"
    else:
        compared = "about " + compared
    return (
        f"The gradient at a block's input, ‖∂L/∂x‖, is {number(first)} at {names[0]} and "
        f"{number(last)} at {names[-1]}: {compared}."
    )


def _some(names: Sequence[str]) -> str:
    """All of a few names, else the first and the last."""
    if len(names) <= 4:
        return ", ".join(names)
    return f"{names[0]}, {names[1]} … {names[-1]}"


def _shares(result: Result) -> list[str]:
    said = []
    for of, share in (("sum", forward_share), ("gradient", backward_share)):
        # Where a path is closed the other one brings everything, which needs no measurement.
        both = [b for b in result.blocks if b.skip > 0.0 and b.main > 0.0]
        shares = [s for b in both if (s := share(b)) is not None]
        if not shares:
            continue
        over = sum(s > 0.5 for s in shares)
        said.append(
            f"By norm, the shortcut brings more of the {of} than F(x) in {over} of "
            f"{counted(len(shares), 'block')} with both paths (median share "
            f"{percent(median(shares))})."
        )
    return said

"""What the pair view says: who is shown, how both compare, what was measured. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES, Side
from resnet_viz.lab.wording import conditions
from resnet_viz.numerals import figure, percent, ratio
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.ui.block_view.segments import Line, Role, Segment, joined
from resnet_viz.ui.gradients.pair_state import SIDE_NAMES, PairState, Series
from resnet_viz.ui.gradients.quantities import QUANTITIES, Quantity, underflowed
from resnet_viz.ui.overview.captions import ABOUT_EQUAL
from resnet_viz.ui.overview.figures import Figures

SIDE_MARKS: dict[Side, str] = {"residual": "●", "plain": "■"}
SIDE_ROLES: dict[Side, Role] = {"residual": "output", "plain": "trouble"}
BEYOND = 1e300
"""A quotient that a double cannot hold is said to be at least this."""


def side_lines(side: Side, title: str, measured: PairMeasured | None) -> list[Line]:
    """Who a side is and what came out of it, the longest form first.

    Args:
        side: whose line.
        title: of its network, `ResNet-56`.
        measured: None says that nothing is measured yet.
    """
    who: Line = (
        Segment(SIDE_NAMES[side], SIDE_ROLES[side], bold=True),
        Segment(f"  {title}", "text", bold=True),
    )
    if measured is None:
        return [joined([who, (Segment("not measured yet", "muted"),)]), who]
    snapshot = measured.residual if side == "residual" else measured.plain
    loss = _fact("loss", figure(snapshot.loss))
    top_five, top_three, top, brief_top = (
        top_classes(snapshot, measured.labels, count, brief=brief)
        for count, brief in ((5, False), (3, True), (1, False), (1, True))
    )
    over = first_over_last(snapshot)
    quotient = _fact("‖∂L/∂x‖ first ÷ last block", over)
    short = _fact("first ÷ last", over)
    return [
        joined([who, loss, top_five, quotient]),
        joined([who, loss, top_three, quotient]),
        joined([who, loss, top, quotient]),
        joined([who, loss, brief_top, quotient]),
        joined([who, loss, brief_top, short]),
        joined([who, loss, short]),
        joined([who, short]),
    ]


def _fact(what: str, value: str) -> Line:
    return Segment(f"{what} ", "muted"), Segment(value, "text", bold=True)


def top_classes(
    snapshot: Snapshot, labels: tuple[str, ...], count: int, *, brief: bool = False
) -> Line:
    """The most probable classes of the first image of the batch, with their probabilities."""
    n_images = len(snapshot.logits)
    where = "" if n_images == 1 else (" of image 1" if brief else f" of image 1 of {n_images}")
    probabilities = snapshot.probabilities()[0]
    if not np.isfinite(probabilities).all():
        return _fact(f"top-1{where}", "none: the outputs are not finite")
    best = np.argsort(-probabilities, kind="stable")[:count].tolist()
    said = [
        f"{labels[c] if c < len(labels) else f'class {c}'} {percent(float(probabilities[c]))}"
        for c in best
    ]
    return _fact(f"top-{len(said)}{where}", ", ".join(said))


def first_over_last(snapshot: Snapshot) -> str:
    """The norm of dL/dx at the first block's input over that at the last one's, in figures."""
    first, last = snapshot.blocks[0].grad_in, snapshot.blocks[-1].grad_in
    if not (math.isfinite(first) and math.isfinite(last)):
        return f"{figure(first)} ÷ {figure(last)}"
    if first == 0 or last == 0:
        underflow = "underflow: " if underflowed_first(snapshot) else ""
        return f"{underflow}{figure(first)} ÷ {figure(last)}"
    return figure(quotient(first, last))


def underflowed_first(snapshot: Snapshot) -> bool:
    """Whether the first block's gradient is 0 for no other reason than the precision."""
    return bool(underflowed(QUANTITIES["grad_in"], Figures.of(snapshot))[0])


def quotient(a: float, b: float) -> float:
    """A over b for positive finite numbers; `BEYOND` where a double cannot hold it."""
    exponent = math.log10(a) - math.log10(b)
    return a / b if abs(exponent) < math.log10(BEYOND) else BEYOND ** math.copysign(1, exponent)


def block_lines(state: PairState, quantity: Quantity, index: int | None) -> list[Line]:
    """Both sides' values at a block and their ratio, the longest form first; [()] for none."""
    if index is None or not state.one.blocks:
        return [()]
    name: Line = (Segment(state.one.name(index), bold=True),)
    now = state.now(quantity)
    if len(now) < len(SIDES):
        return [joined([name, (Segment("not measured yet", "muted"),)]), name]
    full, brief = ([_value(s, index, brief=b) for s in now.values()] for b in (False, True))
    values = [float(s.values[index]) for s in now.values()]
    compared: Line = (Segment(comparison(*values), "text"),)
    return [
        joined([name, *full, compared]),
        joined([name, *brief, compared]),
        joined([name, *brief]),
        joined(brief),
    ]


def _value(series: Series, index: int, *, brief: bool) -> Line:
    """A side's value at a block; a zero below the precision is said to be one."""
    text = figure(float(series.values[index]))
    if series.underflow[index]:
        text = "0: underflow" if brief else f"0: below {figure(series.smallest, 2)}"
    side = series.side
    name = SIDE_MARKS[side] if brief else f"{SIDE_MARKS[side]} {SIDE_NAMES[side]}"
    return Segment(f"{name} ", SIDE_ROLES[side], bold=True), Segment(text, bold=True)


def comparison(residual: float, plain: float) -> str:
    """How the plain twin's value compares with the residual network's, in words."""
    if not (math.isfinite(residual) and math.isfinite(plain)):
        return "no ratio: not finite"
    if residual == 0 or plain == 0:
        return "both are 0" if residual == plain else "no ratio: one is 0"
    larger, smaller = max(residual, plain), min(residual, plain)
    times = quotient(larger, smaller)
    if times <= ABOUT_EQUAL:
        return "about equal"
    least = "at least " if times >= BEYOND else ""
    return f"plain twin {least}{ratio(times)} {'smaller' if plain < residual else 'larger'}"


def caption_lines(quantity: Quantity, measured: PairMeasured | None, hint: str = "") -> list[Line]:
    """What the chart's numbers are of: loss, norm, tensor, batch, mode; the longest first.

    Args:
        quantity: that the chart shows.
        measured: None before the first measurement.
        hint: what the present zoom leaves out.
    """
    if measured is None:
        return [_muted(quantity.measure, hint), _muted(quantity.symbol, hint)]
    s, brief = measured.settings, _brief_measure(quantity)
    batch, about, weights = measured.batch_note, conditions(s), measured.weights_note
    loss = "L: mean cross-entropy" if quantity.gradient else ""
    precision = measured.residual.dtype
    return [
        _muted(quantity.measure, loss, batch, weights, about, precision, hint),
        _muted(quantity.measure, loss, batch, about, precision, hint),
        _muted(brief, loss, batch, about, precision, hint),
        _muted(brief, batch, about, hint),
        _muted(brief, batch, about),
    ]


def source_lines(theory: Sequence[Series]) -> list[Line]:
    """The legend of the dotted lines: formulas and where they are from, the longest first."""
    if not theory:
        return [()]
    full = [f"┈ {s.label}: {s.source}" for s in theory]
    sources = list(dict.fromkeys(s.source for s in theory))
    names = list(dict.fromkeys(source.split(",")[0] for source in sources))
    return [_muted(*full), _muted("┈ theory", *sources), _muted("┈ theory", *names)]


def _brief_measure(quantity: Quantity) -> str:
    return f"L2 norm {quantity.symbol}" if quantity.gradient else quantity.symbol


def _muted(*parts: str) -> Line:
    return (Segment("  ·  ".join(p for p in parts if p), "muted"),)


def spoken_chart(
    state: PairState, quantity: Quantity, scale_text: str, sides: Sequence[Side] = SIDES
) -> str:
    """The chart as sentences, for people who listen to the window.

    Args:
        state: what is shown.
        quantity: of the chart.
        scale_text: the scale in words.
        sides: the networks that are drawn; a block's figures are told only with both.
    """
    parts = [f"{quantity.title}, {scale_text}"]
    now, names = state.now(quantity), [block.name for block in state.one.blocks]
    for side in sides:
        if side not in now:
            parts.append(f"{SIDE_NAMES[side]}: not measured yet")
            continue
        series = now[side]
        first, last = (figure(float(series.values[i])) for i in (0, -1))
        text = f"{SIDE_NAMES[side]}: {first} at {names[0]}, {last} at {names[-1]}"
        if lost := int(series.underflow.sum()):
            text += f", {lost} blocks underflow {series.dtype}"
        parts.append(text)
    if len(sides) == len(SIDES):
        selected = block_lines(state, quantity, state.one.selected)[0]
        parts.append("".join(segment.text for segment in selected))
    return ". ".join(parts)

"""The charts and sentences of how close blocks are to the identity."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from resnet_viz.analysis.identity import Closeness
from resnet_viz.lab.batches import counted
from resnet_viz.lab.findings import Chart, Curve, Floats, Table
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.lab.studies.pair import LABELS
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.numerals import figure

State = Literal["trained", "start", "zero"]
STATES: tuple[State, ...] = get_args(State)
TITLES: dict[State, str] = {
    "trained": "trained",
    "start": "at initialisation",
    "zero": "at initialisation with branches at zero",
}

Measured = dict[tuple[State, Side], tuple[Closeness, ...]]
_Figure = Callable[[Closeness], float]


def charts(settings: LabSettings, measured: Measured, batch_note: str) -> tuple[Chart, ...]:
    """The branches' share in every state, then distance and cosine, a chart per state.

    Args:
        settings: of the networks on screen.
        measured: what is known so far.
        batch_note: what they were shown, for people.
    """
    names = tuple(block.name for block in settings.spec("residual").blocks())
    note = _note(settings, batch_note)
    found = [_branch_chart(settings, measured, names, note)]
    for key, title, y_label, value in _PER_STATE:
        for state in _present(measured):
            found.append(
                Chart(
                    key=f"identity-{key}-{state}",
                    title=f"{title}, {TITLES[state]}",
                    x_label="residual block, forward order",
                    y_label=y_label,
                    curves=tuple(
                        Curve(LABELS[side], side, *_line(measured, state, side, value, len(names)))
                        for side in SIDES
                    ),
                    ticks=names,
                    references=_references(_spec(settings, state))[key],
                    note=note,
                )
            )
    return tuple(found)


def _spec(settings: LabSettings, state: State) -> ResNetSpec:
    """The network with skips in a state: a trained one has its own options."""
    own = replace(settings, weights="twins") if state == "trained" else settings
    return own.spec("residual")


def _references(spec: ResNetSpec) -> dict[str, dict[str, float]]:
    """What to compare distance and cosine with."""
    cosine = {"identity": 1.0}
    if spec.order == "post" and spec.activation == "relu":
        # E[relu(u) relu(v)] / E[relu(u)^2] of independent normal u and v: neither is negative.
        cosine["unrelated, after ReLUs: 1/π"] = 1.0 / math.pi
    else:
        cosine["unrelated"] = 0.0
    return {"distance": {"identity": 0.0, "y = 0": 1.0}, "cosine": cosine}


_PER_STATE: tuple[tuple[str, str, str, _Figure], ...] = (
    (
        "distance",
        "What a block changes",
        "‖y − x‖ / ‖x‖, L2 norms over the whole batch",
        lambda block: block.distance,
    ),
    (
        "cosine",
        "Direction of a block's output",
        "cosine between y and x over the whole batch",
        lambda block: block.cosine,
    ),
)


def _branch_chart(
    settings: LabSettings, measured: Measured, names: tuple[str, ...], note: str
) -> Chart:
    """‖F(x)‖ / ‖shortcut(x)‖ of the network with skips: trained in front of the start's ghost."""
    roles: dict[State, Literal["branch", "ghost", "shortcut"]] = {
        "trained": "branch",
        "start": "ghost" if ("trained", "residual") in measured else "branch",
        "zero": "shortcut",
    }
    curves, references = [], {}
    for state in _present(measured):
        x, y = _line(measured, state, "residual", lambda b: b.branch_share, len(names))
        if state == "zero" and not y.any():
            references["F(x) = 0, as with branches at zero"] = 0.0
        else:
            curves.append(Curve(TITLES[state], roles[state], x, y))
    return Chart(
        key="identity-branch",
        title=f"Size of F(x) against the shortcut, {settings.spec('residual').title()}",
        x_label="residual block, forward order",
        y_label="‖F(x)‖ / ‖shortcut(x)‖, L2 norms over the whole batch",
        curves=tuple(curves),
        ticks=names,
        references=references,
        note=note,
    )


def _present(measured: Measured) -> list[State]:
    return [s for s in STATES if any((s, side) in measured for side in SIDES)]


def _line(
    measured: Measured, state: State, side: Side, value: _Figure, n_blocks: int
) -> tuple[Floats, Floats]:
    blocks = measured.get((state, side))
    values = [math.nan] * n_blocks if blocks is None else [value(block) for block in blocks]
    return np.arange(n_blocks, dtype=np.float64), np.array(values, np.float64)


def _note(settings: LabSettings, batch_note: str) -> str:
    said = f"forward pass; F(x) before its gate, y after the last activation; {batch_note}"
    if any(block.shortcut != "identity" for block in settings.spec("residual").blocks()):
        said += "; where the shape changes, x stands for shortcut(x)"
    return f"{said}; {settings.dtype}"


def table(measured: Measured) -> Table:
    """Every figure of every block, one row per state, network and block."""
    rows = [
        (
            TITLES[state],
            LABELS[side],
            block.name,
            "x" if block.keeps_shape else "shortcut(x)",
            *(_cell(v) for v in (block.branch_share, block.distance, block.cosine)),
        )
        for (state, side), blocks in measured.items()
        for block in blocks
    ]
    columns = (
        "state",
        "network",
        "block",
        "compared with",
        "‖F(x)‖ / ‖shortcut(x)‖",
        "‖y − x‖ / ‖x‖",
        "cosine of y with x",
    )
    return Table("identity", "How far every block is from the identity", columns, tuple(rows))


def _cell(value: float) -> float | None:
    return None if math.isnan(value) else value


def sentence(settings: LabSettings, measured: Measured) -> str:
    """What the median block does in every state that is known for both networks."""
    said = [
        f"{TITLES[state]} by {_median(measured, state, 'residual')} with skips and "
        f"{_median(measured, state, 'plain')} in the plain twin"
        for state in _present(measured)
        if all((state, side) in measured for side in SIDES)
    ]
    if not said:
        return ""
    n_blocks = settings.spec("residual").n_blocks
    return f"The median of {n_blocks} blocks changes x (‖y − x‖ / ‖x‖): {'; '.join(said)}."


def _median(measured: Measured, state: State, side: Side) -> str:
    known = [b.distance for b in measured[state, side] if not math.isnan(b.distance)]
    return figure(float(np.median(known)), 2) if known else "nothing, as x is exactly 0,"


def notes(settings: LabSettings, measured: Measured) -> Iterator[str]:
    """What limits the numbers."""
    yield (
        "A plain block must build the identity out of its weights, a residual one has it when "
        "F(x) is 0 (He et al. 2015, arXiv:1512.03385, section 3.1)."
    )
    for (state, side), blocks in measured.items():
        lost = [block.name for block in blocks if math.isnan(block.distance)]
        if lost:
            where = f"{LABELS[side].capitalize()}, {TITLES[state]}"
            which = (
                lost[0]
                if len(lost) == 1
                else f"{lost[0]} and {counted(len(lost) - 1, 'more block')}"
            )
            yield f"{where}: what enters {which} is exactly 0 in {settings.dtype}."

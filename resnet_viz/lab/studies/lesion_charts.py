"""The charts and the table of a lesion study."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from resnet_viz.analysis.lesion import Score
from resnet_viz.lab.findings import Chart, Curve, Table
from resnet_viz.lab.settings import SIDES, Side
from resnet_viz.lab.studies.lesion_numbers import LesionNumbers, Spread, finite, spread
from resnet_viz.lab.wording import conditions

LABELS: dict[Side, str] = {"residual": "with skips", "plain": "plain twin"}

Measure = Literal["wrong", "loss"]


def charts(numbers: LesionNumbers) -> tuple[Chart, ...]:
    """Error and loss after each lesion, and for swaps the error against the order's tau."""
    how = numbers.experiment.how
    if how == "single":
        return _by_block(numbers, "wrong"), _by_block(numbers, "loss")
    by_size = _by_size(numbers, "wrong"), _by_size(numbers, "loss")
    return (by_size[0], _by_tau(numbers), by_size[1]) if how == "shuffle" else by_size


def _by_block(numbers: LesionNumbers, measure: Measure) -> Chart:
    names = tuple(block.name for block in numbers.blocks)
    value = _reader(numbers, measure)
    curves = tuple(
        Curve(
            label=LABELS[side],
            role=side,
            x=np.arange(len(names), dtype=np.float64),
            y=np.array([value(side, route) for route in range(len(names))]),
        )
        for side in SIDES
    )
    return Chart(
        key=f"lesion-single-{_KEYS[measure]}",
        title=f"{_title(numbers, measure)} without each block in turn",
        x_label="block whose branch is left out",
        y_label=_y_label(numbers, measure),
        curves=curves,
        kind="bars",
        ticks=names,
        references=_references(numbers, measure),
        note=_note(numbers),
    )


def _by_size(numbers: LesionNumbers, measure: Measure) -> Chart:
    value = _reader(numbers, measure)
    sizes = np.array([draw.k for draw in numbers.draws], np.float64)
    curves = []
    for side in SIDES:
        spreads = [spread([value(side, r) for r in draw.routes]) for draw in numbers.draws]
        curves.append(_band(side, sizes, spreads))
    what = {"random": "blocks left out at random", "shuffle": "pairs of blocks swapped at random"}
    asked = numbers.experiment
    return Chart(
        key=f"lesion-{asked.how}-{_KEYS[measure]}",
        title=f"{_title(numbers, measure)} against {what[asked.how]}",
        x_label=f"number of {what[asked.how]}",
        y_label=_y_label(numbers, measure),
        curves=tuple(curves),
        references=_references(numbers, measure),
        note=f"median and range of up to {asked.trials} draws each; {_note(numbers)}",
    )


def _band(side: Side, x: np.ndarray, spreads: list[Spread]) -> Curve:
    return Curve(
        label=LABELS[side],
        role=side,
        x=x,
        y=np.array([s.median for s in spreads]),
        low=np.array([s.low for s in spreads]),
        high=np.array([s.high for s in spreads]),
    )


def _by_tau(numbers: LesionNumbers) -> Chart:
    """As figure 5 (b) of Veit et al. 2016."""
    taus = np.array([route.kendall_tau for route in numbers.routes])
    value = _reader(numbers, "wrong")
    curves = tuple(
        Curve(LABELS[side], side, taus, np.array([value(side, r) for r in range(len(taus))]))
        for side in SIDES
    )
    return Chart(
        key="lesion-shuffle-tau",
        title=f"{_title(numbers, 'wrong')} against how far the order is kept",
        x_label="Kendall's τ between the order of the blocks and the network's own (1: the same)",
        y_label=_y_label(numbers, "wrong"),
        curves=curves,
        kind="points",
        references=_references(numbers, "wrong"),
        note=f"a point a draw; {_note(numbers)}",
    )


_KEYS: dict[Measure, str] = {"wrong": "error", "loss": "loss"}


def _reader(numbers: LesionNumbers, measure: Measure) -> Callable[[Side, int], float]:
    return numbers.wrong if measure == "wrong" else numbers.loss


def _title(numbers: LesionNumbers, measure: Measure) -> str:
    if measure == "loss":
        return "Loss"
    return "Top-1 error" if numbers.labelled else "Changed classes"


def _y_label(numbers: LesionNumbers, measure: Measure) -> str:
    whose = "true" if numbers.labelled else "intact network's"
    if measure == "loss":
        return f"mean cross-entropy against the {whose} classes [nats]"
    if numbers.labelled:
        return "top-1 error against the true classes [% of images]"
    return "top-1 class other than the intact network's [% of images]"


def _references(numbers: LesionNumbers, measure: Measure) -> dict[str, float]:
    """Levels to compare with; unlabelled, every intact network agrees with itself."""
    intact = numbers.intact_wrong if measure == "wrong" else numbers.intact_loss
    lines: dict[str, float] = {}
    if measure == "loss" or numbers.labelled:
        lines = {f"{LABELS[side]}, intact": intact(side) for side in SIDES}
    if measure == "loss":
        lines["even guess"] = math.log(numbers.n_classes)
    elif numbers.labelled:
        lines["chance"] = numbers.guessing
    return {label: value for label, value in lines.items() if not math.isnan(value)}


def _note(numbers: LesionNumbers) -> str:
    return f"{conditions(numbers.settings)}; {numbers.batch_note}"


def table(numbers: LesionNumbers) -> Table:
    """Every lesion of both networks, the intact ones first."""
    rows = []
    for side in SIDES:
        scores = numbers.sides[side]
        rows.append((LABELS[side], "none", 0, *_figures(numbers, scores.intact)))
        for draw in numbers.draws:
            for index in draw.routes:
                what = _lesion(numbers, index)
                row = LABELS[side], what, draw.k, *_figures(numbers, scores.scores[index])
                rows.append(row)
    shuffled = numbers.experiment.how == "shuffle"
    return Table(
        key="lesions",
        title="Every lesion",
        columns=(
            "network",
            "order of the moved blocks" if shuffled else "left out",
            "pairs swapped" if shuffled else "blocks left out",
            "top-1 error [%]" if numbers.labelled else "changed classes [%]",
            "mean cross-entropy [nats]",
            "class other than the intact network's [%]",
            "images",
        ),
        rows=tuple(rows),
    )


def _figures(numbers: LesionNumbers, score: Score) -> tuple[float | int | None, ...]:
    wrong, loss, other = 100.0 * score.error, finite(score.loss), 100.0 * score.disagreement
    cells = (None if math.isnan(value) else value for value in (wrong, loss, other))
    return (*cells, score.n_images)


def _lesion(numbers: LesionNumbers, index: int) -> str:
    """The blocks left out; or, for swaps, `layer1.2 at layer1.0` for each that moved."""
    route, blocks = numbers.routes[index], numbers.blocks
    if route.dropped:
        return " ".join(blocks[i].name for i in sorted(route.dropped))
    moved = [(place, i) for place, i in enumerate(route.order) if place != i]
    return ", ".join(f"{blocks[i].name} at {blocks[place].name}" for place, i in moved)

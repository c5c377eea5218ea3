"""Curves of several runs for one chart, by step, epoch or time, and their final numbers. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from resnet_viz.lab.findings import Table
from resnet_viz.runs.layout import NetworkFacts
from resnet_viz.runs.reader import RunReader
from resnet_viz.ui.train.chart_values import Line
from resnet_viz.ui.train.curve import Curve

Measure = Literal["loss", "accuracy"]
Part = Literal["held-out", "train"]
By = Literal["step", "epoch", "time"]
BYS: tuple[By, ...] = get_args(By)

PER_EPOCH = 1000
"""Places of an epoch on the axis: runs differ in their steps per epoch."""
COLOURS = ("output", "trouble", "branch", "gradient", "shortcut", "text")
"""Fields of the theme; with more lines they begin again, and labels tell them apart."""
LAST_STEPS = 50
TABLE_NOTE = (
    "Accuracy and loss: the last measurement on the held-out pictures, and the best accuracy of "
    f"all. Training loss: mean of the last {LAST_STEPS} steps. Time: of training, without pauses."
)


@dataclass(frozen=True, eq=False)
class Contender:
    """One network of one compared run.

    Attributes:
        number: of its run in the comparison, from 1.
        reader: its run.
        network: which of its networks.
        colour: field of the theme.
    """

    number: int
    reader: RunReader
    network: NetworkFacts
    colour: str

    @property
    def label(self) -> str:
        """At the line's end."""
        return f"{self.number} {self.network.title}"

    @property
    def name(self) -> str:
        """In readouts."""
        return f"{self.number} {self.reader.title}, {self.network.title}"

    def points(
        self, measure: Measure, part: Part, by: By
    ) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Places on the axis, ascending, and values, (n,) each."""
        key = self.network.key
        steps, held_out = self.reader.steps(key), self.reader.evaluations(key)
        series = steps if part == "train" else held_out
        x = self._places(by, np.asarray(series.step), np.asarray(series.epoch))
        known = np.isfinite(x)
        values = np.asarray(getattr(series, measure), np.float64)
        return (x, values) if known.all() else (x[known], values[known])

    def _places(self, by: By, step: NDArray[Any], epoch: NDArray[Any]) -> NDArray[Any]:
        if by == "step":
            return step
        if by == "epoch":
            per_epoch = self.reader.facts.steps_per_epoch
            return step * (PER_EPOCH / per_epoch) if per_epoch else epoch * float(PER_EPOCH)
        steps = self.reader.steps(self.network.key)
        if not len(steps):
            return np.full(len(step), np.nan)
        # A measurement on the held-out pictures is made when its step is done.
        seconds = np.maximum.accumulate(steps.seconds)
        return np.asarray(np.interp(step, steps.step, seconds))


def contenders(readers: Sequence[RunReader]) -> list[Contender]:
    """Every network of every run."""
    found: list[Contender] = []
    for number, reader in enumerate(readers, 1):
        for network in reader.facts.networks:
            colour = COLOURS[len(found) % len(COLOURS)]
            found.append(Contender(number, reader, network, colour))
    return found


class ComparedCurves:
    """The lines of a comparison, followed while its runs grow.

    Attributes:
        contenders: whose lines these are.
    """

    def __init__(self) -> None:
        self.contenders: list[Contender] = []
        self._curves: dict[tuple[str, str, Measure, Part, By], Curve] = {}

    def set_readers(self, readers: Sequence[RunReader]) -> None:
        """Compare these runs."""
        self.contenders = contenders(readers)
        self._curves.clear()

    def lines(self, measure: Measure, part: Part, by: By) -> list[Line]:
        """One line for each network that has such values."""
        lines = []
        for one in self.contenders:
            key = (str(one.reader.path), one.network.key, measure, part, by)
            curve = self._curves.setdefault(key, Curve())
            curve.follow(*one.points(measure, part, by))
            if len(curve):
                held_out = part == "held-out"
                lines.append(
                    Line(
                        curve,
                        one.name,
                        one.label,
                        colour=one.colour,
                        dashed=held_out,
                        smoothed=not held_out,
                    )
                )
        return lines


def final_table(found: Sequence[Contender]) -> Table:
    """What every network ended with: `TABLE_NOTE` says what the columns are."""
    columns = (
        "Run",
        "Network",
        "Accuracy, %",
        "best, %",
        "Loss",
        "Training loss",
        "Steps",
        "Time, s",
        "Data",
    )
    return Table("comparison", "Final numbers", columns, tuple(_row(one) for one in found))


def _row(one: Contender) -> tuple[float | int | str | None, ...]:
    steps = one.reader.steps(one.network.key)
    held_out = one.reader.evaluations(one.network.key)
    accuracy = 100 * held_out.accuracy[np.isfinite(held_out.accuracy)]
    return (
        f"{one.number} {one.reader.title}",
        one.network.title,
        _last(100 * held_out.accuracy),
        float(accuracy.max()) if accuracy.size else None,
        _last(held_out.loss),
        float(steps.loss[-LAST_STEPS:].mean()) if len(steps) else None,
        int(steps.step[-1]) if len(steps) else 0,
        _last(steps.seconds),
        one.reader.facts.dataset or None,
    )


def _last(values: NDArray[np.float64]) -> float | None:
    """The newest value; None if there is none."""
    return float(values[-1]) if len(values) else None

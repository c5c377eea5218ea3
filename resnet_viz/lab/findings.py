"""What an experiment finds: charts as data, which the window and the files draw alike.

Imports neither torch nor Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.settings import LabSettings

Floats = NDArray[np.float64]

Role = Literal["residual", "plain", "theory", "shortcut", "branch", "output", "gradient", "ghost"]
"""Whose numbers a curve shows; its colour and its line style follow from that alone."""

Kind = Literal["line", "bars", "points"]


@dataclass(frozen=True)
class Curve:
    """One series of a chart.

    Attributes:
        label: for the legend: "with skips", "plain", "theory: n / 2 per layer".
        role: whose numbers they are.
        x: (n,) positions; for bars with `Chart.ticks` the index of the tick.
        y: (n,) values; NaN where nothing is measured yet, and 0 for a measured zero.
        low: (n,) lower edge of a band around y, or None.
        high: (n,) upper edge of the band, or None.
        source: of a theory's formula, "He et al. 2015, arXiv:1502.01852"; else empty.
    """

    label: str
    role: Role
    x: Floats
    y: Floats
    low: Floats | None = None
    high: Floats | None = None
    source: str = ""

    def __post_init__(self) -> None:
        lengths = {len(a) for a in (self.x, self.y, self.low, self.high) if a is not None}
        if len(lengths) != 1:
            raise ValueError(f"a curve's arrays differ in length: {sorted(lengths)}")


@dataclass(frozen=True)
class Chart:
    """One chart; it says what is measured and on which scale.

    Attributes:
        key: short name for files: `gradient-by-depth`.
        title: for people, one line.
        x_label: with its unit in brackets if it has one.
        y_label: the quantity, what norm of which tensor, with its unit.
        curves: the series; the first is the one that matters most.
        kind: lines with points, bars side by side, or points alone.
        x_log: whether x is best seen on a logarithmic axis.
        y_log: the same for y; zeros on it are drawn at the foot and labelled as underflow.
        floor: smallest positive number of the precision, drawn as the underflow's line; or None.
        ticks: names of the positions 0, 1, 2, ... on x (blocks), or empty for numbers.
        references: horizontal lines to compare with: label -> value ("chance" -> 0.1).
        note: what a reader must know: batch, mode, norm, how many trials.
    """

    key: str
    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    kind: Kind = "line"
    x_log: bool = False
    y_log: bool = False
    floor: float | None = None
    ticks: tuple[str, ...] = ()
    references: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Numbers as rows, for reading and for CSV.

    Attributes:
        key: short name for files.
        title: for people.
        columns: names with units.
        rows: one value per column each; a number, a text, or None where there is none.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[float | int | str | None, ...], ...]


@dataclass(frozen=True)
class Finding:
    """What an experiment has found so far, or in the end.

    Attributes:
        experiment: what was asked.
        settings: of the networks and the batch.
        charts: the most important first.
        tables: further numbers.
        sentence: what the numbers say, made from them; empty while there are too few.
        done: slices finished.
        total: slices in all.
        notes: what limits the numbers, in sentences.
        elapsed_s: time spent on it so far.
    """

    experiment: Experiment
    settings: LabSettings
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    sentence: str = ""
    done: int = 0
    total: int = 0
    notes: tuple[str, ...] = ()
    elapsed_s: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether every slice is done."""
        return 0 < self.total <= self.done

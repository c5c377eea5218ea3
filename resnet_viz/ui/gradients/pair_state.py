"""What the pair view shows: two networks, their gates, measurements, one selection. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from resnet_viz.engine.messages import PairMeasured
from resnet_viz.lab.settings import SIDES, LabSettings, Side
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.ui.gradients.quantities import Quantity, Values, faded_words, underflowed
from resnet_viz.ui.overview.figures import Figures
from resnet_viz.ui.overview.state import OverviewState

SIDE_NAMES: dict[Side, str] = {"residual": "with skips", "plain": "plain twin"}
SIDE_COLOURS: dict[Side, str] = {"residual": "output", "plain": "trouble"}


@dataclass(frozen=True, eq=False)
class Series:
    """One line of the chart.

    Attributes:
        side: whose numbers.
        kind: measured now, measured before, or what a theory expects.
        values: one per block, (N,).
        underflow: which zeros are below the precision, (N,).
        smallest: the smallest positive value that the precision allows.
        dtype: the precision.
        label: for people.
        source: of the theory.
        faded: where the signal itself has sunk to 0, in words; empty if nowhere.
    """

    side: Side
    kind: Literal["now", "ghost", "theory"]
    values: Values
    underflow: np.typing.NDArray[np.bool_]
    smallest: float
    dtype: str
    label: str
    source: str = ""
    faded: str = ""


class PairState:
    """The state of both overviews and of what they share.

    Attributes:
        sides: what each overview shows; both have the same blocks.
        measured: the newest measurement of both.
        ghost: the measurement to compare with, if it is of the same blocks.
    """

    def __init__(self) -> None:
        self.sides: dict[Side, OverviewState] = {side: OverviewState() for side in SIDES}
        self.measured: PairMeasured | None = None
        self.ghost: PairMeasured | None = None
        self._series: dict[str, list[Series]] = {}

    @property
    def one(self) -> OverviewState:
        """Either side: what they have in common can be read from it."""
        return self.sides["residual"]

    @property
    def settings(self) -> LabSettings | None:
        """What was measured with, None before the first measurement."""
        return None if self.measured is None else self.measured.settings

    def set_network(self, residual: ResNetSpec, plain: ResNetSpec) -> None:
        """Take two other networks, not measured yet.

        Raises:
            ValueError: if their blocks differ.
        """
        if [b.name for b in residual.blocks()] != [b.name for b in plain.blocks()]:
            raise ValueError("the two networks differ in their blocks")
        self.measured = self.ghost = None
        self._series.clear()
        self.sides["residual"].set_network(residual)
        self.sides["plain"].set_network(plain)

    def set_measured(self, measured: PairMeasured | None) -> None:
        """Take a measurement.

        Raises:
            ValueError: if it is of networks with other blocks.
        """
        self.sides["residual"].set_now(None if measured is None else measured.residual)
        self.sides["plain"].set_now(None if measured is None else measured.plain)
        self.measured = measured
        self._series.clear()

    def set_ghost(self, ghost: PairMeasured | None) -> None:
        """Take the measurement to compare with; one of other blocks cannot be and is not shown."""
        if ghost is not None and not self._fits(ghost.residual):
            ghost = None
        self.sides["residual"].set_ghost(None if ghost is None else ghost.residual)
        self.sides["plain"].set_ghost(None if ghost is None else ghost.plain)
        self.ghost = ghost
        self._series.clear()

    def _fits(self, snapshot: Snapshot) -> bool:
        return [b.name for b in snapshot.blocks] == [b.name for b in self.one.blocks]

    def series(self, quantity: Quantity) -> list[Series]:
        """What is measured of a quantity: the ghosts first, so that they lie under the others."""
        if quantity.name not in self._series:
            self._series[quantity.name] = self._compute_series(quantity)
        return self._series[quantity.name]

    def now(self, quantity: Quantity) -> dict[Side, Series]:
        """What is measured of a quantity now; empty before the first measurement."""
        return {s.side: s for s in self.series(quantity) if s.kind == "now"}

    def _compute_series(self, quantity: Quantity) -> list[Series]:
        lines = []
        for side, state in self.sides.items():
            ghost = None if state.ghost is None else _series(side, "ghost", quantity, state.ghost)
            if ghost is not None and not _unchanged(quantity, state, ghost):
                lines.append(ghost)
        for side, state in self.sides.items():
            if state.now is not None:
                lines.append(_series(side, "now", quantity, state.now))
        return lines


def _unchanged(quantity: Quantity, state: OverviewState, ghost: Series) -> bool:
    """Whether a ghost would lie under the line of now from end to end."""
    return state.now is not None and np.array_equal(
        quantity.values(state.now), ghost.values, equal_nan=True
    )


def _series(
    side: Side, kind: Literal["now", "ghost"], quantity: Quantity, figures: Figures
) -> Series:
    label = SIDE_NAMES[side] if kind == "now" else f"{SIDE_NAMES[side]}, before"
    return Series(
        side=side,
        kind=kind,
        values=quantity.values(figures),
        underflow=underflowed(quantity, figures),
        smallest=quantity.smallest(figures.dtype),
        dtype=figures.dtype,
        label=label,
        faded=faded_words(figures),
    )

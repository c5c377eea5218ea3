"""The norm of a gradient as a fact: a zero that the precision explains is said as such.

Imports neither torch nor Qt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from resnet_viz.lab.zeros import SMALLEST, underflowed_inputs
from resnet_viz.lecture.facts import Fact
from resnet_viz.numerals import figure
from resnet_viz.probe.snapshot import BlockStats, Snapshot
from resnet_viz.report.result import backward_share, forward_share

_FURTHEST = 300  # decades between two numbers whose quotient a double holds with certainty


@dataclass(frozen=True)
class GradientNorm:
    """Norm of dL/dx at a block's input, which may be 0 for want of precision.

    Attributes:
        value: the norm.
        underflow: whether it is 0 for no other reason than the precision.
        dtype: that precision.
    """

    value: float
    underflow: bool
    dtype: str

    @classmethod
    def of(cls, snapshot: Snapshot, index: int) -> GradientNorm:
        """The gradient at the input of one of a snapshot's blocks."""
        lost = underflowed_inputs(snapshot.blocks, snapshot.dtype)
        return cls(snapshot.blocks[index].grad_in, bool(lost[index]), snapshot.dtype)

    @property
    def smallest(self) -> float:
        """What an underflow is below of."""
        return SMALLEST[self.dtype]

    def fact(self) -> Fact:
        """The norm, or below what it lies."""
        if self.underflow:
            return Fact(f"below {figure(self.smallest, 2)}", 0.0)
        return Fact(figure(self.value), self.value)

    def over(self, other: GradientNorm) -> Fact:
        """The quotient; a bound where one of the two is an underflow."""
        if self.underflow and other.underflow:
            return Fact("0 ÷ 0: both underflow")
        if other.underflow:
            return Fact(f"more than {quotient(self.value, self.smallest).text}", math.inf)
        if self.underflow:
            return Fact(f"less than {quotient(self.smallest, other.value).text}", 0.0)
        return quotient(self.value, other.value)


def quotient(above: float, below: float) -> Fact:
    """One number over another; where a double cannot hold it, or it is none, in words."""
    if below == 0 or not (math.isfinite(above) and math.isfinite(below)):
        return Fact(f"{figure(above)} ÷ {figure(below)}")
    if above == 0:
        return Fact("0", 0.0)
    exponent = math.log10(above) - math.log10(below)
    if exponent >= _FURTHEST:
        return Fact("more than 10³⁰⁰", math.inf)
    if exponent <= -_FURTHEST:
        return Fact("less than 10⁻³⁰⁰", 0.0)
    return Fact(figure(above / below), above / below)


def shares(stats: BlockStats) -> dict[str, float]:
    """The shortcut's and the branch's share of a block's sum and gradient, by norms.

    Returns:
        `share_x`, `share_f`, `back_share_x`, `back_share_f`, each 0 to 1; those of a direction
        in which nothing flows are missing.
    """
    found: dict[str, float] = {}
    for prefix, share in (("share", forward_share(stats)), ("back_share", backward_share(stats))):
        if share is not None:
            found |= {f"{prefix}_x": share, f"{prefix}_f": 1.0 - share}
    return found

"""The one line under an overview on stage: how large the gradient is at both ends."""

from __future__ import annotations

from resnet_viz.lecture.gradient_norm import GradientNorm
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.ui.block_view.segments import Line, Segment


def gradient_lines(snapshot: Snapshot | None, ghost: Snapshot | None) -> list[Line]:
    """The gradient at the first and the last block now and before, the longest wording first.

    Args:
        snapshot: the measurement on screen; None while there is none.
        ghost: the measurement before; None for none.
    """
    if snapshot is None:
        return [(Segment("measuring…", "muted"),)]
    first, last = _ends(snapshot)
    now: Line = (
        Segment("‖∂L/∂x‖   ", "text"),
        Segment("first block ", "muted"),
        Segment(first, "gradient", bold=True),
        Segment("   last block ", "muted"),
        Segment(last, "gradient", bold=True),
    )
    if ghost is None:
        return [now, now[1:]]
    before: Line = (Segment("      before {} and {}".format(*_ends(ghost)), "muted"),)
    return [(*now, *before), (*now[1:], *before), now[1:]]


def _ends(snapshot: Snapshot) -> tuple[str, str]:
    """The norms at the first and at the last block, for people."""
    first, last = (GradientNorm.of(snapshot, index).fact().text for index in (0, -1))
    return first, last

"""How far a training is and how fast it goes, for whoever tells of it. No torch, no Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Figures of a training under way.

    Attributes:
        step: steps done.
        n_steps: of the whole run.
        steps_per_epoch: in an epoch.
        lr: of the last step.
        images_per_second: lately; 0 before it is known.
        seconds_left: at this rate; 0 before it is known.
        memory_bytes: that this process (CPU) or the GPU holds.
        probe_share: of the time lately that measuring blocks took.
        saved_step: of the last checkpoint; -1 before the first.
    """

    step: int = 0
    n_steps: int = 0
    steps_per_epoch: int = 0
    lr: float = 0.0
    images_per_second: float = 0.0
    seconds_left: float = 0.0
    memory_bytes: int = 0
    probe_share: float = 0.0
    saved_step: int = -1

"""What a run that can be shown tells, however it comes by it: read from a folder, or replayed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from resnet_viz.runs.layout import RunFacts, RunState
from resnet_viz.runs.series import BlockSeries, EvaluationSeries, StepSeries, SystemSeries


class Recorded(Protocol):
    """A run as far as it has got; see `RunReader`, which is the usual one."""

    @property
    def path(self) -> Path:
        """Of the run folder."""

    @property
    def facts(self) -> RunFacts:
        """What the run is."""

    @property
    def title(self) -> str:
        """For people."""

    @property
    def events(self) -> Sequence[dict[str, Any]]:
        """Records of the kind `event`, in order."""

    @property
    def state(self) -> RunState:
        """By the last event."""

    @property
    def last_step(self) -> int:
        """The newest step; 0 before the first."""

    @property
    def system(self) -> SystemSeries:
        """What training cost."""

    def steps(self, key: str = "network") -> StepSeries:
        """Training steps of a network."""

    def evaluations(self, key: str = "network") -> EvaluationSeries:
        """Measurements of a network on the held-out pictures."""

    def blocks(self, key: str = "network") -> BlockSeries:
        """Measured blocks of a network."""

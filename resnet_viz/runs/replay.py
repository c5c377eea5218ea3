"""A recorded run as it was when it had got to a step: for films, where time passes again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from resnet_viz.runs.layout import RunFacts, RunState
from resnet_viz.runs.recorded import Recorded
from resnet_viz.runs.series import (
    AnySeries,
    BlockSeries,
    EvaluationSeries,
    StepSeries,
    SystemSeries,
)


class Replay:
    """Shows a run up to a step, which may be set to any other; nothing is copied.

    The run is taken as it is now: what is recorded later is not shown. Its steps are those
    recorded, also where more were planned.

    Args:
        run: what is replayed.

    Attributes:
        until: the last step that has happened yet.
    """

    def __init__(self, run: Recorded) -> None:
        self._run = run
        self._end = run.last_step
        self.until = self._end

    @property
    def path(self) -> Path:
        """Of the run folder."""
        return self._run.path

    @property
    def facts(self) -> RunFacts:
        """What the run is."""
        return replace(self._run.facts, n_steps=self._end)

    @property
    def title(self) -> str:
        """For people."""
        return self._run.title

    @property
    def events(self) -> Sequence[dict[str, Any]]:
        """What has happened yet."""
        return [event for event in self._run.events if int(event.get("step") or 0) <= self.until]

    @property
    def state(self) -> RunState:
        """Running, until the end."""
        return "running" if self.until < self._end else self._run.state

    @property
    def last_step(self) -> int:
        """The newest step."""
        return min(self.until, self._end)

    @property
    def system(self) -> SystemSeries:
        """What training has cost yet."""
        return self._upto(self._run.system)

    def steps(self, key: str = "network") -> StepSeries:
        """Training steps of a network."""
        return self._upto(self._run.steps(key))

    def evaluations(self, key: str = "network") -> EvaluationSeries:
        """Measurements of a network on the held-out pictures."""
        return self._upto(self._run.evaluations(key))

    def blocks(self, key: str = "network") -> BlockSeries:
        """Measured blocks of a network."""
        series = self._run.blocks(key)
        n = int(np.searchsorted(series.steps, self.last_step, "right"))
        return replace(series, steps=series.steps[:n], values=series.values[:n])

    def _upto(self, series: AnySeries) -> AnySeries:
        n = int(np.searchsorted(series.step, self.last_step, "right"))
        return type(series)(**{f.name: getattr(series, f.name)[:n] for f in fields(series)})

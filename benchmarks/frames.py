"""Times of painted frames."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

BUDGET_MS = 16.0


@dataclass
class Times:
    """Wall and CPU time of frames of one kind, milliseconds."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def add(self, paint: Callable[[], object]) -> None:
        """Time one frame."""
        wall, cpu = time.perf_counter(), time.thread_time()
        paint()
        self.cpu.append((time.thread_time() - cpu) * 1e3)
        self.wall.append((time.perf_counter() - wall) * 1e3)

    def summary(self) -> dict[str, float]:
        """The figures that are printed."""
        return {
            "min_ms": float(np.min(self.wall)),
            "median_ms": float(np.median(self.wall)),
            "p99_ms": float(np.percentile(self.wall, 99)),
            "cpu_min_ms": float(np.min(self.cpu)),
            "cpu_median_ms": float(np.median(self.cpu)),
            "within_budget": float(np.mean(np.array(self.wall) <= BUDGET_MS)),
        }

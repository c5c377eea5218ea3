"""How fast a training is, and what it holds in memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import torch

_LATELY_S = 10.0


class Pace:
    """Time spent on a training, told slice by slice; what happens in between does not count."""

    def __init__(self) -> None:
        self._spent = 0.0
        self._since: float | None = None
        self._marks: deque[tuple[float, int]] = deque()
        self._stepping = 0.0
        self._first: tuple[float, int] | None = None

    @property
    def seconds(self) -> float:
        """Since the run began, over all resumptions."""
        return self._spent + (0.0 if self._since is None else time.perf_counter() - self._since)

    def resume(self, seconds: float) -> None:
        """The run took so long before it was interrupted."""
        self._spent = seconds

    @contextmanager
    def working(self) -> Iterator[None]:
        """A slice of work of any kind."""
        self._since = time.perf_counter()
        try:
            yield
        finally:
            self._spent, self._since = self.seconds, None

    @contextmanager
    def stepping(self, step: int) -> Iterator[None]:
        """The part of a slice in which a step is made; `step` of them are done after it."""
        started = time.perf_counter()
        if self._first is None:
            self._first = self.seconds, step - 1
            self._marks.append((0.0, step - 1))
        yield
        self._stepping += time.perf_counter() - started
        self._marks.append((self._stepping, step))
        while len(self._marks) > 2 and self._marks[1][0] < self._stepping - _LATELY_S:
            self._marks.popleft()

    def steps_per_second(self) -> float:
        """Lately, measuring on held-out pictures left out; 0 before it is known."""
        if len(self._marks) < 2:
            return 0.0
        (start, first), (stop, last) = self._marks[0], self._marks[-1]
        return (last - first) / (stop - start) if stop > start else 0.0

    def seconds_left(self, step: int, n_steps: int) -> float:
        """Until the last step at the pace since this process began; 0 before it is known."""
        if self._first is None or step <= self._first[1]:
            return 0.0
        start, first = self._first
        return (self.seconds - start) / (step - first) * (n_steps - step)


def memory_bytes(device: torch.device) -> int:
    """What this process holds, or what torch holds of a GPU's memory."""
    if device.type == "cuda":
        return int(torch.cuda.memory_reserved(device))
    return int(psutil.Process().memory_info().rss)

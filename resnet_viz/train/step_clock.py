"""How long training steps take, and how much of that is measuring."""

from __future__ import annotations

import time
from collections import deque
from statistics import median

import torch


class StepClock:
    """Times steps, told when each begins and ends.

    On the CPU the probe's own time is what measuring costs. A GPU works behind the program,
    and waiting for it at every step would slow the training down. So it is idle at both ends
    of two kinds of step only, of a measured one and of the one that follows, and measuring
    costs what the former take longer by the median.

    Args:
        device: of the training.
    """

    def __init__(self, device: torch.device) -> None:
        self._accelerator = None if device.type in ("cpu", "meta") else device
        self._bare: deque[float] = deque(maxlen=9)
        self._comparing = False
        self._began = 0.0

    def begin(self, *, measured: bool) -> None:
        """A step begins."""
        if measured:
            self._wait()
        self._began = time.perf_counter()

    def end(self, measuring: float | None) -> tuple[float, float | None]:
        """The step is over.

        Args:
            measuring: the probe's own time on the host, seconds; None if it did not measure.

        Returns:
            Seconds of the step, and of measuring in it; None if there was none.
        """
        if measuring is not None or self._comparing:
            self._wait()
        seconds = time.perf_counter() - self._began
        if self._accelerator is None:
            return seconds, measuring
        bare = median(self._bare) if self._bare else 0.0
        if measuring is not None:
            self._comparing = True
            return seconds, max(measuring, seconds - bare) if bare else measuring
        if self._comparing:
            self._comparing = False
            self._bare.append(seconds)
        return max(seconds, bare), None  # the host may be ahead of the device

    def _wait(self) -> None:
        if self._accelerator is not None:
            torch.accelerator.synchronize(self._accelerator)

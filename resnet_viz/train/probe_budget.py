"""When to measure, so that measuring takes no more than its share of the training time."""

from __future__ import annotations

from collections import deque
from statistics import median

from resnet_viz.train.config import RecordingConfig

# Per step: what happened 256 steps ago counts half in the share that is shown.
_KEPT = 0.5 ** (1 / 256)
# A measurement owes at most so many times what the last ones took: when the machine froze in
# the middle of one, that was not its cost.
_DEAREST = 3.0


class ProbeBudget:
    """Decides step by step; a measurement is paid for by the steps that follow it.

    Every measurement runs into debt by what it took, every step pays back `share` of its time,
    and the next measurement comes when the debt is paid. So the share holds over the run
    whatever single steps take; nothing has to be predicted.

    Args:
        config: `every` fixes the steps (1, 1 + every, ...), 0 leaves them to `share`.
    """

    def __init__(self, config: RecordingConfig) -> None:
        self._config = config
        self._debt = 0.0
        self._costs: deque[float] = deque(maxlen=9)
        self._time = 0.0
        self._spent = 0.0

    @property
    def share(self) -> float:
        """Of the training time lately that measuring took, 0 to 1."""
        return self._spent / self._time if self._time else 0.0

    def due(self, step: int) -> bool:
        """Whether to measure a step (1-based)."""
        if self._config.every:
            return (step - 1) % self._config.every == 0
        return self._debt <= 0

    def took(self, seconds: float, measuring: float | None = None) -> None:
        """A step took `seconds`; of these, `measuring` if it was measured."""
        self._time = self._time * _KEPT + seconds
        self._spent = self._spent * _KEPT + (measuring or 0.0)
        if measuring is not None:
            self._costs.append(measuring)
            self._debt += min(measuring, _DEAREST * median(self._costs))
        self._debt = max(0.0, self._debt - self._config.share * seconds)

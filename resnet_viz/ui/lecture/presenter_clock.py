"""How long a talk has taken, without the time it was paused. No widgets."""

from __future__ import annotations

import time
from collections.abc import Callable


class Elapsed:
    """A stopwatch.

    Args:
        now: seconds of a clock that only goes forward.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._before = 0.0
        self._since: float | None = None

    @property
    def running(self) -> bool:
        """Whether it counts."""
        return self._since is not None

    @property
    def seconds(self) -> float:
        """Counted so far."""
        return self._before + (self._now() - self._since if self._since is not None else 0.0)

    def start(self) -> None:
        """Count, or go on counting."""
        if self._since is None:
            self._since = self._now()

    def pause(self) -> None:
        """Stop counting."""
        self._before, self._since = self.seconds, None

    def reset(self) -> None:
        """Begin at nothing; it goes on counting if it did."""
        self._before = 0.0
        if self._since is not None:
            self._since = self._now()


def clock_words(seconds: float) -> str:
    """`7:05`, `1:02:09`."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{whole % 60:02d}"
    return f"{minutes}:{whole % 60:02d}"

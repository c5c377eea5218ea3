"""What to do, and what to say, when an engine has died."""

from __future__ import annotations

import signal
from enum import Enum

from resnet_viz.engine.process import Exit


class Recovery(Enum):
    """How the window goes on after an engine died."""

    AUTOMATIC = "automatic"
    """The first death in a while: another engine is started at once."""

    OFFERED = "offered"
    """It died again soon: the user decides when to start another one."""

    WITHDRAWN = "withdrawn"
    """It keeps dying: another engine would die too."""


class RestartPolicy:
    """Counts deaths; times are seconds of any steady clock.

    Args:
        memory_s: how long a death counts.
        limit: deaths within that time after which no restart is offered.
    """

    def __init__(self, memory_s: float = 60.0, limit: int = 4) -> None:
        self._memory_s = memory_s
        self._limit = limit
        self._deaths_s: list[float] = []

    def died(self, now_s: float, *, hopeless: bool = False) -> Recovery:
        """An engine died.

        Args:
            now_s: when.
            hopeless: it could not even start, so trying the same at once makes no sense.
        """
        recent = [t for t in self._deaths_s if now_s - t < self._memory_s]
        self._deaths_s = [*recent, now_s]
        if len(self._deaths_s) >= self._limit:
            return Recovery.WITHDRAWN
        if len(self._deaths_s) > 1 or hopeless:
            return Recovery.OFFERED
        return Recovery.AUTOMATIC


_NEXT = {
    Recovery.AUTOMATIC: "It is being started again.",
    Recovery.OFFERED: "Restart it to go on.",
    Recovery.WITHDRAWN: (
        "It has died too often to be started again: `resnet-viz doctor` may say why; "
        "then close this program and open it again."
    ),
}


def obituary(end: Exit, recovery: Recovery) -> str:
    """What happened to the engine and what comes next, in sentences."""
    return f"{_cause(end)} {_NEXT[recovery]}"


def _cause(end: Exit) -> str:
    if end.code is None:
        return f"The engine could not be started: {end.reason}."
    if end.code == -getattr(signal, "SIGKILL", 9):
        return "The engine was killed (signal 9), probably because memory ran out."
    if end.code < 0:
        return f"The engine crashed (signal {-end.code}, {_signal_name(-end.code)})."
    return f"The engine ended unexpectedly (exit code {end.code})."


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"

"""What an engine is doing, as the window shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from resnet_viz.engine.messages import Progress


class EngineState(Enum):
    """What the engine is doing."""

    STOPPED = "stopped"
    """Not started yet; questions are kept until it is."""

    STARTING = "starting"
    """Its process begins, or imports torch; questions are kept."""

    READY = "ready"
    """Nothing to do."""

    BUSY = "busy"
    """It works on a question: `EngineClient.busy` says which."""

    CRASHED = "crashed"
    """Its process is gone; `EngineClient.recovery` says what comes next."""

    CLOSED = "closed"
    """The window is closing; nothing is asked any more."""


@dataclass(frozen=True)
class Busy:
    """What the engine works on.

    Attributes:
        request_id: for `EngineClient.cancel`.
        what: "Loading ResNet-50".
        since_s: when it was asked, on the clock of `time.monotonic`.
        progress: the newest report on it.
    """

    request_id: int
    what: str
    since_s: float
    progress: Progress | None = None

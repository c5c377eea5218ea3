"""How far a request is, told to the window often enough and not more often."""

from __future__ import annotations

import time
from collections.abc import Callable

from resnet_viz.engine.messages import Progress, Reply

PAUSE_S = 0.1
# A measurement that is over sooner than this needs no progress bar.
QUIET_S = 0.3


class Meter:
    """Reports progress at most ten times a second, and the last step of a task.

    Args:
        send: sends a reply to the window.
        request_id: of the request whose progress it is.
        quiet_s: how long nothing is reported.
    """

    def __init__(
        self, send: Callable[[Reply], None], request_id: int, *, quiet_s: float = 0.0
    ) -> None:
        self._send = send
        self._request_id = request_id
        self._next_s = time.monotonic() + quiet_s

    def __call__(self, what: str, done: int, total: int, unit: str) -> None:
        """Report that `done` of `total` are done, if it is time to."""
        now_s = time.monotonic()
        finished = 0 < total <= done
        if now_s < self._next_s and not finished:
            return
        self._next_s = now_s + PAUSE_S
        self._send(Progress(self._request_id, what, done, total, unit))

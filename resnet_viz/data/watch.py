"""Long work in the foreground: says how far it is and asks whether to go on."""

from __future__ import annotations

import time

from resnet_viz.errors import OperationCancelled
from resnet_viz.models.download import Cancelled, Progress

_PAUSE_S = 0.1


class Watch:
    """Progress and cancel of one piece of work, cheap enough to call for every picture.

    Args:
        progress: told ten times a second at most, and whenever a subject begins or ends.
        cancelled: asked as often.
    """

    def __init__(
        self, progress: Progress | None = None, cancelled: Cancelled | None = None
    ) -> None:
        self.progress: Progress = progress or (lambda _what, _done, _total, _unit: None)
        self.cancelled: Cancelled = cancelled or (lambda: False)
        self._what = ""
        self._next_s = 0.0

    def at(self, what: str, done: int = 0, total: int = 0, unit: str = "pictures") -> None:
        """So much of `what` is done; `total` 0 when unknown.

        Raises:
            OperationCancelled: if the user changed their mind.
        """
        now_s = time.monotonic()
        if now_s < self._next_s and what == self._what and not 0 < total <= done:
            return
        self._what, self._next_s = what, now_s + _PAUSE_S
        if self.cancelled():
            raise OperationCancelled
        self.progress(what, done, total, unit)

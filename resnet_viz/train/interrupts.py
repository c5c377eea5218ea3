"""Ctrl+C and SIGTERM as a wish that the training loop grants between two steps."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def stop_requests(*, patient: bool = False) -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether the user asked to stop.

    The first signal only asks, so that the state is saved between two steps; the second one
    does what it always does. Outside the main thread Python delivers no signals, and the
    answer stays False.

    Args:
        patient: further signals only ask, too: for a process whose parent repeats to it what
            it has heard from the terminal already, and knows other ways to end it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    asked = False
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        if not patient:
            signal.signal(number, before[signal.Signals(number)])

    for number in _SIGNALS:
        signal.signal(number, ask)
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

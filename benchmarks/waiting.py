"""Waiting for the window under test."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication


def run_until(condition: Callable[[], bool], seconds: float = 300.0) -> None:
    """Run the event loop until the condition holds; checked after every event.

    Something must wake the loop now and then: keep a timer running.
    """
    end = time.monotonic() + seconds
    while not condition():
        # Without a time limit, for with one Qt does not wait but spin.
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.monotonic() > end:
            raise SystemExit("the engine did not answer in time")

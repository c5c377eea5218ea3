"""Where an engine process begins: says that it lives, then imports torch and works.

The window's process imports this module to start the engine, so nothing here may import torch
at the top.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import threading
import time
import traceback
from multiprocessing.connection import Connection
from typing import NoReturn

from resnet_viz.engine import wire
from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.messages import Failed, Reply, Starting

EXIT_NO_START = 3
SAVING_S = 20.0
"""How long an engine may take to leave that has a training to save."""
_GRACE_S = 0.5
_NICENESS = 5


class Outbox:
    """The way back to the window, shared by the worker and the listening thread.

    Args:
        connection: the writing end of the pipe.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, reply: Reply) -> None:
        """Send a reply; a window that is gone is left to the listening thread to notice."""
        with self._lock, contextlib.suppress(OSError):
            wire.send(self._connection, reply)


def main(requests: Connection, replies: Connection) -> None:
    """Run an engine until the window asks it to quit or is gone.

    Args:
        requests: the reading end of the pipe that the window writes to.
        replies: the writing end of the pipe that the window reads from.
    """
    # Ctrl+C in a terminal reaches both processes; it is the window that decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.stderr is not None:
        faulthandler.enable()
    outbox = Outbox(replies)
    outbox.send(Starting(os.getpid()))
    inbox = Inbox(outbox.send)
    threading.Thread(target=_listen, args=(requests, inbox), name="listener", daemon=True).start()
    _be_modest()
    try:
        from resnet_viz.engine.worker import Worker

        worker = Worker(inbox, outbox.send)
    except Exception as error:
        outbox.send(_no_start(error))
        _leave(EXIT_NO_START)
    worker.run()
    _leave(0)


def _be_modest() -> None:
    """Leave room for the window and for other programs; to be called before torch is imported."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    # Threads that spin while they wait for each other take the processor from the thread that
    # they wait for. Measured on two cores that other programs keep busy: one capture of
    # ResNet-20 took 2,250 ms spinning, 28 ms sleeping, and 23 ms with a single thread.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _listen(requests: Connection, inbox: Inbox) -> None:
    """Pass requests on until the pipe closes; then see to it that this process ends."""
    try:
        with contextlib.suppress(EOFError, OSError):
            while not inbox.closed:
                inbox.put(wire.receive(requests))
    finally:
        inbox.close()
        # The worker leaves by itself between two blocks, which lets a download tidy up. One
        # that is deep inside an import or a kernel has nothing to lose, unless it trains: the
        # step under way ends, and the training is saved.
        time.sleep(_GRACE_S)
        deadline_s = time.monotonic() + SAVING_S
        while inbox.training and time.monotonic() < deadline_s:
            time.sleep(_GRACE_S / 10)
        _leave(0)


def _leave(code: int) -> NoReturn:
    """End this process now; Python's own way out takes a second with torch in memory."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
    os._exit(code)


def _no_start(error: Exception) -> Failed:
    return Failed(
        0,
        f"The engine cannot start: {error}.",
        "`resnet-viz doctor` says what is missing and how to get it.",
        traceback.format_exc(),
    )

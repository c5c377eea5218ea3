"""An engine process seen from outside, with the two threads that talk to it; knows no Qt."""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue

from resnet_viz.engine import entry, wire
from resnet_viz.engine.messages import Quit, Reply, Request

_REAP_S = 5.0
PATIENCE_S = 2.0
"""How long an engine that has nothing to save may take to leave."""


@dataclass(frozen=True)
class Exit:
    """How an engine ended.

    Attributes:
        code: exit code, or minus the signal that ended it; None if it could not be started.
        reason: why it could not be started; else empty.
    """

    code: int | None
    reason: str = ""


class EngineProcess:
    """One engine, from its start to its end. No method but `close` waits for anything.

    Starting a process, writing a picture into a full pipe and waiting for an answer all take
    time, so two threads do it: the reader starts the process, reads until the pipe closes and
    collects the exit code; the writer sends what is queued. The pipes run one way each:
    closing the one for requests is how the engine learns that nobody wants it any more.

    Args:
        on_reply: called with every reply, in the reader's thread.
        on_exit: called once, last, in the reader's thread.
    """

    def __init__(self, on_reply: Callable[[Reply], None], on_exit: Callable[[Exit], None]) -> None:
        self._on_reply = on_reply
        self._on_exit = on_exit
        self._outgoing: SimpleQueue[Request | None] = SimpleQueue()
        self._reader = threading.Thread(target=self._run, name="engine-reader", daemon=True)
        self._process: BaseProcess | None = None
        self._process_lock = threading.Lock()  # nobody signals a process that was collected
        self._aborted = False

    def start(self) -> None:
        """Begin to start the process."""
        # multiprocessing waits for its children when Python exits; ours must have left by then.
        atexit.register(self.close)
        self._reader.start()

    def send(self, request: Request) -> None:
        """Queue a request; one for an engine that is gone vanishes."""
        self._outgoing.put(request)

    @property
    def alive(self) -> bool:
        """Whether the process or its threads still run."""
        return self._reader.is_alive()

    @property
    def pid(self) -> int | None:
        """Of the process; None before it started and after it ended."""
        with self._process_lock:
            return self._process.pid if self._process is not None else None

    def abort(self) -> None:
        """Kill the process without asking."""
        self._aborted = True
        self._outgoing.put(None)
        self._signal(BaseProcess.kill)

    def close(self, patience_s: float = PATIENCE_S) -> None:
        """End the process: ask, wait, terminate, wait, kill. Returns when it is gone."""
        self._outgoing.put(None)
        for harder in (BaseProcess.terminate, BaseProcess.kill):
            self._join(patience_s)
            if not self.alive:
                return
            self._signal(harder)
        self._join(_REAP_S)

    def _join(self, timeout_s: float) -> None:
        if self._reader.ident is not None:
            self._reader.join(timeout_s)

    def _signal(self, how: Callable[[BaseProcess], None]) -> None:
        with self._process_lock:
            if self._process is not None:
                how(self._process)

    # --- the reader's thread ---------------------------------------------------------------

    def _run(self) -> None:
        context = multiprocessing.get_context("spawn")
        their_requests, requests = context.Pipe(duplex=False)
        replies, their_replies = context.Pipe(duplex=False)
        process = context.Process(
            target=entry.main, args=(their_requests, their_replies), name="resnet-viz engine"
        )
        writer = threading.Thread(
            target=self._write, args=(requests,), name="engine-writer", daemon=True
        )
        try:
            with their_requests, their_replies:
                process.start()
        except OSError as error:
            requests.close()
            replies.close()
            self._end(Exit(None, str(error)))
            return
        with self._process_lock:
            self._process = process
        if self._aborted:
            self._signal(BaseProcess.kill)
        writer.start()
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._on_reply(wire.receive(replies))
        self._collect(process, writer, replies)

    def _collect(self, process: BaseProcess, writer: threading.Thread, replies: Connection) -> None:
        """The pipe has closed: collect the process, which is dead or about to be."""
        self._outgoing.put(None)
        process.join(_REAP_S)
        if process.exitcode is None:
            process.kill()
            process.join()
        writer.join()
        replies.close()
        code = process.exitcode
        with self._process_lock:
            self._process = None
            process.close()
        self._end(Exit(code))

    def _end(self, end: Exit) -> None:
        atexit.unregister(self.close)
        self._on_exit(end)

    # --- the writer's thread ---------------------------------------------------------------

    def _write(self, requests: Connection) -> None:
        with requests, contextlib.suppress(OSError):  # a dead engine is the reader's business
            while (request := self._outgoing.get()) is not None:
                wire.send(requests, request)
            wire.send(requests, Quit())

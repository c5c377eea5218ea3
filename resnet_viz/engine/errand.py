"""Reading and downloading for a request of the background, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.lanes import Background
from resnet_viz.engine.meter import Meter
from resnet_viz.models.download import Cancelled, Progress

T = TypeVar("T")


class Errand(Generic[T]):
    """Work that waits for disks and networks while the worker answers other requests.

    Args:
        job: what it is done for; it is stopped once nobody wants that any more.
        work: called with functions to tell its progress and to ask whether to stop.
        inbox: knows what is wanted, and is woken at the end.
        meter: takes the progress.
    """

    def __init__(
        self, job: Background, work: Callable[[Progress, Cancelled], T], inbox: Inbox, meter: Meter
    ) -> None:
        self._job = job
        self._work = work
        self._inbox = inbox
        self._meter = meter
        self._result: T | None = None
        self._error: BaseException | None = None
        self._over = False
        self._thread = threading.Thread(target=self._run, name="errand", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result = self._work(self._meter, lambda: self._inbox.unwanted(self._job))
        except BaseException as error:  # raised again in the worker's thread
            self._error = error
        finally:
            self._over = True
            self._inbox.wake(self._job)

    def result(self) -> T | None:
        """What the work returned; None while it goes on, and its request sleeps until it ends.

        Raises:
            BaseException: what the work raised; `OperationCancelled` once it has been stopped.
        """
        if not self._over:
            self._inbox.rest(self._job)  # which does nothing if the work has ended just now
            return None
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result


class ReadingRoom:
    """Lets one request of the background read data sets at a time.

    Two that download or unpack the same file at once would spoil it for each other.

    Args:
        inbox: puts those to sleep that have to wait.
    """

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._reader: Background | None = None
        self._queue: list[Background] = []

    def enter(self, job: Background) -> bool:
        """Whether a request may read now; if not, it sleeps until it is worth asking again."""
        if self._reader is None or self._reader is job:
            self._reader = job
            return True
        self._queue.append(job)
        self._inbox.rest(job)
        return False

    def leave(self, job: Background) -> None:
        """A request has read what it wanted, or is over; may be told too often."""
        if self._reader is job:
            self._reader = None
            queue, self._queue = self._queue, []
            for other in queue:
                self._inbox.wake(other)

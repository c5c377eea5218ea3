"""Work that waits for disks and networks, in a thread, watched in slices."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from typing import NamedTuple, TypeVar

from resnet_viz.models.download import Cancelled, Progress

_POLL_S = 0.05
_T = TypeVar("_T")


class Stage(NamedTuple):
    """How far something is: `done` of `total` in `unit`; `total` 0 when unknown."""

    what: str
    done: int = 0
    total: int = 0
    unit: str = ""


def in_background(
    what: str, work: Callable[[Progress, Cancelled], _T]
) -> Generator[Stage, None, _T]:
    """Do something in a thread of its own.

    Args:
        what: for people, until the work says more.
        work: called with functions to tell its progress and to ask whether to stop.

    Yields:
        How far it is, about twenty times a second. Closing the generator stops the work.

    Returns:
        What `work` returns; what it raises is raised.
    """
    stage, stop = Stage(what), Event()

    def progress(what: str, done: int, total: int, unit: str) -> None:
        nonlocal stage
        stage = Stage(what, done, total, unit)

    with ThreadPoolExecutor(1, "preparing") as pool:
        future = pool.submit(work, progress, stop.is_set)
        try:
            while not future.done():
                yield stage
                wait((future,), _POLL_S)
        finally:
            stop.set()
    return future.result()

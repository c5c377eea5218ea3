"""One writer for each run folder: a lock that the system drops when its process ends."""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import sys
import time
from pathlib import Path

from resnet_viz.errors import UserError

LOCK_NAME = ".lock"

_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_ATTEMPTS, _PAUSE_S = 10, 0.05
_SILENCE_S, _FAR_SILENCE_S = 2.0, 300.0
# Windows keeps others from reading what is locked.
_BEYOND_THE_TEXT = 1 << 20


class RunLock:
    """The right to write a run folder; not held at first.

    A process that is killed loses it at once: what counts is the system's lock on the file,
    not that the file exists. Where the file system knows no locks, everybody gets it.

    Args:
        folder: of the run; must exist when the lock is taken.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._handle is not None

    def take(self) -> None:
        """Get the lock; nothing happens if it is held already.

        Raises:
            UserError: if another writer has it.
            OSError: if the lock's file cannot be made.
        """
        if self._handle is not None:
            return
        handle = os.open(self._folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o666)
        if not _lock_patiently(handle):
            os.close(handle)
            raise UserError(
                f"The run in {str(self._folder)!r} is being written by another process.",
                "Stop that training first, or choose another folder.",
            )
        with contextlib.suppress(OSError):  # it is only a hint for others
            os.ftruncate(handle, 0)
            os.lseek(handle, 0, os.SEEK_SET)
            os.write(handle, platform.node().encode())
        self._handle = handle

    def release(self) -> None:
        """Give the lock back; nothing happens if it is not held."""
        if self._handle is not None:
            os.close(self._handle)  # which unlocks
            self._handle = None


def has_writer(folder: Path) -> bool:
    """Whether a process that this machine knows of is writing the run.

    On a mounted file system a writer on another machine may stay unseen.
    """
    with contextlib.suppress(OSError):
        handle = os.open(folder / LOCK_NAME, os.O_RDWR)
        try:
            return not _try_lock(handle)
        finally:
            os.close(handle)
    return False


def writer_is_gone(folder: Path, silent_s: float) -> bool:
    """Whether nobody writes the run any more, as far as can be told from here.

    A writer on this machine is known to live or not. One on another machine may be unseen (a
    mounted file system, a folder copied from a cluster): it counts as gone when it has been
    silent for longer than a measurement on many pictures takes.

    Args:
        folder: of the run.
        silent_s: seconds since there was news in the folder.
    """
    patience_s = _SILENCE_S if _last_host(folder) in ("", platform.node()) else _FAR_SILENCE_S
    return silent_s >= patience_s and not has_writer(folder)


def _last_host(folder: Path) -> str:
    """The machine of the last writer; empty if it is not known."""
    try:
        return (folder / LOCK_NAME).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _lock_patiently(handle: int) -> bool:
    for _ in range(_ATTEMPTS):
        if _try_lock(handle):
            return True
        time.sleep(_PAUSE_S)  # `has_writer` may hold it for an instant
    return False


def _try_lock(handle: int) -> bool:
    """Whether the file is locked now, or its file system knows no locks."""
    try:
        _lock(handle)
    except OSError as error:
        return error.errno not in _HELD
    return True


def _lock(handle: int) -> None:
    """Lock an open file without waiting.

    Raises:
        OSError: if it is locked (`_HELD`), or the file system knows no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _BEYOND_THE_TEXT, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

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
_FAR_SILENCE_S = 300.0
# In place of the machine's name.
_NO_LOCKS = "?"
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
        locked = _lock_patiently(handle)
        if locked is False:
            os.close(handle)
            raise UserError(
                f"The run in {str(self._folder)!r} is being written by another process.",
                "Stop that training first, or choose another folder.",
            )
        _write(handle, platform.node() if locked else _NO_LOCKS)
        self._handle = handle

    def release(self) -> None:
        """Give the lock back; nothing happens if it is not held."""
        if self._handle is not None:
            _write(self._handle, "")
            os.close(self._handle)  # which unlocks
            self._handle = None


def has_writer(folder: Path) -> bool:
    """Whether a process that this machine knows of is writing the run.

    On a mounted file system a writer on another machine may stay unseen.
    """
    with contextlib.suppress(OSError):
        handle = os.open(folder / LOCK_NAME, os.O_RDWR)
        try:
            return _try_lock(handle) is False
        finally:
            os.close(handle)
    return False


def writer_is_gone(folder: Path, silent_s: float) -> bool:
    """Whether nobody writes the run any more, as far as can be told from here.

    A writer on this machine is known to live or not. One on another machine may be unseen (a
    mounted file system, a folder copied from a cluster), and so is any where the file system
    knows no locks: it counts as gone when it has been silent for longer than a measurement on
    many pictures takes.

    Args:
        folder: of the run.
        silent_s: seconds since there was news in the folder.
    """
    known = _last_host(folder) in ("", platform.node())
    return (known or silent_s >= _FAR_SILENCE_S) and not has_writer(folder)


def _last_host(folder: Path) -> str:
    """The machine of a writer that did not say goodbye; empty if there is none."""
    try:
        return (folder / LOCK_NAME).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _write(handle: int, host: str) -> None:
    """Leave a word for `writer_is_gone`; without it things go on all the same."""
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, host.encode())


def _lock_patiently(handle: int) -> bool | None:
    for _ in range(_ATTEMPTS):
        if (locked := _try_lock(handle)) is not False:
            return locked
        time.sleep(_PAUSE_S)  # `has_writer` may hold it for an instant
    return False


def _try_lock(handle: int) -> bool | None:
    """Whether the file is ours now; None where the file system knows no locks."""
    try:
        _lock(handle)
    except OSError as error:
        return False if error.errno in _HELD else None
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

"""Files that grow while they are read, and arrays that grow with them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

_TAIL = 512


class GrowingFile:
    """Reads what was added to a file since the last time.

    Files may be cut back and written on (a training that was resumed), or replaced, between
    two reads: the bytes before the place of reading are compared with what they were.

    Args:
        path: of the file; it need not exist.
        whole: how many bytes of a piece are complete lines or records.

    Attributes:
        restarted: whether the last `read` began at the start again: what was read before is
            not the beginning of the file any more.
        behind: whether there is more to read at once.
        size: of the file at the last `read`, bytes.
    """

    def __init__(self, path: Path, whole: Callable[[bytes], int]) -> None:
        self.path = path
        self.restarted = False
        self.behind = False
        self.size = 0
        self._whole = whole
        self._offset = 0
        self._tail = b""

    def read(self, limit: int) -> bytes:
        """The next complete lines or records, of at most `limit` bytes."""
        self.restarted = self.behind = False
        try:
            with self.path.open("rb", buffering=0) as file:
                self.size = file.seek(0, os.SEEK_END)
                if self._changed(file):
                    self.restarted, self._offset, self._tail = True, 0, b""
                file.seek(self._offset)
                content = file.read(limit) or b""
        except OSError:
            return b""  # not there yet, or a mounted folder that is away for the moment
        cut = self._offset + len(content) < self.size  # by the limit
        content = content[: self._whole(content)]
        self._offset += len(content)
        self._tail = (self._tail + content[-_TAIL:])[-_TAIL:]
        self.behind = cut and bool(content)
        return content

    def _changed(self, file: BinaryIO) -> bool:
        if self.size < self._offset:
            return True
        file.seek(self._offset - len(self._tail))
        return file.read(len(self._tail)) != self._tail


def whole_lines(content: bytes) -> int:
    """Bytes up to the last line's end."""
    return content.rfind(b"\n") + 1


class GrowingArray:
    """Rows that are added to, with a cost per row that does not depend on how many there are.

    Args:
        dtype: of a row.
        shape: of a row.
    """

    def __init__(self, dtype: DTypeLike, shape: Sequence[int] = ()) -> None:
        self._room: NDArray[Any] = np.empty((0, *shape), dtype)
        self._n = 0

    def __len__(self) -> int:
        return self._n

    def extend(self, rows: ArrayLike, *, expected: int = 0) -> None:
        """Add rows at the end; `expected` is how many there will soon be in all."""
        rows = np.asarray(rows, self._room.dtype)
        n = self._n + len(rows)
        if n > len(self._room):
            n_room = max(n, expected, 2 * len(self._room))
            room = np.empty((n_room, *self._room.shape[1:]), rows.dtype)
            room[: self._n] = self._room[: self._n]
            self._room = room
        self._room[self._n : n] = rows
        self._n = n

    def thin(self) -> None:
        """Give up every second row; the arrays handed out before stay as they are."""
        self._room = self._room[: self._n : 2].copy()
        self._n = len(self._room)

    def array(self) -> NDArray[Any]:
        """All rows so far, without a copy, not to be written; it does not grow."""
        view = self._room[: self._n]
        view.flags.writeable = False
        return view

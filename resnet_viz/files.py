"""Writing files and folders so that a crash or a full disk leaves the old or the new, no part."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from resnet_viz.errors import UserError

# What stands beside the final name while a replacement is on its way; see `recover_folders`.
_PART, _OLD, _GONE = ".part", ".old", ".gone"


def write_atomically(target: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file so that a crash leaves the old content or the new, never a part.

    Raises:
        OSError: if it cannot be written; the old file is kept.
    """
    part = target.with_name(target.name + _PART)
    try:
        _write_durably(part, write)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(target.parent)


def write_folder_atomically(target: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files so that a crash leaves the old folder or the new, never a part.

    A crash while an existing folder is replaced may leave the old one under another name until
    `recover_folders` is called.

    Args:
        target: the folder; its parent is made if need be.
        files: content by name.

    Raises:
        OSError: if it cannot be written; the old folder is kept.
    """
    part = target.with_name(target.name + _PART)
    old = target.with_name(target.name + _OLD)
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name, content in files.items():
            _write_durably(part / name, _writer(content))
        sync_folder(part)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
            target.replace(old)
        part.replace(target)
    except OSError:
        if old.exists() and not target.exists():
            old.replace(target)
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    sync_folder(target.parent)
    shutil.rmtree(old, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Remove a folder so that a crash leaves all of it or nothing under its name."""
    gone = folder.with_name(folder.name + _GONE)
    with contextlib.suppress(OSError):  # what cannot be removed now is removed another time
        shutil.rmtree(gone, ignore_errors=True)
        folder.replace(gone)
        shutil.rmtree(gone)


def recover_folders(parent: Path) -> None:
    """Finish or undo what a crash interrupted in `write_folder_atomically` and `remove_folder`.

    Raises:
        OSError: if a folder cannot be renamed.
    """
    if not parent.is_dir():
        return
    for entry in list(parent.iterdir()):
        final = entry.with_suffix("")
        if entry.suffix == _OLD and not final.exists():
            entry.replace(final)
        elif entry.suffix in (_PART, _OLD, _GONE):
            shutil.rmtree(entry, ignore_errors=True)


def append_whole(target: Path, content: bytes) -> None:
    """Add to the end of a file; if that fails, the file is as long as before.

    Args:
        target: made if it is not there.
        content: what to add.

    Raises:
        OSError: if it cannot be written.
    """
    # Closed again each time, because that is when other machines see it in a mounted folder.
    with target.open("ab", buffering=0) as file:
        length = file.seek(0, os.SEEK_END)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[file.write(rest) :]
        except OSError:
            with contextlib.suppress(OSError):  # the first failure is the one to tell
                file.truncate(length)
            raise


def sync_file(path: Path) -> int:
    """Wait until the disk has the whole file; returns its length in bytes.

    Raises:
        OSError: if the disk cannot take it.
    """
    with path.open("ab") as file:
        os.fsync(file.fileno())
        return file.seek(0, os.SEEK_END)


def sync_folder(folder: Path) -> None:
    """Make renames and new files in a folder survive a power cut, where the system can."""
    if os.name == "nt":  # which opens no folders; its renames are journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems cannot; a full disk is reported by them all.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure to write into one that says where, and what to do.

    Raises:
        UserError: for every `OSError`.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"Cannot write {str(path)!r}: {reason}.", _hint(error)) from error


def _hint(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Choose a folder that you may write to."
    return "Free some space or choose another folder."


def _write_durably(path: Path, write: Callable[[BinaryIO], object]) -> None:
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _writer(content: bytes) -> Callable[[BinaryIO], object]:
    return lambda file: file.write(content)

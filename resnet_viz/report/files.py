"""Writing a report: all files or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from resnet_viz.errors import UserError


def prepare_folder(folder: Path) -> None:
    """Make the folder and try to write in it, before a long computation ends in vain.

    Raises:
        UserError: if it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileExistsError as error:
        raise UserError(
            f"Cannot write the report to {folder}: it is a file.", "Choose a folder for --out."
        ) from error
    except (OSError, ValueError) as error:
        raise _cannot_write(folder, error) from error


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files, or, if one cannot be written, none of them.

    Everything is written under a temporary name first and renamed at the end: a full disk
    leaves an earlier report as it was.

    Args:
        folder: exists.
        files: content by file name; `name/file` goes into a folder below.

    Raises:
        UserError: if the disk is full or the folder is not writable.
    """
    written: dict[Path, Path] = {}
    try:
        for name, content in files.items():
            final = folder / name
            final.parent.mkdir(exist_ok=True)
            temporary = final.with_name(f".{final.name}.{os.getpid()}.part")
            written[temporary] = final
            temporary.write_bytes(content)
        for temporary, final in written.items():
            temporary.replace(final)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        for temporary in written:
            temporary.unlink(missing_ok=True)


def _cannot_write(folder: Path, error: OSError | ValueError) -> UserError:
    reason = error.strerror if isinstance(error, OSError) else error
    return UserError(
        f"Cannot write the report to {folder}: {reason or error}.",
        "Choose another folder for --out.",
    )

"""Opening bundles: into a folder of the cache, and only what a bundle may hold.

Imports neither torch nor Qt.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import platformdirs

from resnet_viz.errors import UserError
from resnet_viz.files import writing
from resnet_viz.lecture.bundle import FOLDERS, LECTURE, MADE, SUFFIX
from resnet_viz.lecture.made import Made
from resnet_viz.lecture.text import require_file
from resnet_viz.numerals import binary_size

_MAGIC = b"PK\x03\x04"
_MOST_FILES, _MOST_BYTES = 20_000, 2 << 30
_KEPT_S = 30 * 24 * 3600.0

# All that zipfile is known to raise on damaged archives; OSError where an offset is nonsense.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


def is_bundle(path: Path) -> bool:
    """Whether a file is meant as a bundle: by its name, or because it is a zip archive."""
    if path.suffix.lower() == SUFFIX:
        return True
    if not path.is_file():
        return False  # opening a named pipe would wait for ever
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def unpacked_folder() -> Path:
    """Where bundles are unpacked; it need not exist."""
    return Path(platformdirs.user_cache_path("resnet-viz")) / "lectures"


def unpack(path: Path) -> tuple[Path, Made]:
    """Unpack a bundle; one that was unpacked before is found again.

    Returns:
        The folder that holds `lecture.toml`, and how the bundle was made.

    Raises:
        UserError: if the file cannot be read or written out, is damaged, or holds what no
            bundle does.
    """
    digest = _digest(path)
    with _archive(path) as archive:
        _refuse_strangers(archive, path)
        folder = unpacked_folder() / digest
        if not _is_whole(folder, archive):
            _refuse_damage(archive, path)
            with writing(folder):
                _extract(archive, folder)
    with contextlib.suppress(OSError):
        os.utime(folder)  # it was used today
    _forget_old()
    return folder, _made(folder)


def _digest(path: Path) -> str:
    require_file(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:24]
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"Cannot read the lecture {str(path)!r}: {reason}.") from error


@contextlib.contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise _damaged(path, str(error) or "it ends too early") from error
    with archive:
        yield archive


def _damaged(path: Path, why: str) -> UserError:
    return UserError(
        f"The bundle {str(path)!r} is damaged: {why.rstrip('.')}.",
        "Copy it again from where it came from; the file itself is left as it is.",
    )


def _refuse_strangers(archive: zipfile.ZipFile, path: Path) -> None:
    """Raise UserError for names that lead elsewhere, links, and more than a disk should take."""
    files = archive.infolist()
    for info in files:
        if not _belongs(info):
            raise _damaged(path, f"it holds {info.filename!r}, which no bundle does")
        if info.flag_bits & 1:
            raise _damaged(path, "it is encrypted")
    if LECTURE not in archive.namelist():
        raise _damaged(path, f"it holds no {LECTURE}")
    size = sum(info.file_size for info in files)
    if len(files) > _MOST_FILES or size > _MOST_BYTES:
        raise _damaged(path, f"it claims {len(files)} files of {binary_size(size)}")


def _belongs(info: zipfile.ZipInfo) -> bool:
    name = info.filename
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or set(name) & set('\\:*?"<>|\0'):
        return False
    if stat.S_ISLNK(info.external_attr >> 16):
        return False
    return name in (LECTURE, MADE) or (parts[0] in FOLDERS.values() and name != parts[0])


def _refuse_damage(archive: zipfile.ZipFile, path: Path) -> None:
    """Read everything once, against its checksums."""
    try:
        bad = archive.testzip()
    except _DAMAGE as error:
        raise _damaged(path, str(error) or "it ends too early") from error
    if bad is not None:
        raise _damaged(path, f"{bad!r} in it has changed")


def _is_whole(folder: Path, archive: zipfile.ZipFile) -> bool:
    """Whether a folder still holds what was unpacked into it."""
    return all(
        (file := folder / info.filename).is_file() and file.stat().st_size == info.file_size
        for info in archive.infolist()
        if not info.is_dir()
    )


def _extract(archive: zipfile.ZipFile, folder: Path) -> None:
    """Unpack beside the folder, then give it its name; a crash leaves it whole or not there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        archive.extractall(part)
        if folder.exists():  # something in it is missing
            shutil.rmtree(folder)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _forget_old() -> None:
    """Remove what nobody opened for a month."""
    for folder in unpacked_folder().iterdir():
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _KEPT_S:
                shutil.rmtree(folder)


def _made(folder: Path) -> Made:
    try:
        return Made.from_json((folder / MADE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Made()
    except (OSError, ValueError) as error:
        why = str(error).rstrip(".")
        return Made(left_out=(f"Its figures cannot be compared with those made here: {why}.",))

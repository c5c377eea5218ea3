"""Published archives: found where a person put them, else downloaded, and unpacked whole."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from resnet_viz.data.watch import Watch
from resnet_viz.errors import UserError
from resnet_viz.files import write_atomically, writing
from resnet_viz.models.download import download, matches_md5

_CHUNK = 1 << 20
_DAMAGED = (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError)


@dataclass(frozen=True)
class Archive:
    """One published file.

    Attributes:
        urls: where it is published; those after the first are tried when it fails.
        md5: of the file, as its publisher states it.
    """

    urls: tuple[str, ...]
    md5: str

    @property
    def name(self) -> str:
        """Of the file."""
        return self.urls[0].rsplit("/", 1)[-1]


def obtain(archive: Archive, folder: Path, others: Sequence[Path], watch: Watch) -> Path:
    """The archive on disk, verified.

    Args:
        archive: which.
        folder: where it is downloaded to, unless it is there.
        others: folders where it may be as well.
        watch: told how far the download is.

    Raises:
        UserError: if it cannot be had; says which file to put where by hand.
        OperationCancelled: if the user changed their mind; what has come is kept.
    """
    for place in (folder, *others):
        file = place / archive.name
        if file.is_file():
            watch.at(f"Checking {archive.name}")
            if matches_md5(file, archive.md5):
                return file
    _download(archive, folder / archive.name, watch)
    return folder / archive.name


def _download(archive: Archive, target: Path, watch: Watch) -> None:
    failure: UserError | None = None
    for url in archive.urls:
        try:
            download(
                url,
                target,
                md5=archive.md5,
                progress=watch.progress,
                cancelled=watch.cancelled,
                elsewhere="set `folder` in the recipe's [data] section",
            )
        except UserError as error:
            failure = failure or error  # the first publisher is the one to name
        else:
            return
    if failure is not None:
        raise failure


def unpack_tar(archive: Path, inside: str, root: Path, watch: Watch) -> None:
    """Unpack a tar archive's one folder; it appears in `root` only when complete.

    Args:
        archive: the file, compressed in any way.
        inside: name of the folder that the archive holds.
        root: where that folder goes.
        watch: told how many bytes of the archive have been read.

    Raises:
        UserError: if the archive is damaged or the disk is full.
        OperationCancelled: if the user changed their mind; nothing is left behind.
    """
    part = root / f".{inside}.part"
    try:
        with writing(root), _sound(archive), archive.open("rb") as raw:
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            _unpack_members(raw, archive, part, watch)
            if not (part / inside).is_dir():
                raise UserError(f"{str(archive)!r} does not hold the folder {inside}.", _AGAIN)
            (part / inside).replace(root / inside)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _unpack_members(raw: BinaryIO, archive: Path, part: Path, watch: Watch) -> None:
    size = archive.stat().st_size
    with tarfile.open(fileobj=raw, mode="r:*") as tar:
        for member in tar:
            tar.extract(member, part, filter="data")  # which refuses paths that lead outside
            watch.at(f"Unpacking {archive.name}", min(raw.tell(), size - 1), size, "bytes")


def unpack_gzip(archive: Path, target: Path, watch: Watch) -> None:
    """Unpack one file, which appears only when complete and with the checksum of the archive.

    Raises:
        UserError: if the archive is damaged or the disk is full.
        OperationCancelled: if the user changed their mind; nothing is left behind.
    """

    def write(file: BinaryIO) -> None:
        with _sound(archive), gzip.open(archive) as stream:
            while chunk := stream.read(_CHUNK):
                file.write(chunk)
                watch.at(f"Unpacking {archive.name}", file.tell(), 0, "bytes")

    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, write)


_AGAIN = "Delete it to have it downloaded again."


@contextmanager
def _sound(archive: Path) -> Iterator[None]:
    """Turn what damaged archives raise into a sentence."""
    try:
        yield
    except _DAMAGED as error:
        raise UserError(f"Cannot unpack {str(archive)!r}: it is damaged.", _AGAIN) from error

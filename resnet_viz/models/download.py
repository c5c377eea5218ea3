"""One file from the web: with progress, cancelled at once, resumed where it stopped, verified.

torch.hub has a downloader too, but it can neither be stopped nor go on where it was.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import queue
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from resnet_viz.errors import OperationCancelled, UserError

Progress = Callable[[str, int, int, str], None]
"""progress(what, done, total, unit); total 0 when unknown."""

Cancelled = Callable[[], bool]
"""Asked often; true stops the operation with `OperationCancelled`."""

_CHUNK = 1 << 18
_TIMEOUT_S = 20.0
_POLL_S = 0.1
_ATTEMPTS = 3
_DISK_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows has no quotas
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


class _InterruptedError(Exception):
    """The connection ended early; what came so far is kept."""


class _CorruptError(Exception):
    """The file does not have the expected hash."""


def download(
    url: str,
    target: Path,
    sha256_prefix: str = "",
    *,
    md5: str = "",
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
    elsewhere: str = "point the environment variable TORCH_HOME at another folder",
) -> None:
    """Fetch `url` into `target`, which appears only when complete and verified.

    An unfinished download stays beside it as `<name>.part` and is gone on with next time.

    Args:
        url: http or https.
        target: file to write; its folder is made.
        sha256_prefix: hexadecimal start of the file's SHA-256; empty skips the check.
        md5: the file's MD5, where its publisher names no other; likewise.
        progress: called as bytes arrive.
        cancelled: looked at ten times a second, also while the server is silent.
        elsewhere: what to do to have the file in another place; the end of a hint.

    Raises:
        UserError: no network, server error, disk full, wrong hash; says what to do.
        OperationCancelled: if `cancelled()` became true.
    """
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        hashes = _Hashes(sha256_prefix, md5)
        _fetch_and_verify(url, part, hashes, progress, cancelled or (lambda: False))
        part.replace(target)
    except _InterruptedError as error:
        raise _failure(url, target, f"the connection broke off ({error})") from error
    except _CorruptError as error:
        raise _failure(url, target, "what arrived is not the published file") from error
    except urllib.error.HTTPError as error:
        reason = f"the server answered {error.code} {error.reason}"
        error.close()
        raise _failure(url, target, reason) from error
    except (
        urllib.error.URLError,
        http.client.HTTPException,
        ConnectionError,
        TimeoutError,
    ) as error:
        why = error.reason if isinstance(error, urllib.error.URLError) else error
        raise _failure(url, target, f"no connection ({why})") from error
    except OSError as error:
        raise _disk_failure(target, error, elsewhere) from error


@dataclass(frozen=True)
class _Hashes:
    """What a file's publisher says of it; empty where nothing."""

    sha256_prefix: str
    md5: str

    def __bool__(self) -> bool:
        return bool(self.sha256_prefix or self.md5)

    def fit(self, file: Path) -> bool:
        prefix, md5 = self.sha256_prefix, self.md5
        return (not prefix or matches(file, prefix)) and (not md5 or matches_md5(file, md5))


def _fetch_and_verify(
    url: str, part: Path, hashes: _Hashes, progress: Progress | None, cancelled: Cancelled
) -> None:
    resumed = part.exists()
    if resumed and hashes and hashes.fit(part):
        return  # complete: only the renaming had not happened
    _fetch_all(url, part, progress, cancelled)
    if hashes.fit(part):
        return
    part.unlink()
    if not resumed:
        raise _CorruptError
    # The leftover may have been of another file: once more, from the start.
    _fetch_all(url, part, progress, cancelled)
    if not hashes.fit(part):
        part.unlink()
        raise _CorruptError


def matches(file: Path, sha256_prefix: str) -> bool:
    """Whether the SHA-256 of a file begins with these hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest().startswith(sha256_prefix)


def matches_md5(file: Path, md5: str) -> bool:
    """Whether a file has this MD5, which tells damage, not malice."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
    return digest.hexdigest() == md5.lower()


def _fetch_all(url: str, part: Path, progress: Progress | None, cancelled: Cancelled) -> None:
    """Fetch until complete, going on after an interruption as long as bytes keep coming."""
    failures = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            _fetch_once(url, part, progress, cancelled)
        except _InterruptedError:
            gained = part.exists() and part.stat().st_size > before
            failures = 0 if gained else failures + 1
            if failures >= _ATTEMPTS:
                raise
        else:
            return


def _fetch_once(url: str, part: Path, progress: Progress | None, cancelled: Cancelled) -> None:
    offset = part.stat().st_size if part.exists() else 0
    transfer = _Transfer(url, offset)
    name = part.name.removesuffix(".part")
    try:
        started = transfer.start(cancelled)
        if started.offset not in (0, offset):
            part.unlink()
            raise _InterruptedError("the part on disk did not fit")
        done = started.offset
        # A server that ignores the range sends the whole file: begin again.
        with part.open("ab" if done else "wb") as file:
            for chunk in transfer.chunks(cancelled):
                file.write(chunk)
                done += len(chunk)
                if progress is not None:
                    progress(f"Downloading {name}", done, started.total, "bytes")
        if started.total and done != started.total:
            raise _InterruptedError(f"{done} of {started.total} bytes")
    finally:
        transfer.stop()


@dataclass(frozen=True)
class _Started:
    """How the server answered.

    Attributes:
        offset: first byte it sends; 0 if it ignored the wish to go on, -1 if it refused
            because the part on disk is no start of this file.
        total: size of the whole file, 0 if unknown.
    """

    offset: int
    total: int


class _Transfer:
    """One request, read by a thread of its own so that a silent server cannot delay a cancel."""

    def __init__(self, url: str, offset: int) -> None:
        headers = {"User-Agent": "resnet-viz", "Accept-Encoding": "identity"}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        self._request = urllib.request.Request(url, headers=headers)
        self._items: queue.Queue[_Started | bytes | Exception | None] = queue.Queue(maxsize=8)
        self._stopped = threading.Event()
        # A daemon: it may hang in connect() for the length of the timeout after a cancel.
        self._thread = threading.Thread(target=self._read, name="download", daemon=True)

    def start(self, cancelled: Cancelled) -> _Started:
        """Send the request and wait for the headers."""
        self._thread.start()
        item = self._next(cancelled)
        assert isinstance(item, _Started)
        return item

    def chunks(self, cancelled: Cancelled) -> Iterator[bytes]:
        """The body as it arrives."""
        while isinstance(item := self._next(cancelled), bytes):
            yield item

    def stop(self) -> None:
        """Let the thread go; it closes the connection."""
        self._stopped.set()

    def _next(self, cancelled: Cancelled) -> _Started | bytes | None:
        while True:
            if cancelled():
                raise OperationCancelled
            try:
                item = self._items.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if isinstance(item, Exception):
                raise item
            return item

    def _read(self) -> None:
        try:
            with urllib.request.urlopen(self._request, timeout=_TIMEOUT_S) as response:
                self._put(_describe(response))
                while not self._stopped.is_set():
                    chunk = _read_chunk(response)
                    self._put(chunk or None)
                    if not chunk:
                        return
        except urllib.error.HTTPError as error:
            if error.code == 416:  # range not satisfiable
                error.close()
                self._put(_Started(-1, 0))
            else:
                self._put(error)
        except Exception as error:  # handed to the waiting thread, which raises it
            self._put(error)

    def _put(self, item: _Started | bytes | Exception | None) -> None:
        while not self._stopped.is_set():
            try:
                self._items.put(item, timeout=_POLL_S)
            except queue.Full:
                continue
            return


def _read_chunk(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read1(_CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _InterruptedError(str(error) or type(error).__name__) from error


def _describe(response: http.client.HTTPResponse) -> _Started:
    match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if response.status == 206 and match:
        return _Started(int(match[1]), int(match[2]))
    return _Started(0, int(response.headers.get("Content-Length") or 0))


def _failure(url: str, target: Path, reason: str) -> UserError:
    return UserError(
        f"Cannot download {target.name}: {reason}.",
        f"Try again later (it goes on where it stopped), or download {url} with a browser "
        f"and put it into {target.parent}, keeping its name.",
    )


def _disk_failure(target: Path, error: OSError, elsewhere: str) -> UserError:
    if error.errno in _DISK_FULL:
        return UserError(
            f"Cannot download {target.name}: the disk is full.",
            f"Free some space for {target.parent}, or {elsewhere}.",
        )
    return UserError(
        f"Cannot write {target}: {error.strerror or error}.",
        f"Make the folder writable, or {elsewhere}.",
    )

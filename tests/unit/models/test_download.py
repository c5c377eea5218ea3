"""Downloads from a server on this machine that can break off, lie and fall silent."""

from __future__ import annotations

import errno
import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.models import download as download_module
from resnet_viz.models.download import download, matches

CONTENT = bytes(i * 7 % 251 for i in range(1_000_000))
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves CONTENT; what it does wrong is set by the test."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.ranges: list[str | None] = []
        self.break_after: list[int] = []  # bytes after which each next reply breaks off
        self.ignores_ranges = False
        self.status = 200
        self.silent_after: int | None = None
        self.release = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/net-{SHA256[:8]}.pth"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        wanted = self.headers.get("Range")
        server.ranges.append(wanted)
        if server.status != 200:
            self.send_error(server.status)
            return
        start = 0
        if wanted and not server.ignores_ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(server.content):
                self.send_error(416)
                return
            self.send_response(206)
            end = len(server.content) - 1
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(server.content)}")
        else:
            self.send_response(200)
        body = server.content[start:]
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if server.silent_after is not None:
            self.wfile.write(body[: server.silent_after])
            server.release.wait(20)
            return
        self.wfile.write(body[: server.break_after.pop(0)] if server.break_after else body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    deadline = time.monotonic() + 10
    while any(t.name == "download" for t in threading.enumerate()):
        assert time.monotonic() < deadline, "a download thread is still there"
        time.sleep(0.01)


def test_a_file_arrives_whole_with_progress(server: Server, tmp_path: Path):
    steps: list[tuple[str, int, int, str]] = []
    target = tmp_path / "hub" / "checkpoints" / "net.pth"
    download(server.url, target, SHA256[:8], progress=lambda *step: steps.append(step))
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]
    assert steps[-1] == ("Downloading net.pth", len(CONTENT), len(CONTENT), "bytes")
    assert [step[1] for step in steps] == sorted(step[1] for step in steps)


def test_a_broken_connection_is_gone_on_with(server: Server, tmp_path: Path):
    server.break_after = [300_000, 200_000]
    download(server.url, tmp_path / "net.pth", SHA256)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=300000-", "bytes=500000-"]


def test_a_download_of_yesterday_is_gone_on_with(server: Server, tmp_path: Path):
    (tmp_path / "net.pth.part").write_bytes(CONTENT[:400_000])
    download(server.url, tmp_path / "net.pth", SHA256)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT
    assert server.ranges == ["bytes=400000-"]


def test_a_server_without_ranges_makes_a_clean_restart(server: Server, tmp_path: Path):
    server.ignores_ranges = True
    (tmp_path / "net.pth.part").write_bytes(CONTENT[:400_000])
    download(server.url, tmp_path / "net.pth", SHA256)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT


def test_a_leftover_of_another_file_is_thrown_away(server: Server, tmp_path: Path):
    (tmp_path / "net.pth.part").write_bytes(b"x" * 400_000)
    download(server.url, tmp_path / "net.pth", SHA256)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT
    assert server.ranges == ["bytes=400000-", None]


def test_a_leftover_longer_than_the_file_is_thrown_away(server: Server, tmp_path: Path):
    (tmp_path / "net.pth.part").write_bytes(b"x" * (len(CONTENT) + 5))
    download(server.url, tmp_path / "net.pth", SHA256)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT


def test_a_complete_leftover_needs_no_server(tmp_path: Path):
    (tmp_path / "net.pth.part").write_bytes(CONTENT)
    download("http://127.0.0.1:9/net.pth", tmp_path / "net.pth", SHA256)
    assert (tmp_path / "net.pth").read_bytes() == CONTENT


def test_a_wrong_hash_leaves_nothing_behind(server: Server, tmp_path: Path):
    with pytest.raises(UserError, match="not the published file") as caught:
        download(server.url, tmp_path / "net.pth", "0" * 8)
    assert list(tmp_path.iterdir()) == []
    assert str(tmp_path) in caught.value.hint
    assert server.url in caught.value.hint


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_server_errors_are_told(server: Server, tmp_path: Path, status: int):
    server.status = status
    with pytest.raises(UserError, match=f"the server answered {status}"):
        download(server.url, tmp_path / "net.pth", SHA256)
    assert list(tmp_path.iterdir()) == []


def test_a_connection_that_always_breaks_ends_in_words_and_keeps_the_part(
    server: Server, tmp_path: Path
):
    server.break_after = [1000, 0, 0, 0, 0, 0]
    with pytest.raises(UserError, match="connection broke off"):
        download(server.url, tmp_path / "net.pth", SHA256)
    assert (tmp_path / "net.pth.part").stat().st_size == 1000


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("no_proxy", "*")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # nobody listens here
        port = unused.getsockname()[1]
        with pytest.raises(UserError, match="no connection") as caught:
            download(f"http://127.0.0.1:{port}/net.pth", tmp_path / "net.pth", SHA256)
    assert "with a browser" in caught.value.hint


def test_cancelling_between_chunks_keeps_the_part_for_later(server: Server, tmp_path: Path):
    server.silent_after = 100_000
    arrived = threading.Event()
    with pytest.raises(OperationCancelled):
        download(
            server.url,
            tmp_path / "net.pth",
            SHA256,
            progress=lambda *step: arrived.set() if step[1] >= 100_000 else None,
            cancelled=arrived.is_set,
        )
    assert not (tmp_path / "net.pth").exists()
    assert (tmp_path / "net.pth.part").read_bytes() == CONTENT[:100_000]
    server.silent_after = None
    server.release.set()
    download(server.url, tmp_path / "net.pth", SHA256)
    assert server.ranges[-1] == "bytes=100000-"


def test_cancelling_does_not_wait_for_a_silent_server(server: Server, tmp_path: Path):
    server.silent_after = 0
    questions = iter([False, False, False, True])
    with pytest.raises(OperationCancelled):
        download(server.url, tmp_path / "net.pth", SHA256, cancelled=lambda: next(questions))
    server.release.set()


def test_a_silent_server_is_given_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(download_module, "_TIMEOUT_S", 0.1)
    server.silent_after = 0
    with pytest.raises(UserError, match="broke off"):
        download(server.url, tmp_path / "net.pth", SHA256)


def test_a_full_disk_is_told(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(UserError, match="the disk is full") as caught:
        download(server.url, tmp_path / "net.pth", SHA256, progress=refuse)
    assert "TORCH_HOME" in caught.value.hint


def test_a_folder_that_cannot_be_made_is_told(server: Server, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="Cannot write"):
        download(server.url, tmp_path / "file" / "net.pth", SHA256)


def test_matches(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"abc")
    assert matches(tmp_path / "a", "ba7816bf")
    assert not matches(tmp_path / "a", "ba7816be")

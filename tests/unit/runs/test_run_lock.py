"""The lock of a run folder where locks work and where there are none."""

from __future__ import annotations

import errno
import os
import platform
from pathlib import Path

import pytest

from resnet_viz.errors import UserError
from resnet_viz.runs import lock as locking
from resnet_viz.runs.lock import RunLock, has_writer, writer_is_gone


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locking, "_PAUSE_S", 0.001)


def test_one_at_a_time(tmp_path: Path) -> None:
    first, second = RunLock(tmp_path), RunLock(tmp_path)
    assert not has_writer(tmp_path)
    first.take()
    first.take()  # has it already
    assert first.held
    assert has_writer(tmp_path)
    with pytest.raises(UserError, match="being written"):
        second.take()
    first.release()
    first.release()
    assert not has_writer(tmp_path)
    second.take()
    assert second.held
    second.release()


def test_whoever_leaves_in_order_leaves_no_name(tmp_path: Path) -> None:
    lock = RunLock(tmp_path)
    lock.take()
    assert (tmp_path / ".lock").read_text() == platform.node()
    lock.release()
    assert (tmp_path / ".lock").read_text() == ""


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody may write there, and only silence tells that nobody does."""

    def unsupported(handle: int) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(locking, "_lock", unsupported)
    first, second = RunLock(tmp_path), RunLock(tmp_path)
    first.take()
    second.take()
    assert not has_writer(tmp_path)
    assert not writer_is_gone(tmp_path, silent_s=60)
    assert writer_is_gone(tmp_path, silent_s=600)
    first.release()
    second.release()


def test_a_folder_that_nobody_ever_locked(tmp_path: Path) -> None:
    assert not has_writer(tmp_path)
    assert writer_is_gone(tmp_path, silent_s=0)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        RunLock(tmp_path / "nowhere").take()

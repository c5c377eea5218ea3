"""A full disk, and folders that cannot be written: a clear error, and nothing lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from run_records import block_values, step_record

from resnet_viz.errors import UserError
from resnet_viz.runs.layout import RunFacts, steps_in
from resnet_viz.runs.library import RunLibrary
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.run_writer import RunWriter

WEIGHTS = {"network": {"a": torch.arange(1000.0)}}


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def refuse(code: int) -> object:
    def fails(*args: object, **kwargs: object) -> None:
        raise OSError(code, os.strerror(code))

    return fails


@pytest.mark.parametrize("calls", range(7))
def test_a_disk_that_fills_up_during_a_checkpoint(
    writer: RunWriter, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    writer.append([step_record(1)])
    writer.blocks("network", 1, block_values(1))
    writer.checkpoint(1, WEIGHTS, {"step": 1})
    fsync, left = os.fsync, [calls]

    def filling(handle: int) -> None:
        if left[0] == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left[0] -= 1
        fsync(handle)

    writer.append([step_record(2)])
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", filling)
        if calls < 6:
            with pytest.raises(UserError, match="No space left") as caught:
                writer.checkpoint(2, WEIGHTS, {"step": 2})
            assert "Free some space" in caught.value.hint
            assert str(writer.path) in caught.value.message
    found = writer.last_checkpoint()
    assert found is not None
    assert torch.equal(found.tensors["network"]["a"], WEIGHTS["network"]["a"])
    assert found.step in (1, 2)
    assert not list(writer.path.rglob("*.part"))

    writer.checkpoint(3, WEIGHTS, {"step": 3})  # there is room again
    assert steps_in(writer.paths.checkpoints)[-1] == 3
    run = RunReader(writer.path)
    run.poll()
    assert run.steps().step.tolist() == [1, 2]


def test_a_rename_that_fails_keeps_the_checkpoint_of_the_same_step(
    writer: RunWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.checkpoint(1, WEIGHTS, {"lr_factor": 1.0})
    replace, left = Path.replace, [1]

    def failing(self: Path, target: Path) -> Path:
        if self.suffix == ".part" and left[0]:
            left[0] -= 1
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing)
        with pytest.raises(UserError, match="Input/output error"):
            writer.checkpoint(1, WEIGHTS, {"lr_factor": 0.5})
    found = writer.last_checkpoint()
    assert found is not None
    assert found.state == {"lr_factor": 1.0}


def test_a_snapshot_that_does_not_fit_leaves_the_others(
    writer: RunWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.snapshot(0, WEIGHTS)
    before = files(writer.path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse(errno.ENOSPC))
        with pytest.raises(UserError, match="No space left"):
            writer.snapshot(1, WEIGHTS)
    assert files(writer.path) == before


LIMITED = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from run_records import block_values, step_record
from resnet_viz.errors import UserError
from resnet_viz.train.run_writer import RunWriter

with RunWriter(Path(sys.argv[1])) as writer:
    writer.last_checkpoint()
    writer.append([step_record(1)])
    writer.blocks("network", 1, block_values(1))
    writer.flush()
    whole = writer.paths.metrics.stat().st_size
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (whole + 100, hard))  # within the next line
    writer.append([step_record(2), step_record(3)])
    for attempt in range(2):
        try:
            writer.flush()
        except UserError as error:
            print(error.message)
        assert writer.paths.metrics.stat().st_size == whole
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    writer.append([step_record(4)])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of file sizes")
def test_what_did_not_fit_is_written_when_there_is_room(writer: RunWriter) -> None:
    writer.close()
    here = str(Path(__file__).parent)
    child = subprocess.run(
        [sys.executable, "-c", LIMITED, str(writer.path), here],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    assert child.stdout.count("Cannot write") == 2
    assert child.stdout.count("metrics.jsonl") == 2
    run = RunReader(writer.path)
    run.poll()
    assert run.steps().step.tolist() == [1, 2, 3, 4]
    assert run.blocks().steps.tolist() == [1]


def test_a_folder_that_cannot_be_made(tmp_path: Path, facts: RunFacts) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="Cannot write") as caught:
        RunWriter(tmp_path / "file" / "run").create(facts)
    assert str(tmp_path / "file" / "run") in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_run_that_may_only_be_read(
    writer: RunWriter, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    writer.append([step_record(1)])
    writer.checkpoint(1, WEIGHTS, {})
    writer.close()
    before = files(writer.path)
    opened = os.open

    def read_only(path: object, flags: int, *args: int, **kwargs: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(code, os.strerror(code))
        return opened(path, flags, *args, **kwargs)  # type: ignore[arg-type]

    open_path = Path.open

    def read_only_path(self: Path, mode: str = "r", *args: object, **kwargs: object) -> object:
        if mode not in ("r", "rb"):
            raise OSError(code, os.strerror(code))
        return open_path(self, mode, *args, **kwargs)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", read_only)
        patch.setattr(Path, "open", read_only_path)
        with pytest.raises(UserError, match="Cannot write") as caught:
            RunWriter(writer.path).last_checkpoint()
        assert "may write" in caught.value.hint
        with pytest.raises(UserError, match="Cannot write"):
            RunLibrary([writer.path.parent]).rename(writer.path, "new name")
    assert files(writer.path) == before
    run = RunReader(writer.path)
    assert run.poll()
    assert run.last_step == 1

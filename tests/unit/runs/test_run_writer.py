"""The writer: one at a time, whole or not at all, and back to a checkpoint exactly."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from run_records import block_values, evaluation_record, step_record

from resnet_viz.errors import UserError
from resnet_viz.runs.layout import RunFacts, RunPaths, steps_in
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.checkpoint import read_checkpoint
from resnet_viz.train.run_writer import RunWriter


def tensors(step: int) -> dict[str, dict[str, torch.Tensor]]:
    return {
        "network": {"conv.weight": torch.full((2, 3, 3, 3), float(step)), "n": torch.tensor(step)},
        "network-optimiser": {"momentum": torch.arange(4.0) * step},
    }


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != ".lock"
    }


def test_what_a_new_run_holds(writer: RunWriter) -> None:
    assert sorted(contents(writer.path)) == ["config.toml", "run.json", "split.json"]
    assert writer.paths.config.read_text() == "# a recipe\n"
    assert json.loads(writer.paths.split.read_text()) == {"train": [0, 1]}


def test_a_run_is_never_overwritten(writer: RunWriter, facts: RunFacts) -> None:
    writer.append([step_record(1)])
    writer.flush()
    writer.close()
    before = contents(writer.path)
    with pytest.raises(UserError, match="already") as caught:
        RunWriter(writer.path).create(facts)
    assert "--resume" in caught.value.hint
    assert contents(writer.path) == before


def test_a_folder_that_was_never_finished_being_made_is_no_run(
    tmp_path: Path, facts: RunFacts
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    RunPaths(folder).config.write_text("half made")
    with pytest.raises(UserError, match="no run to resume"):
        RunWriter(folder).last_checkpoint()
    with RunWriter(folder) as writer:
        writer.create(facts, "whole")
    assert RunPaths(folder).config.read_text() == "whole"


def test_a_run_of_an_older_version_is_not_continued(tmp_path: Path) -> None:
    RunPaths(tmp_path).config.write_text("[network]")
    RunPaths(tmp_path).metrics.write_text("{}\n")
    with pytest.raises(UserError, match="older version") as caught:
        RunWriter(tmp_path).last_checkpoint()
    assert "another folder" in caught.value.hint
    with pytest.raises(UserError, match="already"):
        RunWriter(tmp_path).require_new()


def test_a_second_writer_is_refused(writer: RunWriter, facts: RunFacts) -> None:
    writer.checkpoint(1, tensors(1), {})
    with pytest.raises(UserError, match="another process") as caught:
        RunWriter(writer.path).last_checkpoint()
    assert caught.value.hint
    code = (
        "import sys; from pathlib import Path; from resnet_viz.train.run_writer import RunWriter\n"
        "RunWriter(Path(sys.argv[1])).last_checkpoint()"
    )
    child = [sys.executable, "-c", code, str(writer.path)]
    refused = subprocess.run(child, capture_output=True, text=True, check=False)
    assert "another process" in refused.stderr
    writer.close()
    subprocess.run(child, check=True)  # and what it held is given back when it ends
    second = RunWriter(writer.path)
    assert second.last_checkpoint() is not None
    second.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_the_lock_of_a_killed_writer_blocks_nobody(writer: RunWriter) -> None:
    writer.close()
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from resnet_viz.train.run_writer import RunWriter\n"
        "RunWriter(Path(sys.argv[1])).last_checkpoint()\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    child = subprocess.run([sys.executable, "-c", code, str(writer.path)], check=False)
    assert child.returncode == -signal.SIGKILL
    other = RunWriter(writer.path)
    assert other.last_checkpoint() is None
    other.close()


def test_a_checkpoint_comes_back_bit_for_bit(writer: RunWriter) -> None:
    generator = torch.Generator().manual_seed(1)
    last = torch.randn(4, 6, 3, 3, generator=generator).contiguous(
        memory_format=torch.channels_last
    )
    shared = torch.randn(5, generator=generator)
    groups = {
        "network": {"a": last, "b": shared, "c": shared, "part": shared[1:3]},
        "rival": {"step": torch.tensor(7), "half": torch.randn(3).half(), "none": torch.empty(0)},
    }
    state = {"lr_factor": 0.1, "gates": {"network": {"layer1.0": [0.0, 1.0]}}, "epoch": 3}
    writer.checkpoint(5, groups, state)
    writer.close()
    found = RunWriter(writer.path).last_checkpoint()
    assert found is not None
    assert found.step == 5
    assert found.state == state
    assert found.tensors.keys() == groups.keys()
    for name, group in groups.items():
        assert found.tensors[name].keys() == group.keys()
        for key, tensor in group.items():
            back = found.tensors[name][key]
            assert back.dtype == tensor.dtype
            assert torch.equal(back, tensor)
    assert found.tensors["network"]["a"].stride() == last.stride()


def test_the_newest_two_checkpoints_are_kept(writer: RunWriter) -> None:
    for step in (5, 10, 15, 20):
        writer.checkpoint(step, tensors(step), {"step": step})
    assert sorted(p.name for p in writer.paths.checkpoints.iterdir()) == [
        "step-00000015",
        "step-00000020",
    ]


def test_a_second_checkpoint_at_the_same_step_counts(writer: RunWriter) -> None:
    writer.checkpoint(5, tensors(5), {"lr_factor": 1.0})
    writer.event(5, "lr", lr_factor=0.5)
    writer.checkpoint(5, tensors(5), {"lr_factor": 0.5})
    found = writer.last_checkpoint()
    assert found is not None
    assert found.state == {"lr_factor": 0.5}
    writer.truncate(5)
    run = RunReader(writer.path)
    run.poll()
    assert [e["lr_factor"] for e in run.events] == [0.5]


@pytest.mark.parametrize("how", ["shortened", "changed", "removed", "state", "empty state"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(writer: RunWriter, how: str) -> None:
    writer.append([step_record(1)])
    writer.checkpoint(1, tensors(1), {"step": 1})
    writer.append([step_record(2), evaluation_record(2)])
    writer.blocks("network", 2, block_values(2))
    writer.checkpoint(2, tensors(2), {"step": 2})
    newest = writer.paths.checkpoints / "step-00000002"
    weights, state = newest / "network.safetensors", newest / "state.json"
    if how == "shortened":
        weights.write_bytes(weights.read_bytes()[:-4])
    elif how == "changed":
        content = bytearray(weights.read_bytes())
        content[-1] ^= 1
        weights.write_bytes(content)
    elif how == "removed":
        weights.unlink()
    else:
        state.write_text("{" if how == "state" else "{}")
    found = writer.last_checkpoint()
    assert found is not None
    assert (found.step, found.state) == (1, {"step": 1})
    assert torch.equal(found.tensors["network"]["n"], torch.tensor(1))

    writer.truncate(1)
    run = RunReader(writer.path)
    run.poll()
    assert run.last_step == 1
    assert len(run.evaluations()) == len(run.blocks()) == 0
    assert steps_in(writer.paths.checkpoints) == (1,)
    writer.checkpoint(2, tensors(2), {"step": 2})
    assert steps_in(writer.paths.checkpoints) == (1, 2)


def test_all_checkpoints_damaged(writer: RunWriter) -> None:
    for step in (1, 2):
        writer.checkpoint(step, tensors(step), {})
        (writer.paths.checkpoints / f"step-{step:08d}" / "state.json").write_text("")
    with pytest.raises(UserError, match="step-00000002") as caught:
        writer.last_checkpoint()
    assert "Delete" in caught.value.hint


def test_going_back_restores_the_very_bytes(writer: RunWriter) -> None:
    writer.event(0, "started")
    writer.append(step_record(s) for s in (1, 2))
    writer.blocks("network", 2, block_values(2))
    writer.snapshot(0, {"network": {"a": torch.ones(1)}})
    writer.snapshot(2, {"network": {"a": torch.ones(1)}})
    writer.checkpoint(2, tensors(2), {})
    before = contents(writer.path)
    writer.append(step_record(s) for s in (3, 4))
    writer.blocks("network", 3, block_values(3))
    writer.blocks("rival", 3, block_values(3))
    writer.event(4, "paused")
    writer.snapshot(4, {"network": {"a": torch.ones(1)}})
    writer.append([step_record(5)])  # waits, and is forgotten
    with writer.paths.metrics.open("a") as file:
        file.write('{"kind": "st')  # torn by a crash
    writer.truncate(2)
    writer.flush()
    after = contents(writer.path)
    assert after.pop("blocks-rival.bin") == b""
    assert after == before


def test_going_back_to_the_beginning(writer: RunWriter) -> None:
    writer.event(0, "started")
    writer.append([step_record(1)])
    writer.flush()
    assert writer.last_checkpoint() is None
    writer.truncate(0)
    assert writer.paths.metrics.read_bytes() == b""


def test_going_back_needs_a_checkpoint(writer: RunWriter) -> None:
    writer.append([step_record(1)])
    writer.flush()
    before = contents(writer.path)
    with pytest.raises(OSError, match=r"state\.json"):
        writer.truncate(1)
    assert contents(writer.path) == before


def test_what_was_cut_off_while_folders_were_replaced_is_put_right(writer: RunWriter) -> None:
    writer.checkpoint(1, tensors(1), {"step": 1})
    writer.checkpoint(2, tensors(2), {"step": 2})
    writer.snapshot(2, {"network": {"a": torch.ones(1)}})
    writer.close()
    folder = writer.paths.checkpoints
    (folder / "step-00000002").rename(folder / "step-00000002.old")  # its successor never came
    shutil.copytree(folder / "step-00000001", folder / "step-00000003.part")
    shutil.copytree(folder / "step-00000001", folder / "step-00000000.gone")
    (writer.paths.snapshots / "step-00000004.part").mkdir()
    assert steps_in(folder) == (1,)

    found = RunWriter(writer.path).last_checkpoint()
    assert found is not None
    assert found.step == 2
    assert sorted(p.name for p in folder.iterdir()) == ["step-00000001", "step-00000002"]
    assert [p.name for p in writer.paths.snapshots.iterdir()] == ["step-00000002"]


def test_snapshots_are_thinned(writer: RunWriter) -> None:
    for step in range(0, 101, 10):
        writer.snapshot(step, {"network": {"a": torch.tensor(float(step))}})
        kept = steps_in(writer.paths.snapshots)
        assert kept[0] == 0
        assert kept[-1] == step
        assert len(kept) == min(4, step // 10 + 1)
    gaps = np.diff(kept)
    assert gaps.max() <= 2 * gaps.min()


def test_blocks_of_another_shape_are_refused(writer: RunWriter) -> None:
    with pytest.raises(ValueError, match=r"\(6, 4\)"):
        writer.blocks("network", 1, np.zeros((6, 5)))


def test_leaving_by_an_error_writes_nothing_more(tmp_path: Path, facts: RunFacts) -> None:
    writer = RunWriter(tmp_path / "run")
    writer.create(facts)

    def interrupted() -> None:
        with writer:
            writer.append([step_record(1)])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not writer.paths.metrics.exists()
    with RunWriter(tmp_path / "run") as other:
        assert other.last_checkpoint() is None


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to name open files")
def test_a_checkpoint_stands_for_what_the_disk_has(
    writer: RunWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut after the checkpoint must not find the metrics shorter than it says."""
    synced: list[str] = []
    fsync = os.fsync

    def noting(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    writer.append([step_record(1)])
    writer.flush()
    writer.blocks("network", 1, block_values(1))
    writer.checkpoint(1, tensors(1), {})
    assert synced[:2] == ["metrics.jsonl", "blocks-network.bin"]
    assert synced[2:] == [
        "network.safetensors",
        "network-optimiser.safetensors",
        "state.json",
        "step-00000001.part",
        "checkpoints",
    ]
    read_checkpoint(writer.paths.checkpoints / "step-00000001")

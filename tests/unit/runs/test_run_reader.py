"""The reader follows a folder that grows, is cut back, replaced, half written or away."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from run_records import block_values, evaluation_record, step_record

from resnet_viz.errors import UserError
from resnet_viz.runs import reader as reading
from resnet_viz.runs.layout import RunFacts, RunPaths, block_dtype
from resnet_viz.runs.lock import has_writer
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.run_writer import RunWriter


def test_everything_that_was_written_is_read(writer: RunWriter, facts: RunFacts) -> None:
    writer.event(0, "started")
    writer.append(step_record(s, key) for s in (1, 2, 3) for key in ("network", "rival"))
    writer.append([evaluation_record(3), evaluation_record(3, "rival", accuracy=0.25)])
    writer.append(
        [
            {
                "kind": "system",
                "step": 3,
                "images_per_second": 120.5,
                "memory_bytes": 10**9,
                "probe_share": 0.02,
            }
        ]
    )
    writer.blocks("rival", 2, block_values(2))
    writer.flush()

    run = RunReader(writer.path)
    assert run.facts == facts
    assert run.title == "run"
    assert run.poll()
    steps = run.steps("rival")
    assert steps.step.tolist() == [1, 2, 3]
    assert steps.epoch.tolist() == [1, 1, 1]
    assert steps.loss.tolist() == [2.0, 1.0, 2.0 / 3]
    assert steps.lr.tolist() == [0.1, 0.05, 0.1 / 3]
    assert steps.accuracy.tolist() == [0.01, 0.02, 0.03]
    assert steps.seconds.tolist() == [0.5, 1.0, 1.5]
    assert run.evaluations("network").accuracy.tolist() == [0.015]
    assert run.evaluations("rival").accuracy.tolist() == [0.25]
    assert run.evaluations("rival").n_images.tolist() == [12]
    assert run.system.images_per_second.tolist() == [120.5]
    assert run.system.memory_bytes.tolist() == [1e9]
    blocks = run.blocks("rival")
    assert blocks.steps.tolist() == [2]
    np.testing.assert_array_equal(blocks.values, block_values(2).astype(np.float32)[None])
    assert len(run.blocks("network")) == 0
    assert [(e["what"], e["step"]) for e in run.events] == [("started", 0)]
    assert abs(run.events[0]["time"] - time.time()) < 60
    assert run.last_step == 3
    assert not run.poll()


def test_only_what_is_new_is_read(writer: RunWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    parse = reading.parse_lines
    monkeypatch.setattr(reading, "parse_lines", lambda t: (sizes.append(len(t)), parse(t))[1])
    run = RunReader(writer.path)
    writer.append(step_record(s) for s in range(1, 1001))
    writer.flush()
    run.poll()
    earlier = run.steps()
    for step in range(1001, 1011):
        writer.append([step_record(step)])
        writer.flush()
        assert run.poll()
        assert run.last_step == step
    assert sum(sizes) == writer.paths.metrics.stat().st_size
    assert len(sizes) == 11
    assert len(earlier) == 1000  # what was handed out stays as it is
    assert run.steps().step.tolist() == list(range(1, 1011))


def test_a_large_run_is_read_in_portions(
    writer: RunWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LINES_LIMIT", 1000)
    monkeypatch.setattr(reading, "_BLOCKS_LIMIT", 500)
    writer.append(step_record(s) for s in range(1, 101))
    for step in range(1, 21):
        writer.blocks("network", step, block_values(step))
    writer.flush()
    run = RunReader(writer.path)
    assert run.poll()
    assert run.behind
    assert 0 < run.last_step < 10
    run.read_all()
    assert not run.behind
    assert run.steps().step.tolist() == list(range(1, 101))
    assert run.blocks().steps.tolist() == list(range(1, 21))


def test_lines_and_records_that_are_not_whole_are_not_there_yet(writer: RunWriter) -> None:
    writer.append([step_record(1)])
    writer.blocks("network", 1, block_values(1))
    writer.flush()
    line = json.dumps(step_record(2)).encode()
    record = np.zeros(1, block_dtype(4))
    record["step"], record["values"] = 2, block_values(2)
    run = RunReader(writer.path)
    run.poll()
    for path, content in (
        (writer.paths.metrics, line + b"\n"),
        (writer.paths.blocks("network"), record.tobytes()),
    ):
        with path.open("ab") as file:
            for place in range(0, len(content), 7):
                before = run.last_step, len(run.blocks())
                assert not run.poll()
                assert (run.last_step, len(run.blocks())) == before
                file.write(content[place : place + 7])
                file.flush()
        assert run.poll()
    assert run.last_step == 2
    np.testing.assert_array_equal(run.blocks().values[1], block_values(2).astype(np.float32))


@pytest.mark.parametrize("grown_beyond", [False, True])
def test_a_run_that_was_resumed_is_read_anew(writer: RunWriter, grown_beyond: bool) -> None:
    writer.append(step_record(s) for s in (1, 2))
    writer.checkpoint(2, {}, {})
    writer.append(step_record(s) for s in range(3, 9))
    writer.blocks("network", 5, block_values(5))
    writer.flush()
    run = RunReader(writer.path)
    run.poll()
    assert run.last_step == 8

    writer.truncate(2)
    writer.event(2, "resumed")
    last = 20 if grown_beyond else 3  # longer than what was read, or shorter
    writer.append(step_record(s, seconds=9.0) for s in range(3, last + 1))
    for step in range(3, last + 1):
        writer.blocks("network", step, block_values(step) + 100)
    writer.flush()
    assert run.poll()
    assert run.steps().step.tolist() == list(range(1, last + 1))
    assert run.steps().seconds[2] == 9.0
    assert run.blocks().steps.tolist() == list(range(3, last + 1))
    assert [e["what"] for e in run.events] == ["resumed"]


def test_a_folder_that_was_replaced_is_read_anew(writer: RunWriter, facts: RunFacts) -> None:
    writer.append(step_record(s) for s in range(1, 50))
    writer.blocks("rival", 1, block_values(1))
    writer.flush()
    run = RunReader(writer.path)
    run.poll()
    writer.close()
    shutil.rmtree(writer.path)
    assert run.poll() in (True, False)  # gone for now; nothing is raised
    single = RunFacts(networks=facts.networks[:1], name="another")
    with RunWriter(writer.path) as other:
        other.create(single)
        other.append([step_record(1, loss=0.5)])
    assert run.poll()
    assert run.title == "another"
    assert run.facts == single
    assert run.steps().loss.tolist() == [0.5]
    assert len(run.blocks("rival")) == 0


def test_a_network_drive_that_goes_away_for_a_while(writer: RunWriter) -> None:
    writer.append([step_record(1)])
    writer.flush()
    run = RunReader(writer.path)
    run.poll()
    away = writer.path.with_name("away")
    writer.path.rename(away)
    assert not run.poll()
    assert run.last_step == 1
    away.rename(writer.path)
    writer.append([step_record(2)])
    writer.flush()
    assert run.poll()
    assert run.last_step == 2


def test_lines_that_are_no_records_are_left_out(writer: RunWriter) -> None:
    lines = [
        json.dumps(step_record(1)),
        '{"kind": "step", "st',
        "[1, 2]",
        "",
        "null",
        '{"kind": "step", "network": "network", "step": "two", "loss": 1}',
        '{"kind": "step", "network": "network", "step": 2, "loss": "high"}',
        '{"kind": "event", "step": 3}',
        '{"kind": "event", "step": 3, "what": "paused"}',
        '{"kind": "of a later version", "step": 3}',
        json.dumps(step_record(3)),
    ]
    writer.paths.metrics.write_bytes("\n".join(lines).encode() + b"\n\xff\xfe\n")
    run = RunReader(writer.path)
    assert run.poll()
    assert run.steps().step.tolist() == [1, 3]
    assert [event["what"] for event in run.events] == ["paused"]


def test_numbers_that_are_not_finite_come_back_as_nan(writer: RunWriter) -> None:
    writer.append([step_record(1, loss=float("nan")), step_record(2, loss=float("inf"))])
    writer.append([step_record(3, accuracy=None)])
    writer.flush()
    for line in writer.paths.metrics.read_text().splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    run = RunReader(writer.path)
    run.poll()
    assert np.isnan(run.steps().loss).tolist() == [True, True, False]
    assert np.isnan(run.steps().accuracy).tolist() == [False, False, True]


def test_the_state_is_that_of_the_last_event(writer: RunWriter) -> None:
    run = RunReader(writer.path)
    seen = [run.state]
    for what in (
        "started",
        "paused",
        "lr",
        "continued",
        "gates",
        "stopped",
        "resumed",
        "failed",
        "resumed",
        "finished",
    ):
        writer.event(1, what)  # type: ignore[arg-type]
        run.poll()
        seen.append(run.state)
    assert seen == [
        "running",
        "running",
        "paused",
        "paused",
        "running",
        "running",
        "stopped",
        "running",
        "failed",
        "running",
        "finished",
    ]


def test_a_writer_that_was_killed_is_noticed(
    writer: RunWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.event(0, "started")
    old = time.time() - 300
    os.utime(writer.paths.metrics, (old, old))
    run = RunReader(writer.path)
    run.poll()
    assert run.idle_seconds == pytest.approx(300, abs=30)
    assert not run.interrupted  # silent, but alive
    writer.close()
    assert run.interrupted
    assert run.state == "running"
    writer.append([step_record(1)])
    writer.flush()
    run.poll()
    assert run.idle_seconds < 30


def test_a_writer_on_another_machine_is_given_more_time(
    writer: RunWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be seen over a mounted file system; two writers would spoil the run."""
    writer.event(0, "started")
    writer.close()
    (writer.path / ".lock").write_text("some-cluster-node")
    now = time.monotonic()
    run = RunReader(writer.path)
    run.poll()
    for silent_s, gone in ((30, False), (200, False), (400, True)):
        monkeypatch.setattr(time, "monotonic", lambda s=silent_s: now + s)
        assert run.interrupted == gone


def test_looking_does_not_disturb_the_writer(writer: RunWriter) -> None:
    writer.close()
    run = RunReader(writer.path)
    assert not has_writer(writer.path)
    other = RunWriter(writer.path)
    assert other.last_checkpoint() is None
    run.poll()
    assert has_writer(writer.path)
    other.close()


def test_too_many_blocks_for_the_memory_are_thinned_evenly(
    writer: RunWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_BLOCKS_HELD", 30 * block_dtype(4).itemsize)
    run = RunReader(writer.path)
    for step in range(1, 101):
        writer.blocks("network", step, block_values(step))
        if step % 7 == 0:
            writer.flush()
            run.poll()
    writer.flush()
    run.poll()
    blocks = run.blocks()
    assert blocks.stride == 4
    assert blocks.steps.tolist() == list(range(1, 101, 4))
    expected = [block_values(step).astype(np.float32) for step in blocks.steps]
    np.testing.assert_array_equal(blocks.values, expected)


def test_what_is_handed_out_cannot_be_written(writer: RunWriter) -> None:
    writer.append([step_record(1)])
    writer.blocks("network", 1, block_values(1))
    writer.flush()
    run = RunReader(writer.path)
    run.poll()
    with pytest.raises(ValueError, match="read-only"):
        run.steps().loss[0] = 0.0
    with pytest.raises(ValueError, match="read-only"):
        run.blocks().values[0] = 0.0


def test_a_folder_from_before_there_were_two_networks(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "config.toml").write_text(
        '[network]\nname = "resnet20"\n[data]\nsource = "shapes"\ndataset = "Shapes"\n'
        "[run]\nepochs = 3\nbatch_size = 32\n"
    )
    plain = [step_record(1), step_record(2), evaluation_record(2)]
    for record in plain:
        del record["network"]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(r) + "\n" for r in plain))
    run = RunReader(folder)
    run.poll()
    assert run.steps().step.tolist() == [1, 2]
    assert run.evaluations().accuracy.tolist() == [0.01]
    (network,) = run.facts.networks
    assert (network.key, network.title, len(network.blocks)) == ("network", "ResNet-20", 9)
    assert (run.facts.dataset, run.facts.batch_size) == ("Shapes", 32)
    assert run.state == "stopped"
    (folder / "resnet20-shapes.safetensors").write_bytes(b"")
    assert run.state == "finished"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "damaged"),
        ("[]", "damaged"),
        ("{}", "networks"),
        ('{"networks": []}', "names no network"),
        ('{"networks": [{"key": "../x"}]}', "damaged"),
        ('{"format": 99, "networks": []}', "newer resnet-viz"),
    ],
)
def test_facts_that_cannot_be_read_are_named(writer: RunWriter, content: str, words: str) -> None:
    writer.paths.facts.write_text(content)
    with pytest.raises(UserError, match=words) as caught:
        RunReader(writer.path)
    assert str(writer.path) in caught.value.message
    assert caught.value.hint


def test_facts_damaged_while_reading_leave_those_that_were_read(
    writer: RunWriter, facts: RunFacts
) -> None:
    run = RunReader(writer.path)
    writer.paths.facts.write_text("{ damaged")
    assert not run.poll()
    assert run.facts == facts


@pytest.mark.parametrize("kind", ["nothing", "folder", "file"])
def test_what_is_no_run(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "thing"
    if kind == "folder":
        path.mkdir()
    elif kind == "file":
        path.write_text("x")
    with pytest.raises(UserError, match="There is no run in") as caught:
        RunReader(path)
    assert "run.json" in caught.value.hint


def test_reading_imports_neither_torch_nor_qt() -> None:
    code = (
        "import sys, resnet_viz.runs.reader, resnet_viz.runs.library, resnet_viz.runs.export;"
        "print({m.split('.')[0] for m in sys.modules} & {'torch', 'torchvision', 'PySide6'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_run_in_the_making_is_no_damaged_run(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    RunPaths(folder).config.write_text(
        '[network]\nname = "resnet20"\n[data]\nsource = "shapes"\n[run]\nepochs = 3\n'
    )
    run = RunReader(folder)
    assert not run.poll()
    assert run.last_step == 0

"""CSV tables that a table program or pandas reads."""

from __future__ import annotations

import csv
import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from run_records import block_values, evaluation_record, step_record

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.runs.export import export_csv
from resnet_viz.runs.layout import QUANTITIES
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.run_writer import RunWriter


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def recorded(writer: RunWriter) -> RunWriter:
    writer.event(0, "started")
    writer.append(step_record(s, key) for s in (1, 2, 3) for key in ("network", "rival"))
    writer.append([step_record(4, loss=float("nan")), evaluation_record(4)])
    writer.append([{"kind": "system", "step": 4, "images_per_second": 10.5}])
    for step in (1, 3):
        writer.blocks("rival", step, block_values(step))
    writer.event(4, "gates", network="rival", gates={"layer1.0": [0.0, 1.0]})
    return writer


def test_tables_hold_every_number_exactly(recorded: RunWriter, tmp_path: Path) -> None:
    files = export_csv(RunReader(recorded.path), tmp_path / "tables")
    names = ["steps.csv", "evaluations.csv", "blocks.csv", "system.csv", "events.csv"]
    assert [file.name for file in files] == names
    assert sorted(p.name for p in (tmp_path / "tables").iterdir()) == sorted(names)

    steps = table(files[0])
    assert list(steps[0]) == [
        "network",
        "step",
        "epoch",
        "lr",
        "loss",
        "accuracy",
        "seconds",
    ]
    assert [row["network"] for row in steps] == ["network"] * 4 + ["rival"] * 3
    for row in steps:
        record = step_record(int(row["step"]), row["network"])
        assert float(row["lr"]) == record["lr"]
        assert float(row["seconds"]) == record["seconds"]
        if row["loss"]:
            assert float(row["loss"]) == record["loss"]
    assert [row["loss"] for row in steps].count("") == 1  # not a number: nothing

    (evaluation,) = table(files[1])
    assert evaluation["n_images"] == "12"
    assert float(evaluation["loss"]) == 0.75

    blocks = table(files[2])
    assert len(blocks) == 2 * 4
    assert list(blocks[0]) == ["network", "step", "block", "stage", *QUANTITIES]
    names = ["layer1.0", "layer2.0", "layer3.0", "layer3.1"]
    for row in blocks:
        column = names.index(row["block"])
        assert row["stage"] == row["block"][5]
        wanted = block_values(int(row["step"]))[:, column].astype(np.float32)
        assert [np.float32(row[name]) for name in QUANTITIES] == wanted.tolist()

    (system,) = table(files[3])
    assert system == {
        "step": "4",
        "images_per_second": "10.5",
        "memory_bytes": "",
        "probe_share": "",
    }
    events = table(files[4])
    assert [row["what"] for row in events] == ["started", "gates"]
    assert json.loads(events[1]["details"]) == {
        "network": "rival",
        "gates": {"layer1.0": [0.0, 1.0]},
    }


def test_progress_ends_at_all_rows(recorded: RunWriter, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    export_csv(RunReader(recorded.path), tmp_path, progress=lambda *at: seen.append(at))
    assert seen[-1] == (19, 19)  # 7 steps, 1 measurement, 8 blocks, 1 of the system, 2 events
    assert seen == sorted(seen)


def test_a_cancelled_export_keeps_the_file_of_before(recorded: RunWriter, tmp_path: Path) -> None:
    (tmp_path / "steps.csv").write_text("of before")
    with pytest.raises(OperationCancelled):
        export_csv(RunReader(recorded.path), tmp_path, cancelled=lambda: True)
    assert (tmp_path / "steps.csv").read_text() == "of before"
    assert not list(tmp_path.glob("*.part"))


def test_a_full_disk_is_named(
    recorded: RunWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"steps\.csv"):
        export_csv(RunReader(recorded.path), tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())

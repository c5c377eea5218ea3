"""Event files as TensorBoard's own record format and messages read them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from run_records import block_values, evaluation_record, step_record
from tensorboardX.crc32c import crc32c
from tensorboardX.proto.event_pb2 import Event

from resnet_viz.errors import OperationCancelled
from resnet_viz.runs import tensorboard
from resnet_viz.runs.event_file import file_start, masked_crc, scalars
from resnet_viz.runs.export import export_tensorboard
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.run_writer import RunWriter


def masked(content: bytes) -> int:
    """As TensorFlow's `record_writer` masks a checksum."""
    crc = int(crc32c(content))
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def read_events(content: bytes) -> list[Event]:
    """Every record, its checksums verified."""
    found = []
    while content:
        (length,) = struct.unpack_from("<Q", content)
        assert struct.unpack_from("<I", content, 8)[0] == masked(content[:8])
        data = content[12 : 12 + length]
        assert struct.unpack_from("<I", content, 12 + length)[0] == masked(data)
        event = Event()
        assert event.ParseFromString(data) == length
        found.append(event)
        content = content[16 + length :]
    return found


def test_checksums_are_castagnolis() -> None:
    assert crc32c(b"123456789") == 0xE3069283  # RFC 3720, section B.4
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 256, (20, 37), dtype=np.uint8)
    assert masked_crc(rows).tolist() == [masked(row.tobytes()) for row in rows]


@pytest.mark.parametrize("tag", ["lr", "gradient/layer1.0", "accuracy/held-out", "ü" * 90])
def test_a_curve_comes_back(tag: str) -> None:
    steps = np.array([0, 1, 127, 128, 10**6, 2**34])
    times = 1.7e9 + np.arange(6) / 7
    values = np.array([0.0, -1.5, 1e-45, 3.4e38, np.nan, np.inf])
    start, *events = read_events(file_start(1.5e9) + scalars(tag, steps, times, values))
    assert (start.file_version, start.wall_time) == ("brain.Event:2", 1.5e9)
    assert [event.step for event in events] == steps.tolist()
    assert [event.wall_time for event in events] == times.tolist()
    assert {event.summary.value[0].tag for event in events} == {tag}
    found = [event.summary.value[0].simple_value for event in events]
    np.testing.assert_array_equal(found, values.astype(np.float32))


def test_a_curve_without_points_is_nothing() -> None:
    empty = np.zeros(0)
    assert scalars("a", empty.astype(np.int64), empty, empty) == b""


def test_a_run_for_tensorboard(
    writer: RunWriter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensorboard, "BLOCK_POINTS", 5)
    writer.append(step_record(s, key) for s in range(1, 21) for key in ("network", "rival"))
    writer.append([evaluation_record(10), evaluation_record(20), evaluation_record(20, "rival")])
    writer.append([{"kind": "system", "step": 7, "images_per_second": 99.5, "memory_bytes": 5e8}])
    for step in range(1, 21):
        writer.blocks("rival", step, block_values(step))
    writer.flush()

    done: list[tuple[int, int]] = []
    out = tmp_path / "boards"
    files = export_tensorboard(RunReader(writer.path), out, progress=lambda *at: done.append(at))
    assert [file.parent.name for file in files] == ["ResNet-20", "plain-20"]
    assert all(".tfevents." in file.name for file in files)
    assert done[-1][0] == done[-1][1] == len(done)

    curves: dict[str, list[tuple[int, float]]] = {}
    _, *events = read_events(files[1].read_bytes())
    for event in events:
        (value,) = event.summary.value
        curves.setdefault(value.tag, []).append((event.step, value.simple_value))
        assert event.wall_time == pytest.approx(1.7e9 + 0.5 * event.step, abs=1e-3)
    assert curves["loss/train"] == [(s, np.float32(2.0 / s)) for s in range(1, 21)]
    assert curves["accuracy/train"] == [(s, np.float32(s / 100)) for s in range(1, 21)]
    assert curves["lr"] == [(s, np.float32(0.1 / s)) for s in range(1, 21)]
    assert curves["loss/held-out"] == [(20, np.float32(0.15))]
    assert curves["accuracy/held-out"] == [(20, np.float32(0.1))]
    assert curves["system/images_per_second"] == [(7, 99.5)]
    chosen = range(1, 21, 4)
    assert curves["update/layer3.1"] == [(s, np.float32(block_values(s)[1, 3])) for s in chosen]
    assert len([tag for tag in curves if tag.startswith("gradient/")]) == 4

    first = {e.summary.value[0].tag for e in read_events(files[0].read_bytes())[1:]}
    assert "gradient/layer1.0" not in first  # nothing was measured there
    assert "loss/held-out" in first


def test_two_networks_of_one_name_do_not_share_a_file(tmp_path: Path, writer: RunWriter) -> None:
    text = writer.paths.facts.read_text().replace("plain-20", "ResNet-20")
    writer.paths.facts.write_text(text)
    files = export_tensorboard(RunReader(writer.path), tmp_path / "out")
    assert [file.parent.name for file in files] == ["ResNet-20-network", "ResNet-20-rival"]


def test_a_cancelled_export_leaves_no_part(tmp_path: Path, writer: RunWriter) -> None:
    writer.append([step_record(1)])
    writer.flush()
    with pytest.raises(OperationCancelled):
        export_tensorboard(RunReader(writer.path), tmp_path / "out", cancelled=lambda: True)
    assert not [p for p in (tmp_path / "out").rglob("*") if p.is_file()]

"""The timing of two things in turn, and the capture benchmark's rows; no assertion on speed."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path

import pytest

from resnet_viz.analysis import capture_speed, timing
from resnet_viz.analysis.timing import interleaved

ROOT = Path(__file__).resolve().parents[3]


class Clock:
    """Time that passes only where a test says so, seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = self.cpu = 0.0
        monkeypatch.setattr(timing.time, "perf_counter", lambda: self.wall)
        monkeypatch.setattr(timing.time, "process_time", lambda: self.cpu)

    def spend(self, wall: float, cpu: float) -> None:
        self.wall += wall
        self.cpu += cpu


def test_ratios_of_minima_medians_and_processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    a_walls = iter([9.0, 0.010, 0.020, 0.500])
    b_walls = iter([9.0, 0.900, 0.030, 0.040])
    found = interleaved(
        lambda: clock.spend(next(a_walls), 0.008),
        lambda: clock.spend(next(b_walls), 0.016),
        repeats=3,
        warm_up=1,
    )
    assert found.ratio_min == pytest.approx(3.0)  # 30 / 10
    assert found.ratio_median == pytest.approx(2.0)  # 40 / 20
    assert found.ratio_cpu == pytest.approx(2.0)
    assert (found.a_ms, found.b_ms) == (pytest.approx(10.0), pytest.approx(30.0))
    assert found.repeats == 3


def test_the_two_take_turns_in_going_first() -> None:
    order: list[str] = []
    interleaved(lambda: order.append("a"), lambda: order.append("b"), repeats=4, warm_up=0)
    assert "".join(order) == "abbaabba"


def test_the_collector_is_paused_and_comes_back() -> None:
    seen: list[bool] = []
    with pytest.raises(KeyError):
        interleaved(lambda: seen.append(gc.isenabled()), lambda: {}["stop"], warm_up=0)
    assert seen == [False]
    assert gc.isenabled()


def test_rows_of_the_benchmark() -> None:
    (row,) = capture_speed.measure(["resnet8"], repeats=2)
    assert list(row) == [
        *("name", "blocks", "ratio_min", "ratio_median", "ratio_cpu"),
        *("bare_ms", "capture_ms", "capture_ms_per_block"),
    ]
    assert row["name"] == "resnet8"
    assert row["blocks"] == 3
    assert all(value > 0 for key, value in row.items() if key != "name")


def test_the_script_prints_a_table_and_json() -> None:
    script = [sys.executable, str(ROOT / "benchmarks" / "capture.py")]
    options = ["--models", "resnet8", "--repeats", "1", "--json"]
    done = subprocess.run(
        [*script, *options], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert [row["name"] for row in json.loads(done.stdout)] == ["resnet8"]

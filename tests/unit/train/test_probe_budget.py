"""The share of the training time that measuring takes, whatever single steps take."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
import torch

from resnet_viz.train.config import RecordingConfig
from resnet_viz.train.probe_budget import ProbeBudget
from resnet_viz.train.step_clock import StepClock


def measured_steps(
    budget: ProbeBudget, n_steps: int, step_s: list[float], probe_s: list[float]
) -> tuple[list[int], float, float]:
    """The steps that were measured, the time of all steps and of measuring."""
    steps, time, spent = [], 0.0, 0.0
    for step in range(1, n_steps + 1):
        seconds, measuring = step_s[step % len(step_s)], None
        if budget.due(step):
            measuring = probe_s[step % len(probe_s)]
            seconds += measuring
            spent += measuring
            steps.append(step)
        time += seconds
        budget.took(seconds, measuring)
    return steps, time, spent


def test_a_fixed_interval_begins_with_the_first_step() -> None:
    budget = ProbeBudget(RecordingConfig(every=4))
    assert measured_steps(budget, 10, [1.0], [5.0])[0] == [1, 5, 9]


def test_the_share_is_kept_and_used_up() -> None:
    budget = ProbeBudget(RecordingConfig(share=0.03))
    steps, time, spent = measured_steps(budget, 4000, [0.1], [0.02])
    assert steps[0] == 1
    assert 0.027 < spent / time <= 0.0301
    assert budget.share == pytest.approx(spent / time, rel=0.1)
    gaps = {b - a for a, b in pairwise(steps)}
    assert gaps == {7}


def test_the_share_is_kept_on_a_machine_that_is_busy_with_other_things() -> None:
    draw = random.Random(3)
    step_s = [0.1 * draw.lognormvariate(0, 0.7) for _ in range(997)]
    probe_s = [0.02 * draw.lognormvariate(0, 0.7) for _ in range(991)]
    budget = ProbeBudget(RecordingConfig(share=0.03))
    steps, time, spent = measured_steps(budget, 20000, step_s, probe_s)
    assert 0.02 < spent / time <= 0.0315
    assert len(steps) > 1000


def test_cheap_measurements_happen_in_every_step_and_never_twice() -> None:
    budget = ProbeBudget(RecordingConfig(share=0.03))
    steps, _, _ = measured_steps(budget, 50, [0.1], [0.0005])
    assert steps == list(range(1, 51))


def test_one_long_pause_while_measuring_does_not_silence_the_probe() -> None:
    budget = ProbeBudget(RecordingConfig(share=0.03))
    steps, _, _ = measured_steps(budget, 100, [0.1], [0.02])
    budget.took(30.1, 30.0)
    after, _, _ = measured_steps(budget, 100, [0.1], [0.02])
    assert len(after) > len(steps) / 2


def test_time_that_was_not_used_is_not_saved_up() -> None:
    """After a step that took an hour, measurements still come one at a time."""
    budget = ProbeBudget(RecordingConfig(share=0.03))
    measured_steps(budget, 100, [0.1], [0.02])
    budget.took(3600.0)
    steps, _, _ = measured_steps(budget, 70, [0.1], [0.02])
    assert len(steps) <= 11


class Waits:
    """A GPU that works one second behind the program's steps, and the program's clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.device_done = 100.0
        self.waits = 0
        monkeypatch.setattr("time.perf_counter", lambda: self.now)
        monkeypatch.setattr("torch.accelerator.synchronize", self.synchronize)

    def synchronize(self, device: torch.device) -> None:
        self.waits += 1
        self.now = max(self.now, self.device_done)

    def work(self, host_s: float, device_s: float) -> None:
        self.device_done = max(self.device_done, self.now) + device_s
        self.now += host_s


def test_on_a_gpu_measuring_costs_what_its_steps_take_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gpu = Waits(monkeypatch)
    clock = StepClock(torch.device("cuda:0"))
    costs, times = [], []
    for index in range(20):
        measured = index % 5 == 0
        clock.begin(measured=measured)
        gpu.work(host_s=0.01, device_s=0.1)
        if measured:
            gpu.work(host_s=0.002, device_s=0.03)
        seconds, cost = clock.end(0.002 if measured else None)
        times.append(seconds)
        if measured:
            costs.append(cost)
    assert costs[0] == 0.002  # nothing to compare with yet
    assert costs[1:] == pytest.approx([0.03] * 3)
    # Every step is known to take what the device takes, though the host ran ahead.
    assert times[7] == pytest.approx(0.1)
    assert gpu.waits == 12  # both ends of 4 measured steps, the ends of the 4 after them


def test_on_the_cpu_measuring_costs_the_probes_own_time() -> None:
    clock = StepClock(torch.device("cpu"))
    clock.begin(measured=True)
    seconds, cost = clock.end(0.25)
    assert seconds >= 0
    assert cost == 0.25
    clock.begin(measured=False)
    assert clock.end(None)[1] is None

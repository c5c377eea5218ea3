"""Pairs and experiments as the worker answers them; no process needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from asking import SETTINGS, experiment, explore, load, pair

from resnet_viz.engine import laboratory, meter
from resnet_viz.engine.inbox import Inbox
from resnet_viz.engine.lanes import Job
from resnet_viz.engine.messages import (
    Cancel,
    Cancelled,
    EngineReady,
    Explored,
    Failed,
    Found,
    MeasurePair,
    ModelReady,
    PairMeasured,
    Progress,
    Reply,
    Request,
    RunExperiment,
    Superseded,
)
from resnet_viz.engine.worker import Worker
from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import AlphaSweep, Pair
from resnet_viz.lab.findings import Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies import table
from resnet_viz.models.gates import PLAIN
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec
from resnet_viz.probe.capturing import capture

Study = Callable[[Bench, LabSettings, Pair], Iterator[Finding]]


class Drained(Inbox):
    """Closes for the worker when there is nothing left to do."""

    def take(self) -> Job | None:
        if not self._waiting and not any(desk.job for desk in self._background.values()):
            return None
        return super().take()


class Line:
    """A worker without a process: requests in, replies out."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.inbox = Drained(self.replies.append)
        self._worker = Worker(self.inbox, self.replies.append)

    def ask(self, *requests: Request) -> list[Reply]:
        """What the worker replies to requests that are all there when it begins."""
        self.replies.clear()
        for request in requests:
            self.inbox.put(request)
        self._worker.run()
        return [r for r in self.replies if not isinstance(r, EngineReady | Progress)]


@pytest.fixture
def line() -> Line:
    return Line()


def study(monkeypatch: pytest.MonkeyPatch, run: Study) -> None:
    """Let `run` answer the experiment that the tests ask for."""
    monkeypatch.setitem(table.STUDIES, Pair, run)


def slices(n: int, between: Callable[[int], None] = lambda done: None) -> Study:
    """A study of `n` slices; `between` is called within each."""

    def run(bench: Bench, settings: LabSettings, asked: Pair) -> Iterator[Finding]:
        for done in range(1, n + 1):
            between(done)
            bench.check()
            yield Finding(asked, settings, done=done, total=n)

    return run


def done_of(replies: list[Reply]) -> list[int]:
    return [r.finding.done for r in replies if isinstance(r, Found)]


# --- pairs -----------------------------------------------------------------------------------


def test_a_pair_is_one_network_with_its_skips_and_without(line: Line) -> None:
    (reply,) = line.ask(pair(1, keep=("layer2.0",)))
    assert isinstance(reply, PairMeasured)
    batch = Bench().batch(SETTINGS)
    net = build(spec("resnet8", norm="none", init="torch"), seed=0)
    whole = capture(net, batch.images, batch.targets, training_mode=True)
    net.gates.set_all(PLAIN)
    cut = capture(net, batch.images, batch.targets, training_mode=True)
    assert reply.residual.blocks == whole.blocks
    assert reply.plain.blocks == cut.blocks
    assert reply.residual.loss == whole.loss
    assert list(reply.residual.maps) == list(reply.plain.maps) == ["layer2.0"]
    assert reply.settings == SETTINGS
    assert len(reply.labels) == 10
    assert reply.batch_note == "2 images of noise, random classes, seed 0"
    assert reply.weights_note == "random, seed 0, the same in both"


def test_the_device_of_a_pair_is_told(line: Line) -> None:
    (reply,) = line.ask(pair(1, replace(SETTINGS, device="auto")))
    assert isinstance(reply, PairMeasured)
    assert reply.settings.device != "auto"


@pytest.fixture
def measured_sides(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which side each forward and backward pass was for."""
    sides: list[str] = []
    real = laboratory.measure_side

    def noting(bench: Bench, settings: LabSettings, side: str, *more: object) -> object:
        sides.append(side)
        return real(bench, settings, side, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(laboratory, "measure_side", noting)
    return sides


def test_a_cut_costs_one_pass_and_undoing_it_none(line: Line, measured_sides: list[str]) -> None:
    cut = replace(SETTINGS, cut=frozenset({"layer2.0"}))
    (before,) = line.ask(pair(1))
    (after,) = line.ask(pair(2, cut))
    (undone,) = line.ask(pair(3))
    assert measured_sides == ["residual", "plain", "residual"]
    assert isinstance(before, PairMeasured)
    assert isinstance(after, PairMeasured)
    assert isinstance(undone, PairMeasured)
    assert after.residual.block("layer2.0").skip == 0.0
    assert after.residual.blocks != before.residual.blocks
    assert after.plain.blocks == before.plain.blocks
    assert undone.residual.blocks == before.residual.blocks


def test_the_twins_of_two_seeds_are_not_taken_for_each_other(line: Line) -> None:
    (first,) = line.ask(pair(1))
    (second,) = line.ask(pair(2, replace(SETTINGS, seed=1)))
    assert isinstance(first, PairMeasured)
    assert isinstance(second, PairMeasured)
    assert first.plain.loss != second.plain.loss


def test_the_picture_of_the_request_is_the_one_measured(line: Line) -> None:
    settings = replace(SETTINGS, batch="picture")
    losses = set()
    for request_id, level in ((1, 0), (2, 200), (3, 0)):
        picture = np.full((40, 40, 3), level, np.uint8)
        (reply,) = line.ask(MeasurePair(request_id, settings, picture))
        assert isinstance(reply, PairMeasured)
        assert reply.residual.input_shape == (1, 3, 32, 32)
        losses.add(reply.residual.loss)
    assert len(losses) == 2


def test_a_pair_without_its_picture_fails_in_words(line: Line) -> None:
    (reply,) = line.ask(pair(1, replace(SETTINGS, batch="picture")))
    assert isinstance(reply, Failed)
    assert reply.message == "There is no picture to measure on."
    assert reply.details == ""


def test_a_fault_while_measuring_a_pair_names_both_networks(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(laboratory, "measure_side", broken)
    (reply,) = line.ask(pair(1))
    assert isinstance(reply, Failed)
    assert reply.message == "There is not enough memory to measure ResNet-8 and plain-8 on cpu."


def test_progress_of_a_pair_runs_through_the_blocks_of_both(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laboratory, "QUIET_S", 0.0)
    monkeypatch.setattr(meter, "PAUSE_S", 0.0)
    line.ask(pair(1))
    steps = [r for r in line.replies if isinstance(r, Progress)]
    assert {(s.what, s.total, s.unit) for s in steps} == {
        ("Measuring ResNet-8 and plain-8", 6, "blocks")
    }
    done = [s.done for s in steps]
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] >= 5


def test_a_large_network_is_announced_before_it_is_built(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laboratory, "_LARGE", 1_000)
    line.ask(pair(1), load(2))
    first = next(r for r in line.replies if isinstance(r, Progress))
    assert first == Progress(1, "Building ResNet-8")
    line.ask(pair(3, replace(SETTINGS, alpha=0.5)))
    assert Progress(3, "Building ResNet-8") not in line.replies


def test_maps_of_a_block_that_is_not_there_are_refused_in_words(line: Line) -> None:
    (failed,) = line.ask(pair(1, keep=("layer4.0",)))
    assert isinstance(failed, Failed)
    assert failed.message == (
        "Maps were asked for 'layer4.0', a block that ResNet-8 does not have."
    )
    assert failed.details == ""


# --- experiments -----------------------------------------------------------------------------


def test_what_was_found_last_is_always_told_and_the_rest_now_and_then(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    study(monkeypatch, slices(500))
    replies = line.ask(experiment(1))
    done = done_of(replies)
    assert done[0] == 1
    assert done[-1] == 500
    assert len(done) == len(set(done))
    # Ten a second: 500 slices take no second unless the machine stalls.
    assert len(done) < 100


def test_every_finding_is_told_where_slices_are_slow(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laboratory, "_FOUND_PAUSE_S", 0.0)
    study(monkeypatch, slices(4))
    replies = line.ask(experiment(1))
    assert done_of(replies) == [1, 2, 3, 4]
    last = replies[-1]
    assert isinstance(last, Found)
    assert last.finding.complete
    assert last.finding.elapsed_s > 0


def test_all_that_is_asked_meanwhile_is_answered_before_the_next_slice(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laboratory, "_FOUND_PAUSE_S", 0.0)
    asked: dict[int, Request] = {1: explore(10), 2: pair(20), 3: load(30)}
    study(monkeypatch, slices(4, lambda done: line.inbox.put(asked[done]) if done < 4 else None))
    replies = line.ask(experiment(1))
    kinds = [type(r) for r in replies]
    assert kinds == [Found, Explored, Found, PairMeasured, Found, ModelReady, Found]
    assert done_of(replies) == [1, 2, 3, 4]


def test_an_experiment_keeps_its_gates_while_a_pair_is_measured(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    skips: list[list[float]] = []

    def run(bench: Bench, settings: LabSettings, asked: Pair) -> Iterator[Finding]:
        net = bench.network(settings, "plain")
        for done in (1, 2):
            skips.append([gate.skip for gate in net.gates.values()])
            line.inbox.put(pair(10 + done, replace(SETTINGS, alpha=0.5)))
            yield Finding(asked, settings, done=done, total=2)

    study(monkeypatch, run)
    line.ask(experiment(1))
    assert skips == [[0.0] * 3] * 2


def test_cancel_ends_an_experiment_within_its_slice(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def cancel(done: int) -> None:
        begun.append(done)
        if done == 3:
            line.inbox.put(Cancel(1))

    study(monkeypatch, slices(9, cancel))
    replies = line.ask(experiment(1))
    assert begun == [1, 2, 3]
    assert replies[-1] == Cancelled(1)
    study(monkeypatch, slices(2))
    assert done_of(line.ask(experiment(2)))[-1] == 2


def test_a_newer_experiment_takes_the_place_of_the_running_one(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(laboratory, "_FOUND_PAUSE_S", 0.0)

    def ask_another(done: int) -> None:
        if not any(isinstance(r, Superseded) for r in line.replies) and done == 2:
            line.inbox.put(experiment(2))

    study(monkeypatch, slices(3, ask_another))
    replies = line.ask(experiment(1))
    ids = [r.request_id for r in replies]  # type: ignore[union-attr]
    assert Superseded(1) in replies
    assert ids == [1, 1, 2, 2, 2]
    assert done_of(replies) == [1, 1, 2, 3]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (UserError("Two images are needed.", "Choose more."), "Two images are needed."),
        (
            torch.OutOfMemoryError("CUDA out of memory"),
            "There is not enough memory to compute the experiment "
            "“Gradient at every block” of ResNet-8 on cpu.",
        ),
        (
            ZeroDivisionError("by zero"),
            "The engine could not compute the experiment “Gradient at every block” of ResNet-8: "
            "ZeroDivisionError: by zero",
        ),
    ],
)
def test_an_experiment_that_breaks_fails_in_words_and_the_engine_goes_on(
    line: Line, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def break_down(done: int) -> None:
        if done == 2:
            raise error

    study(monkeypatch, slices(3, break_down))
    *_, failed = line.ask(experiment(1))
    assert isinstance(failed, Failed)
    assert failed.request_id == 1
    assert failed.message == message
    assert bool(failed.details) is not isinstance(error, UserError)
    study(monkeypatch, slices(3))
    assert done_of(line.ask(experiment(2)))[-1] == 3


def test_an_experiment_that_ends_too_early_is_a_fault(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(bench: Bench, settings: LabSettings, asked: Pair) -> Iterator[Finding]:
        yield Finding(asked, settings, done=1, total=2)

    study(monkeypatch, run)
    *_, failed = line.ask(experiment(1))
    assert isinstance(failed, Failed)
    assert "ended before it was complete" in failed.message


def test_settings_that_do_not_fit_end_an_experiment_before_its_first_slice(line: Line) -> None:
    (failed,) = line.ask(experiment(1, settings=replace(SETTINGS, device="tpu")))
    assert isinstance(failed, Failed)
    assert "'tpu'" in failed.message


def test_every_experiment_of_the_table_comes_to_an_end(line: Line) -> None:
    """Run for real, on the smallest networks; what each finds is its own tests' business."""
    alphas = AlphaSweep(alphas=(0.0, 1.0))
    for number, asked in enumerate((Pair(), alphas), start=1):
        replies = line.ask(RunExperiment(number, SETTINGS, asked, None))
        last = replies[-1]
        assert isinstance(last, Found), last
        assert last.finding.complete
        assert last.finding.charts
        assert last.finding.settings == SETTINGS


def test_a_withdrawn_bench_stops_in_the_middle_of_a_network(line: Line) -> None:
    bench = Bench(cancelled=lambda: True)
    with pytest.raises(OperationCancelled):
        bench.check()

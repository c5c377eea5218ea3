"""The sweeps, against plain autograd and against each other."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import AlphaSweep, DepthSweep, Experiment, ScaleSweep, SeedSweep
from resnet_viz.lab.findings import Chart, Curve, Finding
from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.lab.studies.table import run
from resnet_viz.models.gates import Gate
from resnet_viz.models.network import build
from resnet_viz.models.specs import spec

SMALL = LabSettings(network="resnet8", batch="noise", batch_size=2, device="cpu")


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def last(bench: Bench, settings: LabSettings, experiment: Experiment) -> Finding:
    *_, finding = run(bench, settings, experiment)
    assert finding.complete
    return finding


def curve(chart: Chart, role: Side) -> Curve:
    (found,) = (curve for curve in chart.curves if curve.role == role)
    return found


def by_hand(bench: Bench, settings: LabSettings, skip: float) -> tuple[float, float]:
    """‖∂L/∂x‖ at the first and the last block's input, by autograd on the formula alone."""
    net = build(spec(settings.network, norm=settings.norm, init=settings.init), settings.seed)
    net.train(settings.training_mode)
    batch = bench.batch(settings)
    x = net.stem(batch.images)
    inputs = []
    for block in net.blocks.values():
        with torch.no_grad():
            for name in block.branch_modules:
                if name.startswith("conv"):
                    block.get_submodule(name).weight.mul_(settings.gain)
        x = x.detach().requires_grad_() if not inputs else x
        inputs.append(x)
        x = torch.relu(skip * block.downsample(x) + block.branch(x))
    loss = F.cross_entropy(net.head(x), batch.targets)
    first, *_, end = torch.autograd.grad(loss, inputs)
    return first.norm().item(), end.norm().item()


POINTS: list[tuple[Experiment, float, LabSettings, float]] = [
    (DepthSweep((8, 14)), 14, replace(SMALL, network="resnet14"), 1.0),
    (AlphaSweep((0.3, 1.0)), 0.3, SMALL, 0.3),
    (ScaleSweep((1.0, 2.0)), 2.0, replace(SMALL, gain=2.0), 1.0),
]


@pytest.mark.parametrize(("experiment", "x", "there", "alpha"), POINTS)
@pytest.mark.parametrize("norm", ["none", "batch"])
def test_a_point_is_what_autograd_says(
    bench: Bench,
    experiment: Experiment,
    x: float,
    there: LabSettings,
    alpha: float,
    norm: str,
) -> None:
    gradient, ratio = last(bench, replace(SMALL, norm=norm), experiment).charts
    there = replace(there, norm=norm)
    for side, skip in (("residual", alpha), ("plain", 0.0)):
        first, end = by_hand(bench, there, skip)
        found = curve(gradient, side)
        assert found.y[found.x == x] == pytest.approx(first, rel=1e-4)
        found = curve(ratio, side)
        assert found.y[found.x == x] == pytest.approx(first / end, rel=1e-4)


def test_a_seed_is_what_autograd_says(bench: Bench) -> None:
    """The weights of seed 1 on the batch of seed 0."""
    blocks, ratio = last(bench, SMALL, SeedSweep(2)).charts
    net = build(spec("resnet8", norm="none", init="torch"), seed=1)
    batch = bench.batch(SMALL)
    x = net.stem(batch.images).detach().requires_grad_()
    y = x
    for number, block in enumerate(net.blocks.values()):
        if number == 2:
            end = y
        y = block(y)
    loss = F.cross_entropy(net.head(y), batch.targets)
    first, last_ = (grad.norm().item() for grad in torch.autograd.grad(loss, (x, end)))
    assert curve(ratio, "residual").y[1] == pytest.approx(first / last_, rel=1e-4)
    assert list(curve(ratio, "plain").x) == [0, 1]
    assert len(blocks.ticks) == 3


def test_without_strength_the_residual_net_is_its_plain_twin(bench: Bench) -> None:
    finding = last(bench, SMALL, AlphaSweep((0.0, 0.5, 1.0)))
    residual, plain = (curve(finding.charts[0], side) for side in ("residual", "plain"))
    assert residual.y[0] == plain.y[0]
    assert plain.y[0] == plain.y[1] == plain.y[2]
    full = last(bench, SMALL, DepthSweep((8,)))
    assert residual.y[2] == curve(full.charts[0], "residual").y[0]
    assert plain.y[2] == curve(full.charts[0], "plain").y[0]


def test_batch_norm_takes_the_scale_of_the_weights_away(bench: Bench) -> None:
    finding = last(bench, replace(SMALL, norm="batch"), ScaleSweep((0.5, 1.0, 2.0)))
    for side in ("residual", "plain"):
        y = curve(finding.charts[0], side).y
        np.testing.assert_allclose(y, y[0], rtol=1e-2)
    assert "stays at" in finding.sentence


@pytest.mark.parametrize(
    "experiment", [DepthSweep((8, 14)), AlphaSweep((0.0, 1.0)), ScaleSweep((0.5, 1.0))]
)
def test_partial_findings_know_only_what_is_measured(bench: Bench, experiment: Experiment) -> None:
    findings = list(run(bench, SMALL, experiment))
    assert [finding.done for finding in findings] == [1, 2, 3, 4]
    assert {finding.total for finding in findings} == {4}
    first = findings[0]
    assert not first.complete
    assert first.sentence == ""
    measured = [np.isfinite(curve(first.charts[0], side).y).sum() for side in ("residual", "plain")]
    assert measured == [1, 0]
    assert all(np.isfinite(c.y).all() for c in findings[-1].charts[0].curves)
    assert findings[-1].sentence
    for before, after in pairwise(findings):
        for a, b in zip(before.charts[0].curves, after.charts[0].curves, strict=False):
            if a.label == b.label:
                known = np.isfinite(a.y)
                np.testing.assert_array_equal(a.y[known], b.y[known])


def test_seeds_come_in_one_by_one(bench: Bench) -> None:
    findings = list(run(bench, SMALL, SeedSweep(3)))
    assert [finding.done for finding in findings] == [1, 2, 3, 4, 5, 6]
    assert np.isnan(curve(findings[0].charts[1], "residual").y[1:]).all()
    assert findings[1].sentence == ""
    band = curve(findings[-1].charts[0], "residual")
    assert band.low is not None
    assert band.high is not None
    assert np.all(band.low < band.y)
    assert np.all(band.y < band.high)
    ratios = curve(findings[-1].charts[1], "residual").y
    assert len(set(ratios.tolist())) == 3
    assert "median of 3 draws" in findings[-1].sentence


def test_an_underflow_stays_a_zero_and_is_told(bench: Bench) -> None:
    # So weak that the gradient falls below 1e-45 and the signal, which starts larger, does not.
    finding = last(bench, SMALL, ScaleSweep((2e-7, 1.0)))
    for chart in finding.charts:
        assert curve(chart, "plain").y[0] == 0.0
    assert finding.charts[0].floor == 2.0**-149
    assert "without skips it is" in finding.sentence
    assert "underflows float32 at × 2e-07" in finding.sentence
    wide = last(bench, replace(SMALL, dtype="float64"), ScaleSweep((2e-7, 1.0)))
    assert 0.0 < curve(wide.charts[0], "plain").y[0] < 1e-40
    assert "underflows" not in wide.sentence


def test_an_overflow_leaves_a_gap_and_a_note(bench: Bench) -> None:
    finding = last(bench, SMALL, ScaleSweep((1.0, 1e9)))
    assert math.isnan(curve(finding.charts[0], "residual").y[1])
    assert "overflows float32 at × 1e+09" in finding.sentence
    assert any("overflow" in note for note in finding.notes)


def test_theory_stands_beside_and_says_whose_it_is(bench: Bench) -> None:
    finding = last(bench, SMALL, DepthSweep((8, 14)))
    theory = [c for c in finding.charts[0].curves if c.role == "theory"]
    assert len(theory) == 2
    for line, side in zip(theory, ("residual", "plain"), strict=True):
        assert "arXiv" in line.source
        ratio = line.y / curve(finding.charts[0], side).y
        assert np.all((ratio > 0.5) & (ratio < 2))
    grouped = last(bench, replace(SMALL, norm="group"), AlphaSweep((0.0, 1.0)))
    assert all(c.role != "theory" for c in grouped.charts[0].curves)


def test_the_depth_sweep_keeps_the_family(bench: Bench) -> None:
    pre = replace(SMALL, network="preresnet20", order="pre", cut=frozenset({"layer1.1"}))
    finding = last(bench, pre, DepthSweep((8, 14)))
    assert list(finding.charts[0].curves[0].x) == [8, 14]
    assert any("Single cuts are left out" in note for note in finding.notes)
    odd = last(bench, SMALL, DepthSweep((8, 50)))
    assert list(odd.charts[0].curves[0].x) == [8]
    assert any("resnet50" in note for note in odd.notes)


def test_imagenet_networks_come_in_their_own_depths(bench: Bench) -> None:
    settings = LabSettings(network="wide_resnet50_2", batch="noise", batch_size=1)
    first = next(run(_NoWork(), settings, DepthSweep()))
    assert list(first.charts[0].curves[0].x) == [50, 101]


class _NoWork(Bench):
    """A bench whose networks are small, whatever was asked for."""

    def network(self, settings: LabSettings, side: Side):
        net = build(spec("resnet8", n_classes=1000))
        net.gates.set_all(Gate(skip=float(side == "residual")))
        return net

    def batch(self, settings: LabSettings):
        return super().batch(replace(settings, network="resnet8"))


def test_trained_weights_of_one_depth_make_no_sweep(bench: Bench) -> None:
    trained = replace(SMALL, network="resnet20", weights="trained")
    with pytest.raises(UserError, match="that makes no sweep over depth"):
        last(bench, trained, DepthSweep((8, 14)))
    with pytest.raises(UserError, match="not drawn"):
        last(bench, trained, SeedSweep(2))


@pytest.mark.parametrize("experiment", [AlphaSweep(), SeedSweep()])
def test_a_cancelled_sweep_stops_within_a_network(experiment: Experiment) -> None:
    asked = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 20

    with pytest.raises(OperationCancelled):
        list(run(Bench(cancelled=cancelled), SMALL, experiment))

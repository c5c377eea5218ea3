"""The study of depth's cost: counts against published ones, times from a still clock."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from resnet_viz.analysis.depth_cost import HEAD, STEM, Pass
from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import DepthCost
from resnet_viz.lab.findings import Chart, Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies import cost
from resnet_viz.lab.studies.table import run

SETTINGS = LabSettings(
    network="resnet14", norm="batch", init="he", batch="noise", batch_size=2, device="cpu"
)
SMALL = DepthCost(networks=("resnet8", "resnet14"), repeats=2)


class FakeStopwatch:
    """Passes whose times are known: ten milliseconds a block, doubled in the first round."""

    rounds = 0

    def __init__(self, net: object, images: object, **_: object) -> None:
        self.names = list(net.blocks)  # type: ignore[attr-defined]

    def whole(self) -> Pass:
        FakeStopwatch.rounds += 1
        n_blocks = len(self.names)
        slow = 2.0 if FakeStopwatch.rounds <= 2 else 1.0  # the round that does not count
        return Pass(10.0 * n_blocks * slow, 20.0 * n_blocks * slow)

    def parts(self) -> dict[str, Pass]:
        return dict.fromkeys([STEM, *self.names, HEAD], Pass(10.0, 20.0))


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeStopwatch.rounds = 0
    monkeypatch.setattr(cost, "Stopwatch", FakeStopwatch)


def found(settings: LabSettings = SETTINGS, experiment: DepthCost = SMALL) -> list[Finding]:
    return list(run(Bench(), settings, experiment))


def chart(finding: Finding, key: str) -> Chart:
    return next(c for c in finding.charts if c.key == key)


COUNTED = DepthCost(time_up_to=1)


def test_published_parameters_of_the_cifar_family() -> None:
    (last,) = found(replace(SETTINGS, network="resnet20"), COUNTED)
    assert last.complete
    curve = chart(last, "cost-parameters").curves[0]
    assert curve.x.tolist() == [20, 32, 44, 56, 110, 1202]
    # He et al. 2015, table 6, in millions.
    np.testing.assert_allclose(curve.y / 1e6, [0.27, 0.46, 0.66, 0.85, 1.7, 19.4], rtol=0.02)
    assert any("ResNet-1202" in note and "Counted only" in note for note in last.notes)


def test_published_counts_of_the_imagenet_family() -> None:
    (last,) = found(replace(SETTINGS, network="resnet50"), COUNTED)
    curve = chart(last, "cost-parameters").curves[0]
    assert curve.x.tolist() == [18, 34, 50, 101, 152]
    assert curve.y.tolist() == [11_689_512, 21_797_672, 25_557_032, 44_549_160, 60_192_808]
    macs = chart(last, "cost-macs").curves[0].y / 1e9
    np.testing.assert_allclose(macs, [1.81, 3.66, 4.09, 7.80, 11.51], atol=0.006)
    assert "from 11.7 M to 60.2 M" in last.sentence


def test_memory_is_of_the_settings_precision() -> None:
    (single,) = found(replace(SETTINGS, network="resnet20"), COUNTED)
    (double,) = found(replace(SETTINGS, network="resnet20", dtype="float64"), COUNTED)
    for one, two in zip(
        chart(single, "cost-memory").curves, chart(double, "cost-memory").curves, strict=True
    ):
        np.testing.assert_allclose(two.y, 2 * one.y)
    # Seven tensors of 16 x 32 x 32 a block of the first stage put out, four of them kept.
    put_out, kept = chart(single, "cost-memory").curves
    deeper = put_out.y[1] - put_out.y[0], kept.y[1] - kept.y[0]
    blocks = 2 * (16 * 32**2 + 32 * 16**2 + 64 * 8**2) * 4 / 2**20
    assert deeper == (pytest.approx(7 * blocks), pytest.approx(4 * blocks))


@pytest.mark.usefixtures("still")
def test_times_against_depth() -> None:
    findings = found()
    last = findings[-1]
    assert last.complete
    # Counting, then three rounds of two networks and the parts of one.
    assert [f.done for f in findings] == list(range(1, 11))
    forward, backward = chart(last, "cost-time-cpu").curves
    assert forward.y.tolist() == [30.0, 60.0]
    assert backward.y.tolist() == [60.0, 120.0]
    assert (forward.role, backward.role) == ("output", "gradient")
    assert "takes 90 ms at 8 layers and 180 ms at 14, 2.0 times as long" in last.sentence
    assert forward.x.tolist() == [8.0, 14.0]
    assert "fastest of 2 passes" in chart(last, "cost-time-cpu").note


@pytest.mark.usefixtures("still")
def test_the_parts_of_the_network_on_screen() -> None:
    last = found()[-1]
    blocks = chart(last, "cost-blocks-cpu")
    assert blocks.ticks == (STEM, *(f"layer{i}.{j}" for i in (1, 2, 3) for j in (0, 1)), HEAD)
    assert blocks.kind == "bars"
    assert blocks.curves[0].y.tolist() == [10.0] * 8
    assert any("add up to 1.3 times the whole" in note for note in last.notes)  # 240 of 180
    by_network, by_part = last.tables
    assert by_network.rows[0][:2] == ("ResNet-8", 8)
    assert by_network.rows[0][-4:] == (30.0, 60.0, 30.0, 60.0)
    assert len(by_part.rows) == 8


@pytest.mark.usefixtures("still")
def test_the_round_that_warms_up_does_not_count() -> None:
    findings = found(experiment=replace(SMALL, repeats=1))
    assert not any(c.key.startswith("cost-time") for c in findings[3].charts)
    assert chart(findings[-1], "cost-time-cpu").curves[0].y.tolist() == [30.0, 60.0]


def test_real_networks_are_really_timed() -> None:
    last = found(experiment=DepthCost(networks=("resnet8",), repeats=1))[-1]
    assert all(curve.y[0] > 0.0 for curve in chart(last, "cost-time-cpu").curves)
    # The network on screen is not among them, so the deepest one's parts are timed.
    assert "ResNet-8" in chart(last, "cost-blocks-cpu").title


def test_what_does_not_fit_is_only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = SimpleNamespace(fits=False, sentence="It needs 3 GiB, but 1 GiB are free.")
    monkeypatch.setattr(cost, "will_fit", lambda settings: refused)
    (last,) = found()
    assert "Counted only: It needs 3 GiB, but 1 GiB are free." in last.notes
    assert {c.key for c in last.charts} == {"cost-parameters", "cost-macs", "cost-memory"}


def test_trained_networks_are_timed_with_random_weights() -> None:
    settings = LabSettings(network="resnet20", weights="trained", training_mode=False, device="cpu")
    (last,) = found(settings, COUNTED)
    assert "Networks are whole and have random weights." in last.notes
    assert "batch norm" in chart(last, "cost-parameters").note


def test_families_are_not_mixed() -> None:
    with pytest.raises(UserError, match="different sizes"):
        found(experiment=DepthCost(networks=("resnet8", "resnet50")))


def test_it_stops_when_told_to() -> None:
    told = [False]
    steps = run(Bench(cancelled=lambda: told[0]), SETTINGS, SMALL)
    next(steps)
    told[0] = True
    with pytest.raises(OperationCancelled):
        next(steps)

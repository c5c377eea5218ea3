"""The study of path lengths: shares, exact sums, the plain twin, and what it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resnet_viz.errors import OperationCancelled
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import PathLengths
from resnet_viz.lab.findings import Chart, Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies import paths
from resnet_viz.lab.studies.table import STUDIES
from resnet_viz.probe.capturing import capture

SETTINGS = LabSettings("resnet14", norm="none", init="torch", batch="noise", batch_size=2)
NAMES = {f"layer{stage}.{i}" for stage in (1, 2, 3) for i in range(2)}


def findings(settings: LabSettings, samples: int = 20) -> list[Finding]:
    return list(paths.run(Bench(), settings, PathLengths(samples=samples)))


def chart(finding: Finding, key: str) -> Chart:
    return next(c for c in finding.charts if c.key == key)


@pytest.fixture(scope="module")
def found() -> list[Finding]:
    return findings(SETTINGS)


def test_it_answers_path_lengths() -> None:
    assert STUDIES[PathLengths] is paths.run


def test_the_shares_sum_to_one(found: list[Finding]) -> None:
    last = found[-1]
    assert last.complete
    assert [f.done for f in found] == sorted(f.done for f in found)
    share = chart(last, "path-share")
    assert [curve.role for curve in share.curves] == ["residual", "gradient", "theory", "theory"]
    for curve in share.curves:
        assert list(curve.x) == list(range(7))
        assert curve.y.sum() == pytest.approx(100.0, abs=1e-9)
    assert all(curve.source for curve in share.curves if curve.role == "theory")


def test_the_number_of_paths_is_binomial(found: list[Finding]) -> None:
    assert list(chart(found[-1], "path-count").curves[0].y) == [1, 6, 15, 20, 15, 6, 1]


def test_the_plain_twins_one_path_is_its_gradient(found: list[Finding]) -> None:
    residual, plain = chart(found[-1], "path-norm").curves
    assert list(plain.x) == [6]
    bench = Bench()
    batch = bench.batch(SETTINGS)
    snapshot = capture(bench.network(SETTINGS, "plain"), batch.images, batch.targets)
    assert plain.y[0] == pytest.approx(snapshot.blocks[0].grad_in, rel=1e-4)
    assert residual.role == "residual"


def test_sums_are_no_larger_than_the_sums_of_norms(found: list[Finding]) -> None:
    # 20 samples are all paths of 6 blocks, so the bound is exact; rounding aside.
    exact, bound = chart(found[-1], "path-sum").curves
    measured = np.array([row[2] for row in found[-1].tables[0].rows]) > 0
    assert (exact.y[measured] <= bound.y[measured] * (1 + 1e-5)).all()
    assert exact.y[0] == pytest.approx(bound.y[0], rel=1e-5)


def test_the_sentence_comes_from_the_numbers(found: list[Finding]) -> None:
    last = found[-1]
    shares = chart(last, "path-share").curves[0].y / 100
    mean = float(np.dot(np.arange(7), shares))
    assert f"take {mean:.3g}" in last.sentence or f"take {mean:.2f}" in last.sentence
    assert "of 6 branches on average" in last.sentence
    m = int(np.searchsorted(np.cumsum(shares), 0.9))
    assert (
        f"{100 * np.cumsum(shares)[m]:.0f} % of the gradient comes from paths of at most {m}"
        in (last.sentence)
    )
    assert found[0].sentence == ""
    assert any("activation after a block's sum" in note for note in last.notes)


def test_the_table_holds_every_length(found: list[Finding]) -> None:
    table = found[-1].tables[0]
    assert [row[0] for row in table.rows] == list(range(7))
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert sum(float(row[7] or 0) for row in table.rows) == pytest.approx(100.0)


def test_cut_skips_close_the_paths_through_them() -> None:
    last = findings(replace(SETTINGS, cut=frozenset({"layer1.0", "layer2.1"})), samples=3)[-1]
    assert last.complete
    shares = chart(last, "path-share").curves[0].y
    assert list(shares[:2]) == [0.0, 0.0]
    counts = chart(last, "path-count").curves[0].y
    assert list(counts[2:]) == [1, 4, 6, 4, 1]
    assert np.isnan(counts[:2]).all()


def test_a_net_without_any_skip_or_gradient() -> None:
    last = findings(replace(SETTINGS, cut=frozenset(NAMES)), samples=2)[-1]
    assert "take 6.00 of 6 branches" in last.sentence
    closed = replace(SETTINGS, cut=frozenset(NAMES), dropped=frozenset({"layer2.0"}))
    last = findings(closed, samples=2)[-1]
    assert last.complete
    assert last.sentence == "No gradient reaches the first block of ResNet-14 along any path."


def test_a_loss_of_zero_is_named_as_the_cause() -> None:
    """Without norm large weights make logits so large that the softmax saturates."""
    settings = replace(SETTINGS, gain=100.0, batch="photographs")
    last = findings(settings, samples=2)[-1]
    assert last.complete
    assert last.sentence.endswith(
        "along any path: the loss is exactly 0 in float32, so there is no gradient."
    )
    assert not any("left out" in note for note in last.notes)


def test_pre_activation_nets_and_batch_statistics() -> None:
    settings = replace(SETTINGS, network="preresnet14", norm="batch", order="pre")
    last = findings(settings, samples=2)[-1]
    assert last.complete
    assert chart(last, "path-share").curves[0].y.sum() == pytest.approx(100.0)
    assert not any("activation after" in note for note in last.notes)


def test_it_can_be_cancelled() -> None:
    calls = 0

    def cancelled() -> bool:
        nonlocal calls
        calls += 1
        return calls > 8

    with pytest.raises(OperationCancelled):
        list(paths.run(Bench(cancelled=cancelled), SETTINGS, PathLengths()))

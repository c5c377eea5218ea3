"""The pair's finding: charts, table and words from two measurements."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from resnet_viz.errors import OperationCancelled
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import Pair
from resnet_viz.lab.findings import Chart, Curve, Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies.pair import FLOOR, measure, measure_side
from resnet_viz.lab.studies.table import run
from resnet_viz.lab.wording import pair_sentence
from resnet_viz.models.gates import PLAIN
from resnet_viz.models.network import build

TINY = LabSettings(network="resnet8", batch="noise", batch_size=2, device="cpu")


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    return list(run(Bench(), TINY, Pair()))


def curve(chart: Chart, role: str) -> Curve:
    return next(c for c in chart.curves if c.role == role)


def test_one_network_comes_after_the_other(findings: list[Finding]) -> None:
    first, last = findings
    assert [f.done for f in findings] == [1, 2]
    assert not first.complete
    assert last.complete
    assert [c.role for c in first.charts[0].curves if c.role != "theory"] == ["residual"]
    assert [c.role for c in last.charts[0].curves if c.role != "theory"] == ["residual", "plain"]
    assert first.sentence == ""
    assert 0 < first.elapsed_s < last.elapsed_s


def test_the_curves_are_what_autograd_finds_by_hand(findings: list[Finding]) -> None:
    gradients, streams = findings[-1].charts
    batch = Bench().batch(TINY)
    net = build(TINY.spec("residual"), seed=0).train()
    for role in ("residual", "plain"):
        if role == "plain":
            net.gates.set_all(PLAIN)
        inputs = []
        x = net.stem(batch.images)
        for block in net.blocks.values():
            x.retain_grad()
            inputs.append(x)
            x = block(x)
        F.cross_entropy(net.head(x), batch.targets).backward()
        norms = [x.grad.norm().item() for x in inputs if x.grad is not None]
        np.testing.assert_allclose(curve(gradients, role).y, norms, rtol=1e-4)
        squares = [y.square().mean().item() for y in (*inputs[1:], x)]
        np.testing.assert_allclose(curve(streams, role).y, squares, rtol=1e-4)


def test_a_chart_says_what_is_measured(findings: list[Finding]) -> None:
    for chart in findings[-1].charts:
        assert chart.ticks == ("layer1.0", "layer2.0", "layer3.0")
        assert chart.y_log
        assert chart.floor == FLOOR["float32"]
        for words in ("8 layers", "no norm", "2 images of noise", "seed 0", "float32"):
            assert words in chart.note
        for theory in (c for c in chart.curves if c.role == "theory"):
            assert "arXiv" in theory.source
    gradient = findings[-1].charts[0]
    assert "‖∂L/∂x‖" in gradient.y_label
    assert "cross-entropy" in gradient.note


def test_floors_are_the_smallest_numbers() -> None:
    for dtype, floor in FLOOR.items():
        assert floor == np.finfo(dtype).smallest_subnormal
        assert f"{floor:.1e}" in ("1.4e-45", "4.9e-324")


def test_the_table_holds_every_block_of_both(findings: list[Finding]) -> None:
    (table,) = findings[-1].tables
    assert len(table.rows) == 6
    assert {len(row) for row in table.rows} == {len(table.columns)}
    measured = measure(Bench(), TINY)
    column = table.columns.index("‖∂L/∂x‖")
    blocks = (*measured.residual.blocks, *measured.plain.blocks)
    assert [row[column] for row in table.rows] == [block.grad_in for block in blocks]
    assert [row[1] for row in table.rows[:3]] == ["layer1.0", "layer2.0", "layer3.0"]


def test_the_sentence_is_made_from_the_numbers(findings: list[Finding]) -> None:
    measured = measure(Bench(), TINY)
    assert findings[-1].sentence == pair_sentence(TINY, measured.residual, measured.plain)
    assert (
        findings[-1].notes
        == measured.notes
        == (
            "Shown: 2 images of noise, random classes, seed 0.",
            "Weights: random, seed 0, the same in both.",
        )
    )


def test_a_gradient_that_underflows_is_a_zero_on_the_chart() -> None:
    settings = replace(TINY, gain=1e-12)
    *_, last = run(Bench(), settings, Pair())
    plain = curve(last.charts[0], "plain").y
    assert plain[0] == 0.0
    assert np.isfinite(plain).all()
    *_, double = run(Bench(), replace(settings, dtype="float64"), Pair())
    assert curve(double.charts[0], "plain").y[0] > 0


def test_the_networks_are_left_as_they_were() -> None:
    bench = Bench()
    net = bench.network(TINY, "residual")
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    measure(bench, TINY)
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert all(p.grad is None for p in net.parameters())
    assert not net.training


def test_measuring_can_be_stopped_between_two_blocks() -> None:
    steps = 0

    def enough() -> bool:
        return steps >= 4

    def step(done: int, total: int) -> None:
        nonlocal steps
        steps += 1

    with pytest.raises(OperationCancelled):
        measure_side(Bench(cancelled=enough), TINY, "plain", step=step)
    assert steps == 4

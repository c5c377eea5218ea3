"""The study of shattered gradients: its charts, its sentence, and what it leaves out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from resnet_viz.analysis.shattering import correlate, input_gradients, segment
from resnet_viz.errors import OperationCancelled, UserError
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import Shattering
from resnet_viz.lab.findings import Chart, Curve, Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies import shattering
from resnet_viz.lab.studies.table import run

SETTINGS = LabSettings(network="resnet8", init="he", batch="noise", batch_size=2)
EXPERIMENT = Shattering(depths=(8, 14), n_points=6)


def found(settings: LabSettings = SETTINGS, experiment: Shattering = EXPERIMENT) -> list[Finding]:
    return list(run(Bench(), settings, experiment))


def chart(finding: Finding, key: str) -> Chart:
    return next(c for c in finding.charts if c.key == key)


def curve(chart: Chart, role: str) -> Curve:
    return next(c for c in chart.curves if c.role == role)


def test_both_networks_are_measured_at_every_depth() -> None:
    findings = found()
    last = findings[-1]
    assert last.complete
    assert last.total == 2 * 2 * 6
    assert [f.done for f in findings] == sorted(f.done for f in findings)
    depth = chart(last, "shattering-by-depth")
    for role in ("residual", "plain"):
        assert curve(depth, role).x.tolist() == [8.0, 14.0]
        assert np.isfinite(curve(depth, role).y).all()
        assert (curve(depth, role).low <= curve(depth, role).high).all()  # type: ignore[operator]
    assert {c.key for c in last.charts} == {
        "shattering-by-depth",
        "shattering-by-distance-8",
        "shattering-by-distance-14",
        "shattering-slope-8",
        "shattering-slope-14",
        "shattering-far-by-depth",
    }
    assert len(last.tables[0].rows) == 4


def test_the_numbers_are_those_of_the_networks_on_the_line() -> None:
    last = found()[-1]
    bench = Bench()
    batch = bench.batch(SETTINGS)
    assert batch.targets is not None
    points = segment(batch.images[0], batch.images[1], 6)
    steps = input_gradients(
        bench.network(SETTINGS, "plain"), points, int(batch.targets[0]), training_mode=True
    )
    while True:
        try:
            next(steps)
        except StopIteration as end:
            expected = correlate(end.value, points)
            break
    by_depth = curve(chart(last, "shattering-by-depth"), "plain")
    assert by_depth.y[0] == pytest.approx(expected.pairs(1).mean())
    by_distance = curve(chart(last, "shattering-by-distance-8"), "plain")
    np.testing.assert_allclose(by_distance.y, expected.by_lag())
    assert by_distance.x[[0, -1]].tolist() == [0.0, 1.0]
    slope = curve(chart(last, "shattering-slope-8"), "plain").y
    np.testing.assert_allclose(slope, expected.slope / np.sqrt((expected.slope**2).mean()))


def test_every_depth_has_its_own_line() -> None:
    last = found()[-1]
    shallow, deep = (
        curve(chart(last, f"shattering-by-distance-{depth}"), "residual").y for depth in (8, 14)
    )
    assert np.isfinite(deep).all()
    assert not np.allclose(shallow, deep)


def test_the_sentence_is_made_of_the_numbers() -> None:
    settings = replace(SETTINGS, network="resnet14")
    last = found(settings)[-1]
    depth = chart(last, "shattering-by-depth")
    values = {
        (layers, role): f"{curve(depth, role).y[index]:.2f}"
        for index, layers in enumerate((8, 14))
        for role in ("residual", "plain")
    }
    for layers in (8, 14):
        said = f"at {layers} layers their cosine is {values[layers, 'residual']} with skips"
        assert said in last.sentence
        assert f"{values[layers, 'plain']} without" in last.sentence
    assert "no norm, He initialisation" in last.sentence


def roles(settings: LabSettings, key: str) -> list[str]:
    experiment = Shattering(depths=(8,), n_points=4)
    last = found(replace(settings, network=settings.network), experiment)[-1]
    return [f"{c.role}: {c.label}" for c in chart(last, key).curves if c.role == "theory"]


def test_theory_is_drawn_only_where_it_holds() -> None:
    near, far = "shattering-by-depth", "shattering-far-by-depth"
    wide_plain = "theory: theory: wide net, plain twin"
    wide_residual = "theory: theory: wide net, with skips"
    assert roles(SETTINGS, near) == [wide_plain]
    assert roles(replace(SETTINGS, order="pre"), near) == [wide_residual, wide_plain]
    batch = replace(SETTINGS, norm="batch")
    assert roles(batch, near) == []
    assert roles(batch, far) == ["theory: theory: independent gates, 1 / 2 per ReLU"]
    for other in (
        replace(SETTINGS, activation="tanh"),
        replace(SETTINGS, norm="group"),
        replace(batch, training_mode=False),
    ):
        assert roles(other, far) == []


def test_every_theory_names_its_source() -> None:
    last = found(replace(SETTINGS, order="pre"))[-1]
    theories = [c for one in last.charts for c in one.curves if c.role == "theory"]
    assert theories
    assert all("arXiv" in c.source for c in theories)


def test_cuts_are_kept_on_the_line_and_left_out_over_depth() -> None:
    cut = replace(SETTINGS, cut=frozenset({"layer1.0", "layer2.0", "layer3.0"}))
    last = found(cut)[-1]
    assert any("cut" in note for note in last.notes)
    distance = chart(last, "shattering-by-distance-8")
    # With every skip cut the network on screen is its plain twin.
    np.testing.assert_allclose(curve(distance, "residual").y, curve(distance, "plain").y)
    depth = chart(last, "shattering-by-depth")
    assert curve(depth, "residual").y[0] != pytest.approx(curve(depth, "plain").y[0], rel=1e-3)


def test_a_single_picture_is_followed_to_its_mirror_image() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    settings = replace(SETTINGS, batch="picture", norm="batch")
    (*_, last) = run(Bench(picture), settings, Shattering(depths=(8,), n_points=4))
    assert "mirror image" in last.notes[0]
    assert np.isfinite(chart(last, "shattering-by-distance-8").curves[0].y).all()


def test_gradients_that_do_not_exist_are_told() -> None:
    nothing = replace(SETTINGS, plain_dropped=frozenset({"layer2.0"}))
    last = found(nothing, Shattering(depths=(8,), n_points=4))[-1]
    assert "not defined without" in last.sentence
    assert any("exactly 0" in note for note in last.notes)


def test_depths_without_trained_weights_are_named() -> None:
    settings = LabSettings(
        network="resnet20", weights="trained", training_mode=False, batch="noise", batch_size=2
    )
    last = found(settings, Shattering(depths=(8, 20), n_points=4))[-1]
    assert any("ResNet-8" in note for note in last.notes)
    assert curve(chart(last, "shattering-by-depth"), "residual").x.tolist() == [20.0]


def test_it_stops_when_told_to() -> None:
    told = [False]
    steps = run(Bench(cancelled=lambda: told[0]), SETTINGS, EXPERIMENT)
    next(steps)
    told[0] = True
    with pytest.raises(OperationCancelled):
        next(steps)


def test_two_points_are_the_least() -> None:
    last = found(experiment=Shattering(depths=(8,), n_points=2))[-1]
    near, far = (chart(last, f"shattering-{key}by-depth") for key in ("", "far-"))
    assert curve(near, "residual").y.tolist() == curve(far, "residual").y.tolist()


def test_a_line_of_no_length() -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(UserError, match="same picture"):
        next(shattering.run(Bench(picture), replace(SETTINGS, batch="picture"), EXPERIMENT))


def test_float64_is_computed_in_float64() -> None:
    settings = replace(SETTINGS, dtype="float64")
    line = shattering._line(Bench(), settings, EXPERIMENT)
    assert line.points.dtype == torch.float64

"""The study of the identity: its states, its charts and its sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resnet_viz.analysis.identity import closeness
from resnet_viz.analysis.stepwise import Stepwise
from resnet_viz.errors import OperationCancelled
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.experiments import Identity
from resnet_viz.lab.findings import Chart, Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies.table import run

SETTINGS = LabSettings(network="resnet8", init="he", batch="noise", batch_size=2)
TRAINED = LabSettings(
    network="resnet20", weights="twins", training_mode=False, batch="noise", batch_size=2
)


def found(settings: LabSettings) -> list[Finding]:
    return list(run(Bench(), settings, Identity()))


def charts(finding: Finding) -> dict[str, Chart]:
    return {chart.key: chart for chart in finding.charts}


def test_random_networks_have_two_states() -> None:
    findings = found(SETTINGS)
    last = findings[-1]
    assert last.complete
    assert [f.done for f in findings] == list(range(1, 13))  # 2 states x 2 networks x 3 blocks
    assert list(charts(last)) == [
        "identity-branch",
        "identity-distance-start",
        "identity-distance-zero",
        "identity-cosine-start",
        "identity-cosine-zero",
    ]
    assert any("no trained weights for ResNet-8" in note for note in last.notes)
    assert len(last.tables[0].rows) == 12


def test_branches_at_zero_are_a_line_of_reference() -> None:
    branch = charts(found(SETTINGS)[-1])["identity-branch"]
    assert [(c.label, c.role) for c in branch.curves] == [("at initialisation", "branch")]
    assert list(branch.references.values()) == [0.0]
    assert branch.ticks == ("layer1.0", "layer2.0", "layer3.0")


def test_zero_init_networks_and_their_plain_twins() -> None:
    zero = charts(found(SETTINGS)[-1])["identity-distance-zero"]
    residual, plain = zero.curves
    assert residual.y.tolist() == [0.0, 0.0, 0.0]
    assert plain.y[0] == 1.0
    assert np.isnan(plain.y[1:]).all()  # what enters is exactly 0, as a note says
    assert any("exactly 0" in note for note in found(SETTINGS)[-1].notes)


def test_the_numbers_are_those_of_the_networks() -> None:
    last = found(SETTINGS)[-1]
    bench = Bench()
    images = bench.batch(SETTINGS).images
    expected = list(
        closeness(Stepwise(bench.network(SETTINGS, "plain"), training_mode=True), images)
    )
    plain = charts(last)["identity-distance-start"].curves[1]
    np.testing.assert_allclose(plain.y, [block.distance for block in expected])
    cosine = charts(last)["identity-cosine-start"].curves[1]
    np.testing.assert_allclose(cosine.y, [block.cosine for block in expected])
    said = f"{np.median(plain.y):.1f} in the plain twin"
    assert said in last.sentence
    assert "at initialisation by" in last.sentence


def test_trained_networks_are_compared_with_their_own_beginning() -> None:
    last = found(TRAINED)[-1]
    branch = charts(last)["identity-branch"]
    assert [(c.label, c.role) for c in branch.curves] == [
        ("trained", "branch"),
        ("at initialisation", "ghost"),
    ]
    assert "trained by" in last.sentence
    assert any("batch norm with the batch's statistics" in note for note in last.notes)
    # The bundled networks have learned: neither is where it began.
    trained = charts(last)["identity-distance-trained"]
    start = charts(last)["identity-distance-start"]
    for learned, drawn in zip(trained.curves, start.curves, strict=True):
        assert np.abs(learned.y - drawn.y).max() > 0.05


def test_random_settings_show_the_trained_state_too() -> None:
    last = found(replace(SETTINGS, network="resnet20", gain=2.0))[-1]
    trained = charts(last)["identity-distance-trained"].curves[0].y
    own = charts(found(TRAINED)[-1])["identity-distance-trained"].curves[0].y
    np.testing.assert_allclose(trained, own, rtol=1e-4)


def test_unrelated_tensors_after_relus_are_not_at_right_angles() -> None:
    post = charts(found(SETTINGS)[-1])["identity-cosine-start"]
    assert pytest.approx(1 / np.pi) in post.references.values()
    pre = charts(found(replace(SETTINGS, order="pre"))[-1])["identity-cosine-start"]
    assert 0.0 in pre.references.values()


def test_trained_networks_keep_their_own_order() -> None:
    last = found(replace(SETTINGS, network="resnet20", order="pre"))[-1]
    trained = charts(last)["identity-cosine-trained"]
    assert pytest.approx(1 / np.pi) in trained.references.values()
    assert any("no norm, relu, pre-activation" in note for note in last.notes)


def test_it_stops_when_told_to() -> None:
    told = [False]
    steps = run(Bench(cancelled=lambda: told[0]), SETTINGS, Identity())
    next(steps)
    told[0] = True
    with pytest.raises(OperationCancelled):
        next(steps)

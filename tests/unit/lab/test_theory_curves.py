"""Theory beside a measured network: where it starts, whose it is, and where there is none."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from resnet_viz.lab.bench import Bench
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies.pair import measure
from resnet_viz.lab.theory_curves import stream_square, theory_curves
from resnet_viz.probe.snapshot import Snapshot

SETTINGS = LabSettings(network="resnet14", batch="noise", batch_size=4, device="cpu")


@pytest.fixture(scope="module")
def snapshots() -> tuple[Snapshot, Snapshot]:
    measured = measure(Bench(), SETTINGS)
    return measured.residual, measured.plain


def test_the_gradients_curve_starts_at_the_last_block(snapshots) -> None:
    for side, snapshot in zip(("residual", "plain"), snapshots, strict=True):
        (curve,) = theory_curves(SETTINGS, side, snapshot)
        assert curve.role == "theory"
        assert list(curve.x) == list(range(6))
        assert curve.y[-1] == pytest.approx(snapshot.blocks[-1].grad_in)
        assert curve.source
        measured = np.array([block.grad_in for block in snapshot.blocks])
        assert np.all(np.abs(np.log10(curve.y / measured)) < 0.3)


def test_the_streams_curve_is_near_the_measured_squares(snapshots) -> None:
    residual, _ = snapshots
    (curve,) = theory_curves(SETTINGS, "residual", residual, "stream")
    measured = stream_square(residual)
    block = residual.blocks[2]
    assert measured[2] == pytest.approx(
        block.norm_out**2 / (4 * np.prod(block.out_shape)), rel=1e-9
    )
    np.testing.assert_allclose(curve.y, measured, rtol=0.5)


def test_there_is_none_for_trained_weights_and_group_norm(snapshots) -> None:
    residual, _ = snapshots
    for settings in (
        replace(SETTINGS, network="resnet20", weights="trained"),
        replace(SETTINGS, norm="group"),
    ):
        assert theory_curves(settings, "residual", residual) == ()


def test_a_closed_last_block_has_no_curve_and_an_overflow_raises_nothing(snapshots) -> None:
    residual, plain = snapshots
    closed = replace(SETTINGS, plain_dropped=frozenset({plain.blocks[-1].name}))
    assert theory_curves(closed, "plain", plain) == ()
    for gain in (40.0, 1e9):  # warnings are errors here
        theory_curves(replace(SETTINGS, init="he", gain=gain), "residual", residual)


def test_what_the_precision_cannot_hold_is_zero(snapshots) -> None:
    _, plain = snapshots
    deep = replace(SETTINGS, network="resnet110", gain=0.9)
    (single,) = theory_curves(deep, "plain", plain)
    (double,) = theory_curves(replace(deep, dtype="float64"), "plain", plain)
    assert single.y[0] == 0.0
    assert 0.0 < double.y[0] < 2.0**-149


def test_the_window_may_import_it() -> None:
    code = "import sys, resnet_viz.lab.theory_curves; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

"""The eight measured rows that the program's story of gradients rests on.

The numbers of the table were taken with plain torch, on another batch; the first block's
gradient over the last one's, with skips and with all of them cut.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from resnet_viz.assets import assets_dir
from resnet_viz.lab.bench import Bench
from resnet_viz.lab.config import read_config
from resnet_viz.lab.experiments import Pair
from resnet_viz.lab.findings import Chart, Finding
from resnet_viz.lab.settings import LabSettings
from resnet_viz.lab.studies.pair import measure_side
from resnet_viz.lab.studies.table import run

# Another batch and other weights move a ratio by up to this factor, and no more.
WITHIN = 4.0
# In float32 the plain network of 110 layers has no gradient left; in float64 it has this one.
UNDERFLOWN = 3.0e-43

# Layers, norm, init -> with skips, skips cut.
ROWS = {
    (20, "none", "torch"): (0.5, 6e-7),
    (20, "batch", "he"): (8.0, 19.0),
    (110, "none", "torch"): (0.7, 0.0),
    (56, "none", "torch"): (0.6, 6.3e-21),
    (56, "none", "xavier"): (8.0, 2e-9),
    (56, "none", "he"): (4e3, 0.09),
    (56, "batch", "he"): (35.0, 1e4),
    (110, "batch", "he"): (80.0, 7e7),
}


@cache
def configured() -> dict[tuple[int, str, str], LabSettings]:
    """The settings of the experiments that ship with the program."""
    tasks = read_config(assets_dir() / "lab" / "gradients.toml").tasks
    return {_row(task.settings): task.settings for task in tasks}


def _row(settings: LabSettings) -> tuple[int, str, str]:
    return settings.spec("residual").n_layers, settings.norm, settings.init


@pytest.fixture(scope="module")
def findings() -> dict[tuple[int, str, str], Finding]:
    """The last finding of every row, by the way that window and command go."""
    bench = Bench()
    found = {}
    for row, settings in configured().items():
        *_, found[row] = run(bench, replace(settings, device="cpu"), Pair())
    return found


def curves(chart: Chart) -> tuple[np.ndarray, np.ndarray]:
    residual, plain = (c for role in ("residual", "plain") for c in chart.curves if c.role == role)
    return residual.y, plain.y


def test_all_eight_are_shipped_as_experiments() -> None:
    assert set(configured()) == set(ROWS)
    for settings in configured().values():
        assert (settings.batch, settings.n_images, settings.seed) == ("noise", 16, 0)
        assert settings.training_mode
        assert settings.dtype == "float32"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(map(str, row)))
def test_first_block_against_last(
    row: tuple[int, str, str], findings: dict[tuple[int, str, str], Finding]
) -> None:
    finding = findings[row]
    assert finding.complete
    residual, plain = curves(finding.charts[0])
    expected_residual, expected_plain = ROWS[row]
    assert expected_residual / WITHIN < residual[0] / residual[-1] < expected_residual * WITHIN
    if expected_plain == 0.0:
        assert plain[0] == 0.0
        return
    ratio = plain[0] / plain[-1]
    assert expected_plain / WITHIN < ratio < expected_plain * WITHIN
    # The sentence says the same of it as the table.
    said = finding.sentence.split("; ")[1]
    assert ("larger" if ratio > 1 else "smaller") in said


def test_underflow_is_measured_as_zero_and_told(
    findings: dict[tuple[int, str, str], Finding],
) -> None:
    finding = findings[110, "none", "torch"]
    chart = finding.charts[0]
    residual, plain = curves(chart)
    assert chart.y_log
    assert chart.floor == np.nextafter(np.float32(0), np.float32(1))
    assert not np.isnan(plain).any()  # a zero is a measurement, not a gap
    assert (residual > 0).all()
    assert "below 1.4×10⁻⁴⁵" in finding.sentence


def test_float64_shows_what_float32_cannot_hold() -> None:
    settings = configured()[110, "none", "torch"]
    # Fewer images are faster, and their mean fades by the same factor in every block.
    settings = replace(settings, dtype="float64", device="cpu", batch_size=2)
    blocks = measure_side(Bench(), settings, "plain").blocks
    ratio = blocks[0].grad_in / blocks[-1].grad_in
    assert UNDERFLOWN / WITHIN < ratio < UNDERFLOWN * WITHIN
    # A norm over thousands of numbers: each of them lies below what float32 can hold.
    assert 0.0 < blocks[0].grad_in < 100 * float(np.finfo(np.float32).smallest_subnormal)


@pytest.mark.parametrize("init", ["xavier", "torch", "normal"])
def test_batch_norm_forgets_the_initialisation(
    init: str, findings: dict[tuple[int, str, str], Finding]
) -> None:
    row = 20, "batch", "he"
    *_, finding = run(Bench(), replace(configured()[row], init=init, device="cpu"), Pair())
    for expected, y in zip(ROWS[row], curves(finding.charts[0]), strict=True):
        assert expected / WITHIN < y[0] / y[-1] < expected * WITHIN

"""Figures of tensors whose squares leave float32, or float64."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from resnet_viz.probe.norms import CpuMeter, DeviceMeter, Meter, meter_for, to_floats

METERS = {
    "cpu": CpuMeter(torch.float32),
    # The way of accelerators, here on the CPU's tensors.
    "device": DeviceMeter(torch.device("cuda")),
    "no-float64": DeviceMeter(torch.device("mps")),
}


@pytest.fixture(params=METERS)
def meter(request: pytest.FixtureRequest) -> Meter:
    return METERS[request.param]


@pytest.fixture(autouse=True)
def _as_in_capture() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def exact(tensor: torch.Tensor) -> np.ndarray:
    return tensor.numpy().astype(np.longdouble).ravel()


def exact_norm(tensor: torch.Tensor) -> float:
    return float(np.sqrt((exact(tensor) ** 2).sum()))


def number(figure: float | torch.Tensor) -> float:
    return to_floats([figure])[0]


# float32 reaches down to 1.4e-45; below 1.2e-38 its numbers lose digits.
@pytest.mark.parametrize("scale", [1.0, 1e-15, 1e-19, 1e-21, 1e-30, 1e-37, 1e-44, 1e15, 1e20, 1e37])
@pytest.mark.parametrize("shape", [(3, 5), (1, 16, 8, 8), (2, 64, 30, 30)])
def test_norms_hold_over_the_whole_range(
    meter: Meter, scale: float, shape: tuple[int, ...]
) -> None:
    tensor = noise(*shape) * scale
    expected = exact_norm(tensor)
    if meter is METERS["no-float64"] and expected > 3.4e38:
        expected = math.inf  # the norm itself does not fit
    assert number(meter.norm(tensor)) == pytest.approx(expected, rel=1e-5)
    assert number(meter.norms([tensor, tensor * 0.5])[0]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("scale", [1.0, 1e-100, 1e-160, 1e-300, 1e160, 1e300])
@pytest.mark.parametrize("meter", [CpuMeter(torch.float64), METERS["device"]])
def test_norms_of_float64_hold_over_the_whole_range(meter: Meter, scale: float) -> None:
    tensor = noise(2000).double() * scale
    expected = exact_norm(tensor / scale) * scale
    assert number(meter.norm(tensor)) == pytest.approx(expected, rel=1e-12)
    small = tensor[:100]
    norms = meter.norms([small, small * 0, small[:50]])
    assert number(norms[0]) == pytest.approx(exact_norm(small / scale) * scale, rel=1e-12)
    assert number(norms[1]) == 0.0


def test_one_large_value_among_many_tiny_ones_counts(meter: Meter) -> None:
    tensor = noise(4000) * 1e-22
    tensor[17] = 3e-20
    assert number(meter.norm(tensor)) == pytest.approx(exact_norm(tensor), rel=1e-5)


def test_a_true_underflow_is_zero(meter: Meter) -> None:
    tensor = noise(500) * 1e-30 * 1e-30
    assert number(meter.norm(tensor)) == 0.0
    assert [number(n) for n in meter.norms([tensor, tensor])] == [0.0, 0.0]


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("size", [7, 5000])
def test_what_is_not_finite_stays_so(value: float, size: int) -> None:
    meter = METERS["cpu"]
    tensor = noise(size)
    tensor[3] = value
    for norm in (number(meter.norm(tensor)), number(meter.norms([tensor])[0])):
        assert math.isnan(norm) if math.isnan(value) else norm == math.inf


@pytest.mark.parametrize("scale", [1.0, 1e-21, 1e-30, 1e18])
@pytest.mark.parametrize("other", [1.0, 1e-21, 1e18])
def test_cosine_does_not_depend_on_the_lengths(meter: Meter, scale: float, other: float) -> None:
    a, b = noise(2, 8, 5, 5), noise(2, 8, 5, 5, seed=1) + 0.5
    expected = float((exact(a) * exact(b)).sum()) / exact_norm(a) / exact_norm(b)
    a, b = a * scale, b * other
    found = meter.compare(a, b, None)
    assert number(found.cosine) == pytest.approx(expected, abs=1e-5)
    assert number(found.norm_a) == number(meter.norm(a))
    assert number(found.norm_b) == number(meter.norm(b))
    known = meter.compare(a, b, meter.norm(a))
    assert [number(figure) for figure in known] == [number(figure) for figure in found]


def test_cosine_with_nothing_is_zero(meter: Meter) -> None:
    a, b = noise(4, 4), torch.zeros(4, 4)
    assert number(meter.compare(a, b, meter.norm(a)).cosine) == 0.0
    assert number(meter.compare(b, b, None).cosine) == 0.0


def test_layout_in_memory_makes_no_difference(meter: Meter) -> None:
    a, b = noise(2, 6, 5, 4), noise(2, 6, 5, 4, seed=1)
    plain = number(meter.compare(a, b, None).cosine)
    last = a.contiguous(memory_format=torch.channels_last)
    mixed = number(meter.compare(last, b, None).cosine)
    assert mixed == pytest.approx(plain, abs=1e-6)
    spread = noise(1, 6, 1, 1).expand(2, 6, 5, 4)  # what average pooling sends back
    assert number(meter.norm(spread)) == pytest.approx(exact_norm(spread.contiguous()), rel=1e-6)


@pytest.mark.parametrize("shift", [0.0, 3.0, 1000.0, -1e5])
def test_summary_survives_a_mean_far_from_zero(meter: Meter, shift: float) -> None:
    tensor = noise(3, 16, 12, 12) + shift
    found = meter.summary(tensor)
    values = exact(tensor)
    assert number(found.norm) == pytest.approx(exact_norm(tensor), rel=1e-5)
    assert number(found.mean) == pytest.approx(float(values.mean()), rel=1e-5, abs=1e-5)
    assert number(found.std) == pytest.approx(float(values.std()), rel=1e-3)


def test_summary_counts_both_zeros(meter: Meter) -> None:
    tensor = torch.tensor([0.0, -0.0, 1.0, 1e-45])
    assert number(meter.summary(tensor).zero_share) == 0.5


def test_half_precision_is_widened() -> None:
    tensor = noise(300).to(torch.bfloat16)
    meter = meter_for(torch.device("cpu"), torch.bfloat16)
    expected = exact_norm(tensor.float())
    assert number(meter.norm(tensor)) == pytest.approx(expected, rel=1e-6)
    # Under autocast a float32 network puts out some tensors in half precision.
    assert METERS["cpu"].norm(tensor) == pytest.approx(expected, rel=1e-6)


def test_figures_on_a_device_are_fetched_in_order() -> None:
    assert to_floats([1.5, torch.tensor(2.5), 3.0, torch.tensor(0.5)]) == [1.5, 2.5, 3.0, 0.5]


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_the_norm_of_nothing_is_a_positive_zero(meter: Meter, zero: float) -> None:
    (norm,) = to_floats([meter.norm(torch.full((2, 3), zero))])
    assert math.copysign(1.0, norm) == 1.0
    assert norm == 0.0

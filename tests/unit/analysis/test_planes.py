"""Energy over the picture, against torch's own convolutions of ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from resnet_viz.analysis import planes

CASES = [(8, 3, 1), (8, 3, 2), (7, 3, 2), (8, 1, 2), (5, 1, 1)]


def energy(side: int) -> np.ndarray:
    values = np.random.default_rng(0).uniform(0.5, 1.5, (side, side))
    return values / values.mean()


@pytest.mark.parametrize(("side", "kernel", "stride"), CASES)
def test_forward_is_a_convolution_with_ones(side: int, kernel: int, stride: int) -> None:
    x, ones = torch.from_numpy(energy(side))[None, None], torch.ones(1, 1, kernel, kernel)
    expected = F.conv2d(x, ones.double(), stride=stride, padding=kernel // 2)[0, 0].numpy()
    found, kept = planes.forward(energy(side), kernel, stride)
    np.testing.assert_allclose(found * kept * kernel**2, expected)


@pytest.mark.parametrize(("side", "kernel", "stride"), CASES)
def test_backward_is_the_gradient_of_that_convolution(side: int, kernel: int, stride: int) -> None:
    x = torch.ones(1, 1, side, side, dtype=torch.float64, requires_grad=True)
    y = F.conv2d(x, torch.ones(1, 1, kernel, kernel).double(), stride=stride, padding=kernel // 2)
    above = energy(y.shape[-1])
    (expected,) = torch.autograd.grad(y, x, torch.from_numpy(above)[None, None])
    found, kept = planes.backward(above, (side, side), kernel, stride)
    assert kept == pytest.approx(float(expected.sum()) / above.sum() / kernel**2)
    np.testing.assert_allclose(found * float(expected.mean()), expected[0, 0].numpy())


def test_subsampling_there_and_back() -> None:
    below = energy(8)
    above = planes.subsampled(below, 2)
    np.testing.assert_allclose(above, below[::2, ::2] / below[::2, ::2].mean())
    back = planes.scattered(above, (8, 8), 2)
    assert back.mean() == pytest.approx(1)
    assert back[1::2].sum() == 0
    assert back[:, 1::2].sum() == 0


@pytest.mark.parametrize(("side", "stride"), [(8, 1), (8, 2), (32, 1)])
def test_the_border_varies_a_constant_as_random_filters_show(side: int, stride: int) -> None:
    """Variance over the positions, averaged over many filters of unit mean square."""
    filters = torch.randn(4000, 1, 3, 3, generator=torch.Generator().manual_seed(0))
    y = F.conv2d(torch.ones(1, 1, side, side), filters, stride=stride, padding=1)[0]
    expected = float(y.flatten(1).var(dim=1, correction=0).mean()) / 9
    assert planes.border_spread((side, side), 3, stride) == pytest.approx(expected, rel=0.1)

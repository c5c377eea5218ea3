"""Activations under a normal distribution, against closed forms and torch."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
import torch

from resnet_viz.analysis.moments import HOMOGENEOUS, moments, quantiles, slope, value
from resnet_viz.models.blocks import activation_of
from resnet_viz.models.specs import Activation, spec


@pytest.mark.parametrize("activation", get_args(Activation))
def test_values_and_slopes_are_those_of_torch(activation: Activation) -> None:
    x = torch.linspace(-6, 6, 241, dtype=torch.float64, requires_grad=True)
    y = activation_of(spec("resnet20", activation=activation))(x)
    (dy,) = torch.autograd.grad(y.sum(), x)
    points = x.detach().numpy()
    np.testing.assert_allclose(value(activation, points), y.detach().numpy(), atol=2e-5)
    np.testing.assert_allclose(slope(activation, points), dy.numpy(), atol=2e-5)


@pytest.mark.parametrize("variance", [0.01, 1.0, 9.0])
def test_relu_has_its_closed_forms(variance: float) -> None:
    found = moments("relu", variance)
    assert found.mean == pytest.approx(math.sqrt(variance / (2 * math.pi)), rel=1e-4)
    assert found.square == pytest.approx(variance / 2, rel=1e-4)
    assert found.slope_square == pytest.approx(0.5, rel=1e-6)
    assert found.variance == pytest.approx(variance * (math.pi - 1) / (2 * math.pi), rel=1e-3)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "silu"])
@pytest.mark.parametrize("variance", [0.1, 2.0])
def test_smooth_activations_agree_with_gauss_hermite(
    activation: Activation, variance: float
) -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    z = math.sqrt(variance) * nodes
    found = moments(activation, variance)
    assert found.mean == pytest.approx(float(weights @ value(activation, z)), abs=1e-6)
    assert found.square == pytest.approx(float(weights @ value(activation, z) ** 2), rel=2e-4)
    slopes = float(weights @ slope(activation, z) ** 2)
    assert found.slope_square == pytest.approx(slopes, rel=2e-4)


@pytest.mark.parametrize("activation", sorted(HOMOGENEOUS))
def test_what_is_called_free_of_scale_is(activation: Activation) -> None:
    x = np.linspace(-3, 3, 13)
    np.testing.assert_allclose(value(activation, 7 * x), 7 * value(activation, x))


def test_quantiles_stand_for_a_standard_normal() -> None:
    z = quantiles(1000)
    assert z.mean() == pytest.approx(0, abs=1e-9)
    assert (z**2).mean() == pytest.approx(1)
    assert (np.abs(z) < 1).mean() == pytest.approx(0.6827, abs=0.01)

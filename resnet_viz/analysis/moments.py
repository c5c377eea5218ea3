"""Activations under a normal distribution: what an infinitely wide layer does to a signal.

Imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from resnet_viz.models.specs import Activation

Floats = NDArray[np.float64]

_LEAK = 0.01  # torch's default negative slope

# The normal distribution as points with weights; beyond 8 lies less than 1e-15 of it. A fine
# even grid, because Gauss-Hermite nodes converge slowly across ReLU's kink.
_POINTS = np.linspace(-8.0, 8.0, 4001)
_DENSITY = np.exp(-0.5 * _POINTS**2)
_WEIGHTS = _DENSITY / _DENSITY.sum()
_CUMULATIVE = np.array([0.5 * (1.0 + math.erf(z / math.sqrt(2.0))) for z in _POINTS])


def _normal_cdf(x: Floats) -> Floats:
    # numpy has no error function; between the points the table is good to 2e-6.
    share: Floats = np.interp(x, _POINTS, _CUMULATIVE)
    return share


def _sigmoid(x: Floats) -> Floats:
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def _gelu_slope(x: Floats) -> Floats:
    density = np.exp(-0.5 * x**2) / math.sqrt(2.0 * math.pi)
    slope: Floats = _normal_cdf(x) + x * density
    return slope


_VALUES: dict[Activation, Callable[[Floats], Floats]] = {
    "relu": lambda x: np.maximum(x, 0.0),
    "leaky_relu": lambda x: np.where(x > 0, x, _LEAK * x),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0.0))),
    "gelu": lambda x: x * _normal_cdf(x),
    "silu": lambda x: x * _sigmoid(x),
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "identity": lambda x: x,
}

_SLOPES: dict[Activation, Callable[[Floats], Floats]] = {
    "relu": lambda x: np.where(x > 0, 1.0, 0.0),
    "leaky_relu": lambda x: np.where(x > 0, 1.0, _LEAK),
    "elu": lambda x: np.exp(np.minimum(x, 0.0)),
    "gelu": _gelu_slope,
    "silu": lambda x: _sigmoid(x) * (1.0 + x * (1.0 - _sigmoid(x))),
    "tanh": lambda x: 1.0 - np.tanh(x) ** 2,
    "sigmoid": lambda x: _sigmoid(x) * (1.0 - _sigmoid(x)),
    "identity": np.ones_like,
}

HOMOGENEOUS: frozenset[Activation] = frozenset({"relu", "leaky_relu", "identity"})
"""Activations with act(a x) = a act(x) for a > 0: what they do depends on no scale."""


def value(activation: Activation, x: Floats) -> Floats:
    """The activation of every element."""
    return _VALUES[activation](x)


def slope(activation: Activation, x: Floats) -> Floats:
    """The activation's derivative at every element; 0 at ReLU's kink, as in torch."""
    return _SLOPES[activation](x)


@dataclass(frozen=True)
class Moments:
    """What an activation does to z ~ N(0, variance).

    Attributes:
        mean: E[act(z)].
        square: E[act(z)^2].
        slope_square: E[act'(z)^2], what it does to the mean square of a gradient.
    """

    mean: float
    square: float
    slope_square: float

    @property
    def variance(self) -> float:
        """Of act(z)."""
        return self.square - self.mean**2


@lru_cache(maxsize=4096)
def moments(activation: Activation, variance: float) -> Moments:
    """The moments of an activation of z ~ N(0, variance), to about four digits.

    Source: Schoenholz et al. 2017, arXiv:1611.01232.
    """
    z = math.sqrt(variance) * _POINTS
    values, slopes = value(activation, z), slope(activation, z)
    # Half of a kink's own point belongs to either side.
    slope_square = 0.5 * (slopes**2 + slope(activation, -z)[::-1] ** 2)
    if activation == "relu":
        slope_square = np.where(z == 0, 0.5, slope_square)
    return Moments(
        float(_WEIGHTS @ values),
        float(_WEIGHTS @ values**2),
        float(_WEIGHTS @ slope_square),
    )


def quantiles(n: int) -> Floats:
    """`n` values that stand for a standard normal distribution: mean 0, mean square 1."""
    z = np.interp((np.arange(n) + 0.5) / n, _CUMULATIVE, _POINTS)
    normal: Floats = z / math.sqrt(float(np.mean(z**2)))
    return normal

"""How zero padding and strides spread a signal's energy over the picture.

A convolution with independent weights adds up the energy under its window, and its gradient
spreads energy back over the same window. At the border a part of the window lies in the
padding; after many layers signal and gradient are strongest in the middle. Both maps are
linear and act on rows and columns alike, so matrices of taps are enough. Imports no torch.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@lru_cache(maxsize=64)
def taps(size: int, kernel: int, stride: int) -> Floats:
    """Which inputs each output of a padded 1-d convolution sees: (outputs, size) of 0 and 1."""
    outputs = np.arange(0, size, stride)[:, np.newaxis]
    inputs = np.arange(size)[np.newaxis, :]
    seen: Floats = (np.abs(inputs - outputs) <= kernel // 2).astype(np.float64)
    return seen


def forward(energy: Floats, kernel: int, stride: int) -> tuple[Floats, float]:
    """The energy that a convolution's outputs see.

    Args:
        energy: (H, W) mean square of the input at every position, relative to its mean of 1.
        kernel: side of the window.
        stride: of the convolution.

    Returns:
        (H/s, W/s) mean square of the output relative to its mean, and that mean as a share of
        what it were without a border.
    """
    height, width = energy.shape
    rows, columns = taps(height, kernel, stride), taps(width, kernel, stride)
    return _normalised(rows @ energy @ columns.T, kernel)


def backward(
    energy: Floats, shape: tuple[int, int], kernel: int, stride: int
) -> tuple[Floats, float]:
    """The gradient's energy at a convolution's inputs.

    Args:
        energy: (H/s, W/s) squared gradient at the outputs, relative to its mean of 1.
        shape: (H, W) of the input.
        kernel: side of the window.
        stride: of the convolution.

    Returns:
        (H, W) squared gradient at the inputs relative to its mean, and the share of the whole
        energy that does not get lost in the padding.
    """
    rows, columns = taps(shape[0], kernel, stride), taps(shape[1], kernel, stride)
    spread = rows.T @ energy @ columns
    kept = float(spread.sum() / energy.sum()) / kernel**2
    return spread / spread.mean(), kept


def border_spread(size: tuple[int, int], kernel: int, stride: int) -> float:
    """How much the padding makes a constant input vary from position to position.

    A convolution of a constant 1 is lower where a part of the window lies in the padding; this
    is the variance of that over the positions, relative to the mean square without a border.
    Batch norm divides by it too.

    Args:
        size: (H, W) of the input.
        kernel: side of the window.
        stride: of the convolution.
    """
    rows, columns = (_tap_shares(side, kernel, stride) for side in size)
    inside = np.outer(rows, columns)  # share of the positions where each tap meets the picture
    return float((inside * (1.0 - inside)).mean())


@lru_cache(maxsize=64)
def _tap_shares(size: int, kernel: int, stride: int) -> Floats:
    """(kernel,) share of the outputs whose t-th tap lies inside the input."""
    outputs = np.arange(0, size, stride)[np.newaxis, :]
    places = outputs + np.arange(kernel)[:, np.newaxis] - kernel // 2
    shares: Floats = ((places >= 0) & (places < size)).mean(axis=1)
    return shares


def subsampled(energy: Floats, stride: int) -> Floats:
    """The energy at every stride-th position, relative to its mean."""
    chosen = energy[::stride, ::stride]
    relative: Floats = chosen / chosen.mean()
    return relative


def scattered(energy: Floats, shape: tuple[int, int], stride: int) -> Floats:
    """The way back of `subsampled`: (H, W) with gaps, relative to its mean."""
    spread = np.zeros(shape)
    spread[::stride, ::stride] = energy
    relative: Floats = spread / spread.mean()
    return relative


def _normalised(energy: Floats, kernel: int) -> tuple[Floats, float]:
    mean = float(energy.mean())
    return energy / mean, mean / kernel**2

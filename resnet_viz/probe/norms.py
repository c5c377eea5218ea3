"""Sizes of tensors that survive numbers whose squares leave the range of float32.

A plain 56-layer network without norms has true gradients around 1e-21: float32 holds them,
but their squares are 0. Each figure is therefore first computed the cheap way and again,
scaled, where the cheap result cannot be trusted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# A figure that is still on its device is a 0-d tensor; `to_floats` fetches all of them at once.
Figure = float | Tensor

# Sums of squares outside these bounds are recomputed. The lower one leaves room for a million
# squares that were flushed to zero one by one (each below 1.2e-38 in float32).
_TRUSTED = {np.dtype(np.float32): (1e-26, 1e30), np.dtype(np.float64): (1e-290, 1e290)}

# Below this share of the mean square, variance = mean square - mean^2 has lost too many digits.
_CANCELLED = 1e-2


class Meter(Protocol):
    """How figures are computed on one kind of device."""

    def norm(self, tensor: Tensor) -> Figure:
        """L2 norm over all elements."""

    def norms(self, tensors: Sequence[Tensor]) -> list[Figure]:
        """L2 norm of each tensor."""

    def cosine(self, a: Tensor, b: Tensor, norm_a: Figure, norm_b: Figure) -> Figure:
        """Cosine between two tensors of one shape; 0 where either is zero."""

    def moments(self, tensor: Tensor, norm: Figure) -> tuple[Figure, Figure]:
        """Mean and standard deviation (of the population) over all elements."""

    def zero_share(self, tensor: Tensor) -> Figure:
        """Share of exact zeros, 0 to 1."""


def meter_for(device: torch.device) -> Meter:
    """The meter for tensors on `device`."""
    return CpuMeter() if device.type == "cpu" else DeviceMeter(device)


def to_floats(figures: Sequence[Figure]) -> list[float]:
    """Fetch all figures with one transfer (it waits for the device)."""
    pending = [figure for figure in figures if isinstance(figure, Tensor)]
    if not pending:
        return [float(figure) for figure in figures]
    values = iter(torch.stack(pending).cpu().tolist())
    return [next(values) if isinstance(f, Tensor) else float(f) for f in figures]


class CpuMeter:
    """Figures through numpy's view of the same memory.

    Measured against torch's own reductions on 2 cores: BLAS' dot is 2 times as fast as
    `vector_norm`, `count_nonzero(x == 0)` 20 times as fast as torch's `count_nonzero`, and both
    run in the calling thread, so that they never wait for a core that something else holds.
    """

    def norm(self, tensor: Tensor) -> float:
        """L2 norm over all elements."""
        return _norm(_flat(tensor))

    def norms(self, tensors: Sequence[Tensor]) -> list[Figure]:
        """L2 norm of each tensor."""
        return [_norm(_flat(tensor)) for tensor in tensors]

    def cosine(self, a: Tensor, b: Tensor, norm_a: Figure, norm_b: Figure) -> float:
        """Cosine between two tensors of one shape; 0 where either is zero."""
        if norm_a == 0.0 or norm_b == 0.0:
            return 0.0
        order = "K" if a.stride() == b.stride() else "C"
        flat_a, flat_b = _flat(a, order), _flat(b, order)
        low, high = (math.sqrt(bound) for bound in _TRUSTED[flat_a.dtype])
        if not (low < norm_a < high and low < norm_b < high):
            flat_a = flat_a.astype(np.float64) / float(norm_a)
            flat_b = flat_b.astype(np.float64) / float(norm_b)
            return float(np.dot(flat_a, flat_b))
        return float(np.dot(flat_a, flat_b)) / float(norm_a) / float(norm_b)

    def moments(self, tensor: Tensor, norm: Figure) -> tuple[float, float]:
        """Mean and standard deviation (of the population) over all elements."""
        flat = _flat(tensor)
        mean_square = float(norm) * (float(norm) / flat.size)
        mean = float(flat.sum()) / flat.size
        variance = mean_square - mean * mean
        if variance > _CANCELLED * mean_square and math.isfinite(mean_square):
            return mean, math.sqrt(variance)
        wide = flat.astype(np.float64)
        return float(wide.mean()), float(wide.std())

    def zero_share(self, tensor: Tensor) -> float:
        """Share of exact zeros, 0 to 1."""
        flat = _flat(tensor)
        return int(np.count_nonzero(flat == 0)) / flat.size


class DeviceMeter:
    """Figures as 0-d tensors, so that nothing waits for the device before the end.

    Reductions accumulate in float64 where the device has it.
    """

    def __init__(self, device: torch.device) -> None:
        self._wide = torch.float32 if device.type == "mps" else torch.float64

    def norm(self, tensor: Tensor) -> Tensor:
        """L2 norm over all elements."""
        if tensor.numel() == 0:
            return tensor.new_zeros((), dtype=self._wide)
        if tensor.dtype in (torch.float16, torch.bfloat16, torch.float32) and (
            self._wide is torch.float64
        ):
            wide: Tensor = torch.linalg.vector_norm(tensor, dtype=self._wide)
            return wide
        scaled, peak = self._scaled(tensor)
        return peak.mul(torch.linalg.vector_norm(scaled))

    def norms(self, tensors: Sequence[Tensor]) -> list[Figure]:
        """L2 norm of each tensor."""
        return [self.norm(tensor) for tensor in tensors]

    def cosine(self, a: Tensor, b: Tensor, norm_a: Figure, norm_b: Figure) -> Tensor:
        """Cosine between two tensors of one shape; 0 where either is zero."""
        (a, _), (b, _) = self._scaled(a), self._scaled(b)
        product: Tensor = torch.linalg.vector_norm(a) * torch.linalg.vector_norm(b)
        # Where a tensor is zero, 0 / 0 becomes 0 / 1.
        return (a * b).sum().div(torch.where(product == 0, 1.0, product))

    def moments(self, tensor: Tensor, norm: Figure) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (of the population) over all elements."""
        std, mean = torch.std_mean(tensor.to(self._wide), correction=0)
        return mean, std

    def zero_share(self, tensor: Tensor) -> Tensor:
        """Share of exact zeros, 0 to 1."""
        return (tensor == 0).sum().to(self._wide).div(tensor.numel())

    def _scaled(self, tensor: Tensor) -> tuple[Tensor, Tensor]:
        """The tensor over its largest magnitude, and that magnitude (1 for a zero tensor)."""
        wide = tensor.to(self._wide)
        peak = wide.abs().max()
        peak = torch.where(peak == 0, 1.0, peak)
        return wide / peak, peak


def _flat(tensor: Tensor, order: Any = "K") -> NDArray[Any]:
    """All elements as a vector, without a copy where they lie densely in memory."""
    tensor = tensor.detach()
    if tensor.dtype not in (torch.float32, torch.float64):
        tensor = tensor.float()
    return tensor.numpy().ravel(order)


def _norm(flat: NDArray[Any]) -> float:
    square = float(np.dot(flat, flat))
    low, high = _TRUSTED[flat.dtype]
    if low < square < high:
        return math.sqrt(square)
    return _scaled_norm(flat)


def _scaled_norm(flat: NDArray[Any]) -> float:
    """The norm by way of the largest magnitude; infinities and NaN come out as such."""
    peak = float(np.abs(flat).max(initial=0.0))
    if peak == 0.0 or not math.isfinite(peak):
        return peak
    scaled = flat.astype(np.float64) / peak
    return peak * math.sqrt(float(np.dot(scaled, scaled)))

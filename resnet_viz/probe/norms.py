"""Sizes of tensors that survive numbers whose squares leave the range of float32.

A plain 56-layer network without norms has true gradients around 1e-21: float32 holds them,
but their squares are 0. Each figure is therefore first computed the cheap way and again,
scaled, where the cheap result cannot be trusted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# A figure that is still on its device is a 0-d tensor; `to_floats` fetches all of them at once.
Figure = float | Tensor


class Summary(NamedTuple):
    """L2 norm, mean, standard deviation of the population and share of exact zeros."""

    norm: Figure
    mean: Figure
    std: Figure
    zero_share: Figure


class Comparison(NamedTuple):
    """L2 norms of two tensors and the cosine between them, 0 where either is zero."""

    norm_a: Figure
    norm_b: Figure
    cosine: Figure


class Meter(Protocol):
    """How figures are computed on one kind of device; tensors must not require gradients."""

    def norm(self, tensor: Tensor) -> Figure:
        """L2 norm over all elements."""

    def norms(self, tensors: Sequence[Tensor]) -> list[Figure]:
        """L2 norm of each tensor."""

    def compare(self, a: Tensor, b: Tensor, norm_a: Figure | None) -> Comparison:
        """Compare two tensors of one shape; the first one's norm may be known."""

    def summary(self, tensor: Tensor) -> Summary:
        """The distribution of all elements."""


def meter_for(device: torch.device, dtype: torch.dtype) -> Meter:
    """The meter for tensors on `device` that are mostly of type `dtype`."""
    if device.type == "cpu" and dtype in (torch.float32, torch.float64):
        return CpuMeter(dtype)
    return DeviceMeter(device)


def to_floats(figures: Sequence[Figure]) -> list[float]:
    """Fetch all figures with one transfer (it waits for the device)."""
    pending = [figure for figure in figures if isinstance(figure, Tensor)]
    if not pending:
        return [float(figure) for figure in figures]
    values = iter(torch.stack(pending).cpu().tolist())
    return [next(values) if isinstance(f, Tensor) else float(f) for f in figures]


class CpuMeter:
    """Figures through numpy's view of the same memory.

    Measured on 2 cores against torch's own reductions: BLAS' dot takes half the time of
    `vector_norm` and is more accurate, `count_nonzero(x == 0)` a fortieth of torch's
    `count_nonzero`, and both run in the calling thread alone, so that they never wait for a
    core that something else holds. Only for sums is torch the faster one.

    A square that overflows makes numpy warn before it is computed again: `capture` silences
    that once for all figures (`np.errstate`), as doing so here would take as long as a norm.
    """

    # Sums of squares outside these bounds are computed again. The lower one leaves room for a
    # million squares that were flushed to zero one by one (each below 1.2e-38 in float32).
    _TRUSTED: ClassVar = {torch.float32: (1e-26, 1e30), torch.float64: (1e-290, 1e290)}
    # Below this share of the mean square, mean square - mean^2 has lost too many digits.
    _CANCELLED = 1e-2
    # Tensors up to this size are joined before they are measured: the call is the cost.
    _SMALL = 1024

    def __init__(self, dtype: torch.dtype) -> None:
        self._dtype = dtype
        self._low, self._high = self._TRUSTED[dtype]

    def norm(self, tensor: Tensor) -> float:
        """L2 norm over all elements."""
        return self._norm(self._flat(tensor))

    def norms(self, tensors: Sequence[Tensor]) -> list[Figure]:
        """L2 norm of each tensor."""
        result: list[Figure] = [0.0] * len(tensors)
        small = []
        for index, tensor in enumerate(tensors):
            if 0 < tensor.numel() <= self._SMALL:
                small.append(index)
            else:
                result[index] = self.norm(tensor)
        if small:
            flats = [tensors[index].reshape(-1) for index in small]
            norms = _segment_norms(torch.cat(flats).numpy(), [len(flat) for flat in flats])
            for index, norm in zip(small, norms, strict=True):
                result[index] = norm
        return result

    def compare(self, a: Tensor, b: Tensor, norm_a: Figure | None) -> Comparison:
        """Compare two tensors of one shape; the first one's norm may be known."""
        flat_a, flat_b = self._flat(a), self._flat(b)
        norm_a = self._norm(flat_a) if norm_a is None else float(norm_a)
        norm_b = self._norm(flat_b)
        return Comparison(norm_a, norm_b, self._cosine(flat_a, flat_b, norm_a, norm_b))

    def summary(self, tensor: Tensor) -> Summary:
        """The distribution of all elements."""
        flat = self._flat(tensor)
        size = flat.size
        norm = self._norm(flat)
        zero_share = int(np.count_nonzero(flat == 0)) / size
        mean = tensor.sum().item() / size
        mean_square = norm * (norm / size)
        variance = mean_square - mean * mean
        if variance > self._CANCELLED * mean_square and math.isfinite(variance):
            return Summary(norm, mean, math.sqrt(variance), zero_share)
        if not math.isfinite(norm):
            return Summary(norm, mean, math.nan, zero_share)
        wide = flat.astype(np.float64)
        return Summary(norm, float(wide.mean()), float(wide.std()), zero_share)

    def _flat(self, tensor: Tensor) -> NDArray[Any]:
        """All elements as a vector, without a copy where they lie in order in memory."""
        if tensor.dtype is not self._dtype:
            tensor = tensor.to(self._dtype)
        return tensor.numpy().reshape(-1)

    def _norm(self, flat: NDArray[Any]) -> float:
        square = float(np.dot(flat, flat))
        if self._low < square < self._high:
            return math.sqrt(square)
        return _scaled_norm(flat)

    def _cosine(
        self, flat_a: NDArray[Any], flat_b: NDArray[Any], norm_a: float, norm_b: float
    ) -> float:
        if norm_a == 0.0 or norm_b == 0.0:
            return 0.0
        product = norm_a * norm_b
        if self._low < product < self._high and self._low < norm_a and self._low < norm_b:
            return float(np.dot(flat_a, flat_b)) / product
        (flat_a, _), (flat_b, _) = _scaled(flat_a), _scaled(flat_b)
        squares = float(np.dot(flat_a, flat_a)) * float(np.dot(flat_b, flat_b))
        return float(np.dot(flat_a, flat_b)) / math.sqrt(squares)


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
        if tensor.dtype.itemsize < self._wide.itemsize:
            wide: Tensor = torch.linalg.vector_norm(tensor, dtype=self._wide)
            return wide
        scaled, peak = self._scaled(tensor)
        return peak.mul(torch.linalg.vector_norm(scaled))

    def norms(self, tensors: Sequence[Tensor]) -> list[Figure]:
        """L2 norm of each tensor."""
        return [self.norm(tensor) for tensor in tensors]

    def compare(self, a: Tensor, b: Tensor, norm_a: Figure | None) -> Comparison:
        """Compare two tensors of one shape; the first one's norm may be known."""
        norm_a = self.norm(a) if norm_a is None else norm_a
        norm_b = self.norm(b)
        (a, _), (b, _) = self._scaled(a), self._scaled(b)
        product: Tensor = torch.linalg.vector_norm(a) * torch.linalg.vector_norm(b)
        # Where a tensor is zero, 0 / 0 becomes 0 / 1.
        cosine = (a * b).sum().div(torch.where(product == 0, 1.0, product))
        return Comparison(norm_a, norm_b, cosine)

    def summary(self, tensor: Tensor) -> Summary:
        """The distribution of all elements."""
        std, mean = torch.std_mean(tensor.to(self._wide), correction=0)
        zero_share = (tensor == 0).sum().to(self._wide).div(tensor.numel())
        return Summary(self.norm(tensor), mean, std, zero_share)

    def _scaled(self, tensor: Tensor) -> tuple[Tensor, Tensor]:
        """The tensor over its largest magnitude, and that magnitude (1 for a zero tensor)."""
        wide = tensor.to(self._wide)
        peak = wide.abs().max()
        peak = torch.where(peak == 0, 1.0, peak)
        return wide / peak, peak


def _scaled_norm(flat: NDArray[Any]) -> float:
    """The norm by way of the largest magnitude; infinities and NaN come out as such."""
    scaled, peak = _scaled(flat)
    if peak == 0.0 or not math.isfinite(peak):
        return peak
    return peak * math.sqrt(float(np.dot(scaled, scaled)))


def _scaled(flat: NDArray[Any]) -> tuple[NDArray[Any], float]:
    """The vector over its largest magnitude, and that magnitude.

    In the vector's own type: squares that underflow now are nothing beside that of the 1.
    """
    if flat.size == 0:
        return flat, 0.0
    # Twice as fast as the maximum of the magnitudes, and needs no memory.
    peak = np.maximum(flat.max(), -flat.min())
    # The absolute value, because the largest of 0.0 and -0.0 may be -0.0.
    return (flat / peak if peak > 0 else flat), abs(float(peak))


def _segment_norms(flat: NDArray[Any], sizes: Sequence[int]) -> list[float]:
    """L2 norm of each of the consecutive pieces that `flat` is made of."""
    wide = flat.astype(np.float64)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    if flat.dtype == np.float32:  # its squares fit into float64
        norms = np.sqrt(np.add.reduceat(np.square(wide), starts))
    else:
        peaks = np.maximum.reduceat(np.abs(wide), starts)
        peaks[(peaks == 0.0) | ~np.isfinite(peaks)] = 1.0
        wide /= np.repeat(peaks, sizes)
        norms = peaks * np.sqrt(np.add.reduceat(np.square(wide), starts))
    result: list[float] = norms.tolist()
    return result

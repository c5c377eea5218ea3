"""Measured figures as 16-bit codes: a table turns them into colours, whatever the scale. No Qt.

Codes take half the room of the figures and need no logarithm when the scale changes. A code is
a place on a fixed axis, far finer than a table of colours; three codes are no places.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint16]
Floats = NDArray[np.float32]

MISSING, ZERO, BAD = 0, 1, 65535
"""Not measured; a measured 0 on a log axis; a figure that is not finite."""
_FIRST, _LAST = 2, 65534
_LOW, _HIGH = -46.0, 39.0  # decades that float32 reaches, its smallest numbers included
_STEPS = _LAST - _FIRST


def encode_log(values: Floats) -> Codes:
    """Codes of figures on a log axis; a step is 0.0013 decades, a factor of 1.003.

    Args:
        values: any shape; NaN where nothing was measured.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        places = np.log(np.asarray(values, np.float32))  # several times faster than log10
    scale = np.float32(_STEPS / (_HIGH - _LOW))
    places *= scale / np.float32(np.log(10.0))
    places += np.float32(_FIRST + 0.5) - np.float32(_LOW) * scale
    return _codes(places, values, zero=ZERO)


def encode_share(values: Floats) -> Codes:
    """Codes of shares from 0 to 1 on a linear axis, where 0 is a place as any other."""
    places = np.asarray(values, np.float32) * np.float32(_STEPS)
    places += np.float32(_FIRST + 0.5)
    return _codes(places, values, zero=None)


def _codes(places: Floats, values: Floats, *, zero: int | None) -> Codes:
    with np.errstate(invalid="ignore"):
        regular = np.isfinite(places)
        np.clip(places, _FIRST, _LAST, out=places)
        codes = np.where(regular, places, MISSING).astype(np.uint16)
        if not regular.all():
            codes[np.isinf(values)] = BAD
            if zero is not None:
                codes[values == 0] = zero
                codes[values < 0] = BAD  # a norm is never negative: one that is, is a fault
    return codes


def decode_log(codes: NDArray[Any]) -> NDArray[np.float64]:
    """Exponents of ten of regular codes."""
    return _LOW + (np.asarray(codes, np.float64) - _FIRST) / _STEPS * (_HIGH - _LOW)


def decode_share(codes: NDArray[Any]) -> NDArray[np.float64]:
    """Shares of regular codes."""
    return (np.asarray(codes, np.float64) - _FIRST) / _STEPS


def is_regular(codes: Codes) -> NDArray[np.bool_]:
    """Which codes are places on the axis."""
    return np.asarray((codes != MISSING) & (codes != ZERO) & (codes != BAD))


def merged(codes: Codes, axis: int) -> Codes:
    """Codes along an axis made one: the mean of the places.

    On a log axis that is the geometric mean. A single figure that is not finite, and next a
    single 0, outweighs all others, so that neither is ever lost by looking from afar; what is
    missing does not count.
    """
    parts = list(np.moveaxis(codes, axis, 0))
    whole = bool(codes.size and codes.min() > ZERO and codes.max() < BAD)
    n: Any = len(parts) if whole else np.zeros(parts[0].shape, np.uint32)
    total = np.zeros(parts[0].shape, np.uint32)
    for part in parts:  # adding whole arrays is several times faster than summing short rows
        regular = True if whole else is_regular(part)
        np.add(total, part, out=total, where=regular)
        n = n if whole else n + regular
    means = ((total + n // 2) // np.maximum(n, 1)).astype(np.uint16)
    if not whole:
        means[np.any([part == ZERO for part in parts], axis=0)] = ZERO
        means[np.any([part == BAD for part in parts], axis=0)] = BAD
    return np.asarray(means)

"""TensorBoard's event files: curves of scalars as framed protocol buffers, a million at a time.

The libraries that write these files import torch, which the window must not, and compute the
checksum of every record byte by byte. Here the records of a curve have one length, so that all
of them are built side by side as columns of one array.

A file is a sequence of records: length (uint64), its masked CRC-32C, the data, the data's
masked CRC-32C, all little-endian; the data is an `Event` message (`event.proto` and
`summary.proto` of TensorBoard).
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

# Field numbers and wire types of the messages, as one byte each: number << 3 | type.
_WALL_TIME, _STEP, _VERSION, _SUMMARY = 0x09, 0x10, 0x1A, 0x2A
_VALUE, _TAG, _SIMPLE_VALUE = 0x0A, 0x0A, 0x15

_STEP_BYTES = 5  # of 7 bits each; a varint may be longer than it need be


def file_start(wall_time: float) -> bytes:
    """The record that a file begins with."""
    version = b"brain.Event:2"
    data = struct.pack("<BdBB", _WALL_TIME, wall_time, _VERSION, len(version)) + version
    return _framed(np.frombuffer(data, np.uint8)[None]).tobytes()


def scalars(
    tag: str, steps: NDArray[np.int64], wall_times: NDArray[np.float64], values: NDArray[np.float64]
) -> bytes:
    """A curve as records.

    Args:
        tag: its name; slashes make groups.
        steps: (N,), 0 to 2**35 - 1.
        wall_times: (N,) Unix time.
        values: (N,) stored as float32; NaN and infinity are kept.
    """
    name = tag.encode()
    value = bytes([_TAG]) + _varint(len(name)) + name + bytes([_SIMPLE_VALUE])
    length = len(value) + 4
    summary = bytes([_VALUE]) + _varint(length) + value
    head = bytes([_SUMMARY]) + _varint(len(summary) + 4) + summary
    n = len(steps)
    columns = (
        _constant(bytes([_WALL_TIME]), n),
        _as_bytes(wall_times, "<f8"),
        _constant(bytes([_STEP]), n),
        _padded_varints(steps),
        _constant(head, n),
        _as_bytes(values, "<f4"),
    )
    return _framed(np.concatenate(columns, axis=1)).tobytes()


def masked_crc(rows: Bytes) -> NDArray[np.uint32]:
    """Checksum of each row, (N, L) -> (N,): CRC-32C, rotated and shifted as the format asks."""
    crc = np.full(len(rows), 0xFFFFFFFF, np.uint32)
    for column in rows.T:
        crc = _TABLE[(crc ^ column) & 0xFF] ^ (crc >> np.uint32(8))
    crc = ~crc
    rotated = (crc >> np.uint32(15)) | (crc << np.uint32(17))
    return rotated + np.uint32(0xA282EAD8)  # wraps around, as it should


def _crc_table() -> NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> np.uint32(1)) ^ np.uint32(0x82F63B78), table >> 1)
    return table.astype(np.uint32)


_TABLE = _crc_table()


def _framed(rows: Bytes) -> Bytes:
    """Records around (N, L) data: (N, L + 16)."""
    n, length = rows.shape
    lengths = _as_bytes(np.full(n, length), "<u8")
    parts = (lengths, _checksum(lengths), rows, _checksum(rows))
    return np.concatenate(parts, axis=1)


def _checksum(rows: Bytes) -> Bytes:
    return _as_bytes(masked_crc(rows), "<u4")


def _as_bytes(values: NDArray[np.generic], dtype: str) -> Bytes:
    content = values.astype(dtype)
    return content.view(np.uint8).reshape(len(values), content.itemsize)


def _constant(content: bytes, n: int) -> Bytes:
    return np.broadcast_to(np.frombuffer(content, np.uint8), (n, len(content)))


def _padded_varints(values: NDArray[np.int64]) -> Bytes:
    """(N, `_STEP_BYTES`): seven bits a byte, the lowest first, all but the last marked."""
    shifts = 7 * np.arange(_STEP_BYTES)
    parts = (values[:, None] >> shifts & 0x7F).astype(np.uint8)
    parts[:, :-1] |= 0x80
    return parts


def _varint(value: int) -> bytes:
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])

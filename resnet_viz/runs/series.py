"""The recorded series as arrays that all have the same length; no torch, no Qt.

They are views of what the reader holds: cheap to ask for, not to be written, and they do not
grow. Where a number was not recorded or was not finite there is NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from resnet_viz.runs.growing import GrowingArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StepSeries:
    """Training steps of one network, on the batch of each step.

    Attributes:
        step: 1-based, after the update, ascending.
        epoch: 1-based; 0 if unknown.
        lr: learning rate used.
        loss: before the update.
        accuracy: before the update, 0 to 1.
        seconds: of training since the run began, pauses left out.
    """

    step: Ints
    epoch: Ints
    lr: Floats
    loss: Floats
    accuracy: Floats
    seconds: Floats

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True)
class EvaluationSeries:
    """Measurements of one network on the held-out pictures.

    Attributes:
        step: steps done, ascending.
        epoch: epochs done, 1-based; 0 if unknown.
        loss: mean over the pictures.
        accuracy: 0 to 1.
        n_images: pictures measured.
    """

    step: Ints
    epoch: Ints
    loss: Floats
    accuracy: Floats
    n_images: Ints

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True)
class SystemSeries:
    """What training cost.

    Attributes:
        step: steps done, ascending.
        images_per_second: all networks count as one.
        memory_bytes: held by the process or its GPU.
        probe_share: of the training time that measuring blocks took.
    """

    step: Ints
    images_per_second: Floats
    memory_bytes: Floats
    probe_share: Floats

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True)
class BlockSeries:
    """Measured blocks of one network.

    Attributes:
        steps: (P,) measured steps, 1-based, ascending.
        values: (P, quantities, blocks) float32, in the order of `RunFacts.quantities` and
            `NetworkFacts.blocks`.
        stride: every how manieth measured step is here; above 1 where all would be too much
            for the memory.
    """

    steps: Ints
    values: NDArray[np.float32]
    stride: int = 1

    def __len__(self) -> int:
        return len(self.steps)


Series = StepSeries | EvaluationSeries | SystemSeries
AnySeries = TypeVar("AnySeries", bound=Series)

_WHOLE_NUMBERS = ("step", "epoch", "n_images")


class Collected(Generic[AnySeries]):
    """A series that grows by records.

    Args:
        kind: of the series.
    """

    def __init__(self, kind: type[AnySeries]) -> None:
        self._kind = kind
        self._columns = {
            field.name: GrowingArray(np.int64 if field.name in _WHOLE_NUMBERS else np.float64)
            for field in fields(kind)
        }

    def extend(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Add records; those that hold something else than numbers are left out."""
        try:
            rows = self._rows(records)
        except (TypeError, ValueError, OverflowError):
            records = [record for record in records if self._usable(record)]
            rows = self._rows(records)
        for name, row in rows.items():
            self._columns[name].extend(row)

    def series(self) -> AnySeries:
        """All records so far."""
        return self._kind(**{name: column.array() for name, column in self._columns.items()})

    def _rows(self, records: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
        rows: dict[str, NDArray[Any]] = {}
        for name in self._columns:
            if name in _WHOLE_NUMBERS:
                rows[name] = np.array([record.get(name) or 0 for record in records], np.int64)
            else:  # None becomes NaN
                rows[name] = np.array([record.get(name) for record in records], np.float64)
        return rows

    def _usable(self, record: Mapping[str, Any]) -> bool:
        try:
            self._rows([record])
        except (TypeError, ValueError, OverflowError):
            return False
        return True


class CollectedBlocks:
    """Block records that grow by the bytes of their file.

    Args:
        dtype: as `block_dtype`.
        limit: bytes to hold; beyond them every second measured step is given up, and from then
            on every second one that comes, and so on.
    """

    def __init__(self, dtype: np.dtype[np.void], limit: int) -> None:
        self._dtype = dtype
        self._limit = limit
        self._steps = GrowingArray(np.int64)
        self._values = GrowingArray(np.float32, dtype["values"].shape)
        self._seen = 0
        self.stride = 1

    def extend(self, content: bytes, *, expected: int = 0) -> None:
        """Add whole records; `expected` is how many bytes there are of them in all."""
        records = np.frombuffer(content, self._dtype)
        chosen = records[-self._seen % self.stride :: self.stride]
        self._seen += len(records)
        room = min(expected, self._limit) // self._dtype.itemsize
        self._steps.extend(chosen["step"], expected=room)
        self._values.extend(chosen["values"], expected=room)
        while len(self._steps) * self._dtype.itemsize > self._limit and len(self._steps) > 1:
            self._steps.thin()
            self._values.thin()
            self.stride *= 2

    def series(self) -> BlockSeries:
        """All records held."""
        return BlockSeries(self._steps.array(), self._values.array(), self.stride)

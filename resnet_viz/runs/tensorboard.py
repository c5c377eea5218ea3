"""A run's curves as the records of TensorBoard's event files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from resnet_viz.runs.event_file import file_start, scalars
from resnet_viz.runs.reader import RunReader

Clock = Callable[[NDArray[np.int64]], NDArray[np.float64]]

# TensorBoard draws 1,000 points of a curve; with every block's every quantity more would make
# files that it takes minutes to read.
BLOCK_POINTS = 1000


def event_groups(reader: RunReader, key: str) -> Iterator[bytes]:
    """The content of one network's event file, in `n_groups` pieces.

    Args:
        reader: of the run, which has read all there is.
        key: of the network.
    """
    yield file_start(reader.facts.created)
    yield from _curve_groups(reader, key)


def n_groups(reader: RunReader) -> int:
    """How many pieces `event_groups` yields."""
    return 4 + len(reader.facts.quantities)


def _curve_groups(reader: RunReader, key: str) -> Iterator[bytes]:
    """Records of one network: of its steps, its measurements, the system, each quantity."""
    clock = _clock(reader, key)
    steps, evaluations, system = reader.steps(key), reader.evaluations(key), reader.system
    yield _curves(
        clock,
        steps.step,
        {"loss/train": steps.loss, "accuracy/train": steps.accuracy, "lr": steps.lr},
    )
    held_out = {"loss/held-out": evaluations.loss, "accuracy/held-out": evaluations.accuracy}
    yield _curves(clock, evaluations.step, held_out)
    names = ("images_per_second", "memory_bytes")
    yield _curves(clock, system.step, {f"system/{n}": getattr(system, n) for n in names})
    blocks = reader.blocks(key)
    every = slice(None, None, -(-len(blocks) // BLOCK_POINTS) or 1)
    network = next(n for n in reader.facts.networks if n.key == key)
    for place, quantity in enumerate(reader.facts.quantities):
        values = blocks.values[every, place].astype(np.float64)  # (P, blocks)
        tags = {f"{quantity}/{name}": values[:, i] for i, name in enumerate(network.blocks)}
        yield _curves(clock, blocks.steps[every], tags)


def _curves(
    clock: Clock,
    steps: NDArray[np.int64],
    values: dict[str, NDArray[np.float64]],
) -> bytes:
    times = clock(steps)
    return b"".join(scalars(tag, steps, times, of) for tag, of in values.items() if len(steps))


def _clock(reader: RunReader, key: str) -> Clock:
    """Unix time by step; where no seconds were recorded, all happens when the run began."""
    steps, created = reader.steps(key), reader.facts.created
    known = np.isfinite(steps.seconds)
    if not known.any():
        return lambda at: np.full(len(at), created)
    return lambda at: created + np.interp(at, steps.step[known], steps.seconds[known])

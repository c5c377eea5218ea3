"""Which step of a run is on screen, and which weights its blocks are looked at with. No Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from resnet_viz.runs.layout import Quantity
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.train.block_questions import snapshot_before

Values = NDArray[np.float64]


def looked_at(reader: RunReader, position: int | None) -> int:
    """The step that is meant: the newest where nobody looks back."""
    return reader.last_step if position is None else position


def measured_steps(reader: RunReader) -> NDArray[np.int64]:
    """Steps in which blocks were measured, ascending; else those with kept weights."""
    series = [reader.blocks(network.key).steps for network in reader.facts.networks]
    longest = max(series, key=len, default=np.empty(0, np.int64))
    # Networks in lock-step are measured in the same steps, but for the last one maybe.
    return longest if longest.size else np.array(reader.snapshots, np.int64)


def values_at(reader: RunReader, key: NetworkKey, step: int) -> tuple[int, dict[Quantity, Values]]:
    """What was measured of a network's blocks at a step, or last before it.

    Returns:
        The measured step, and one number per block for each quantity; -1 and nothing if nothing
        had been measured by then.
    """
    series = reader.blocks(key)
    index = int(np.searchsorted(series.steps, step, side="right")) - 1
    if index < 0:
        return -1, {}
    rows = series.values[index].astype(np.float64)
    return int(series.steps[index]), dict(zip(reader.facts.quantities, rows, strict=True))


def step_words(reader: RunReader, position: int | None, measured: int) -> str:
    """`Step 437 of 1,200 · epoch 3 · blocks measured at step 430`."""
    step, facts = looked_at(reader, position), reader.facts
    words = f"Step {step:,}" + (f" of {facts.n_steps:,}" if facts.n_steps else "")
    parts = [words]
    if facts.steps_per_epoch and step:
        parts.append(f"epoch {(step - 1) // facts.steps_per_epoch + 1}")
    if measured >= 0 and measured != step:
        parts.append(f"blocks measured at step {measured:,}")
    elif measured < 0:
        parts.append("no block measured by then")
    return " · ".join(parts)


def weights_words(reader: RunReader, position: int | None, *, live: bool) -> str:
    """Which weights the maps are of: `weights of step 400, the newest kept before 437`."""
    step = looked_at(reader, position)
    if position is None and live:
        return f"weights as they are now, after about step {step:,}"
    kept = snapshot_before(reader.snapshots, position)
    if kept is None:
        return ""
    if kept == step:
        return f"weights of step {kept:,}"
    if kept < step:
        return f"weights of step {kept:,}, the newest kept before {step:,}"
    return f"weights of step {kept:,}, the first that were kept"

"""What a run folder holds, for those who write it and those who read it.

    config.toml            the recipe
    run.json               `RunFacts`: networks, data, environment, name
    split.json             which pictures were trained on and which were held out
    metrics.jsonl          one JSON object a line, `kind` is one of `RECORD_KINDS`
    blocks-<network>.bin   little-endian records of `block_dtype`, one a measured step
    checkpoints/step-<8 digits>/   all that resuming needs, as safetensors and JSON
    snapshots/step-<8 digits>/<network>.safetensors   weights to look back at
    .lock                  held by the one process that writes (see `runs.lock`)

A folder is a run once it has `run.json`, which is written last when a run is made; folders from
before there was one have only the recipe and metrics, and their records name no network.
A folder may grow while it is read, on this machine or over a mounted file system. Lines and
records are only ever added, except that resuming removes those after the checkpoint; a last
line or record that is not whole yet is not there yet. Folders of checkpoints and snapshots
appear by being renamed, so they are whole or not there. Numbers that are not finite are `null`,
since JSON has none.

Imports neither torch nor Qt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

FORMAT = 2

Quantity = Literal["gradient", "update", "dead", "shortcut", "branch", "output"]
"""What is measured of a block in a training step, on the batch of that step:

`gradient`  ‖∂L/∂x‖ at the block's input, L2 over the whole batch
`update`    ‖Δw‖ / ‖w‖ of the block's weights in this optimiser step
`dead`      share of the block's output channels that are zero everywhere in the batch
`shortcut`  ‖shortcut(x)‖, before its gate
`branch`    ‖F(x)‖, before its gate
`output`    ‖y‖

NaN where the step does not compute it, such as the gradient at a part that is frozen.
"""

QUANTITIES: tuple[Quantity, ...] = ("gradient", "update", "dead", "shortcut", "branch", "output")

RecordKind = Literal["step", "evaluation", "event", "system"]
"""`step`: network, step (1-based, after the update), epoch (1-based), lr, loss, accuracy,
    seconds (of training since the run began, pauses left out).
`evaluation`: network, step, epoch, loss, accuracy, n_images: on the held-out pictures.
`event`: step, what (`EventKind`), and what belongs to it (`message`, `lr_factor`, `network` and
    `gates`, `time` as Unix time).
`system`: step, images_per_second (all networks count as one), memory_bytes, probe_share (of the
    training time that measuring blocks took).
"""

RECORD_KINDS: tuple[RecordKind, ...] = ("step", "evaluation", "event", "system")

EventKind = Literal[
    "started", "resumed", "paused", "continued", "lr", "gates", "stopped", "finished", "failed"
]

RunState = Literal["running", "paused", "stopped", "finished", "failed"]


@dataclass(frozen=True)
class NetworkFacts:
    """One network of a run.

    Attributes:
        key: `network` or `rival`: its name in files and records.
        title: for people: `ResNet-56`.
        name: as `spec` takes it, or the class name of a network that is not of ours.
        options: of `spec(name, **options)`; None if the network is not of ours.
        blocks: names in forward order, the columns of `blocks-<key>.bin`.
        stages: 1-based stage of each block.
        parameters: learnable numbers.
    """

    key: str
    title: str
    name: str
    options: Mapping[str, Any] | None
    blocks: tuple[str, ...]
    stages: tuple[int, ...]
    parameters: int


@dataclass(frozen=True)
class RunFacts:
    """`run.json`.

    Attributes:
        networks: one, or two that learn in lock-step.
        dataset: for people.
        classes: names by index; empty if unknown (a user's own script).
        n_train: pictures to learn from.
        n_held_out: pictures to measure on.
        n_steps: of the whole run; 0 if unknown.
        steps_per_epoch: 0 if unknown.
        batch_size: 0 if unknown.
        created: Unix time.
        name: given by the user; empty for the folder's name.
        note: what a user should know about the data, in a sentence.
        mean: subtracted per channel (RGB), white = 1.
        std: divided by per channel.
        environment: versions, device, processes, threads.
        quantities: rows of each record of the block files.
        format: of the folder.
    """

    networks: tuple[NetworkFacts, ...]
    dataset: str = ""
    classes: tuple[str, ...] = ()
    n_train: int = 0
    n_held_out: int = 0
    n_steps: int = 0
    steps_per_epoch: int = 0
    batch_size: int = 0
    created: float = 0.0
    name: str = ""
    note: str = ""
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    quantities: tuple[Quantity, ...] = QUANTITIES
    format: int = FORMAT


def block_dtype(n_blocks: int, n_quantities: int = len(QUANTITIES)) -> np.dtype[np.void]:
    """One measured step: `step` (1-based) and `values` (quantities x blocks)."""
    return np.dtype([("step", "<i8"), ("values", "<f4", (n_quantities, n_blocks))])


@dataclass(frozen=True)
class RunPaths:
    """Where things are in a run folder."""

    folder: Path

    @property
    def config(self) -> Path:
        """The recipe; a user's own script has none."""
        return self.folder / "config.toml"

    @property
    def facts(self) -> Path:
        """`RunFacts`."""
        return self.folder / "run.json"

    @property
    def split(self) -> Path:
        """Which pictures were trained on."""
        return self.folder / "split.json"

    @property
    def metrics(self) -> Path:
        """Records by line."""
        return self.folder / "metrics.jsonl"

    @property
    def checkpoints(self) -> Path:
        """Folder of the states to resume from."""
        return self.folder / "checkpoints"

    @property
    def snapshots(self) -> Path:
        """Folder of the weights to look back at."""
        return self.folder / "snapshots"

    def blocks(self, key: str) -> Path:
        """Measured blocks of one network."""
        return self.folder / f"blocks-{key}.bin"

    def snapshot(self, step: int, key: str) -> Path:
        """Weights of one network after a step; step 0 is before the first."""
        return self.snapshots / step_name(step) / f"{key}.safetensors"


def step_name(step: int) -> str:
    """Name of a checkpoint's or snapshot's folder."""
    return f"step-{step:08d}"


def steps_in(folder: Path) -> tuple[int, ...]:
    """The steps of which a folder of checkpoints or snapshots holds something, ascending."""
    if not folder.is_dir():
        return ()
    found = (_STEP.fullmatch(entry.name) for entry in folder.iterdir())
    return tuple(sorted(int(match[1]) for match in found if match))


_STEP = re.compile(r"step-(\d{8,})")

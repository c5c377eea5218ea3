"""Writes a run folder, safe against being stopped, killed or out of space at any moment."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from torch import Tensor

from resnet_viz.errors import UserError
from resnet_viz.files import (
    append_whole,
    recover_folders,
    remove_folder,
    sync_file,
    write_atomically,
    write_folder_atomically,
    writing,
)
from resnet_viz.runs.facts import read_facts, write_facts
from resnet_viz.runs.layout import (
    EventKind,
    RunFacts,
    RunPaths,
    block_dtype,
    step_name,
    steps_in,
)
from resnet_viz.runs.lock import RunLock
from resnet_viz.runs.records import record_line
from resnet_viz.runs.thinning import superfluous
from resnet_viz.train.checkpoint import (
    Tensors,
    read_checkpoint,
    recorded_lengths,
    tensor_bytes,
    write_checkpoint,
)

_KEPT_CHECKPOINTS = 2  # the one before stays in case the newest is damaged


class Checkpoint(NamedTuple):
    """All that a run is continued from.

    Attributes:
        step: steps done.
        tensors: by file and name, on the CPU.
        state: plain values.
    """

    step: int
    tensors: Tensors
    state: dict[str, Any]


class RunWriter:
    """The one writer of a run folder.

    What is given to `append` and `blocks` waits in memory until `flush`. After a failure to
    write, the files are as they were before the call and what was to be written still waits.

    Args:
        path: of the folder; it need not exist.
        snapshots: how many are kept; those that crowd most are given up.

    Attributes:
        path: of the folder.
        paths: of what is in it.
    """

    def __init__(self, path: Path, *, snapshots: int = 12) -> None:
        self.path = path
        self.paths = RunPaths(path)
        self._limit = snapshots
        self._lock = RunLock(path)
        self._waiting: dict[Path, bytearray] = {}
        self._facts: RunFacts | None = None

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self.flush()
        finally:
            self.close()

    def close(self) -> None:
        """Let other writers in; what has not been flushed is lost."""
        self._lock.release()

    @property
    def facts(self) -> RunFacts:
        """What the run is.

        Raises:
            UserError: if there is no run here, or its facts cannot be read.
        """
        if self._facts is None:
            self._facts = read_facts(self.path)
        return self._facts

    def require_new(self) -> None:
        """Check that no run is here yet.

        Raises:
            UserError: if one is.
        """
        if self.paths.facts.exists() or _is_older(self.paths):
            raise UserError(
                f"There is a run in {str(self.path)!r} already.",
                "Continue it with --resume, or choose another folder.",
            )

    def create(
        self, facts: RunFacts, recipe: str | None = None, split: Mapping[str, Any] | None = None
    ) -> None:
        """Start a new run here.

        Args:
            facts: what it is.
            recipe: text of `config.toml`; None if there is none (a user's own script).
            split: content of `split.json`.

        Raises:
            UserError: if a run is here already or the folder cannot be written.
        """
        self.require_new()
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock.take()
            self.require_new()  # from here on nobody else can make one
            if split is not None:
                self._write(self.paths.split, json.dumps(split, ensure_ascii=False) + "\n")
            if recipe is not None:
                self._write(self.paths.config, recipe)
        write_facts(facts, self.path)  # last: who sees it finds the rest
        self._facts = facts

    def last_checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint that is whole, or None if the run never reached one.

        Raises:
            UserError: if there is no run here, another process writes it, or all checkpoints
                are damaged.
        """
        self._open()
        steps = steps_in(self.paths.checkpoints)
        for step in reversed(steps):
            try:
                return Checkpoint(step, *read_checkpoint(self._checkpoint(step)))
            except (OSError, ValueError):
                continue  # the one before it is kept for this
        if steps:
            raise UserError(
                f"Cannot read the checkpoint {str(self._checkpoint(steps[-1]))!r}, "
                "nor the one before it.",
                f"Delete {str(self.paths.checkpoints)!r} to train from the beginning.",
            )
        return None

    def truncate(self, step: int) -> None:
        """Go back to a checkpoint: remove what was recorded after it, since it will be again.

        Args:
            step: of a checkpoint that can be read; 0 also for the very beginning.

        Raises:
            UserError: if a file cannot be written.
            OSError: if there is no such checkpoint.
            ValueError: if it is damaged.
        """
        self._open()
        there = step > 0 or self._checkpoint(0).is_dir()
        lengths = recorded_lengths(self._checkpoint(step)) if there else {}
        self._waiting.clear()
        for path in self._growing():
            with writing(path):
                _shorten(path, lengths.get(path.name, 0))
        for folder in (self.paths.checkpoints, self.paths.snapshots):
            for later in steps_in(folder):
                if later > step:
                    remove_folder(folder / step_name(later))

    def append(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Add lines to the metrics, each of one of `RECORD_KINDS`."""
        text = "".join(map(record_line, records))
        self._waiting.setdefault(self.paths.metrics, bytearray()).extend(text.encode())

    def event(self, step: int, what: EventKind, **more: Any) -> None:
        """Record at once that something happened.

        Raises:
            UserError: if it cannot be written.
        """
        record = {"kind": "event", "step": step, "what": what, **more, "time": time.time()}
        self.append([record])
        self.flush()

    def blocks(self, key: str, step: int, values: ArrayLike) -> None:
        """Record what was measured of all blocks of a network.

        Args:
            key: of the network.
            step: 1-based.
            values: (quantities, blocks), in the order of `RunFacts.quantities`.

        Raises:
            ValueError: if the shape is another.
        """
        network = next(n for n in self.facts.networks if n.key == key)
        record = np.zeros(1, block_dtype(len(network.blocks), len(self.facts.quantities)))
        values = np.asarray(values, np.float32)
        if values.shape != record["values"].shape[1:]:
            raise ValueError(f"values of {record['values'].shape[1:]} wanted, got {values.shape}")
        record["step"], record["values"] = step, values
        self._waiting.setdefault(self.paths.blocks(key), bytearray()).extend(record.tobytes())

    def flush(self) -> None:
        """Hand over what waits, so that others can read it.

        Raises:
            UserError: if it cannot be written; it waits on.
        """
        for path, content in list(self._waiting.items()):
            with writing(path):
                append_whole(path, bytes(content))
            del self._waiting[path]

    def checkpoint(
        self, step: int, tensors: Mapping[str, Mapping[str, Tensor]], state: Mapping[str, Any]
    ) -> None:
        """Keep all that is needed to continue from here; what was recorded is on the disk then.

        Args:
            step: steps done.
            tensors: by file name (without suffix) and tensor name.
            state: what JSON can hold.

        Raises:
            UserError: if it cannot be written; the ones before are kept.
        """
        self.flush()
        lengths = {}
        for path in self._growing():
            with writing(path):
                lengths[path.name] = sync_file(path)
        with writing(self._checkpoint(step)):
            write_checkpoint(self._checkpoint(step), tensors, state, lengths)
        for older in steps_in(self.paths.checkpoints)[:-_KEPT_CHECKPOINTS]:
            remove_folder(self._checkpoint(older))

    def snapshot(self, step: int, weights: Mapping[str, Mapping[str, Tensor]]) -> None:
        """Keep the weights of a moment for looking back, and thin out those of others.

        Args:
            step: steps done.
            weights: state dict by network.

        Raises:
            UserError: if they cannot be written.
        """
        files = {f"{key}.safetensors": tensor_bytes(state) for key, state in weights.items()}
        folder = self.paths.snapshots / step_name(step)
        with writing(folder):
            write_folder_atomically(folder, files)
        for other in superfluous(steps_in(self.paths.snapshots), self._limit):
            remove_folder(self.paths.snapshots / step_name(other))

    def _open(self) -> None:
        """Become the writer of the run that is here."""
        if self._lock.held:
            return
        if _is_older(self.paths):
            raise UserError(
                f"The run in {str(self.path)!r} is from an older version: it can be looked at, "
                "not continued.",
                "Start a new one in another folder.",
            )
        if not self.paths.facts.exists():
            raise UserError(
                f"There is no run to resume in {str(self.path)!r}.", "Leave --resume out."
            )
        with writing(self.path):
            self._lock.take()
            recover_folders(self.paths.checkpoints)
            recover_folders(self.paths.snapshots)

    def _growing(self) -> list[Path]:
        """The files that are only ever added to, as far as they exist."""
        keys = [network.key for network in self.facts.networks]
        paths = [self.paths.metrics, *map(self.paths.blocks, keys)]
        return [path for path in paths if path.exists()]

    def _checkpoint(self, step: int) -> Path:
        return self.paths.checkpoints / step_name(step)

    def _write(self, path: Path, text: str) -> None:
        write_atomically(path, lambda file: file.write(text.encode()))


def _is_older(paths: RunPaths) -> bool:
    """Whether this is a run from before there was a `run.json`."""
    return not paths.facts.exists() and paths.config.exists() and paths.metrics.exists()


def _shorten(path: Path, length: int) -> None:
    """Cut a file back to a length, never lengthening it."""
    if path.stat().st_size > length:
        with path.open("r+b") as file:
            file.truncate(length)

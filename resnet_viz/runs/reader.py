"""Reads a run folder, again and again while it grows; no torch, no Qt."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from resnet_viz.errors import UserError
from resnet_viz.runs.facts import read_facts
from resnet_viz.runs.growing import GrowingFile, whole_lines
from resnet_viz.runs.layout import (
    NetworkFacts,
    RunFacts,
    RunPaths,
    RunState,
    block_dtype,
    steps_in,
)
from resnet_viz.runs.lock import writer_is_gone
from resnet_viz.runs.records import parse_lines
from resnet_viz.runs.series import (
    BlockSeries,
    Collected,
    CollectedBlocks,
    EvaluationSeries,
    StepSeries,
    SystemSeries,
)
from resnet_viz.runs.states import run_state

# Read in one poll: about three frames' worth of parsing.
_LINES_LIMIT = 1 << 20
_BLOCKS_LIMIT = 8 << 20
# Held in memory of one network's blocks.
_BLOCKS_HELD = 1 << 30


class RunReader:
    """What a run has recorded so far.

    Nothing is read until the first `poll`. Whatever the folder's growth, a resume that cuts
    it back, or a network drive that goes away, `poll` raises nothing and reads what is whole.

    Args:
        path: of the run folder.

    Attributes:
        path: of the run folder.
        facts: what the run is.
        behind: whether the last poll left something unread that is there already: poll again
            soon. A poll reads a megabyte of lines at most, so that a window stays alive.
        events: records of the kind `event`, in order.

    Raises:
        UserError: if the folder holds no run, or one that is damaged or of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.facts: RunFacts = read_facts(path)
        self.behind = False
        self._paths = RunPaths(path)
        self._facts_mark = _mark(self._paths.facts)
        self._lines = GrowingFile(self._paths.metrics, whole_lines)
        self._files: dict[str, GrowingFile] = {}
        self._blocks: dict[str, CollectedBlocks] = {}
        self._snapshots: tuple[int, ...] = ()
        self._news = time.monotonic() - _age(self._paths.metrics)
        self._forget_lines()
        for network in self.facts.networks:
            self._open_blocks(network)

    @property
    def title(self) -> str:
        """The name that the user gave, or the folder's."""
        return self.facts.name or self.path.resolve().name

    def poll(self) -> bool:
        """Read what was added since the last time; whether there was anything new."""
        changed = self._poll_facts()
        changed |= self._poll_lines()
        for key in self._files:
            changed |= self._poll_blocks(key)
        changed |= self._poll_snapshots()
        self.behind = any(file.behind for file in (self._lines, *self._files.values()))
        return changed

    def read_all(self) -> None:
        """Read everything that is there."""
        self.poll()
        while self.behind:
            self.poll()

    def steps(self, key: str = "network") -> StepSeries:
        """Training steps of a network; empty if it has none."""
        found = self._steps.get(key)
        return (found or Collected(StepSeries)).series()

    def evaluations(self, key: str = "network") -> EvaluationSeries:
        """Measurements of a network on the held-out pictures; empty if there are none."""
        found = self._evaluations.get(key)
        return (found or Collected(EvaluationSeries)).series()

    def blocks(self, key: str = "network") -> BlockSeries:
        """Measured blocks of a network; empty if there are none."""
        found = self._blocks.get(key)
        return (found or CollectedBlocks(block_dtype(0), _BLOCKS_HELD)).series()

    @property
    def system(self) -> SystemSeries:
        """What training cost."""
        return self._system.series()

    @property
    def state(self) -> RunState:
        """By the last event; one who was killed leaves `running`, see `interrupted`."""
        return run_state(reversed(self.events), self.facts, self.path)

    @property
    def idle_seconds(self) -> float:
        """How long there has been no news in the folder."""
        return time.monotonic() - self._news

    @property
    def interrupted(self) -> bool:
        """Whether the run says that it goes on, but nobody writes it; see `writer_is_gone`."""
        going_on = self.state in ("running", "paused")
        return going_on and writer_is_gone(self.path, self.idle_seconds)

    @property
    def snapshots(self) -> tuple[int, ...]:
        """Steps of which there are weights, ascending; 0 is before the first."""
        return self._snapshots

    @property
    def last_step(self) -> int:
        """The newest recorded step of any network; 0 before the first."""
        series = [found.series().step for found in self._steps.values()]
        return max((int(steps[-1]) for steps in series if len(steps)), default=0)

    def _forget_lines(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._steps: dict[str, Collected[StepSeries]] = {}
        self._evaluations: dict[str, Collected[EvaluationSeries]] = {}
        self._system = Collected(SystemSeries)

    def _open_blocks(self, network: NetworkFacts) -> None:
        dtype = block_dtype(len(network.blocks), len(self.facts.quantities))
        path = self._paths.blocks(network.key)
        self._files[network.key] = GrowingFile(path, lambda c: len(c) - len(c) % dtype.itemsize)
        self._blocks[network.key] = CollectedBlocks(dtype, _BLOCKS_HELD)

    def _poll_facts(self) -> bool:
        mark = _mark(self._paths.facts)
        if mark == self._facts_mark:
            return False
        self._facts_mark = mark
        try:
            facts = read_facts(self.path)
        except UserError:
            return False  # what was read before stays
        self.facts = facts
        self._files, self._blocks = {}, {}
        for network in facts.networks:
            self._open_blocks(network)
        return True

    def _poll_lines(self) -> bool:
        content = self._lines.read(_LINES_LIMIT)
        restarted = self._lines.restarted
        if restarted:
            self._forget_lines()
        if content:
            self._news = time.monotonic() - _age(self._paths.metrics)
            self._take(parse_lines(content))
        return restarted or bool(content)

    def _take(self, records: list[dict[str, Any]]) -> None:
        """Sort records by what they are; older folders name no network."""
        groups: dict[tuple[Any, Any], list[dict[str, Any]]] = {}
        for record in records:
            kind = record.get("kind")
            key = record.get("network", "network") if kind in ("step", "evaluation") else None
            groups.setdefault((kind, key), []).append(record)
        for (kind, key), group in groups.items():
            if kind == "step":
                self._steps.setdefault(key, Collected(StepSeries)).extend(group)
            elif kind == "evaluation":
                self._evaluations.setdefault(key, Collected(EvaluationSeries)).extend(group)
            elif kind == "system":
                self._system.extend(group)
            elif kind == "event":
                self.events += [e for e in group if isinstance(e.get("what"), str)]

    def _poll_blocks(self, key: str) -> bool:
        file = self._files[key]
        content = file.read(_BLOCKS_LIMIT)
        if file.restarted:
            network = next(n for n in self.facts.networks if n.key == key)
            dtype = block_dtype(len(network.blocks), len(self.facts.quantities))
            self._blocks[key] = CollectedBlocks(dtype, _BLOCKS_HELD)
        # Room for all at once: to move gigabytes as they come would stall a window.
        self._blocks[key].extend(content, expected=file.size)
        return file.restarted or bool(content)

    def _poll_snapshots(self) -> bool:
        try:
            found = steps_in(self._paths.snapshots)
        except OSError:
            return False
        changed = found != self._snapshots
        self._snapshots = found
        return changed


def _mark(path: Path) -> tuple[int, int] | None:
    """Changes when the file does."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _age(path: Path) -> float:
    """Seconds since the file was written; 0 if it is not there, or its clock is ahead."""
    try:
        return max(0.0, time.time() - path.stat().st_mtime)
    except OSError:
        return 0.0

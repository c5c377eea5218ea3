"""The run on screen: which step and which block of it are looked at, and with which skips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from resnet_viz.engine.messages import Explored
from resnet_viz.errors import UserError
from resnet_viz.models.gates import Gate
from resnet_viz.runs.layout import RunPaths
from resnet_viz.runs.reader import RunReader
from resnet_viz.train.config import NetworkKey
from resnet_viz.train.recipe import read_config
from resnet_viz.ui.train import run_gates
from resnet_viz.ui.train.block_desk import BlockDesk
from resnet_viz.ui.train.block_questions import block_questions
from resnet_viz.ui.train.engine import Engine
from resnet_viz.ui.train.errand_state import ErrandState
from resnet_viz.ui.train.following import Following
from resnet_viz.ui.train.run_folders import is_bundled


class ScreenState(ErrandState):
    """A run that is looked at: read from its folder, whoever writes it.

    Args:
        engine: answers questions about its blocks.
        parent: owner.

    Attributes:
        position: step that is looked back at; None for the newest.
        selected: name of the selected block; empty before a run is on screen.
        gates: of each network's blocks that are not fully open, as they are now.
        explored: the selected block of each network, measured on one picture.
        picture: (H, W, 3) uint8 that blocks are looked at with; None before there is one.

    Signals:
        run_changed: another run is on screen, or none.
        run_grew: it has something new.
        position_changed: the new `position`.
        selected_changed: the new `selected`.
        gates_changed: skips were cut or restored.
        explored_changed: the selected block was measured, or no longer is.
        compared_changed: other runs are compared.
    """

    run_changed = Signal()
    run_grew = Signal()
    position_changed = Signal(object)
    selected_changed = Signal(str)
    gates_changed = Signal()
    explored_changed = Signal()
    compared_changed = Signal()

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(engine, parent)
        self.position: int | None = None
        self.selected = ""
        self.gates: dict[NetworkKey, dict[str, Gate]] = {}
        self.explored: dict[NetworkKey, Explored] = {}
        self.picture: NDArray[np.uint8] | None = None
        self._seen_events = 0
        self._desk = BlockDesk(engine)
        self._following = Following(self)
        self._following.opened.connect(self._on_opened)
        self._following.grew.connect(self._on_grew)
        self._following.compared_changed.connect(self.compared_changed)
        self._following.failed.connect(self._on_unreadable)

    # --- what widgets read -------------------------------------------------------------------

    @property
    def reader(self) -> RunReader | None:
        """The run on screen."""
        return self._following.reader

    @property
    def compared(self) -> list[RunReader]:
        """Runs that are compared with it, or with each other."""
        return self._following.compared

    @property
    def read_only(self) -> bool:
        """Whether the run on screen came with the program."""
        return self.reader is not None and is_bundled(self.reader.path)

    @property
    def own(self) -> bool:
        """Whether the run on screen is the one that is being trained here."""
        return False

    # --- what the user does ------------------------------------------------------------------

    def open_run(self, path: Path) -> None:
        """Put a run on screen and follow it while it grows."""
        self._following.open(path)

    def close_run(self) -> None:
        """Take the run off the screen: its folder is gone."""
        self._following.close()

    def compare(self, paths: Sequence[Path]) -> None:
        """Put up to six runs beside each other."""
        self._following.compare(paths)

    def scrub(self, step: int | None) -> None:
        """Look back at a step, None for the newest."""
        if step != self.position:
            self.position = step
            self.position_changed.emit(step)

    def select(self, block: str) -> None:
        """Select a block; unknown names are ignored."""
        if block != self.selected and block in self._blocks():
            self.selected = block
            self.selected_changed.emit(block)

    def select_neighbour(self, step: int) -> None:
        """Select the block `step` further on; stops at both ends."""
        names = self._blocks()
        if self.selected in names:
            index = names.index(self.selected) + step
            self.select(names[min(max(index, 0), len(names) - 1)])

    def use_recipe_of_run(self) -> None:
        """Take the recipe of the run on screen."""
        if self.reader is not None:
            try:
                self.set_config(read_config(RunPaths(self.reader.path).config))
            except UserError as error:
                self._tell(error)

    def flip_skip(self, key: NetworkKey, block: str) -> None:
        """Cut or restore a skip: in the training under way, or for looking only."""
        self.set_gates(key, run_gates.flipped(self.gates.get(key, {}), block))

    def set_gates(self, key: NetworkKey, gates: Mapping[str, Gate]) -> None:
        """Take other gates of a network: of its blocks that are not fully open."""
        self.gates = {**self.gates, key: dict(gates)}
        self.gates_changed.emit()

    def set_picture(self, rgb: NDArray[np.uint8]) -> None:
        """Another picture, (H, W, 3) uint8, to look at blocks with."""
        self.picture = rgb
        if self.explored or self._desk.busy:
            self.explore_block()

    def explore_block(self) -> None:
        """Measure the selected block of each network at the position on screen."""
        if self.reader is not None and self.picture is not None and self.selected:
            self._desk.ask(
                block_questions(
                    self.reader,
                    self.picture,
                    self.selected,
                    step=self.position,
                    live=self.own,
                    gates=self.gates,
                )
            )

    def on_explored(self, explored: Explored) -> None:
        """A block was measured."""
        key = self._desk.answer(explored)
        if key is not None:
            self.explored = {**self.explored, key: explored}
            self.explored_changed.emit()

    # --- inside ------------------------------------------------------------------------------

    def _blocks(self) -> tuple[str, ...]:
        if self.reader is None or not self.reader.facts.networks:
            return ()
        return self.reader.facts.networks[0].blocks

    def _on_opened(self) -> None:
        self.explored = {}
        self._desk.ask([])
        self._seen_events = 0
        self.scrub(None)
        self._read_events()
        names = self._blocks()
        if self.selected not in names:
            self.selected = names[0] if names else ""
        self.run_changed.emit()
        self.selected_changed.emit(self.selected)
        self.gates_changed.emit()

    def _on_grew(self) -> None:
        reader = self.reader
        if reader is not None and len(reader.events) != self._seen_events:
            self._read_events()
            self.gates_changed.emit()
        self.run_grew.emit()

    def _read_events(self) -> None:
        """Take up which skips were cut."""
        reader = self.reader
        if reader is not None:
            self._seen_events = len(reader.events)
            self.gates = run_gates.gates_of(reader.facts, reader.events)

    def _on_unreadable(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error  # a bug, for the window's report of those
        self._tell(error)

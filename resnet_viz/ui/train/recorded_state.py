"""What is shown of one network of a run at one step: its blocks, gates and recorded figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.specs import BlockSpec
from resnet_viz.numerals import figure, percent
from resnet_viz.runs.layout import NetworkFacts, Quantity
from resnet_viz.ui.overview.captions import path_state, split
from resnet_viz.ui.overview.figures import gated, shares
from resnet_viz.ui.overview.state import OverviewState
from resnet_viz.ui.train.run_gates import spec_of

Values = NDArray[np.float64]

SYMBOLS: dict[Quantity, str] = {
    "gradient": "‖∂L/∂x‖",
    "update": "‖Δw‖/‖w‖",
    "dead": "dead",
    "shortcut": "‖shortcut‖",
    "branch": "‖F(x)‖",
    "output": "‖y‖",
}


class RecordedState(OverviewState):
    """An overview whose figures were recorded while the network trained.

    Attributes:
        values: of every quantity one number per block, (N,); empty before a measurement.
        ours: whether the network can be built here, and so be looked into.
    """

    def __init__(self) -> None:
        super().__init__()
        self.values: Mapping[Quantity, Values] = {}
        self.ours = True

    def set_facts(self, facts: NetworkFacts) -> None:
        """Take a network, nothing of which is measured yet."""
        made = spec_of(facts)
        self.ours = made is not None and tuple(b.name for b in made.blocks()) == facts.blocks
        self.values = {}
        if made is not None and self.ours:
            self.set_network(made)
            return
        self.spec = None
        blocks = zip(facts.blocks, facts.stages, strict=True)
        self.blocks = tuple(_stand_in(name, stage) for name, stage in blocks)
        self.skip = self.main = np.ones(len(self.blocks))
        self._index = {name: i for i, name in enumerate(facts.blocks)}
        self.now = self.ghost = self.hovered = None
        self.selected = 0 if self.blocks else None
        self._forget()

    def set_gates(self, gates: Mapping[str, Gate]) -> None:
        """Take the gates of the blocks named; all others are open."""
        self.skip, self.main = self.skip.copy(), self.main.copy()
        super().set_gates(gates)

    def set_values(self, values: Mapping[Quantity, Values]) -> None:
        """Take what was recorded at a step; empty if nothing was."""
        self.values = values
        self._forget()

    @property
    def depths(self) -> tuple[int, ...]:
        """Blocks per stage."""
        stages = [block.stage for block in self.blocks]
        return tuple(stages.count(stage) for stage in sorted(set(stages)))

    @property
    def n_cut(self) -> int:
        """Blocks whose skip is cut."""
        return int((self.skip == 0).sum())

    def share(self) -> Values:
        """The shortcut's share of each sum, with the gates of now, (N,).

        NaN where nothing enters, inf where a norm is not finite.
        """
        if not {"shortcut", "branch"} <= set(self.values):
            return np.full(len(self.blocks), np.nan)
        return shares(
            _through(self.skip, self.values["shortcut"]), _through(self.main, self.values["branch"])
        )

    def arc_shares(self) -> Values:
        """Width of each arc, as in an overview that is measured; 0.5 where unknown."""
        share = self.share()
        return np.where(np.isfinite(share), share, 0.5)

    def stage_title(self, stage: int) -> tuple[str, ...]:
        """Wordings of a stage's header; of a foreign network only its blocks are known."""
        if self.ours:
            return super().stage_title(stage)
        n_blocks = sum(block.stage == stage for block in self.blocks)
        return (f"stage {stage} · {n_blocks} block{'s' if n_blocks > 1 else ''}", f"stage {stage}")

    def facts(self, index: int) -> list[tuple[str, str]]:
        """The figures of a block in words, the most important first: (what, how much)."""
        if not self.values:
            return []
        curves: tuple[Quantity, ...] = ("gradient", "update")
        found = [
            (SYMBOLS[name], figure(float(self.values[name][index])))
            for name in curves
            if name in self.values
        ]
        if "dead" in self.values:
            dead = float(self.values["dead"][index])
            found.append(("dead channels", percent(dead) if np.isfinite(dead) else "NaN"))
        if "shortcut" in self.values:
            found.append(("skip : F(x)", split(float(self.share()[index]))))
        return found

    def words(self, index: int) -> list[str]:
        """Name, gates and figures of a block, for one line."""
        block, gate = self.blocks[index], path_state(self.gate(index))
        parts = [block.name]
        if block.shortcut != "identity":
            parts.append(f"{block.shortcut} shortcut")
        if gate:
            parts.append(gate)
        return parts + [f"{what} {value}" for what, value in self.facts(index)]


def closed(state: OverviewState, flipped: Sequence[int], *, main: bool = False) -> dict[str, Gate]:
    """The gates of a network after some blocks' skips were cut, or restored if all are.

    Args:
        state: with the gates of now.
        flipped: indices of the blocks.
        main: whether it is the branches that are meant.

    Returns:
        The blocks that are not fully open.
    """
    gates = state.main if main else state.skip
    value = 1.0 if all(gates[i] == 0 for i in flipped) else 0.0
    after: dict[str, Gate] = {}
    for i, block in enumerate(state.blocks):
        gate = state.gate(i)
        if i in flipped:
            gate = Gate(gate.skip, value) if main else Gate(value, gate.main)
        if gate != OPEN:
            after[block.name] = gate
    return after


def _through(gates: Values, norms: Values) -> Values:
    return np.array([gated(float(g), float(n)) for g, n in zip(gates, norms, strict=True)])


def _stand_in(name: str, stage: int) -> BlockSpec:
    """A block of which only the place is known."""
    return BlockSpec(name, stage, "basic", 0, 0, 0, 1, "identity")

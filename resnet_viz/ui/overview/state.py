"""What the overview shows: network, gates, measurements, selection. A plain class, no Qt."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from resnet_viz.models.gates import OPEN, PLAIN, Gate
from resnet_viz.models.specs import BlockSpec, ResNetSpec
from resnet_viz.probe.snapshot import Snapshot
from resnet_viz.ui.overview.figures import Figures, gated, shares

Values = NDArray[np.float64]


class OverviewState:
    """The overview's data; block positions are indices into `blocks`.

    Attributes:
        spec: the network, None before one is chosen.
        blocks: its blocks in forward order.
        skip, main: their gates now, (N,); measurements may still be of other gates.
        now: the newest measurement, None before the first.
        ghost: the measurement to compare with.
        selected, hovered: indices, None for none.
    """

    def __init__(self) -> None:
        self.spec: ResNetSpec | None = None
        self.blocks: tuple[BlockSpec, ...] = ()
        self.skip: Values = np.ones(0)
        self.main: Values = np.ones(0)
        self.now: Figures | None = None
        self.ghost: Figures | None = None
        self.selected: int | None = None
        self.hovered: int | None = None
        self._index: dict[str, int] = {}
        self._arc_shares: Values | None = None
        self._titles: dict[int, tuple[str, ...]] = {}
        self._sides: tuple[str, ...] = ()

    def set_network(self, spec: ResNetSpec) -> None:
        """Take another network; measurements and selection of the old one are dropped."""
        self.spec = spec
        self.blocks = tuple(spec.blocks())
        self._index = {b.name: i for i, b in enumerate(self.blocks)}
        default = PLAIN if spec.plain else OPEN
        self.skip = np.full(len(self.blocks), default.skip)
        self.main = np.full(len(self.blocks), default.main)
        self.now = self.ghost = None
        self.selected = 0
        self.hovered = None
        self._sides = _spec_sides(spec)
        self._forget()

    def set_gates(self, gates: Mapping[str, Gate]) -> None:
        """Take the gates of the blocks named; all others are open."""
        for i, block in enumerate(self.blocks):
            gate = gates.get(block.name, OPEN)
            self.skip[i], self.main[i] = gate.skip, gate.main
        self._forget()

    def set_now(self, snapshot: Snapshot | None) -> None:
        """Take the newest measurement.

        Raises:
            ValueError: if it is of another network.
        """
        self.now = self._figures(snapshot)
        if self.now is not None:
            self._sides = tuple(_side(*b.out_shape[1:]) for b in self.now.stats)
        self._forget()

    def set_ghost(self, snapshot: Snapshot | None) -> None:
        """Take the measurement to compare with; ValueError if it is of another network."""
        self.ghost = self._figures(snapshot)

    def _forget(self) -> None:
        """Compute anew what is kept from frame to frame."""
        self._arc_shares = None
        self._titles.clear()

    def _figures(self, snapshot: Snapshot | None) -> Figures | None:
        if snapshot is None:
            return None
        names = [b.name for b in snapshot.blocks]
        if names != list(self._index):
            raise ValueError(
                f"the snapshot has {len(names)} blocks, the network shown {len(self._index)}, "
                "or their names differ"
            )
        return Figures.of(snapshot)

    def index(self, name: str) -> int | None:
        """Position of a block, None if the network has none of that name."""
        return self._index.get(name)

    def name(self, index: int | None) -> str:
        """Name of a block, empty for None."""
        return "" if index is None else self.blocks[index].name

    def gate(self, index: int) -> Gate:
        """The gates of a block now."""
        return Gate(float(self.skip[index]), float(self.main[index]))

    def arc_shares(self) -> Values:
        """The shortcut's share of each sum with the gates of now, (N,); 0.5 where unknown.

        Norms are those of the last measurement, so an arc that is opened again has a width
        at once; the next measurement corrects it.
        """
        if self._arc_shares is None:
            self._arc_shares = self._compute_arc_shares()
        return self._arc_shares

    def _compute_arc_shares(self) -> Values:
        if self.now is None:
            return np.full(len(self.blocks), 0.5)
        stats = self.now.stats
        through = np.array(
            [gated(a, s.norm_shortcut) for a, s in zip(self.skip, stats, strict=True)]
        )
        branch = np.array([gated(b, s.norm_branch) for b, s in zip(self.main, stats, strict=True)])
        share = shares(through, branch)
        return np.where(np.isfinite(share), share, 0.5)

    def stage_title(self, stage: int) -> tuple[str, ...]:
        """Wordings of a stage's header, the longest first."""
        if stage not in self._titles:
            self._titles[stage] = self._compute_title(stage)
        return self._titles[stage]

    def _compute_title(self, stage: int) -> tuple[str, ...]:
        members = [i for i, b in enumerate(self.blocks) if b.stage == stage]
        block = self.blocks[members[0]]
        name, side = f"layer{stage}", self._sides[members[-1]]
        channels = f"{block.out_channels} ch"
        n, n_cut = len(members), sum(self.skip[i] == 0 for i in members)
        cut = f" · {n_cut} cut" if n_cut else ""
        return (
            f"{name} · {channels} · {side} · {n} block{'s' if n > 1 else ''}{cut}",
            f"{name} · {channels} · {side}{cut}",
            f"{name} · {channels} · {side}",
            f"{name}{cut}",
            name,
            str(stage),
        )


def _spec_sides(spec: ResNetSpec) -> tuple[str, ...]:
    """Size of each block's output as the specification implies it."""
    side = spec.input_size
    # The ImageNet stem halves twice, rounding up: a strided convolution, then max-pooling.
    for _ in range(2 if spec.family == "imagenet" else 0):
        side = (side - 1) // 2 + 1
    sides = []
    for block in spec.blocks():
        side = (side - 1) // block.stride + 1
        sides.append(_side(side, side))
    return tuple(sides)


def _side(height: int, width: int) -> str:
    return f"{height}²" if height == width else f"{height}×{width}"

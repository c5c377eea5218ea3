"""Which skips are cut, which branches dropped, how strong the others are: one value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from resnet_viz.models.gates import OPEN, Gate
from resnet_viz.models.specs import ResNetSpec


@dataclass(frozen=True)
class Toggles:
    """The state of a network's gates as the window offers it.

    Attributes:
        alpha: strength of every skip that is not cut, 0 to 1.
        cut: names of blocks whose skip connection is cut.
        dropped: names of blocks whose residual branch is dropped.
    """

    alpha: float = 1.0
    cut: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()

    @classmethod
    def initial(cls, spec: ResNetSpec) -> Toggles:
        """Everything open, or for a plain twin every skip cut."""
        return cls(cut=frozenset(block_names(spec)) if spec.plain else frozenset())

    def gate(self, name: str) -> Gate:
        """The gate of one block."""
        skip = 0.0 if name in self.cut else self.alpha
        return Gate(skip=skip, main=0.0 if name in self.dropped else 1.0)

    def gates(self, spec: ResNetSpec) -> dict[str, Gate]:
        """Gates of the blocks that are not fully open."""
        found = {name: self.gate(name) for name in block_names(spec)}
        return {name: gate for name, gate in found.items() if gate != OPEN}

    def with_skip_flipped(self, name: str) -> Toggles:
        """Cut the block's skip, or restore it."""
        return replace(self, cut=self.cut ^ {name})

    def with_branch_flipped(self, name: str) -> Toggles:
        """Drop the block's branch, or restore it."""
        return replace(self, dropped=self.dropped ^ {name})

    def with_skips_flipped(self, names: Iterable[str]) -> Toggles:
        """Cut all the given skips; if all are cut already, restore them."""
        group = frozenset(names)
        return replace(self, cut=self.cut - group if group <= self.cut else self.cut | group)

    def with_alpha(self, alpha: float) -> Toggles:
        """Change the strength of all skips that are not cut."""
        return replace(self, alpha=alpha)


def block_names(spec: ResNetSpec, stage: int | None = None) -> list[str]:
    """Names of the blocks in forward order, of one stage or of all."""
    return [b.name for b in spec.blocks() if stage is None or b.stage == stage]

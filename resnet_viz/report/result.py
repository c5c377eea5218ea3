"""What a report is made of: the measurement and everything that decided it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from resnet_viz.images import Preprocess
from resnet_viz.models.specs import ResNetSpec, plain_name
from resnet_viz.probe.snapshot import BlockStats, Snapshot

SMALLEST = {"float32": "1e-45", "float64": "5e-324"}
"""The smallest positive number of each precision, as people round it: below it is 0."""


@dataclass(frozen=True)
class Result:
    """One measured picture.

    Attributes:
        image: path of the picture as given.
        photo: the picture, (H, W, 3) uint8.
        view: what the network saw, (S, S, 3) uint8.
        spec: the network.
        weights: `none`, `bundled`, `imagenet` or the path as given.
        weights_label: for people.
        seed: of random weights.
        labels: class names.
        preprocess: from `photo` to `view`.
        snapshot: the measurement.
        target_is_predicted: whether the class was left to the network.
        shown: blocks whose maps are drawn.
        versions: of the libraries.
        notes: what a reader should know, in sentences.
    """

    image: str
    photo: NDArray[np.uint8] = field(repr=False)
    view: NDArray[np.uint8] = field(repr=False)
    spec: ResNetSpec
    weights: str
    weights_label: str
    seed: int
    labels: tuple[str, ...] = field(repr=False)
    preprocess: Preprocess
    snapshot: Snapshot
    target_is_predicted: bool
    shown: tuple[str, ...]
    versions: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def blocks(self) -> tuple[BlockStats, ...]:
        """The figures of every block in forward order."""
        return self.snapshot.blocks

    @property
    def target(self) -> int:
        """The class whose loss was differentiated."""
        return self.snapshot.targets[0]

    @property
    def model(self) -> str:
        """The name that builds the network: `resnet56`, `plain56`."""
        return plain_name(self.spec.name) if self.spec.plain else self.spec.name

    @property
    def n_cut(self) -> int:
        """How many skip connections are cut."""
        return sum(block.skip == 0.0 for block in self.blocks)

    @property
    def n_dropped(self) -> int:
        """How many branches are left out."""
        return sum(block.main == 0.0 for block in self.blocks)

    def top(self, count: int = 5) -> list[tuple[int, str, float]]:
        """(index, label, probability) of the most probable classes, the best first.

        Probabilities are NaN where the logits are not finite.
        """
        logits = self.snapshot.logits[0].astype(np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            shares = np.exp(logits - logits.max())
            shares /= shares.sum()
        order = np.argsort(-logits, kind="stable")[:count]
        return [(int(i), self.labels[i], float(shares[i])) for i in order]


def forward_share(block: BlockStats) -> float | None:
    """The shortcut's share of the sum, by norms after the gates; None where both are 0."""
    return _share(block.skip * block.norm_shortcut, block.main * block.norm_branch)


def backward_share(block: BlockStats) -> float | None:
    """The shortcut's share of the gradient, by norms; None where both are 0."""
    return _share(block.grad_via_shortcut, block.grad_via_branch)


def _share(shortcut: float, branch: float) -> float | None:
    largest = max(shortcut, branch)
    if not np.isfinite(shortcut) or not np.isfinite(branch) or largest == 0.0:
        return None
    # Divided first, because the sum of two large norms may overflow.
    return (shortcut / largest) / (shortcut / largest + branch / largest)

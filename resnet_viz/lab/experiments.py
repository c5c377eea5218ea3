"""The questions the laboratory can answer, with their options.

Each is a frozen dataclass whose fields are what a user may choose; `lab/studies` computes
them. Imports neither torch nor Qt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from resnet_viz.errors import UserError


def _each(
    name: str, values: tuple[float, ...], allowed: Callable[[float], bool], hint: str
) -> None:
    """Refuse an empty list, and the first value that is not allowed."""
    if not values:
        raise UserError(f"{name} cannot be empty.", hint)
    for value in values:
        if not allowed(value):
            raise UserError(f"{name} cannot hold {value!r}.", hint)


def _at_least(least: int, **values: int) -> None:
    for name, value in values.items():
        if value < least:
            raise UserError(f"{name} must be at least {least}, got {value!r}.")


def _depths(depths: tuple[int, ...]) -> None:
    _each(
        "depths",
        depths,
        lambda depth: depth >= 8 and depth % 6 == 2,
        "CIFAR networks have 6n+2 layers: 8, 14, 20, 32, 44, 56, 110.",
    )


@dataclass(frozen=True)
class Pair:
    """The gradient at every block, with skips and without: the pair on screen."""

    key: ClassVar[str] = "pair"
    title: ClassVar[str] = "Gradient at every block"


@dataclass(frozen=True)
class DepthSweep:
    """The gradient at the input against depth.

    Attributes:
        depths: layers of the networks, each 6n + 2.
    """

    key: ClassVar[str] = "depth"
    title: ClassVar[str] = "Gradient against depth"
    depths: tuple[int, ...] = (8, 14, 20, 32, 44, 56, 80, 110)

    def __post_init__(self) -> None:
        _depths(self.depths)


@dataclass(frozen=True)
class AlphaSweep:
    """The gradient at the input against the strength of the skips.

    Attributes:
        alphas: weights of the skips, each in [0, 1].
    """

    key: ClassVar[str] = "alpha"
    title: ClassVar[str] = "Gradient against skip strength"
    alphas: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

    def __post_init__(self) -> None:
        _each("alphas", self.alphas, lambda alpha: 0 <= alpha <= 1, "Each lies between 0 and 1.")


@dataclass(frozen=True)
class ScaleSweep:
    """The gradient at the input against the scale of the weights.

    Attributes:
        gains: factors on the branch convolutions' weights, each positive.
    """

    key: ClassVar[str] = "scale"
    title: ClassVar[str] = "Gradient against weight scale"
    gains: tuple[float, ...] = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8)

    def __post_init__(self) -> None:
        _each("gains", self.gains, lambda gain: 0 < gain < float("inf"), "Each is positive.")


@dataclass(frozen=True)
class SeedSweep:
    """The gradient at every block over many draws of the weights: median and band.

    Attributes:
        n_seeds: draws, from the settings' seed on.
    """

    key: ClassVar[str] = "seeds"
    title: ClassVar[str] = "Gradient over many seeds"
    n_seeds: int = 12

    def __post_init__(self) -> None:
        _at_least(1, n_seeds=self.n_seeds)


@dataclass(frozen=True)
class Lesion:
    """What the network does without some of its blocks (Veit et al. 2016, arXiv:1605.06431).

    Attributes:
        how: `single`: every block in turn loses its branch; `random`: k random blocks at once;
            `shuffle`: k random pairs of blocks of equal shape change places.
        ks: how many blocks at once, for `random` and `shuffle`.
        trials: draws per k.
        folder: class folders to measure accuracy on; empty for the settings' batch.
        n_images: images taken from the folder.
    """

    key: ClassVar[str] = "lesion"
    title: ClassVar[str] = "Lesion study"
    how: Literal["single", "random", "shuffle"] = "single"
    ks: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 10, 14, 20)
    trials: int = 5
    folder: str = ""
    n_images: int = 1000

    def __post_init__(self) -> None:
        _at_least(1, trials=self.trials, n_images=self.n_images)
        _each("ks", self.ks, lambda k: k >= 1, "Each is a number of blocks, at least 1.")


@dataclass(frozen=True)
class PathLengths:
    """Share of the gradient by the length of the path it took (Veit et al. 2016, section 4.3).

    Attributes:
        samples: sampled paths per length.
    """

    key: ClassVar[str] = "paths"
    title: ClassVar[str] = "Gradient by path length"
    samples: int = 8

    def __post_init__(self) -> None:
        _at_least(1, samples=self.samples)


@dataclass(frozen=True)
class Shattering:
    """Correlation of the gradients of neighbouring inputs (Balduzzi et al. 2017).

    Attributes:
        depths: layers, each 6n + 2; the correlation is measured at each.
        n_points: inputs on the line between two images.
    """

    key: ClassVar[str] = "shattering"
    title: ClassVar[str] = "Shattered gradients"
    depths: tuple[int, ...] = (8, 20, 56)
    n_points: int = 64

    def __post_init__(self) -> None:
        _depths(self.depths)
        _at_least(2, n_points=self.n_points)


@dataclass(frozen=True)
class Identity:
    """How close every block is to the identity: at the start, with zero-init, and trained."""

    key: ClassVar[str] = "identity"
    title: ClassVar[str] = "Learning the identity"


@dataclass(frozen=True)
class DepthCost:
    """Parameters, multiply-accumulates, memory and measured time against depth.

    Attributes:
        networks: names to compare; empty for the family on screen.
        time_up_to: deepest network, in layers, whose time is measured as well.
        repeats: timed passes of each.
    """

    key: ClassVar[str] = "cost"
    title: ClassVar[str] = "Cost of depth"
    networks: tuple[str, ...] = ()
    time_up_to: int = 110
    repeats: int = 5

    def __post_init__(self) -> None:
        _at_least(1, repeats=self.repeats)


Experiment = (
    Pair
    | DepthSweep
    | AlphaSweep
    | ScaleSweep
    | SeedSweep
    | Lesion
    | PathLengths
    | Shattering
    | Identity
    | DepthCost
)

EXPERIMENTS: dict[str, type[Experiment]] = {
    kind.key: kind
    for kind in (
        Pair,
        DepthSweep,
        AlphaSweep,
        ScaleSweep,
        SeedSweep,
        Lesion,
        PathLengths,
        Shattering,
        Identity,
        DepthCost,
    )
}

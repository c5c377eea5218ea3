"""What a lesion study has measured so far, as numbers for charts and sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from resnet_viz.analysis.lesion import Score
from resnet_viz.analysis.routes import Route
from resnet_viz.lab.experiments import Lesion
from resnet_viz.lab.settings import LabSettings, Side
from resnet_viz.models.specs import BlockSpec, ResNetSpec


class Spread(NamedTuple):
    """Median and range of several numbers; NaN where there is none."""

    median: float
    low: float
    high: float


class Draws(NamedTuple):
    """The lesions of one size.

    Attributes:
        k: blocks left out, or pairs swapped.
        routes: their indices in `LesionNumbers.routes`.
    """

    k: int
    routes: tuple[int, ...]


@dataclass(frozen=True)
class SideScores:
    """One network.

    Attributes:
        intact: without lesion.
        scores: of every route.
    """

    intact: Score
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class LesionNumbers:
    """Both networks.

    Attributes:
        settings: of the networks.
        experiment: what was asked.
        n_classes: that the networks tell apart.
        labelled: whether errors are against true labels; else against the classes that the
            intact network predicts.
        batch_note: what both were shown, for people.
        routes: the lesions, the same for both.
        draws: them by size.
        sides: the scores of each network.
    """

    settings: LabSettings
    experiment: Lesion
    n_classes: int
    labelled: bool
    batch_note: str
    routes: tuple[Route, ...]
    draws: tuple[Draws, ...]
    sides: Mapping[Side, SideScores]

    @property
    def spec(self) -> ResNetSpec:
        """The residual network."""
        return self.settings.spec("residual")

    @property
    def blocks(self) -> tuple[BlockSpec, ...]:
        """The blocks of both, in forward order."""
        return tuple(self.spec.blocks())

    @property
    def n_images(self) -> int:
        """Images that the intact residual network has seen so far."""
        return self.sides["residual"].intact.n_images

    @property
    def guessing(self) -> float:
        """Error of guessing evenly among the classes, in percent."""
        return 100.0 * (1.0 - 1.0 / self.n_classes)

    def wrong(self, side: Side, route: int) -> float:
        """Top-1 error in percent (unlabelled: classified unlike intact); NaN if not yet seen."""
        return 100.0 * self.sides[side].scores[route].error

    def loss(self, side: Side, route: int) -> float:
        """Mean cross-entropy in nats; NaN if not yet seen or not finite."""
        return finite(self.sides[side].scores[route].loss)

    def intact_wrong(self, side: Side) -> float:
        """Top-1 error of the intact network in percent."""
        return 100.0 * self.sides[side].intact.error

    def intact_loss(self, side: Side) -> float:
        """Mean cross-entropy of the intact network in nats."""
        return finite(self.sides[side].intact.loss)

    def n_broken(self) -> int:
        """Lesions after which some logit was not finite, of both networks."""
        return sum(score.n_broken > 0 for side in self.sides.values() for score in side.scores)

    def uncertainty(self, side: Side) -> float:
        """Standard error of the intact network's error, in points."""
        share = self.sides[side].intact.error
        n_images = self.sides[side].intact.n_images
        return 100.0 * math.sqrt(share * (1.0 - share) / n_images) if n_images else math.nan


def finite(value: float) -> float:
    """The value, or NaN where it is infinite."""
    return value if math.isfinite(value) else math.nan


def spread(values: list[float]) -> Spread:
    """Median and range of the values that are there."""
    there = [value for value in values if not math.isnan(value)]
    if not there:
        return Spread(math.nan, math.nan, math.nan)
    return Spread(float(np.median(there)), min(there), max(there))

"""What the laboratory asks of the engine, and what makes two questions the same. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.settings import LabSettings

Picture = NDArray[np.uint8]


class Engine(Protocol):
    """What a session needs of the engine client; tests pass a fake."""

    def measure_pair(
        self, settings: LabSettings, picture: Picture | None, keep: tuple[str, ...] = ()
    ) -> int:
        """Ask for both networks; returns the request's id."""

    def run_experiment(
        self, settings: LabSettings, experiment: Experiment, picture: Picture | None
    ) -> int:
        """Compute in the background; returns the request's id."""

    def cancel(self, request_id: int) -> None:
        """Stop working on a request."""


@dataclass(frozen=True, eq=False)
class Question:
    """Everything that decides a pair's numbers.

    Attributes:
        settings: both networks and the batch.
        picture: the picture on screen, where the batch is it; else None.
    """

    settings: LabSettings
    picture: Picture | None

    def same_as(self, other: Question | None) -> bool:
        """Whether the answers are the same; two pictures are the same if they are one object."""
        return (
            other is not None and self.settings == other.settings and self.picture is other.picture
        )

"""What the Train workspace asks of the engine. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from resnet_viz.engine.messages import ModelChoice
from resnet_viz.models.gates import Gate
from resnet_viz.train.config import NetworkKey

Order = Literal["pause", "continue", "step", "stop", "rate", "gates"]


class Engine(Protocol):
    """What a session needs of the engine client; tests pass a fake."""

    def train(self, recipe: str, folder: Path, resume: bool = False, paused: bool = False) -> int:
        """Train in the background; returns the request's id."""

    def steer(
        self,
        training: int,
        order: Order,
        *,
        lr_factor: float = 1.0,
        network: NetworkKey = "network",
        gates: Mapping[str, Gate] | None = None,
    ) -> int:
        """Tell the running training something; there is no reply."""

    def look_at_data(self, recipe: str) -> int:
        """Load a recipe's pictures; returns the request's id."""

    def find_rate(self, recipe: str) -> int:
        """Search a learning rate in the background; returns the request's id."""

    def explore(
        self,
        choice: ModelChoice,
        image: NDArray[np.uint8],
        gates: Mapping[str, Gate],
        target: int | None,
        keep: tuple[str, ...],
    ) -> int:
        """Ask for a measurement on one picture; returns the request's id."""

    def cancel(self, request_id: int) -> None:
        """Stop working on a request."""

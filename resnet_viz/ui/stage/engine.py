"""The engine as one live view sees it: its own questions, its own answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from resnet_viz.engine.messages import ModelChoice
from resnet_viz.lab.experiments import Experiment
from resnet_viz.lab.settings import LabSettings
from resnet_viz.models.gates import Gate
from resnet_viz.train.config import NetworkKey
from resnet_viz.ui.engine_client import EngineClient, Order


class StageEngine(QObject):
    """Passes questions on to the client, and the answers to them back.

    It has the methods and signals of `EngineClient` that sessions use, so that the sessions of
    the workspaces work with it as they are.

    Args:
        client: the window's engine.
        parent: owner.

    Signals:
        model_ready, explored, pair_measured, found, training_status, trained, progress, failed,
        order_refused, cancelled: as the client's, for questions asked here.
    """

    model_ready = Signal(object)
    explored = Signal(object)
    pair_measured = Signal(object)
    found = Signal(object)
    data_seen = Signal(object)
    training_status = Signal(object)
    trained = Signal(object)
    rate_found = Signal(object)
    progress = Signal(object)
    failed = Signal(object)
    order_refused = Signal(object)
    cancelled = Signal(object)

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._mine: set[int] = set()
        for name in (
            "model_ready",
            "explored",
            "pair_measured",
            "found",
            "data_seen",
            "training_status",
            "trained",
            "rate_found",
            "progress",
            "failed",
            "order_refused",
            "cancelled",
        ):
            getattr(client, name).connect(lambda answer, name=name: self._pass_on(name, answer))

    def _pass_on(self, name: str, answer: object) -> None:
        if getattr(answer, "request_id", -1) in self._mine:
            getattr(self, name).emit(answer)

    def _asked(self, request_id: int) -> int:
        self._mine.add(request_id)
        return request_id

    def load(self, choice: ModelChoice) -> int:
        """As `EngineClient.load`."""
        return self._asked(self._client.load(choice))

    def explore(
        self,
        choice: ModelChoice,
        image: NDArray[np.uint8],
        gates: Mapping[str, Gate],
        target: int | None,
        keep: tuple[str, ...],
    ) -> int:
        """As `EngineClient.explore`."""
        return self._asked(self._client.explore(choice, image, gates, target, keep))

    def measure_pair(
        self,
        settings: LabSettings,
        picture: NDArray[np.uint8] | None,
        keep: tuple[str, ...] = (),
    ) -> int:
        """As `EngineClient.measure_pair`."""
        return self._asked(self._client.measure_pair(settings, picture, keep))

    def run_experiment(
        self, settings: LabSettings, experiment: Experiment, picture: NDArray[np.uint8] | None
    ) -> int:
        """As `EngineClient.run_experiment`."""
        return self._asked(self._client.run_experiment(settings, experiment, picture))

    def look_at_data(self, recipe: str) -> int:
        """As `EngineClient.look_at_data`."""
        return self._asked(self._client.look_at_data(recipe))

    def train(self, recipe: str, folder: Path, resume: bool = False, paused: bool = False) -> int:
        """As `EngineClient.train`."""
        return self._asked(self._client.train(recipe, folder, resume, paused))

    def steer(
        self,
        training: int,
        order: Order,
        *,
        lr_factor: float = 1.0,
        network: NetworkKey = "network",
        gates: Mapping[str, Gate] | None = None,
    ) -> int:
        """As `EngineClient.steer`."""
        return self._asked(
            self._client.steer(training, order, lr_factor=lr_factor, network=network, gates=gates)
        )

    def find_rate(self, recipe: str) -> int:
        """As `EngineClient.find_rate`."""
        return self._asked(self._client.find_rate(recipe))

    def cancel(self, request_id: int) -> None:
        """As `EngineClient.cancel`."""
        self._client.cancel(request_id)

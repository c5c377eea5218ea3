"""An engine that never starts: it writes down what is asked and answers when told to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from snapshots import synthetic_snapshot

from resnet_viz.engine.messages import (
    DeviceInfo,
    EngineReady,
    Explored,
    Failed,
    ModelChoice,
    ModelReady,
)
from resnet_viz.engine.recovery import Recovery
from resnet_viz.images import CIFAR10, IMAGENET
from resnet_viz.models.gates import Gate
from resnet_viz.models.specs import ResNetSpec
from resnet_viz.ui.engine_client import EngineState


@dataclass(frozen=True)
class Asked:
    """One request for a measurement."""

    request_id: int
    choice: ModelChoice
    image: NDArray[np.uint8]
    gates: Mapping[str, Gate]
    target: int | None
    keep: tuple[str, ...]


class FakeClient(QObject):
    """Has the signals and methods of `EngineClient`, and answers on demand."""

    engine_starting = Signal(int)
    engine_ready = Signal(object)
    engine_died = Signal(str)
    progress = Signal(object)
    model_ready = Signal(object)
    explored = Signal(object)
    failed = Signal(object)
    state_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = EngineState.STOPPED
        self.loads: list[tuple[int, ModelChoice]] = []
        self.asked: list[Asked] = []
        self.cancelled: list[int] = []
        self.restarts = 0
        self.recovery: Recovery | None = None
        self.closed = False
        self._next_id = 0

    # --- what the window calls -------------------------------------------------------------

    def start(self) -> None:
        self.set_state(EngineState.STARTING)

    def load(self, choice: ModelChoice) -> int:
        self._next_id += 1
        self.loads.append((self._next_id, choice))
        return self._next_id

    def explore(
        self,
        choice: ModelChoice,
        image: NDArray[np.uint8],
        gates: Mapping[str, Gate],
        target: int | None,
        keep: tuple[str, ...],
    ) -> int:
        self._next_id += 1
        self.asked.append(Asked(self._next_id, choice, image, dict(gates), target, keep))
        return self._next_id

    def cancel(self, request_id: int) -> None:
        self.cancelled.append(request_id)

    def restart(self) -> None:
        self.restarts += 1

    def close(self) -> None:
        self.closed = True

    # --- what tests make it say ------------------------------------------------------------

    def set_state(self, state: EngineState) -> None:
        self.state = state
        self.state_changed.emit(state)

    def say_ready(self) -> None:
        self.set_state(EngineState.READY)
        devices = (DeviceInfo("cpu", "CPU"), DeviceInfo("cuda:0", "Pretend GPU"))
        self.engine_ready.emit(EngineReady({"torch": "0"}, devices))

    def answer_load(self, spec: ResNetSpec | None = None) -> ModelReady:
        """Say that the network asked for last is there."""
        request_id, choice = self.loads[-1]
        made = choice.spec if spec is None else spec
        ready = ModelReady(
            request_id,
            replace(choice, spec=made, device="cpu"),
            tuple(f"class {i}" for i in range(made.n_classes)),
            IMAGENET if made.family == "imagenet" else CIFAR10,
            "random, seed 0",
            1000,
            2000,
        )
        self.model_ready.emit(ready)
        return ready

    def answer_explore(self, number: int = -1, seed: int = 0) -> Explored:
        """Answer a request for a measurement, the last one unless told otherwise."""
        asked = self.asked[number]
        snapshot = synthetic_snapshot(asked.choice.spec, asked.gates, keep=asked.keep, seed=seed)
        explored = Explored(asked.request_id, snapshot, asked.gates)
        self.explored.emit(explored)
        return explored

    def fail(self, request_id: int, message: str = "It did not work.") -> None:
        self.failed.emit(Failed(request_id, message, "Try another."))
